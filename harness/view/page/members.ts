/** Who votes: the configuration that a server goes by, and what it takes to win in it (Raft §6). */
import type { Configuration, HeaderRecord } from '../../trace/record.ts';

/** The configuration of the beginning. */
export function firstConfiguration({ voters, learners }: HeaderRecord): Configuration {
  return { voters, outgoing: [], learners, learnersNext: [] };
}

const majorityOf = (ids: readonly string[]): number => Math.floor(ids.length / 2) + 1;

/** While the configuration is joint, a majority of each half; otherwise of the voters. */
export function isQuorum({ voters, outgoing }: Configuration, has: readonly string[]): boolean {
  return [voters, outgoing].every(
    (half) => half.length === 0 || half.filter((id) => has.includes(id)).length >= majorityOf(half),
  );
}

/** `3` (votes), or `2 of S1, S2, S3 and 2 of S2, S3, S4` while it is joint. */
export function quorumText({ voters, outgoing }: Configuration): string {
  if (outgoing.length === 0) return String(majorityOf(voters));
  return [voters, outgoing]
    .map((half) => `${majorityOf(half)} of ${half.join(', ')}`)
    .join(' and ');
}

/** What a server is in a configuration that it goes by itself. */
export function partOf(configuration: Configuration, server: string): 'voter' | 'learner' | 'none' {
  const { voters, outgoing, learners } = configuration;
  if (voters.includes(server) || outgoing.includes(server)) return 'voter';
  return learners.includes(server) ? 'learner' : 'none';
}

/** `S1, S2, S3; learns: S4; leaving: S5`. */
export function membersText({ voters, outgoing, learners }: Configuration): string {
  const leaving = outgoing.filter((id) => !voters.includes(id));
  const parts = [
    voters.join(', '),
    learners.length > 0 ? `learns: ${learners.join(', ')}` : '',
    outgoing.length > 0 ? `joint, leaving: ${leaving.join(', ') || 'nobody'}` : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}
