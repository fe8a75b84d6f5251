/**
 * Applying committed entries, in order and once each, through the session table (dissertation
 * 6.3): every replica comes to the same answer, and the leader that was asked gives it.
 */
import { assert } from './assert.ts';
import type { CommandPayload, Entry, SessionId } from './entry.ts';
import { mixApplied, mixJson } from './hash.ts';
import { entryAt, lastIndex } from './log.ts';
import type { Answer } from './message.ts';
import { outcomeOf } from './outcome.ts';
import { forgetAnswers, keepAnswer, newSession } from './session.ts';
import { compact, isSnapshotDue } from './snapshot.ts';
import { settleReads } from './serve.ts';
import { answer, emit } from './turn.ts';
import type { Turn } from './turn.ts';

/** Sets the commit index, then applies what may be applied. */
export function commitTo(turn: Turn, index: number): void {
  const { node, rules } = turn;
  if (index !== node.commitIndex) {
    assert(turn, index > node.commitIndex, 'the commit index never goes back');
    assert(turn, index <= lastIndex(node), 'only entries in the log are committed');
    node.commitIndex = index;
  }
  const compacts = node.options.snapshotEvery > 0;
  const upTo = rules.appliesUpTo(node);
  while (node.appliedIndex < upTo) {
    const entry = entryAt(node, node.appliedIndex + 1);
    if (entry === undefined) break;
    node.appliedIndex += 1;
    applyEntry(turn, entry);
    if (compacts && isSnapshotDue(node)) compact(turn);
  }
  if (node.reads.length > 0) settleReads(turn);
}

function applyEntry(turn: Turn, entry: Entry): void {
  const { node } = turn;
  assert(turn, entry.index === node.appliedIndex, 'entries are applied in the order of the log');
  const { payload } = entry;
  let result: Answer | null = null;
  let repeated = false;
  if (payload.kind === 'register') {
    const session = `#${entry.index}`;
    openSession(turn, session);
    result = { kind: 'registered', session };
  } else if (payload.kind === 'command') {
    result = turn.rules.answerAtApply(node, payload);
    repeated = result !== null;
    if (node.options.sessionsMax > 0) {
      const session = node.sessions.get(payload.session);
      if (session !== undefined) session.used = entry.index;
    }
    result ??= run(turn, payload);
  }
  node.stateDigest = mixApplied(node.stateDigest, { digest: entry.digest, answer: result });
  const { stateDigest } = node;
  emit(turn, { kind: 'apply', entry, answer: result, repeated, stateDigest });
  if (result !== null) tellRequester(turn, entry, result);
}

/**
 * A new session. Where there is no room the least recently used one goes, by the order of the log:
 * on every replica the same one, at the same entry (dissertation 6.3; raft.md 2.12).
 */
function openSession(turn: Turn, session: SessionId): void {
  const { node, rules } = turn;
  const { sessionsMax } = node.options;
  while (sessionsMax > 0 && node.sessions.size >= sessionsMax) {
    const expired = rules.sessionToExpire(node);
    if (expired === undefined || !node.sessions.delete(expired)) break;
    node.stateDigest = mixJson(node.stateDigest, [expired]);
  }
  node.sessions.set(session, newSession(sessionsMax > 0 ? node.appliedIndex : 0));
}

/** Runs the command and remembers its answer; forgets those that the client has seen. */
function run(turn: Turn, payload: CommandPayload): Answer {
  const { node } = turn;
  const outcome = outcomeOf(node, payload.command);
  let result: Answer;
  if (outcome.kind === 'done') {
    node.state = outcome.state;
    result = { kind: 'done', result: outcome.result };
  } else {
    result = { kind: 'refused', reason: outcome.reason };
  }
  const session = node.sessions.get(payload.session);
  if (session === undefined) return result;
  keepAnswer(session, payload.serial, result);
  forgetAnswers(session, payload.acknowledged);
  return result;
}

function tellRequester(turn: Turn, entry: Entry, result: Answer): void {
  const { node } = turn;
  if (node.requesters.size === 0) return;
  const client = node.requesters.get(entry.index);
  if (client === undefined) return;
  assert(turn, node.role === 'leader', 'only a leader answers for what it applied');
  node.requesters.delete(entry.index);
  const serial = entry.payload.kind === 'command' ? entry.payload.serial : 0;
  answer(turn, {
    kind: 'ClientReply',
    from: node.options.id,
    to: client,
    serial,
    answer: result,
  });
}
