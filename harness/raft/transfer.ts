/** Handing leadership over (dissertation 3.10; raft.md 2.11). */
import type { ClientRequest, TimeoutNow } from './message.ts';
import type { Turn } from './turn.ts';

export function transfer(_turn: Turn, _request: ClientRequest): void {
  // Written next.
}

export function takeOver(_turn: Turn, _request: TimeoutNow): void {
  // Written next.
}
