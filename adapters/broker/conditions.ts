/** The model's error codes as AMQP conditions and management status codes; the SDK maps them back. */
import type { BusErrorCode } from '../../harness/bus/bus.ts';
import type { WireError } from './amqp/performatives.ts';

interface Mapped {
  readonly condition: string;
  /** Of a management response. */
  readonly status: number;
}

const table: Readonly<Record<BusErrorCode, Mapped>> = {
  ServiceBusy: { condition: 'com.microsoft:server-busy', status: 503 },
  ServiceTimeout: { condition: 'com.microsoft:timeout', status: 408 },
  MessageSizeExceeded: { condition: 'amqp:link:message-size-exceeded', status: 400 },
  MessageLockLost: { condition: 'com.microsoft:message-lock-lost', status: 410 },
  SessionLockLost: { condition: 'com.microsoft:session-lock-lost', status: 410 },
  SessionCannotBeLocked: { condition: 'com.microsoft:session-cannot-be-locked', status: 409 },
  MessageNotFound: { condition: 'com.microsoft:message-not-found', status: 404 },
  MessagingEntityNotFound: { condition: 'amqp:not-found', status: 404 },
  MessagingEntityAlreadyExists: { condition: 'com.microsoft:entity-already-exists', status: 409 },
  QuotaExceeded: { condition: 'amqp:resource-limit-exceeded', status: 403 },
  InvalidOperation: { condition: 'amqp:not-allowed', status: 400 },
};

/** A refusal, ready for the wire. */
export interface Refusal extends WireError {
  readonly status: number;
}

export function refusalOf(code: BusErrorCode, text: string): Refusal {
  return { ...table[code], description: text };
}

export const conditions = {
  unauthorized: 'amqp:unauthorized-access',
  notFound: 'amqp:not-found',
  notAllowed: 'amqp:not-allowed',
  argument: 'com.microsoft:argument-error',
  disabled: 'com.microsoft:entity-disabled',
  forced: 'amqp:connection:forced',
  detachForced: 'amqp:link:detach-forced',
  tooLarge: 'amqp:link:message-size-exceeded',
  deadLetter: 'com.microsoft:dead-letter',
  timeout: 'com.microsoft:timeout',
  sessionLockLost: 'com.microsoft:session-lock-lost',
} as const;

/** The SDK recognises a missing entity by this text. */
export function notFound(path: string): Refusal {
  return refusalOf(
    'MessagingEntityNotFound',
    `The messaging entity '${path}' could not be found. Create it before it is used.`,
  );
}
