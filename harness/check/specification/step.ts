/**
 * One step of one server, held against the specification (`ongardie/raft.tla`, Figure 2 of the
 * paper): from the state before, is there an allowed action that leads to the state after?
 *
 * A step of a program is often several actions in a row (a newer term is adopted, then the request
 * is handled, then the commit index advances): `explained` composes them. Steps that change nothing
 * are allowed, as the specification lets messages get lost and servers rest.
 */
import type {
  AbstractMessage,
  AppendReply,
  Expected,
  LogChange,
  VoteReply,
  Way,
} from './receive.ts';
import { commit, newWay, receive } from './receive.ts';
import type { Configuration } from '../../trace/record.ts';
import { hasQuorum } from '../members.ts';
import type { AbstractServer, Action, Item } from './state.ts';
import { sameItem, termAt } from './state.ts';

/** What set the server in motion. */
export type Trigger =
  | { readonly kind: 'receive'; readonly message: AbstractMessage }
  /** Its own time-out, a leader's TimeoutNow, or a quorum's pre-votes; `term` may be news. */
  | { readonly kind: 'campaign'; readonly term: number }
  /** A heartbeat, a client's request, a disk's completion: what the specification leaves open. */
  | { readonly kind: 'other' };

/** What the server was seen to do: the state it claims afterwards. */
export interface Seen {
  role: AbstractServer['role'];
  term: number;
  votedFor: string | null;
  commitIndex: number;
  readonly changes: LogChange[];
  /** A leader's own entries count as far as its disk holds them. */
  ownMatch: number;
  /** The configurations in force during the step, one or more: any of them may have decided. */
  readonly electorates: Configuration[];
  /** A snapshot that replaced its state machine, with the log that it stands for. */
  restored: Restored | null;
  /** The power failed in the middle of it. */
  cut: boolean;
  /** May a leader of this cluster step down within its term (check-quorum)? */
  readonly mayStepDown: boolean;
  /** Its disk tells some time after it is done. */
  readonly hearsLate: boolean;
  /** The answer it sent to the message received, if it was seen to send one. */
  reply: VoteReply | AppendReply | null;
}

export interface Restored {
  readonly index: number;
  readonly term: number;
  readonly items: readonly Item[];
}

export type Explained =
  | { readonly kind: 'allowed'; readonly actions: readonly Action[]; readonly reply: Expected }
  | { readonly kind: 'refused'; readonly sentence: string };

/** A way that is to end where the server was seen. */
interface Judged {
  readonly way: Way;
  readonly seen: Seen;
}

/** Holds one step against the specification and, when it is allowed, takes it. */
export function explained(
  server: AbstractServer,
  step: { readonly trigger: Trigger; readonly seen: Seen },
): Explained {
  const { trigger, seen } = step;
  const way = newWay(server);
  const judged = { way, seen };
  if (isLost(judged, trigger)) {
    return { kind: 'allowed', actions: ['DropMessage'], reply: null };
  }
  const wrong = onTrigger(judged, trigger) ?? afterwards(judged) ?? differs(judged);
  if (wrong !== null) return { kind: 'refused', sentence: wrong };
  commit(way);
  return { kind: 'allowed', actions: way.actions, reply: way.reply };
}

/**
 * Did a newer term, or a request, leave no trace in state or answer? Then it got lost, or was
 * ignored on a leader's behalf (dissertation 4.2.3).
 */
function isLost({ way: { server }, seen }: Judged, trigger: Trigger): boolean {
  if (trigger.kind !== 'receive') return false;
  const { kind, term } = trigger.message;
  const isRequest =
    kind === 'RequestVote' || (kind === 'AppendEntries' && server.role !== 'leader');
  if (term <= server.term && !isRequest) return false;
  return (
    seen.restored === null &&
    seen.term === server.term &&
    seen.role === server.role &&
    seen.votedFor === server.votedFor &&
    seen.commitIndex === server.commitIndex &&
    seen.changes.length === 0 &&
    seen.reply === null
  );
}

function onTrigger(judged: Judged, trigger: Trigger): string | null {
  switch (trigger.kind) {
    case 'campaign':
      return campaign(judged, trigger.term);
    case 'receive':
      return receive(judged.way, trigger.message) ?? install(judged, trigger.message);
    case 'other':
      return null;
  }
}

