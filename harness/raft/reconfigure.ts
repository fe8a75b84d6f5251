/** Changing who takes part (section 6; dissertation, chapter 4; raft.md 2.5). */
import type { ClientRequest } from './message.ts';
import type { Turn } from './turn.ts';

export function reconfigure(_turn: Turn, _request: ClientRequest): void {
  // Written next.
}
