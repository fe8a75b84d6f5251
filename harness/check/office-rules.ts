/**
 * Whom an office may be taken from, and who must leave it: to be asked for a pre-vote changes
 * nobody's term, and no leader grants one; with check-quorum a leader is not unseated by a
 * candidate, unless it was told to campaign, and leaves office itself when it hears of no quorum.
 *
 * Beats are a leader's heartbeats in its term. A quorum heard at beat h vouches until the second
 * check after it, which comes at beat h + 2 election time-outs at the latest.
 */
import type {
  DeliverRecord,
  Json,
  MessageRecord,
  SendRecord,
  StateRecord,
  TimerRecord,
  TraceRecord,
} from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof } from './evidence.ts';
import { hasQuorum, quorumText } from './members.ts';
import { Replies } from './replies.ts';
import type { ClusterView, ServerView } from './view.ts';

interface Office {
  readonly term: number;
  beats: number;
  /** By position: the beat at which the server was heard last. */
  readonly heard: number[];
}

/** A step in which a server's term rose, or its office ended. */
interface Step {
  readonly cause: number;
  readonly seq: number;
  readonly from: number;
  readonly to: number;
  readonly led: boolean;
}

interface State {
  examined: number;
  /** Beats of an election time-out; 0: leaders do not check their quorum. */
  beats: number;
  /** By position: the last step that changed the server's term. */
  readonly steps: (Step | undefined)[];
  readonly offices: (Office | undefined)[];
  /** On their way to a leader. */
  readonly replies: Replies;
  /** `S2 3`: S2 was told in term 3 to campaign; or it asked for votes in term 3 because it was. */
  readonly told: Set<string>;
  readonly asked: Set<string>;
}

const place = (server: string, term: number): string => `${server} ${String(term)}`;

function numberAt(json: Json, ...path: readonly string[]): number {
  let here: Json | undefined = json;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return 0;
    here = Object.entries(here).find(([key]) => key === name)?.[1];
  }
  return here === true ? 1 : typeof here === 'number' ? here : 0;
}

function beatsIn(scenario: Json): number {
  if (numberAt(scenario, 'cluster', 'features', 'checkQuorum') === 0) return 0;
  const low = numberAt(scenario, 'cluster', 'electionMs', 'min');
  return Math.ceil(low / Math.max(1, numberAt(scenario, 'cluster', 'heartbeatMs')));
}

function changed(state: State, record: StateRecord, server: ServerView): void {
  const { cause, seq, role, term } = record;
  const led = server.role === 'leader' && role !== 'leader';
  const { position } = server;
  if (term !== server.term)
    state.steps[position] = { cause, seq, from: server.term, to: term, led };
  if (state.beats === 0 || (role === 'leader' && state.offices[position]?.term === term)) return;
  state.offices[position] = role === 'leader' ? { term, beats: 0, heard: [] } : undefined;
}

/* ---- pre-votes and votes ---- */

function preVoted(
  state: State,
  record: SendRecord,
  message: Extract<MessageRecord, { readonly kind: 'PreVoteReply' }>,
  server: ServerView,
): Failure | undefined {
  state.examined += 1;
  const { from, to, granted } = message;
  const step = state.steps[server.position];
  if (step !== undefined && step.cause >= 0 && step.cause === record.cause) {
    const terms = `from term ${String(step.from)} to ${String(step.to)}`;
    const sentence = `${from} went ${terms} because ${to} asked it for a pre-vote`;
    return { sentence, evidence: proof(record.seq, step.seq) };
  }
  if (!granted || server.role !== 'leader') return undefined;
  const sentence = `${from} granted ${to} a pre-vote although it led term ${String(server.term)}`;
  return { sentence, evidence: [record.seq] };
}

function voted(
  state: State,
  record: SendRecord,
  message: Extract<MessageRecord, { readonly kind: 'RequestVoteReply' }>,
  server: ServerView,
): Failure | undefined {
  const step = state.steps[server.position];
  if (state.beats === 0 || step?.cause !== record.cause || !step.led || step.cause < 0)
    return undefined;
  const { from, to } = message;
  if (state.asked.has(place(to, step.to))) return undefined;
  const sentence =
    `${from} left its office of term ${String(step.from)} because ${to} asked for its vote ` +
    `in term ${String(step.to)}, which no leader had told it to do`;
  return { sentence, evidence: proof(record.seq, step.seq) };
}

