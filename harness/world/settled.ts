/** After the quiet began: has the cluster shown that it elects, converges and answers? */
import type { Configuration } from '../raft/entry.ts';
import type { Node } from '../raft/node.ts';
import type { Host, World } from './world.ts';

/** One leader that all members follow, equal logs, all committed and applied, clients idle. */
export function settled(world: World): boolean {
  for (const client of world.clients) {
    if (client.current !== null || client.due.length > 0) return false;
  }
  const leader = leaderOf(world);
  const configuration = leader?.node.configurations.at(-1)?.configuration;
  if (leader === undefined || configuration === undefined) return false;
  // A joint configuration is on its way to the next one.
  if (configuration.outgoing.length > 0) return false;
  for (const host of world.hosts) {
    if (!isMember(configuration, host)) continue;
    if (!agrees(host, leader) || !isIdle(host)) return false;
  }
  return true;
}

/** The leader in the latest term. */
function leaderOf({ hosts }: World): Host | undefined {
  let best: Host | undefined;
  for (const host of hosts) {
    if (host.node.role !== 'leader') continue;
    if (best === undefined || host.node.term > best.node.term) best = host;
  }
  return best;
}

function isMember({ voters, learners }: Configuration, { id }: Host): boolean {
  return voters.includes(id) || learners.includes(id);
}

const lastIndexOf = ({ baseIndex, log }: Node): number => baseIndex + log.length;

function agrees({ node }: Host, { node: first }: Host): boolean {
  if (node.role !== 'leader' && node.role !== 'follower') return false;
  if (node.term !== first.term || node.leader !== first.leader) return false;
  if (lastIndexOf(node) !== lastIndexOf(first)) return false;
  const last = node.log.at(-1);
  const firstLast = first.log.at(-1);
  if (last === undefined || firstLast === undefined) return true;
  return last.digest === firstLast.digest;
}

function isIdle({ node, disk, outbox, telling }: Host): boolean {
  if (node.commitIndex !== lastIndexOf(node) || node.appliedIndex !== node.commitIndex) {
    return false;
  }
  return disk.pending.length === 0 && outbox.length === 0 && telling.length === 0;
}
