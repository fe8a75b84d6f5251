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
import type { AbstractCluster, AbstractServer, Action, Item } from './state.ts';
import { sameItem, termAt } from './state.ts';

/** What set the server in motion. */
export type Trigger =
  | { readonly kind: 'receive'; readonly message: AbstractMessage }
  | { readonly kind: 'electionTimeout' }
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
  /** The answer it sent to the message received, if it was seen to send one. */
  reply: VoteReply | AppendReply | null;
}

export type Explained =
  | { readonly kind: 'allowed'; readonly actions: readonly Action[]; readonly reply: Expected }
  | { readonly kind: 'refused'; readonly sentence: string };

/** A way that is to end where the server was seen. */
interface Judged {
  readonly way: Way;
  readonly cluster: AbstractCluster;
  readonly seen: Seen;
}

/** Holds one step against the specification and, when it is allowed, takes it. */
export function explained(
  cluster: AbstractCluster,
  server: AbstractServer,
  step: { readonly trigger: Trigger; readonly seen: Seen },
): Explained {
  const { trigger, seen } = step;
  const way = newWay(server);
  const judged = { way, cluster, seen };
  if (isLost(judged, trigger)) {
    return { kind: 'allowed', actions: ['DropMessage'], reply: null };
  }
  const wrong = onTrigger(judged, trigger) ?? afterwards(judged) ?? differs(judged);
  if (wrong !== null) return { kind: 'refused', sentence: wrong };
  commit(way);
  return { kind: 'allowed', actions: way.actions, reply: way.reply };
}

/** Did the message leave no trace in term, vote or answer, although it should have? It got lost. */
function isLost({ way: { server }, seen }: Judged, trigger: Trigger): boolean {
  if (trigger.kind !== 'receive' || trigger.message.term <= server.term) return false;
  return (
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
    case 'electionTimeout':
      return timeout(judged);
    case 'receive':
      return receive(judged.way, trigger.message);
    case 'other':
      return null;
  }
}

/** Timeout(i): a new term, a vote for itself. */
function timeout({ way, seen }: Judged): string | null {
  const { server } = way;
  if (seen.term === server.term && seen.role === server.role) return null;
  if (server.role === 'leader') return 'a leader campaigned';
  way.term = server.term + 1;
  way.votedFor = server.id;
  way.role = 'candidate';
  server.granted.clear();
  server.refused.clear();
  server.granted.add(server.id);
  way.actions.push('Timeout');
  return null;
}

/** What a server may do of itself, whatever set it in motion. */
function afterwards(judged: Judged): string | null {
  return (
    becomeLeader(judged) ?? loseElection(judged) ?? clientRequest(judged) ?? advanceCommit(judged)
  );
}

/** BecomeLeader(i): a candidate with a quorum of votes. */
function becomeLeader({ way, seen, cluster }: Judged): string | null {
  const { server } = way;
  if (seen.role !== 'leader' || way.role === 'leader') return null;
  if (way.role !== 'candidate') return 'it became leader without having been a candidate';
  const votes = server.granted.size;
  if (votes < cluster.majority) {
    return `it became leader with the votes of ${votes} of ${cluster.servers.size} servers`;
  }
  way.role = 'leader';
  server.match.clear();
  way.actions.push('BecomeLeader');
  return null;
}

/** A candidate that a quorum refused may give up early (raft.md 2.1-R5). */
function loseElection({ way, seen, cluster }: Judged): string | null {
  const { server } = way;
  if (way.role !== 'candidate' || seen.role !== 'follower' || seen.term !== way.term) return null;
  if (server.refused.size <= cluster.servers.size - cluster.majority) return null;
  way.role = 'follower';
  way.actions.push('LoseElection');
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
function advanceCommit(judged: Judged): string | null {
  const { way, seen } = judged;
  if (way.role !== 'leader' || seen.commitIndex === way.commitIndex) return null;
  const allowed = agreedIndex(judged);
  const term = termAfter(way, seen.commitIndex);
  if (seen.commitIndex !== allowed) {
    return `it committed up to ${seen.commitIndex}, where a quorum holds up to ${allowed}`;
  }
  if (term !== way.term) {
    return `it committed index ${allowed} of term ${String(term)} by counting, in term ${way.term}`;
  }
  way.commitIndex = allowed;
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

function agreedIndex({ way: { server }, seen, cluster }: Judged): number {
  const others = [...cluster.servers.keys()].filter((id) => id !== server.id);
  const held = others.map((id) => server.match.get(id) ?? 0);
  const sorted = [seen.ownMatch, ...held].toSorted((a, b) => b - a);
  return sorted[cluster.majority - 1] ?? 0;
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
