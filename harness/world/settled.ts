/** After the quiet began: has the cluster shown that it elects, converges and answers? */
import type { Host, World } from './world.ts';

/** One leader that all follow, equal logs, all of it committed and applied, every client idle. */
export function settled(world: World): boolean {
  for (const client of world.clients) {
    if (client.current !== null || client.due.length > 0) return false;
  }
  const [first] = world.hosts;
  if (first === undefined || first.node.leader === null) return false;
  return world.hosts.every((host) => agrees(host, first) && isIdle(host));
}

function agrees({ node }: Host, { node: first }: Host): boolean {
  if (node.role !== 'leader' && node.role !== 'follower') return false;
  if (node.term !== first.term || node.leader !== first.leader) return false;
  const last = node.log.at(-1);
  const firstLast = first.log.at(-1);
  return last?.index === firstLast?.index && last?.digest === firstLast?.digest;
}

function isIdle({ node, disk, outbox }: Host): boolean {
  if (node.commitIndex !== node.log.length || node.appliedIndex !== node.commitIndex) return false;
  return disk.pending.length === 0 && outbox.length === 0;
}