/** Timeout(i): a new term, a vote for itself; before it a newer term may have been adopted. */
function campaign({ way, seen }: Judged, news: number): string | null {
  const { server } = way;
  if (news > way.term && seen.term >= news) {
    way.term = news;
    way.votedFor = null;
    way.role = 'follower';
    way.actions.push('UpdateTerm');
  }
  if (seen.term === way.term) return null;
  if (way.role === 'leader') return 'a leader campaigned';
  way.term += 1;
  way.votedFor = server.id;
  way.role = 'candidate';
  server.granted.clear();
  server.refused.clear();
  server.granted.add(server.id);
  way.actions.push('Timeout');
  return null;
}

/**
 * The last piece of a snapshot: a log that holds its last entry is committed up to there; any other
 * is replaced, together with the state machine (section 7; raft.md 2.4-R5).
 */
function install({ way, seen }: Judged, message: AbstractMessage): string | null {
  if (message.kind !== 'InstallSnapshot' || seen.commitIndex === way.commitIndex) return null;
  const { lastIndex, lastTerm, done } = message;
  if (!done || seen.commitIndex !== lastIndex || lastIndex < way.commitIndex) {
    return `it committed up to ${seen.commitIndex} by a snapshot to ${lastIndex}`;
  }
  way.commitIndex = lastIndex;
  way.actions.push('InstallSnapshot');
  if (termAt(way.server.log, lastIndex) === lastTerm) return null;
  // The process died before its state machine was told: what it had then is gone with it.
  if (seen.cut) return null;
  const { restored } = seen;
  if (restored === null || restored.index !== lastIndex || restored.term !== lastTerm) {
    return `it did not take the snapshot to ${lastIndex} over`;
  }
  way.changes.push({ from: 1, items: restored.items });
  seen.changes.splice(0, seen.changes.length, { from: 1, items: restored.items });
  return null;
}

/** What a server may do of itself, whatever set it in motion. */
function afterwards(judged: Judged): string | null {
  return becomeLeader(judged) ?? clientRequest(judged) ?? advanceCommit(judged) ?? stepDown(judged);
}

/** BecomeLeader(i): a candidate with a quorum of votes. */
function becomeLeader({ way, seen }: Judged): string | null {
  const { server } = way;
  const { granted } = server;
  if (seen.role !== 'leader' || way.role === 'leader') return null;
  if (way.role !== 'candidate') return 'it became leader without having been a candidate';
  if (!seen.electorates.some((each) => hasQuorum(each, (id) => granted.has(id)))) {
    return `it became leader with the votes of ${[...granted].join(', ')} only`;
  }
  way.role = 'leader';
  server.match.clear();
  way.actions.push('BecomeLeader');
  return null;
}

/**
 * Leaving office within a term: a candidate that cannot win any more (raft.md 2.1-R5) or asks anew
 * by pre-vote, a leader without a quorum (6.2) or without a place in the configuration (4.2.2).
 */
function stepDown({ way, seen }: Judged): string | null {
  const { server } = way;
  if (seen.role !== 'follower' || seen.term !== way.term || way.role === 'follower') return null;
  const { refused, id: self } = server;
  const lost = seen.electorates.some((each) => !hasQuorum(each, (id) => !refused.has(id)));
  const removed = seen.electorates.some(({ voters }) => !voters.includes(self));
  if (way.role === 'candidate' && !lost && !seen.mayStepDown) return null;
  if (way.role === 'leader' && !removed && !seen.mayStepDown) return null;
  way.role = 'follower';
  way.actions.push('StepDown');
  return null;
}

/** ClientRequest(i, v): a leader appends entries of its own term. */
function clientRequest({ way, seen }: Judged): string | null {
  const { server } = way;
  if (way.role !== 'leader') return null;
  let last = server.log.length;
  for (const change of seen.changes) {
    if (change.from !== last + 1) return `as leader it replaced its log from index ${change.from}`;
    for (const { term } of change.items) {
      if (term !== way.term) return `as leader of term ${way.term} it appended one of term ${term}`;
    }
    last += change.items.length;
    way.changes.push(change);
    way.actions.push('ClientRequest');
  }
  return null;
}

