/** Messages in traces of etcd's raft: matched by their fields, filled from the sender's log. */
import type { EtcdEvent, EtcdMessage } from '../../trace/etcd-raft.ts';
import type { Actor, EtcdJudge, Sent } from './etcd-actor.ts';
import { count, differs } from './etcd-actor.ts';
import { handled } from './receive.ts';
import type { AbstractServer, Item } from './state.ts';
import { lastTerm, termAt } from './state.ts';

/** What a receipt is matched by. */
function keyOf(message: EtcdMessage): string {
  const { type, from, to, term, index, logTerm, entries, commit, reject } = message;
  return [type, from, to, term, index, logTerm, entries, commit, reject].join(' ');
}

export function send(judge: EtcdJudge, actor: Actor, message: EtcdMessage): string | null {
  const { server } = actor;
  let items: readonly Item[] = [];
  if (message.type === 'MsgVote') {
    if (message.index !== server.log.length || message.logTerm !== lastTerm(server.log)) {
      return `it claims a log up to index ${message.index}, term ${message.logTerm}`;
    }
    count(judge, 'RequestVote');
  } else if (message.type === 'MsgApp') {
    if (termAt(server.log, message.index) !== message.logTerm) {
      return `it says that index ${message.index} is of term ${message.logTerm}`;
    }
    items = server.log.slice(message.index, message.index + message.entries);
    if (items.length < message.entries) return 'it sent entries that its log does not hold';
    count(judge, 'AppendEntries');
  } else if (message.type === 'MsgSnap') {
    items = server.log.slice(0, message.entries);
  }
  const wrong = isRequest(message)
    ? officeFault(server, message)
    : (settled(judge, actor, message) ?? replyFault(actor, message));
  if (wrong !== null) return wrong;
  judge.sent.set(keyOf(message), { message, items });
  return null;
}

function isRequest({ type }: EtcdMessage): boolean {
  return type === 'MsgVote' || type === 'MsgApp' || type === 'MsgHeartbeat' || type === 'MsgSnap';
}

/** Requests speak for an office: candidate or leader of the term they name. */
function officeFault(server: AbstractServer, message: EtcdMessage): string | null {
  const role = message.type === 'MsgVote' ? 'candidate' : 'leader';
  if (server.role === role && server.term === message.term) {
    const known = message.commit <= server.commitIndex;
    return known ? null : `it says that ${message.commit} is committed`;
  }
  return `it sent a ${message.type} of term ${message.term} as ${server.role} of term ${server.term}`;
}

/** The answer to entries from below the commit index: what is committed, or all that fits. */
function settled(judge: EtcdJudge, actor: Actor, message: EtcdMessage): string | null {
  const { stale, server } = actor;
  if (stale === null || message.type !== 'MsgAppResp') return null;
  actor.stale = null;
  if (!message.reject && message.index === server.commitIndex) return null;
  return take(judge, actor, stale);
}

/** An answer must be the one that the receipt before calls for; those to itself are its disk's. */
function replyFault(actor: Actor, message: EtcdMessage): string | null {
  const { reply } = actor;
  if (message.from === message.to || reply === null || reply.kind !== kindOf(message)) return null;
  actor.reply = null;
  if (reply.kind === 'RequestVoteReply') {
    if (reply.granted !== message.reject) return null;
    return message.reject ? 'it refused a vote that was due' : 'it gave a vote that was not due';
  }
  if (reply.success === message.reject) {
    return message.reject ? 'it refused entries that fit' : 'it accepted entries that do not fit';
  }
  if (reply.success && reply.matchIndex !== message.index) {
    return `it acknowledged up to ${message.index} instead of ${reply.matchIndex}`;
  }
  return null;
}

function kindOf({ type }: EtcdMessage): string | null {
  if (type === 'MsgVoteResp') return 'RequestVoteReply';
  return type === 'MsgAppResp' ? 'AppendEntriesReply' : null;
}

export function receive(
  judge: EtcdJudge,
  actor: Actor,
  event: EtcdEvent,
  message: EtcdMessage,
): string | null {
  const { server } = actor;
  const before = differs(actor, event);
  if (before !== null) return before;
  const sent = judge.sent.get(keyOf(message));
  if (sent === undefined)
    return `it received a ${message.type} from ${message.from} that nobody sent`;
  if (message.from === message.to) {
    ownReceipt(server, message);
    return null;
  }
  actor.reply = null;
  actor.stale = null;
  if (message.term < server.term) return count(judge, 'DropMessage');
  return arrive(judge, actor, sent);
}

/** The server's own vote or entries have reached its disk. */
function ownReceipt(server: AbstractServer, message: EtcdMessage): void {
  if (message.type !== 'MsgAppResp' || message.term !== server.term) return;
  server.match.set(server.id, Math.max(server.match.get(server.id) ?? 0, message.index));
}

function arrive(judge: EtcdJudge, actor: Actor, { message, items }: Sent): string | null {
  const { server } = actor;
  const { from, term, index } = message;
  switch (message.type) {
    case 'MsgVote': {
      const { logTerm } = message;
      const request = {
        kind: 'RequestVote',
        from,
        term,
        lastIndex: index,
        lastTerm: logTerm,
      } as const;
      return take(judge, actor, request);
    }
    case 'MsgVoteResp':
      return take(judge, actor, { kind: 'RequestVoteReply', from, term, granted: !message.reject });
    case 'MsgApp': {
      const { logTerm: prevTerm, commit: leaderCommit } = message;
      const place = { from, term, prevIndex: index, prevTerm, entries: items, leaderCommit };
      const request = { kind: 'AppendEntries', ...place } as const;
      if (term > server.term || index >= server.commitIndex) return take(judge, actor, request);
      actor.stale = request;
      return null;
    }
    case 'MsgAppResp': {
      const reply = { kind: 'AppendEntriesReply', from, term, success: !message.reject } as const;
      return take(judge, actor, { ...reply, matchIndex: index });
    }
    case 'MsgHeartbeat':
      return heartbeat(judge, actor, message);
    case 'MsgSnap':
      return snapshot(actor, message, items);
    default:
      return null;
  }
}

function take(
  judge: EtcdJudge,
  actor: Actor,
  message: Parameters<typeof handled>[1],
): string | null {
  const told = handled(actor.server, message);
  if (told.wrong !== null) return told.wrong;
  actor.reply = told.reply;
  for (const action of told.actions) count(judge, action);
  return null;
}

/** A heartbeat is an empty AppendEntries at what the leader knows to match. */
function heartbeat(judge: EtcdJudge, actor: Actor, message: EtcdMessage): string | null {
  const { server } = actor;
  const { from, term, commit } = message;
  const prevTerm = termAt(server.log, commit);
  if (prevTerm === null) return `it is told that index ${commit} is committed, which it has not`;
  const request = { from, term, prevIndex: commit, prevTerm, entries: [], leaderCommit: commit };
  const wrong = take(judge, actor, { kind: 'AppendEntries', ...request });
  actor.reply = null;
  return wrong;
}

function snapshot(actor: Actor, message: EtcdMessage, items: readonly Item[]): string | null {
  const { server } = actor;
  server.role = 'follower';
  if (message.term > server.term) server.votedFor = null;
  server.term = message.term;
  const last = items.length;
  if (last <= server.commitIndex) return null;
  if (termAt(server.log, last) !== items.at(-1)?.term) {
    server.log.length = 0;
    server.log.push(...items);
  }
  server.commitIndex = last;
  return null;
}
