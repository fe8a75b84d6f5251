/**
 * Votes are counted against the voters that the candidate itself goes by: the configuration in force
 * at it, in both halves while that is joint (Raft §6). What others say to the candidate counts for
 * nothing, and neither does its own vote when it votes no longer.
 */
import { hasQuorum } from '../check/members.ts';
import type { Configuration } from '../trace/record.ts';

function share(voters: readonly string[], granted: ReadonlySet<string>): string {
  const count = voters.filter((id) => granted.has(id)).length;
  return `${count}/${voters.length}`;
}

/** `2/3`; while the configuration is joint `2/3 new, 1/3 old`. */
export function votesText(configuration: Configuration, granted: ReadonlySet<string>): string {
  const { voters, outgoing } = configuration;
  if (outgoing.length === 0) return share(voters, granted);
  return `${share(voters, granted)} new, ${share(outgoing, granted)} old`;
}

/** The votes of somebody who became leader: a belief in quotes, and less than a quorum by name. */
export function winningVotesText(
  configuration: Configuration,
  votes: {
    readonly granted: ReadonlySet<string>;
    /** How many votes arrived, repeated ones included. */
    readonly arrived: number;
  },
): string {
  const { granted, arrived } = votes;
  const { voters, outgoing } = configuration;
  const truth = votesText(configuration, granted);
  if (hasQuorum(configuration, (id) => granted.has(id))) return truth;
  const repeated = arrived > granted.size && outgoing.length === 0;
  const believed = repeated && arrived >= Math.floor(voters.length / 2) + 1;
  return believed ? `“${arrived}/${voters.length}”` : `only ${truth}`;
}