/** AdvanceCommitIndex(i): the largest index that a quorum holds, if it is of the current term. */
function advanceCommit({ way, seen }: Judged): string | null {
  const { commitIndex } = seen;
  if (way.role !== 'leader' || commitIndex === way.commitIndex) return null;
  const agreed = seen.electorates.map((each) => agreedIndex(way, seen, each));
  const most = Math.max(...agreed);
  // It may know less than is so: of its own disk, or of a configuration that changes.
  const knows = agreed.length === 1 && !seen.hearsLate;
  if (knows ? commitIndex !== most : commitIndex > most) {
    return `it committed up to ${commitIndex}, where a quorum holds up to ${most}`;
  }
  const term = termAfter(way, commitIndex);
  if (term !== way.term) {
    return `it committed index ${commitIndex} of term ${String(term)} by counting, in term ${way.term}`;
  }
  way.commitIndex = commitIndex;
  way.actions.push('AdvanceCommitIndex');
  return null;
}

/** The term at `index` once the changes are made. */
function termAfter({ server, changes }: Way, index: number): number | null {
  for (const { from, items } of changes) {
    if (index >= from) return items[index - from]?.term ?? null;
  }
  return termAt(server.log, index);
}

/** The largest index that a quorum of the configuration is known to hold. */
function agreedIndex({ server }: Way, { ownMatch }: Seen, electorate: Configuration): number {
  const held = (id: string): number => (id === server.id ? ownMatch : (server.match.get(id) ?? 0));
  const members = [...electorate.voters, ...electorate.outgoing];
  const quorate = members
    .map(held)
    .filter((index) => hasQuorum(electorate, (id) => held(id) >= index));
  return Math.max(0, ...quorate);
}

const nobody = 'nobody';

/** The first difference between where the actions lead and what was seen. */
function differs(judged: Judged): string | null {
  const { way, seen } = judged;
  if (seen.term !== way.term) return `it is in term ${seen.term} instead of ${way.term}`;
  if (seen.role !== way.role) return `it is ${seen.role} instead of ${way.role}`;
  if (seen.votedFor !== way.votedFor) {
    return `its vote is for ${seen.votedFor ?? nobody} instead of ${way.votedFor ?? nobody}`;
  }
  return logDiffers(judged) ?? commitDiffers(judged) ?? replyDiffers(judged);
}

function commitDiffers({ way: { commitIndex }, seen }: Judged): string | null {
  if (seen.commitIndex === commitIndex) return null;
  return `its commit index is ${seen.commitIndex} instead of ${commitIndex}`;
}

function logDiffers({ way: { changes }, seen }: Judged): string | null {
  const same =
    seen.changes.length === changes.length &&
    seen.changes.every((change, at) => sameChange(change, changes[at]));
  if (same) return null;
  const saw = told(seen.changes);
  const allowed = told(changes);
  if (saw === allowed) return 'it wrote another entry than it was sent';
  return `it ${saw} instead of having ${allowed}`;
}

function sameChange(a: LogChange, b: LogChange | undefined): boolean {
  if (a === b) return true;
  if (b === undefined || a.from !== b.from || a.items.length !== b.items.length) return false;
  return a.items.every((item, at) => {
    const other = b.items[at];
    return other !== undefined && sameItem(item, other);
  });
}

function told(changes: readonly LogChange[]): string {
  if (changes.length === 0) return 'left its log alone';
  return changes
    .map(({ from, items }) => `replaced its log from ${from} on by ${termsOf(items)}`)
    .join(' and ');
}

function termsOf(items: readonly Item[]): string {
  return items.length === 0 ? 'nothing' : `terms ${items.map(({ term }) => term).join(' ')}`;
}

function replyDiffers({ way: { reply }, seen }: Judged): string | null {
  return seen.reply === null ? null : replyFault(seen.reply, reply);
}

/** What is wrong with an answer, given the one that the specification gives; null: nothing. */
export function replyFault(said: VoteReply | AppendReply, allowed: Expected): string | null {
  if (allowed === null) return `it answered what calls for no ${said.kind}`;
  if (said.kind !== allowed.kind) return `it answered with a ${said.kind}`;
  const a = answerText(said);
  const b = answerText(allowed);
  return a === b ? null : `it answered ${a} instead of ${b}`;
}

function answerText(reply: VoteReply | AppendReply): string {
  const term = `in term ${reply.term}`;
  if (reply.kind === 'RequestVoteReply') return `${reply.granted ? 'yes' : 'no'} ${term}`;
  return reply.success ? `a match up to ${reply.matchIndex} ${term}` : `a mismatch ${term}`;
}
