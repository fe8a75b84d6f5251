/** Clients' requests (section 8; dissertation 6.3). Only a leader takes them. */
import { assert } from './assert.ts';
import { replicate } from './feed.ts';
import { lastIndex, makeEntry } from './log.ts';
import type { Answer, ClientRequest } from './message.ts';
import { jsonBytes, textBytes } from './size.ts';
import { answer, append } from './turn.ts';
import type { Turn } from './turn.ts';

/** Whoever is not leader says who is, as far as it knows. */
export function redirect(turn: Turn, request: ClientRequest): void {
  answerAtOnce(turn, request, { kind: 'notLeader', leader: turn.node.leader });
}

/**
 * Appends the request, unless its answer is known, or the same command waits in the log: then its
 * answer will do for both. Either is only thrift: a double in the log is caught when applied.
 */
export function propose(turn: Turn, request: ClientRequest): void {
  const { node, rules } = turn;
  assert(turn, node.role === 'leader', 'only a leader appends what clients ask for');
  const { payload } = request;
  if (payload.kind !== 'command' && payload.kind !== 'register') return;
  if (payload.kind === 'command') {
    const known = rules.answerAtPropose(node, payload);
    if (known !== null) {
      answerAtOnce(turn, request, known);
      return;
    }
    const waiting = rules.waitingIndex(node, payload);
    if (waiting > 0) {
      node.requesters.set(waiting, request.from);
      return;
    }
  }
  const denied = denial(turn, request);
  if (denied !== null) {
    answerAtOnce(turn, request, denied);
    return;
  }
  if (!rules.takesProposals(node)) {
    answerAtOnce(turn, request, { kind: 'busy', reason: 'transfer' });
    return;
  }
  const index = lastIndex(node) + 1;
  append(turn, makeEntry({ index, term: node.term }, payload));
  node.requesters.set(index, request.from);
  if (payload.kind === 'command') node.newest.set(payload.session, index);
  replicate(turn);
}

/** Why the request may not enter the log, now or ever; null: it may (raft.md 2.13). */
function denial({ node, rules }: Turn, { payload }: ClientRequest): Answer | null {
  const { bytesPerAppendMax, uncommittedMax } = node.options;
  if (bytesPerAppendMax > 0 && (payload.kind === 'command' || payload.kind === 'register')) {
    const isCommand = payload.kind === 'command';
    const bytes = isCommand ? jsonBytes(payload.command) : textBytes(payload.client);
    const reason = `the command takes ${bytes} bytes, and ${bytesPerAppendMax} are allowed`;
    if (isCommand && bytes > bytesPerAppendMax) return { kind: 'refused', reason };
    if (bytes > node.longestBytes) node.longestBytes = bytes;
  }
  if (uncommittedMax > 0 && rules.isBacklogged(node)) return { kind: 'busy', reason: 'backlog' };
  return null;
}

function answerAtOnce(turn: Turn, request: ClientRequest, result: Answer): void {
  const { from: client, payload } = request;
  const serial = payload.kind === 'register' ? 0 : payload.serial;
  const from = turn.node.options.id;
  answer(turn, { kind: 'ClientReply', from, to: client, serial, answer: result });
}
