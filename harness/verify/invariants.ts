/**
 * The promises of the cluster, seen in one state: pure functions over the servers' records (as
 * numbers) and the ledger of what has ever been committed. Named as the judges of traces are.
 */
import type { Breach } from './breach.ts';
import { broken } from './breach.ts';
import { serverName } from './local.ts';
import type { Known, Space } from './space.ts';
import { ledgerAt } from './state.ts';

function logMatching(space: Space, state: Int32Array, servers: number): Breach | null {
  for (let one = 0; one < servers; one += 1) {
    const left = space.known(state[one] ?? 0).logId;
    if (left === 0) continue;
    for (let other = one + 1; other < servers; other += 1) {
      const right = space.known(state[other] ?? 0).logId;
      if (right === 0 || left === right || space.ledgers.matches(left, right)) continue;
      const names = `${serverName(one)} and ${serverName(other)}`;
      return broken('LogMatching', `${names} hold one index and term behind different entries`);
    }
  }
  return null;
}

/** A leader's belief must be on the follower's disk, unless a newer leader has been there. */
function matchSoundness(space: Space, state: Int32Array, leader: Known): Breach | null {
  const { match, server, term, logId } = leader;
  for (let peer = 0; peer < match.length; peer += 1) {
    const believed = match[peer] ?? 0;
    if (believed === 0) continue;
    const follower = space.known(state[peer] ?? 0);
    if (follower.term > term || follower.storedTerm > term) continue;
    if (space.ledgers.common(logId, follower.storedId) >= believed) continue;
    const names = `${serverName(server)} believes that ${serverName(peer)}`;
    return broken('MatchSoundness', `${names} holds entries up to ${believed}`);
  }
  return null;
}

function committedBreach(space: Space, state: Int32Array, ledger: number): Breach | null {
  const { servers } = space.bounds;
  let holders = 0;
  for (let at = 0; at < servers; at += 1) {
    const known = space.known(state[at] ?? 0);
    if (space.ledgers.holds(known.storedId, ledger)) holders += 1;
    if (known.role !== 'leader' || space.ledgers.holds(known.logId, ledger, known.term)) continue;
    const sentence = `${serverName(at)} leads term ${known.term} without a committed entry`;
    return broken('LeaderCompleteness', sentence);
  }
  if (holders >= Math.floor(servers / 2) + 1) return null;
  const size = space.ledgers.size(ledger);
  return broken('CommitDurability', `only ${holders} disks hold all ${size} committed entries`);
}

/** The first promise that the state breaks, or null. */
export function clusterBreach(space: Space, state: Int32Array): Breach | null {
  const { servers } = space.bounds;
  const matching = logMatching(space, state, servers);
  if (matching !== null) return matching;
  for (let at = 0; at < servers; at += 1) {
    const known = space.known(state[at] ?? 0);
    if (known.role !== 'leader') continue;
    const unsound = matchSoundness(space, state, known);
    if (unsound !== null) return unsound;
  }
  const ledger = state[servers + ledgerAt] ?? 0;
  return space.ledgers.size(ledger) === 0 ? null : committedBreach(space, state, ledger);
}
