/** Shapes of partitions as sets of directed links that carry nothing. */
import type { ActiveFault } from './world.ts';

/** Links as `from * participants + to`. Participants are the servers, then the clients. */
export function cutsOf(servers: number, participants: number, active: ActiveFault): number[] {
  const { fault, hosts } = active;
  if (fault.kind !== 'partition') return [];
  const inside = (at: number): boolean => (at < servers ? hosts.includes(at) : fault.clients);
  const isCut = (from: number, to: number): boolean => {
    const aClient = from >= servers || to >= servers;
    if (aClient && !fault.clients) return false;
    switch (fault.shape) {
      case 'halves':
        return inside(from) !== inside(to);
      case 'isolate':
        return (from === hosts[0]) !== (to === hosts[0]);
      case 'oneWay':
        return inside(to) && !inside(from);
      case 'bridge':
        return from !== hosts[0] && to !== hosts[0] && inside(from) !== inside(to);
      case 'ring':
        return !aClient && !areNeighbours(from, to, servers);
      default: {
        const never: never = fault.shape;
        throw new Error(`unknown shape ${String(never)}`);
      }
    }
  };
  const links: number[] = [];
  for (let from = 0; from < participants; from++) {
    for (let to = 0; to < participants; to++) {
      if (from !== to && isCut(from, to)) links.push(from * participants + to);
    }
  }
  return links;
}

function areNeighbours(one: number, other: number, servers: number): boolean {
  const distance = Math.abs(one - other);
  return distance === 1 || distance === servers - 1;
}
