/**
 * Majorities (section 5.1) and joint majorities (section 6): pure functions of a configuration and
 * of what is known of its servers. A half without voters agrees to everything (raft.md 4.2).
 */
import type { Configuration, ServerId } from './entry.ts';

/** The size of a majority. */
export function majority(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** Does a majority of the voters (and, when joint, one of the outgoing ones too) have it? */
export function hasQuorum(
  configuration: Configuration,
  has: (server: ServerId) => boolean,
): boolean {
  return hasMajority(configuration.voters, has) && hasMajority(configuration.outgoing, has);
}

function hasMajority(voters: readonly ServerId[], has: (server: ServerId) => boolean): boolean {
  if (voters.length === 0) return true;
  let count = 0;
  for (const voter of voters) if (has(voter)) count += 1;
  return count >= majority(voters.length);
}
