/**
 * Applying committed entries, in order and once each, through the session table (dissertation
 * 6.3): every replica comes to the same answer, and the leader that was asked gives it.
 */
import { assert } from './assert.ts';
import type { CommandPayload, Entry } from './entry.ts';
import { mixApplied } from './hash.ts';
import { entryAt, lastIndex } from './log.ts';
import type { Answer } from './message.ts';
import type { Outcome } from './node.ts';
import { forgetAnswers, keepAnswer, newSession } from './session.ts';
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
  const upTo = rules.appliesUpTo(node);
  while (node.appliedIndex < upTo) {
    const entry = entryAt(node, node.appliedIndex + 1);
    if (entry === undefined) break;
    node.appliedIndex += 1;
    applyEntry(turn, entry);
  }
}

function applyEntry(turn: Turn, entry: Entry): void {
  const { node } = turn;
  assert(turn, entry.index === node.appliedIndex, 'entries are applied in the order of the log');
  const { payload } = entry;
  let result: Answer | null = null;
  let repeated = false;
  if (payload.kind === 'register') {
    const session = `#${entry.index}`;
    node.sessions.set(session, newSession());
    result = { kind: 'registered', session };
  } else if (payload.kind === 'command') {
    result = turn.rules.answerAtApply(node, payload);
    repeated = result !== null;
    result ??= run(turn, payload);
  }
  node.stateDigest = mixApplied(node.stateDigest, { digest: entry.digest, answer: result });
  const { stateDigest } = node;
  emit(turn, { kind: 'apply', entry, answer: result, repeated, stateDigest });
  if (result !== null) tellRequester(turn, entry, result);
}

/** Runs the command and remembers its answer; forgets those that the client has seen. */
function run(turn: Turn, payload: CommandPayload): Answer {
  const { node } = turn;
  const outcome = outcomeOf(turn, payload);
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

/** An application that throws has refused: it is pure, so nothing happened. */
function outcomeOf({ node }: Turn, payload: CommandPayload): Outcome<unknown> {
  try {
    return node.application.apply(node.state, payload.command);
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) };
  }
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
