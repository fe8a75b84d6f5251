/** $management on Service Bus sessions: lock and state, for whoever holds the session. */
import { encode } from '../amqp/write.ts';
import { refusalOf } from '../conditions.ts';
import type { Accepted, Request } from '../engine.ts';
import { holderKey } from '../hub.ts';
import { type Context, missing, needText, type Operation } from './operation.ts';

export const sessionOperations: readonly (readonly [string, Operation])[] = [
  ['renew-session-lock', renew],
  ['get-session-state', getState],
  ['set-session-state', setState],
];

function renew(context: Context): void {
  const receiver = holder(context);
  ask(context, { kind: 'renewSessionLock', receiver }, ({ lockedUntil = 0 }) => {
    context.done(encode.named({ expiration: encode.timestamp(lockedUntil / 1000) }));
  });
}

function getState(context: Context): void {
  const receiver = holder(context);
  ask(context, { kind: 'getSessionState', receiver }, ({ sessionState }) => {
    const state = typeof sessionState === 'string' ? bytesOf(sessionState) : undefined;
    const shown = state === undefined ? encode.null : encode.binary(state);
    context.done(encode.named({ 'session-state': shown }));
  });
}

function setState(context: Context): void {
  const receiver = holder(context);
  const given = context.body.get('session-state') ?? null;
  if (given !== null && !Buffer.isBuffer(given)) throw missing('session-state', 'a binary or null');
  const state = given === null ? null : given.toString('latin1');
  ask(context, { kind: 'setSessionState', receiver, state }, () => context.done());
}

/** The model keeps the state as text: one character a byte. */
function bytesOf(state: string): Buffer {
  return Buffer.from(state, 'latin1');
}

/** An unknown holder is refused by the model. */
function holder(context: Context): string {
  const sessionId = needText(context, 'session-id');
  return context.hub.holders.get(holderKey(context.path, sessionId)) ?? '';
}

function ask({ hub, fail }: Context, request: Request, done: (answer: Accepted) => void): void {
  hub.engine.ask(request, (answer) => {
    if (answer.kind === 'rejected') fail(refusalOf(answer.code, answer.text));
    else if (answer.kind === 'accepted') done(answer);
  });
}
