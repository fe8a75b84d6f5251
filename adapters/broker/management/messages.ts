/** $management on messages: locks, peeking, scheduling, deferred messages. */
import type { Settlement } from '../../../harness/bus/bus.ts';
import { entityOf, isDeadLetter } from '../address.ts';
import { isMap, numberOf, stringOf } from '../amqp/values.ts';
import { encode, type Encode } from '../amqp/write.ts';
import { type Refusal, refusalOf } from '../conditions.ts';
import type { Answer, Delivery, Request } from '../engine.ts';
import { holderKey } from '../hub.ts';
import { readMessage } from '../message.ts';
import { writeDelivery, writeMessage } from '../message-writing.ts';
import { changes } from '../outcomes.ts';
import {
  type Context,
  missing,
  needList,
  needLocks,
  needNumber,
  needNumbers,
  needText,
  type Operation,
} from './operation.ts';

export const messageOperations: readonly (readonly [string, Operation])[] = [
  ['renew-lock', renewLock],
  ['update-disposition', updateDisposition],
  ['peek-message', peek],
  ['schedule-message', schedule],
  ['cancel-scheduled-message', cancel],
  ['receive-by-sequence-number', receiveDeferred],
];

/** One request after the other; the first refusal ends it and is the answer. */
function askAll(
  { hub, fail }: Context,
  requests: readonly Request[],
  done: (answers: readonly Answer[]) => void,
): void {
  const answers: Answer[] = [];
  let refusal: Refusal | undefined;
  for (const request of requests) {
    hub.engine.ask(request, (answer) => {
      answers.push(answer);
      if (answer.kind === 'rejected') refusal ??= refusalOf(answer.code, answer.text);
    });
    if (refusal !== undefined) return fail(refusal);
  }
  done(answers);
}

function renewLock(context: Context): void {
  const requests = needLocks(context).map((lock) => ({ kind: 'renewLock', lock }) as const);
  askAll(context, requests, (answers) => {
    const ends = answers.map((answer) =>
      answer.kind === 'accepted' ? (answer.lockedUntil ?? 0) / 1000 : 0,
    );
    context.done(encode.named({ expirations: encode.array64(0x83, ends) }));
  });
}

function updateDisposition(context: Context): void {
  const settlement = settlementFor(context);
  const requests = needLocks(context).map(
    (lock) => ({ kind: 'settle', lock, settlement }) as const,
  );
  askAll(context, requests, () => context.done());
}

function settlementFor(context: Context): Settlement {
  const status = needText(context, 'disposition-status');
  const modified = context.body.get('properties-to-modify');
  const properties = changes(isMap(modified) ? modified : undefined);
  switch (status) {
    case 'completed':
      return { kind: 'complete' };
    case 'abandoned':
      return { kind: 'abandon', ...properties };
    // The protocol's own spellings.
    case 'defered':
      return { kind: 'defer', ...properties };
    case 'suspended': {
      const reason = stringOf(context.body.get('deadletter-reason')) ?? '';
      const description = stringOf(context.body.get('deadletter-description')) ?? '';
      return { kind: 'deadLetter', reason, description, ...properties };
    }
    default:
      throw missing('disposition-status', 'completed, abandoned, defered or suspended');
  }
}

function peek(context: Context): void {
  const { hub, path, body, done, fail } = context;
  const fromSequenceNumber = needNumber(context, 'from-sequence-number');
  const count = needNumber(context, 'message-count');
  const sessionId = stringOf(body.get('session-id'));
  const request = { kind: 'peek', path, fromSequenceNumber, count } as const;
  hub.engine.ask(sessionId === undefined ? request : { ...request, sessionId }, (answer) => {
    if (answer.kind === 'rejected') return fail(refusalOf(answer.code, answer.text));
    if (answer.kind !== 'peeked' || answer.messages.length === 0) return done(undefined, 204);
    const messages = answer.messages.map((one) => {
      const bytes = writeMessage(one.message, {
        deliveryCount: one.deliveryCount,
        sequenceNumber: one.sequenceNumber,
        enqueuedAt: one.enqueuedAt,
        lockedUntil: undefined,
        state: one.state,
        deadLetterReason: one.deadLetterReason,
        deadLetterDescription: one.deadLetterDescription,
        deadLetterSource: isDeadLetter(path) ? entityOf(path) : undefined,
      });
      return encode.named({ message: encode.binary(bytes) });
    });
    done(encode.named({ messages: encode.list(messages) }));
  });
}

function schedule(context: Context): void {
  const { path } = context;
  const requests = needList(context, 'messages').map((item) => {
    const bytes = isMap(item) ? item.get('message') : undefined;
    if (!Buffer.isBuffer(bytes)) throw missing('messages', 'a list of maps with a binary message');
    return { kind: 'publish', path, message: readMessage(bytes) } as const;
  });
  askAll(context, requests, (answers) => {
    const numbers = answers.map((answer) =>
      answer.kind === 'accepted' ? (answer.sequenceNumber ?? 0) : 0,
    );
    context.done(encode.named({ 'sequence-numbers': encode.array64(0x81, numbers) }));
  });
}

function cancel(context: Context): void {
  const { path } = context;
  const numbers = needNumbers(context, 'sequence-numbers');
  const requests = numbers.map(
    (sequenceNumber) => ({ kind: 'cancelScheduled', path, sequenceNumber }) as const,
  );
  askAll(context, requests, () => context.done());
}

function receiveDeferred(context: Context): void {
  const { hub, path, body, done, fail } = context;
  const numbers = needNumbers(context, 'sequence-numbers');
  const settles = (numberOf(body.get('receiver-settle-mode')) ?? 1) === 1;
  const sessionId = stringOf(body.get('session-id'));
  const { receiver, close } = receiverFor(context, { settles, sessionId });
  const found: Encode[] = [];
  for (const sequenceNumber of numbers) {
    let refusal: Refusal | undefined;
    const request = { kind: 'receiveDeferred', receiver, sequenceNumber } as const;
    hub.engine.askForDelivery(request, (answer) => {
      if (answer.kind === 'delivered') found.push(deferredEntry(context, answer));
      else if (answer.kind === 'rejected') refusal = refusalOf(answer.code, answer.text);
    });
    if (refusal !== undefined) {
      close();
      return fail(refusal);
    }
  }
  close();
  if (found.length === 0) return fail(refusalOf('MessageNotFound', `'${path}' has none of them.`));
  done(encode.named({ messages: encode.list(found) }));
}

/** The holder of the session, or a receiver that is there for this request only. */
function receiverFor(
  { hub, path }: Context,
  { settles, sessionId }: { readonly settles: boolean; readonly sessionId: string | undefined },
): { readonly receiver: string; readonly close: () => void } {
  if (sessionId !== undefined) {
    const receiver = hub.holders.get(holderKey(path, sessionId)) ?? '';
    return { receiver, close: () => {} };
  }
  const receiver = hub.engine.receiverName();
  const mode = settles ? ('peekLock' as const) : ('receiveAndDelete' as const);
  const rest = { receiver, path, mode, prefetch: 2 ** 30, credit: 0 };
  hub.engine.ask({ kind: 'openReceiver', ...rest }, () => {});
  return { receiver, close: () => hub.engine.tell({ kind: 'closeReceiver', receiver }) };
}

function deferredEntry({ hub, path }: Context, delivery: Delivery): Encode {
  const bytes = writeDelivery(delivery, { path, state: 'deferred' });
  return encode.named({
    'lock-token': encode.uuid(hub.tokens.uuidOf(delivery.lock)),
    message: encode.binary(bytes),
  });
}
