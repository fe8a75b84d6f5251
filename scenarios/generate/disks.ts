/**
 * What the disks hold at the start: in some runs logs and terms as a few short reigns leave them
 * behind, so that troubles which need a history, like Figure 8, are near from the beginning. Played
 * by Raft's own rules of voting and appending, so a correct Raft can go on from them.
 */
import type { Cluster, InitialServer } from '../../harness/world/scenario.ts';
import type { Dice } from './dice.ts';
import { serverNames } from './faults.ts';

/** Of 100 runs so many begin with something on their disks. */
const laterPercent = 20;
const reignsMax = 4;

interface Disk {
  readonly server: string;
  term: number;
  votedFor: string | null;
  log: readonly number[];
}

/** Is the log at least as up to date as the other (Raft §5.4.1)? */
function isUpToDate(log: readonly number[], other: readonly number[]): boolean {
  const [last = 0, otherLast = 0] = [log.at(-1), other.at(-1)];
  return last === otherLast ? log.length >= other.length : last > otherLast;
}

/** Takes the leader's entries up to `length`; what agrees stays (Raft §5.3). */
function append(disk: Disk, leader: readonly number[], length: number): void {
  const taken = leader.slice(0, length);
  const agrees = taken.every((term, at) => disk.log[at] === term);
  if (!agrees || disk.log.length < length) disk.log = taken;
}

/** One leader: elected by a bare quorum, with an entry or two, some of which somebody has. */
function reign(dice: Dice, disks: readonly Disk[], term: number): void {
  const candidates = disks
    .map((disk) => ({
      disk,
      granting: disks.filter((voter) => voter !== disk && isUpToDate(disk.log, voter.log)),
    }))
    .filter(({ granting }) => (granting.length + 1) * 2 > disks.length);
  const elected = candidates[dice.next() % Math.max(1, candidates.length)];
  if (elected === undefined) return;
  const { disk: leader, granting } = elected;
  for (const voter of [leader, ...dice.subset(granting, disks.length >> 1)]) {
    voter.term = term;
    voter.votedFor = leader.server;
  }
  leader.log = [...leader.log, ...Array.from({ length: dice.between(1, 2) }, () => term)];
  const others = disks.filter((disk) => disk !== leader);
  const reached = dice.chance(60) ? dice.between(0, 1) : dice.between(0, others.length);
  for (const follower of dice.subset(others, reached)) {
    if (follower.term < term) follower.votedFor = null;
    follower.term = term;
    append(follower, leader.log, dice.between(1, leader.log.length));
  }
}

/** What voters begin with; mostly nothing. */
export function drawDisks(dice: Dice, cluster: Cluster): readonly InitialServer[] {
  if (!dice.chance(laterPercent)) return [];
  const voters = cluster.servers - cluster.spares - cluster.learners;
  const disks = serverNames(cluster.servers)
    .slice(0, voters)
    .map((server): Disk => ({ server, term: 0, votedFor: null, log: [] }));
  const reigns = dice.between(1, reignsMax);
  for (let term = 1; term <= reigns; term++) reign(dice, disks, term);
  return disks.filter(({ term }) => term > 0);
}
