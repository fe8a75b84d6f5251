/** Whether a correct Raft can keep its promises from what the disks hold at the start. */
import type { InitialServer, Scenario } from './scenario.ts';

/** Equal (index, term) on two servers: everything before is equal too (Raft, figure 3). */
function match(one: readonly number[], other: readonly number[]): boolean {
  let last = Math.min(one.length, other.length) - 1;
  while (last >= 0 && one[last] !== other[last]) last -= 1;
  for (let index = 0; index < last; index++) if (one[index] !== other[index]) return false;
  return true;
}

/** May somebody still become leader of `term` or an earlier one? */
function isOpen({ cluster, initial }: Scenario, term: number): boolean {
  const voters = cluster.servers - cluster.spares - cluster.learners;
  const disks = Array.from({ length: voters }, (_, at): InitialServer | undefined =>
    initial.find(({ server }) => server === `S${String(at + 1)}`),
  );
  if (disks.every((disk) => (disk?.term ?? 0) >= term)) return false;
  const closed = disks.filter(
    (disk) =>
      disk !== undefined && (disk.term > term || (disk.term === term && disk.votedFor !== null)),
  );
  return closed.length * 2 <= voters;
}

/**
 * Could a correct Raft go on from these disks and break nothing? Their logs match, and nobody can
 * become leader of a term that has entries: its leader had the votes of a quorum (Raft §5.2, §5.4).
 */
export function isSound(scenario: Scenario): boolean {
  const { initial } = scenario;
  if (initial.length === 0) return true;
  const matching = initial.every((one, at) =>
    initial.slice(at + 1).every((other) => match(one.log, other.log)),
  );
  return matching && !isOpen(scenario, Math.max(0, ...initial.map(({ log }) => log.at(-1) ?? 0)));
}
