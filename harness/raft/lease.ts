/**
 * Leases (dissertation 6.4.1; raft.md 2.10): a leader whose round a quorum answered may read alone
 * for as long as those who answered vote for nobody else.
 *
 * Rule of this file: a lease counts from the beginning of its round. Nobody here has a clock, but a
 * round that began with the latest heartbeat is younger than one heartbeat as long as the timer of
 * the next one has not run out. So the lease is armed when the quorum is known, one heartbeat short;
 * an answer that comes after the next heartbeat extends nothing. Whoever drives the machine reports
 * expiries that are due before any other input, so that a pause ends the lease first.
 */
import type { Turn } from './turn.ts';
import { emit } from './turn.ts';

/** A heartbeat begins the round whose answers may extend the lease. */
export function offerLease({ node }: Turn): void {
  if (node.options.leaseMicros > 0 && node.leaseRound >= 0) node.leaseRound = node.round;
}

/** A follower answered a round: it may have been the one who was missing. */
export function extendLease(turn: Turn): void {
  const { node, rules } = turn;
  if (node.leaseRound <= 0 || !rules.roundIsConfirmed(node, rules, node.leaseRound)) return;
  node.leaseRound = 0;
  node.leaseHeld = true;
  node.leaseGeneration += 1;
  const { leaseGeneration: generation } = node;
  const lowMicros = rules.leaseMicros(node);
  emit(turn, { kind: 'arm', timer: 'lease', generation, lowMicros, highMicros: lowMicros + 1 });
}

/** The lease ran out. */
export function endLease({ node }: Turn): void {
  node.leaseHeld = false;
}

/** Whatever lease there is ends at once. */
export function dropLease(turn: Turn): void {
  const { node } = turn;
  if (!node.leaseHeld) return;
  node.leaseHeld = false;
  node.leaseGeneration += 1;
  const { leaseGeneration: generation } = node;
  emit(turn, { kind: 'disarm', timer: 'lease', generation, lowMicros: 0, highMicros: 0 });
}

/**
 * No lease any more in this term: another server was told to campaign, its voters do not protect
 * the leader, and the messages that say so may arrive long after the transfer was given up.
 */
export function renounceLease(turn: Turn): void {
  if (!turn.rules.transferEndsLease()) return;
  dropLease(turn);
  turn.node.leaseRound = -1;
}
