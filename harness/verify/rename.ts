/**
 * Servers under other names. Raft treats all servers alike, so two states that differ only in the
 * names have the same future; the explorer keeps one of each kind.
 *
 * A renaming is a list: server i becomes server `renaming[i]`.
 */
import type { ClientReply, RaftMessage } from '../raft/message.ts';
import type { NodeOptions } from '../raft/node.ts';
import type { Write } from '../raft/step.ts';
import { copyNode, serverName } from './local.ts';
import type { Local } from './local.ts';

export type Renaming = readonly number[];

/** All renamings of so many servers; the first changes nothing. */
export function renamings(count: number): readonly Renaming[] {
  let all: number[][] = [[]];
  for (let size = 0; size < count; size += 1) {
    all = all.flatMap((some) =>
      Array.from({ length: size + 1 }, (_, at) => [
        ...some.slice(0, size - at),
        size,
        ...some.slice(size - at),
      ]),
    );
  }
  return all;
}

/** A name that begins with a server's, as `S2` or `S2, reply 1`, under the renaming. */
export function renamed(name: string, by: Renaming): string {
  if (!/^S\d/u.test(name)) return name;
  const server = name.charCodeAt(1) - 49;
  return `${serverName(by[server] ?? server)}${name.slice(2)}`;
}

function renamedOrNull(name: string | null, by: Renaming): string | null {
  return name === null ? null : renamed(name, by);
}

export function renameMessage<M extends RaftMessage | ClientReply>(message: M, by: Renaming): M {
  return { ...message, from: renamed(message.from, by), to: renamed(message.to, by) };
}

function renameWrite(write: Write, by: Renaming): Write {
  const { hard } = write;
  if (hard === null) return write;
  return { ...write, hard: { term: hard.term, votedFor: renamedOrNull(hard.votedFor, by) } };
}

function renameBits(bits: number, by: Renaming): number {
  let renamedBits = 0;
  by.forEach((to, from) => {
    if ((bits & (1 << from)) !== 0) renamedBits |= 1 << to;
  });
  return renamedBits;
}

/** The same server in the renamed cluster; `optionsOf` are those of the servers by index. */
export function renameLocal(local: Local, by: Renaming, optionsOf: readonly NodeOptions[]): Local {
  const server = by[local.server] ?? local.server;
  const node = copyNode(local.node);
  const order = optionsOf[server]?.servers ?? [];
  const progress = node.progress
    .map((each) => ({ ...each, peer: renamed(each.peer, by) }))
    .sort((one, other) => order.indexOf(one.peer) - order.indexOf(other.peer));
  const { stored } = local;
  return {
    ...local,
    server,
    node: {
      ...node,
      options: optionsOf[server] ?? node.options,
      votedFor: renamedOrNull(node.votedFor, by),
      leader: renamedOrNull(node.leader, by),
      granted: new Set([...node.granted].map((name) => renamed(name, by))),
      refused: new Set([...node.refused].map((name) => renamed(name, by))),
      progress,
    },
    stored: { ...stored, votedFor: renamedOrNull(stored.votedFor, by) },
    pending: local.pending.map((write) => renameWrite(write, by)),
    outbox: local.outbox.map(({ after, message }) => ({
      after,
      message: renameMessage(message, by),
    })),
    grantedTo: renamed(local.grantedTo, by),
    heard: renameBits(local.heard, by),
  };
}
