/**
 * The promises that one server can break alone, seen at each of its steps and at each message that
 * leaves it. Named as the judges of recorded traces are.
 */
import type { Entry } from '../raft/entry.ts';
import type { RaftMessage } from '../raft/message.ts';
import type { Effect, Input } from '../raft/step.ts';
import type { Breach } from './breach.ts';
import { broken } from './breach.ts';
import type { Local } from './local.ts';
import { numberOf } from './requests.ts';

export interface Watched {
  readonly before: Local;
  readonly after: Local;
  readonly input: Input;
  readonly effects: readonly Effect[];
}

/** Do the logs hold the same entries up to `length`? */
export function agreeUpTo(one: readonly Entry[], other: readonly Entry[], length: number): boolean {
  if (one.length < length || other.length < length) return false;
  for (let at = length - 1; at >= 0; at -= 1) {
    const left = one[at];
    const right = other[at];
    if (left === right) continue;
    if (left?.term !== right?.term || left?.digest !== right?.digest) return false;
  }
  return true;
}

function termBreaches({ before, after, input }: Watched): Breach[] {
  const found: Breach[] = [];
  const { id } = after.node.options;
  const floor = input.kind === 'online' ? before.shownTerm : before.node.term;
  if (after.node.term < floor) {
    found.push(broken('TermMonotonic', `${id} went back from term ${floor} to ${after.node.term}`));
  }
  const last = after.node.log.at(-1);
  if (last !== undefined && last.term > after.node.term) {
    const sentence = `${id} in term ${after.node.term} holds an entry of term ${last.term}`;
    found.push(broken('LogTerms', sentence));
  }
  return found;
}

function commitBreaches({ before, after, input }: Watched): Breach[] {
  if (input.kind === 'online') return [];
  const found: Breach[] = [];
  const { node } = after;
  const { id } = node.options;
  const { commitIndex } = before.node;
  if (node.commitIndex < commitIndex) {
    const sentence = `${id} went back from commit index ${commitIndex} to ${node.commitIndex}`;
    found.push(broken('CommitMonotonic', sentence));
  }
  if (node.appliedIndex > node.commitIndex) {
    const sentence = `${id} applied ${node.appliedIndex} and has committed ${node.commitIndex}`;
    found.push(broken('CommitMonotonic', sentence));
  }
  if (!agreeUpTo(before.node.log, node.log, commitIndex)) {
    const sentence = `${id} removed an entry at or below its commit index ${commitIndex}`;
    found.push(broken('TruncateBelowCommit', sentence));
  }
  const leads = before.node.role === 'leader' && node.role === 'leader';
  if (leads && !agreeUpTo(before.node.log, node.log, before.node.log.length)) {
    found.push(broken('LeaderAppendOnly', `${id} removed entries of its log as leader`));
  }
  return found;
}

function beliefBreaches({ after }: Watched): Breach[] {
  const { node } = after;
  return node.progress
    .filter(({ nextIndex, matchIndex }) => nextIndex <= matchIndex)
    .map(({ peer, nextIndex, matchIndex }) =>
      broken(
        'NextAboveMatch',
        `${node.options.id} would send ${peer} entry ${nextIndex}, which matches to ${matchIndex}`,
      ),
    );
}

function answerBreaches({ after, effects }: Watched): Breach[] {
  const found: Breach[] = [];
  const { node } = after;
  const ran = typeof node.state === 'string' ? node.state.split('.').slice(1) : [];
  if (new Set(ran).size < ran.length) {
    const sentence = `${node.options.id} ran a command twice: ${ran.join(', ')}`;
    found.push(broken('ExactlyOnce', sentence));
  }
  for (const effect of effects) {
    if (effect.kind !== 'answer' || effect.message.answer.kind !== 'done') continue;
    const number = numberOf(effect.message, node.options.sessions.length);
    if (ran.includes(String(number))) continue;
    const sentence = `${node.options.id} answered command ${number} before it was applied`;
    found.push(broken('AnswerAfterCommit', sentence));
  }
  return found;
}

/** What a step broke. */
export function watchStep(watched: Watched): readonly Breach[] {
  return [
    ...termBreaches(watched),
    ...commitBreaches(watched),
    ...beliefBreaches(watched),
    ...answerBreaches(watched),
  ];
}

/** A server's vote as a message shows it: a candidate has voted for itself. */
function voteIn(message: RaftMessage): string | null {
  if (message.kind === 'RequestVote') return message.from;
  return message.kind === 'RequestVoteReply' && message.granted ? message.to : null;
}

function voteBreaches(local: Local, term: number, to: string): Breach[] {
  const found: Breach[] = [];
  const { stored, node, grantedTerm, grantedTo } = local;
  const { id } = node.options;
  if (term === stored.term && stored.votedFor !== to) {
    found.push(broken('PersistBeforeSend', `${id} shows a vote that its disk does not hold`));
  }
  if (term < grantedTerm || (term === grantedTerm && to !== grantedTo)) {
    const earlier = `for ${grantedTo} in term ${grantedTerm}`;
    const sentence = `${id} voted ${earlier}, and now for ${to} in term ${term}`;
    found.push(broken('VoteOncePerTerm', sentence));
  }
  return found;
}

function ackBreaches({ stored, node }: Local, message: RaftMessage): Breach[] {
  if (message.kind !== 'AppendEntriesReply' || !message.success) return [];
  if (message.term !== node.term) return [];
  const { matchIndex } = message;
  if (agreeUpTo(stored.entries, node.log, matchIndex)) return [];
  const { id } = node.options;
  const sentence = `${id} acknowledges entries up to ${matchIndex} that its disk does not hold`;
  return [broken('PersistBeforeSend', sentence)];
}

/** What a message breaks by leaving now; remembers the vote that it gives. */
export function watchDeparture(local: Local, message: RaftMessage): readonly Breach[] {
  const { stored, node } = local;
  const { term } = message;
  const found = ackBreaches(local, message);
  if (term > stored.term) {
    const sentence = `${node.options.id} shows term ${term}, which its disk does not hold`;
    found.push(broken('PersistBeforeSend', sentence));
  }
  const vote = voteIn(message);
  if (vote !== null) {
    found.push(...voteBreaches(local, term, vote));
    local.grantedTerm = term;
    local.grantedTo = vote;
  }
  return found;
}
