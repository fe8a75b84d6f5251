/** Leases (dissertation 6.4.1; raft.md 2.10). */
import type { Turn } from './turn.ts';

export function endLease(_turn: Turn): void {
  // Written next.
}
