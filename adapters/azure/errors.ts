/**
 * The SDK's failures as the port's codes. An AggregateError (after retries) has no code of its own:
 * the last of its errors speaks. Failures of the connection are time-outs to the port: nobody knows
 * whether the service did it.
 */
import type { BusErrorCode } from '../../harness/bus/bus.ts';
import { mask } from './secrets.ts';

/** Refused here, with a code of the port. */
export class Refusal extends Error {
  readonly code: BusErrorCode;

  constructor(code: BusErrorCode, text: string) {
    super(text);
    this.code = code;
  }
}

export interface Failure {
  readonly code: BusErrorCode;
  readonly text: string;
  /** The SDK's own name of it. */
  readonly sdkCode: string;
}

/** By the names that the SDK, its administration client and Node give. */
const codes: Readonly<Record<string, BusErrorCode>> = {
  MessagingEntityNotFound: 'MessagingEntityNotFound',
  MessageLockLost: 'MessageLockLost',
  MessageNotFound: 'MessageNotFound',
  MessageSizeExceeded: 'MessageSizeExceeded',
  MessagingEntityAlreadyExists: 'MessagingEntityAlreadyExists',
  MessagingEntityDisabled: 'InvalidOperation',
  QuotaExceeded: 'QuotaExceeded',
  ServiceBusy: 'ServiceBusy',
  ServiceTimeout: 'ServiceTimeout',
  ServiceCommunicationProblem: 'ServiceTimeout',
  SessionCannotBeLocked: 'SessionCannotBeLocked',
  SessionLockLost: 'SessionLockLost',
  UnauthorizedAccess: 'InvalidOperation',
  // Of the administration client.
  MessageEntityAlreadyExistsError: 'MessagingEntityAlreadyExists',
  MessageEntityNotFoundError: 'MessagingEntityNotFound',
  QuotaExceededError: 'QuotaExceeded',
  ServerBusyError: 'ServiceBusy',
  InvalidOperationError: 'InvalidOperation',
  UnauthorizedRequestError: 'InvalidOperation',
  ServiceError: 'InvalidOperation',
  // Of the network.
  ECONNREFUSED: 'ServiceTimeout',
  ECONNRESET: 'ServiceTimeout',
  ENOTFOUND: 'ServiceTimeout',
  REQUEST_SEND_ERROR: 'ServiceTimeout',
};

/** GeneralError begins with the name that AMQP's condition had. */
const refusedByName = /^(InvalidOperation|Argument|NotImplemented|ArgumentOutOfRange)\w*:/;

export function failureOf(reason: unknown, secrets: readonly string[] = []): Failure {
  if (reason instanceof Refusal) {
    return { code: reason.code, text: mask(reason.message, secrets), sdkCode: '' };
  }
  const error = lastOf(reason);
  const message = error instanceof Error ? error.message : String(error);
  const text = mask(message, secrets) || 'The service gave no reason.';
  const sdkCode = codeIn(error);
  return { code: codes[sdkCode] ?? unnamed(error, message), text, sdkCode };
}

function lastOf(reason: unknown): unknown {
  if (!(reason instanceof AggregateError)) return reason;
  const errors: readonly unknown[] = reason.errors;
  return errors.at(-1) ?? reason;
}

function codeIn(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function unnamed(error: unknown, message: string): BusErrorCode {
  if (error instanceof TypeError || refusedByName.test(message)) return 'InvalidOperation';
  return 'ServiceTimeout';
}

/** Whether the connection, rather than the request, may be at fault. */
export function isConnectionFailure({ code, sdkCode }: Failure): boolean {
  return code === 'ServiceTimeout' || sdkCode === 'SenderBusyError';
}
