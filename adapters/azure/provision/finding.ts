/** What the doctor found, one line each. */
import { type FailureKind, ProvisionError } from './failure.ts';

export interface Finding {
  readonly name: string;
  /** A note is no problem, but worth knowing. */
  readonly state: 'ok' | 'problem' | 'note';
  readonly text: string;
  /** How to get on; empty where all is well. */
  readonly remedy: string;
  readonly kind: FailureKind;
}

export const ok = (name: string, text: string): Finding => {
  return { name, state: 'ok', text, remedy: '', kind: 'usage' };
};

export const problem = (name: string, error: ProvisionError): Finding => {
  const { message: text, remedy, kind } = error;
  return { name, state: 'problem', text, remedy, kind };
};

export const note = (name: string, text: string, remedy: string): Finding => {
  return { name, state: 'note', text, remedy, kind: 'usage' };
};

export function asProvisionError(cause: unknown): ProvisionError {
  if (cause instanceof ProvisionError) return cause;
  const what = cause instanceof Error ? cause.message : String(cause);
  return new ProvisionError('unreachable', what, 'Try again; if it stays, report it');
}
