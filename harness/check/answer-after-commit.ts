/**
 * A client hears the outcome of a command only from a server that has applied it from a committed
 * index, and hears what applying it came to; the outcome of a read that made no entry it hears from a server
 * that served it.
 */
import type { MessageRecord, SendRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof } from './evidence.ts';
import type { Run, Runs } from './sessions.ts';
import { answerText, learn, newRuns, runOf, sameAnswer } from './sessions.ts';
import type { ClusterView, ServerView } from './view.ts';

type Reply = Extract<MessageRecord, { readonly kind: 'ClientReply' }>;

interface State {
  examined: number;
  /** Operations that the history says were answered. */
  answered: number;
  readonly runs: Runs;
  /** Reads served without an entry, by server, session and serial. */
  readonly served: Set<string>;
  /** Those whose wishes are not commands. */
  readonly operators: Set<string>;
  /** The sessions each client has used; nearly always one. */
  readonly sessions: Map<string, string[]>;
}

function asked(state: State, client: string, session: string): void {
  const sessions = state.sessions.get(client);
  if (sessions === undefined) state.sessions.set(client, [session]);
  else if (!sessions.includes(session)) sessions.push(session);
}

function unregistered(server: ServerView, session: string): string | undefined {
  if (!session.startsWith('#')) return undefined;
  const index = Number(session.slice(1));
  if (index <= server.appliedIndex) return undefined;
  return `${server.id} handed out session ${session} before it applied index ${String(index)}`;
}

function unfounded(state: State, record: SendRecord, reply: Reply, view: ClusterView): Failure {
  const { server, run } = lookUp(state, reply, view);
  const command = `command ${String(reply.serial)} of ${reply.to}`;
  const said = `${reply.from} answered ${command} with ${answerText(reply.answer)}`;
  if (run === undefined) {
    return { sentence: `${said} before any server applied it`, evidence: [record.seq] };
  }
  const evidence = proof(record.seq, run.seq);
  const index = String(run.index);
  if (run.index > server.appliedIndex) {
    const own = String(server.appliedIndex);
    return { sentence: `${said} before it applied index ${index}: it is at ${own}`, evidence };
  }
  const outcome = answerText(run.answer);
  return { sentence: `${said}, but applying it at index ${index} came to ${outcome}`, evidence };
}

/** The run that a reply may mean; a client with several sessions may mean any of them. */
function lookUp(
  state: State,
  reply: Reply,
  view: ClusterView,
): { readonly server: ServerView; readonly run: Run | undefined; readonly founded: boolean } {
  const server = view.server(reply.from);
  let run: Run | undefined;
  for (const session of state.sessions.get(reply.to) ?? [reply.to]) {
    const candidate = runOf(state.runs, session, reply.serial);
    if (candidate === undefined) continue;
    run = candidate;
    const known = candidate.index <= Math.min(server.appliedIndex, view.committed.length);
    if (known && sameAnswer(candidate.answer, reply.answer)) return { server, run, founded: true };
  }
  return { server, run, founded: false };
}

const readName = (server: string, session: string, serial: number): string =>
  `${server} ${session} ${String(serial)}`;

function wasServed(state: State, { from, to, serial }: Reply): boolean {
  const sessions = state.sessions.get(to) ?? [to];
  return sessions.some((session) => state.served.has(readName(from, session, serial)));
}

/** A command that fits no message is refused without an entry: nothing to wait for. */
function wasTooLong(answer: Reply['answer']): boolean {
  return answer.kind === 'refused' && answer.reason.startsWith('the command takes ');
}

function replied(
  state: State,
  record: SendRecord,
  reply: Reply,
  view: ClusterView,
): Failure | undefined {
  const { answer } = reply;
  if (answer.kind === 'registered') {
    state.examined += 1;
    const sentence = unregistered(view.server(reply.from), answer.session);
    return sentence === undefined ? undefined : { sentence, evidence: [record.seq] };
  }
  if (answer.kind !== 'done' && answer.kind !== 'refused') return undefined;
  if (state.operators.has(reply.to)) return undefined;
  state.examined += 1;
  if (state.served.size > 0 && wasServed(state, reply)) return undefined;
  const { founded, run } = lookUp(state, reply, view);
  if (founded || (run === undefined && wasTooLong(answer))) return undefined;
  return unfounded(state, record, reply, view);
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'send') {
    const { message } = record;
    if (message.kind === 'ClientReply') return replied(state, record, message, view);
    if (message.kind !== 'ClientRequest') return undefined;
    const { payload, from } = message;
    if (payload.kind === 'command' || payload.kind === 'read') asked(state, from, payload.session);
    else if (payload.kind !== 'register') state.operators.add(from);
    return undefined;
  }
  if (record.kind === 'apply') learn(state.runs, record);
  else if (record.kind === 'serve') {
    state.served.add(readName(record.server, record.session, record.serial));
  } else if (record.kind === 'ok') state.answered += 1;
  return undefined;
}

/** Raft Figure 2, rules for leaders: "respond after entry applied to state machine". */
export const answerAfterCommit: Check<State> = {
  name: 'AnswerAfterCommit',
  promise: 'A client is answered only after its command was committed and applied (Raft §5.3).',
  class: 'safety',
  kinds: ['send', 'apply', 'serve', 'ok'],
  messages: ['ClientRequest', 'ClientReply'],
  start: (): State => ({
    examined: 0,
    answered: 0,
    runs: newRuns(),
    served: new Set(),
    operators: new Set(),
    sessions: new Map(),
  }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (state: State): string | undefined =>
    state.answered === 0 ? 'no client was answered' : undefined,
};
