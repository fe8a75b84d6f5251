/** After the quiet began: has the cluster shown that it elects, converges and answers? */
import type { World } from './world.ts';

/** One leader that all follow, equal logs, all of it committed and applied, every client idle. */
export function settled(world: World): boolean {
  for (const client of world.clients) {
    if (client.current !== null || client.due.length > 0) return false;
  }
  const [first] = world.hosts;
  if (first === undefined) return true;
  const { term, leader } = first.node;
  const last = first.node.log.at(-1);
  if (leader === null) return false;
  for (const { node, disk, outbox } of world.hosts) {
    if (node.role !== 'leader' && node.role !== 'follower') return false;
    if (node.term !== term || node.leader !== leader) return false;
    const own = node.log.at(-1);
    if (own?.index !== last?.index || own?.digest !== last?.digest) return false;
    if (node.commitIndex !== node.log.length || node.appliedIndex !== node.commitIndex)
      return false;
    if (disk.pending.length > 0 || outbox.length > 0) return false;
  }
  return true;
}
