/** What a client says of a delivery, as the model's settlements. */
import type { Properties, Settlement } from '../../harness/bus/bus.ts';
import { type AmqpMap, Described, isList, isMap, stringOf } from './amqp/values.ts';
import { readProperties } from './message.ts';

const outcome = { accepted: 0x24, rejected: 0x25, released: 0x26, modified: 0x27 } as const;
const reasonKey = 'DeadLetterReason';
const descriptionKey = 'DeadLetterErrorDescription';

/** Service Bus's reading: `rejected` dead-letters, `modified` abandons or defers. */
export function settlementOf({ descriptor, value }: Described): Settlement {
  const fields = isList(value) ? value : [];
  switch (descriptor) {
    case outcome.accepted:
      return { kind: 'complete' };
    case outcome.rejected:
      return deadLetter(fields[0] instanceof Described ? fields[0] : undefined);
    case outcome.modified: {
      const kind = fields[1] === true ? 'defer' : 'abandon';
      return { kind, ...changes(isMap(fields[2]) ? fields[2] : undefined) };
    }
    default:
      // `released`, and whatever else leaves the message where it was.
      return { kind: 'abandon' };
  }
}

function deadLetter(error: Described | undefined): Settlement {
  const fields = error !== undefined && isList(error.value) ? error.value : [];
  const info: AmqpMap = isMap(fields[2]) ? fields[2] : new Map();
  const others = new Map(info);
  others.delete(reasonKey);
  others.delete(descriptionKey);
  return {
    kind: 'deadLetter',
    reason: stringOf(info.get(reasonKey)) ?? '',
    description: stringOf(info.get(descriptionKey)) ?? stringOf(fields[1]) ?? '',
    ...changes(others),
  };
}

/** The properties to modify, if any. */
export function changes(map: AmqpMap | undefined): { readonly properties?: Properties } {
  return map === undefined || map.size === 0 ? {} : { properties: readProperties(map) };
}