function requested(
  state: State,
  record: SendRecord,
  message: Extract<MessageRecord, { readonly kind: 'RequestVote' }>,
): Failure | undefined {
  if (!message.transfer) return undefined;
  state.examined += 1;
  const { from, term } = message;
  state.asked.add(place(from, term));
  if (state.told.has(place(from, term - 1))) return undefined;
  const sentence =
    `${from} asked for votes in term ${String(term)} in the name of the leader of ` +
    `term ${String(term - 1)}, which never told it to campaign`;
  return { sentence, evidence: [record.seq] };
}

function replied(
  state: State,
  { id }: SendRecord,
  { from, to, term }: { readonly from: string; readonly to: string; readonly term: number },
  view: ClusterView,
): void {
  const { position } = view.server(from);
  state.replies.sent(id, { from: position, to: view.server(to).position, term });
}

function sent(state: State, record: SendRecord, view: ClusterView): Failure | undefined {
  const { message } = record;
  switch (message.kind) {
    case 'AppendEntriesReply':
    case 'InstallSnapshotReply':
      if (state.beats > 0) replied(state, record, message, view);
      return undefined;
    case 'PreVoteReply':
      return preVoted(state, record, message, view.server(message.from));
    case 'RequestVoteReply':
      return voted(state, record, message, view.server(message.from));
    case 'RequestVote':
      return requested(state, record, message);
    case 'TimeoutNow':
      state.told.add(place(message.to, message.term));
      return undefined;
    default:
      return undefined;
  }
}

/* ---- quorums heard ---- */

function heard(state: State, { id }: DeliverRecord): void {
  const { replies } = state;
  const at = replies.find(id);
  if (at < 0) return;
  const office = state.offices[replies.to(at)];
  if (office?.term === replies.term(at)) office.heard[replies.from(at)] = office.beats;
}

/** A change of who takes part begins a new count. */
function recount(
  office: Office | undefined,
  { configurations }: ServerView,
  view: ClusterView,
): void {
  if (office === undefined) return;
  const { voters, outgoing } = configurations.at(-1)?.configuration ?? { voters: [], outgoing: [] };
  for (const id of [...voters, ...outgoing]) office.heard[view.server(id).position] = office.beats;
}

function beaten(state: State, record: TimerRecord, view: ClusterView): Failure | undefined {
  const server = view.server(record.server);
  const office = state.offices[server.position];
  if (record.timer !== 'heartbeat' || office === undefined) return undefined;
  state.examined += 1;
  office.beats += 1;
  const configuration = server.configurations.at(-1)?.configuration;
  if (configuration === undefined) return undefined;
  const since = office.beats - 2 * state.beats;
  if (since <= 0) return undefined;
  const fresh = (id: string): boolean =>
    id === server.id || (office.heard[view.server(id).position] ?? 0) >= since;
  if (hasQuorum(configuration, fresh)) return undefined;
  const sentence =
    `${server.id} still leads term ${String(office.term)} although it has heard of no quorum ` +
    `(${quorumText(configuration)}) for ${String(2 * state.beats)} heartbeats`;
  return { sentence, evidence: [record.seq] };
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  switch (record.kind) {
    case 'send':
      return sent(state, record, view);
    case 'deliver':
      if (state.beats > 0) heard(state, record);
      return undefined;
    case 'timer':
      return state.beats > 0 ? beaten(state, record, view) : undefined;
    case 'state':
      changed(state, record, view.server(record.server));
      return undefined;
    case 'configure': {
      const server = view.server(record.server);
      recount(state.offices[server.position], server, view);
      return undefined;
    }
    case 'header':
      state.beats = beatsIn(record.scenario);
      return undefined;
    default:
      return undefined;
  }
}

/** Dissertation 3.10, 4.2.3, 6.2, 9.6. */
export const officeRules: Check<State> = {
  name: 'OfficeRules',
  promise:
    'A question unseats no leader, and one that hears of no quorum leaves (dissertation 6.2, 9.6).',
  class: 'safety',
  kinds: ['header', 'send', 'deliver', 'timer', 'state', 'configure'],
  messages: [
    'AppendEntriesReply',
    'InstallSnapshotReply',
    'PreVoteReply',
    'RequestVote',
    'RequestVoteReply',
    'TimeoutNow',
  ],
  start: (): State => ({
    examined: 0,
    beats: 0,
    steps: [],
    offices: [],
    replies: new Replies(),
    told: new Set(),
    asked: new Set(),
  }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  attends: (state: State, kind): boolean =>
    state.beats > 0 || (kind !== 'deliver' && kind !== 'timer'),
  exempt: (): string => 'nobody asked for pre-votes, handed over, or checked its quorum',
};
