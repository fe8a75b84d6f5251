/** What an operation of $management gets to see, and how it reads its request. */
import { AmqpError, type AmqpList, type AmqpMap, type AmqpValue } from '../amqp/values.ts';
import { isList, numberOf, stringOf, Uuid } from '../amqp/values.ts';
import type { Encode } from '../amqp/write.ts';
import type { Refusal } from '../conditions.ts';
import type { Hub } from '../hub.ts';

export interface Context {
  readonly hub: Hub;
  /** Of the entity, or of its dead-letter queue. */
  readonly path: string;
  readonly body: AmqpMap;
  /** `status`: 200, or 204 for nothing found. */
  readonly done: (answer?: Encode, status?: number) => void;
  readonly fail: (refusal: Refusal) => void;
}

/** Answers exactly once. May throw AmqpError for a request without sense. */
export type Operation = (context: Context) => void;

export function needList({ body }: Context, name: string): AmqpList {
  const value = body.get(name);
  if (isList(value)) return value;
  throw missing(name, 'an array or a list');
}

export function needNumber({ body }: Context, name: string): number {
  const value = numberOf(body.get(name));
  if (value !== undefined) return value;
  throw missing(name, 'a number');
}

export function needText({ body }: Context, name: string): string {
  const value = stringOf(body.get(name));
  if (value !== undefined) return value;
  throw missing(name, 'a string');
}

export function needNumbers(context: Context, name: string): readonly number[] {
  return needList(context, name).map((value) => {
    const number = numberOf(value);
    if (number === undefined) throw missing(name, 'an array of numbers');
    return number;
  });
}

/** The model's lock numbers for the tokens named. */
export function needLocks(context: Context): readonly number[] {
  return needList(context, 'lock-tokens').map((value: AmqpValue) => {
    if (value instanceof Uuid) return context.hub.tokens.lockOf(value.bytes);
    throw missing('lock-tokens', 'an array of uuids');
  });
}

export function missing(name: string, what: string): AmqpError {
  return new AmqpError('com.microsoft:argument-error', `The request needs '${name}', ${what}.`);
}
