/** Answers to commands. Token 0 wants to hear of failures only. */
import type { BusErrorCode } from '../../harness/bus/bus.ts';
import type { Core } from './state.ts';

export function accept<Body>(core: Core<Body>, token: number): void {
  if (token > 0) core.outbox.push({ kind: 'accepted', token });
}

export function reject<Body>(
  core: Core<Body>,
  token: number,
  code: BusErrorCode,
  text: string,
): void {
  core.outbox.push({ kind: 'rejected', token, code, text });
}
