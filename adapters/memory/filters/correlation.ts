/** Correlation filters: every field that the filter names equals the message's, case and type. */
import type { BusMessage, CorrelationFilter, Properties } from '../../../harness/bus/bus.ts';
import type { Test } from './test.ts';

const fields = [
  'replyTo',
  'subject',
  'correlationId',
  'messageId',
  'sessionId',
  'contentType',
  'replyToSessionId',
] as const;
type Field = (typeof fields)[number];
type Wanted = readonly (readonly [Field, string])[];

/** The filter's demands apart from `to`; undefined if there are none. */
export function correlationTest<Body>(filter: CorrelationFilter): Test<Body> | undefined {
  const wanted: (readonly [Field, string])[] = [];
  for (const field of fields) {
    const value = filter[field];
    if (value !== undefined) wanted.push([field, value]);
  }
  const properties = Object.entries(filter.properties ?? {});
  if (wanted.length === 0 && properties.length === 0) return undefined;
  return new CorrelationTest(wanted, properties);
}

class CorrelationTest<Body> implements Test<Body> {
  private readonly wanted: Wanted;
  private readonly properties: readonly (readonly [string, Properties[string] | undefined])[];

  constructor(
    wanted: Wanted,
    properties: readonly (readonly [string, Properties[string] | undefined])[],
  ) {
    this.wanted = wanted;
    this.properties = properties;
  }

  matches(message: BusMessage<Body>): boolean {
    for (const [field, value] of this.wanted) if (message[field] !== value) return false;
    for (const [name, value] of this.properties) {
      const own = message.properties;
      if (own === undefined || !Object.hasOwn(own, name) || own[name] !== value) return false;
    }
    return true;
  }
}
