/** The first line of a story: the cluster as it stood before anything in the story happened. */
import type { Picture, ServerPicture } from './picture.ts';
import { termsOf } from './effects.ts';
import { standing } from './membership.ts';
import { crowd, joined, span } from './words.ts';

function posture(server: ServerPicture): string {
  if (!server.up) return 'is down';
  if (server.role === 'leader') return `leads term ${server.term}`;
  const role = standing(server) || server.role;
  return role === 'outsider' ? 'takes no part' : `${role} in term ${server.term}`;
}

function who(name: string, servers: readonly string[]): string {
  if (name === 'is down') return `${crowd(servers)} ${servers.length === 1 ? 'is' : 'are'} down`;
  if (name === 'takes no part' && servers.length > 1) return `${crowd(servers)} take no part`;
  if (/^(?:leads|takes) /u.test(name)) return `${joined(servers)} ${name}`;
  const [role, ...rest] = name.split(' ');
  const verb = servers.length === 1 ? `is a ${role}` : `are ${role}s`;
  return `${crowd(servers)} ${verb} ${rest.join(' ')}`;
}

/** Equal as far as known: nobody knows any more what a snapshot covers. */
function sameLog(one: ServerPicture['log'], other: ServerPicture['log']): boolean {
  if (one.length !== other.length) return false;
  return one.every((entry, at) => {
    const twin = other[at];
    if (entry.digest === 0 || twin?.digest === 0) return true;
    return twin?.term === entry.term && twin.digest === entry.digest;
  });
}

function logs(servers: readonly ServerPicture[]): string {
  const first = servers[0]?.log ?? [];
  if (servers.every(({ log }) => sameLog(log, first))) {
    return first.length === 0
      ? 'logs empty'
      : `logs equal: ${span({ from: 1, to: first.length })} (${termsOf(first)})`;
  }
  const lengths = servers.map((server) => `${server.id} ${server.log.length}`);
  return `logs of length ${lengths.join(', ')}`;
}

/** `S1–S5 are followers in term 1, logs equal: 1–3 (T1), commit 3` */
export function openingText(picture: Picture): string {
  const servers = [...picture.servers.values()];
  const groups = new Map<string, string[]>();
  for (const server of servers) {
    const name = posture(server);
    groups.set(name, [...(groups.get(name) ?? []), server.id]);
  }
  const roles = [...groups].map(([name, members]) => who(name, members));
  const commits = new Set(servers.map((server) => server.commitIndex));
  const highest = Math.max(0, ...commits);
  const commit = highest === 0 ? '' : `, commit ${commits.size === 1 ? '' : 'up to '}${highest}`;
  return `${roles.join('; ')}; ${logs(servers)}${commit}`;
}
