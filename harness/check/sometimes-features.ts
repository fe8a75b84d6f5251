/** Must-see events of Raft's features: what a campaign has to have shown of each of them. */
import type {
  Configuration,
  ConfigureRecord,
  MessageRecord,
  RecordKind,
  Role,
  TraceRecord,
  WriteRecord,
} from '../trace/record.ts';

export const featureEvents = [
  'pre-vote refused',
  'leader stepped down without a quorum',
  'leadership transferred',
  'leadership transfer aborted',
  'snapshot taken',
  'snapshot installed',
  'snapshot installed while the leader changed',
  'restart from a snapshot',
  'joint configuration entered',
  'joint configuration entered during a partition',
  'joint configuration left',
  'joint configuration left during a partition',
  'configuration rolled back',
  'leader removed',
  'learner promoted',
  'read by index at the leader',
  'read by index at a follower',
  'lease read served',
  'lease read refused',
  'write told out of order',
  'client told busy',
  'session expired',
] as const;

export type FeatureEvent = (typeof featureEvents)[number];

/** Plain data, like the state of the other events. */
export interface FeatureState {
  /** By server: its role and term, its configuration, the last write told. */
  readonly roles: Map<string, { readonly role: Role; readonly term: number }>;
  readonly configurations: Map<string, ConfigureRecord>;
  /** Who learns at the beginning. */
  learners: readonly string[];
  readonly told: Map<string, number>;
  /** By server: `seq` of its last start. */
  readonly started: Map<string, number>;
  /** By receiver: terms of the leaders that have sent it pieces since it was last done. */
  readonly installing: Map<string, Set<number>>;
  /** Reads that asked for a lease, by session and serial. */
  readonly leases: Set<string>;
  partitions: number;
  /** Where the events are counted: that of `featureEvents[0]` is at `offset`. */
  readonly counts: Int32Array;
  readonly offset: number;
}

export function newFeatureState(counts: Int32Array, offset: number): FeatureState {
  return {
    roles: new Map(),
    configurations: new Map(),
    learners: [],
    told: new Map(),
    started: new Map(),
    installing: new Map(),
    leases: new Set(),
    partitions: 0,
    counts,
    offset,
  };
}

const place: ReadonlyMap<string, number> = new Map(featureEvents.map((event, at) => [event, at]));

function saw({ counts, offset }: FeatureState, event: FeatureEvent): void {
  const at = offset + (place.get(event) ?? 0);
  counts[at] = (counts[at] ?? 0) + 1;
}

type Handler = (state: FeatureState, record: TraceRecord) => void;

const readName = (session: string, serial: number): string => `${session} ${String(serial)}`;

/** What a message shows; nearly all messages are appended entries, and are not asked about. */
export function noteMessage(state: FeatureState, message: MessageRecord): void {
  switch (message.kind) {
    case 'PreVoteReply':
      if (!message.granted) saw(state, 'pre-vote refused');
      return;
    case 'InstallSnapshot': {
      const terms = state.installing.get(message.to);
      if (terms === undefined) state.installing.set(message.to, new Set([message.term]));
      else terms.add(message.term);
      return;
    }
    case 'ClientRequest': {
      const { payload } = message;
      if (payload.kind !== 'read' || payload.via !== 'lease') return;
      state.leases.add(readName(payload.session, payload.serial));
      return;
    }
    case 'ClientReply':
      if (message.answer.kind === 'busy') saw(state, 'client told busy');
      if (message.answer.kind === 'sessionExpired') saw(state, 'session expired');
      return;
    default:
  }
}

function onState(state: FeatureState, record: TraceRecord): void {
  if (record.kind !== 'state') return;
  const { server, role, term, leader } = record;
  const before = state.roles.get(server);
  state.roles.set(server, { role, term });
  if (before?.role !== 'leader' || before.term !== term) return;
  if (role === 'follower' && leader === null) saw(state, 'leader stepped down without a quorum');
}

function takesPart({ voters, outgoing }: Configuration, server: string): boolean {
  return voters.includes(server) || outgoing.includes(server);
}

function onConfigure(state: FeatureState, record: TraceRecord): void {
  if (record.kind !== 'configure') return;
  const { server, configuration } = record;
  const known = state.configurations.get(server);
  state.configurations.set(server, record);
  if (known !== undefined && record.index < known.index) saw(state, 'configuration rolled back');
  const leads = state.roles.get(server)?.role === 'leader';
  if (leads && !takesPart(configuration, server)) saw(state, 'leader removed');
  noteJoint(state, known?.configuration, configuration);
  const learners = known?.configuration.learners ?? state.learners;
  if (learners.some((id) => configuration.voters.includes(id))) saw(state, 'learner promoted');
}

function noteJoint(state: FeatureState, from: Configuration | undefined, to: Configuration): void {
  const wasJoint = from !== undefined && from.outgoing.length > 0;
  const isJoint = to.outgoing.length > 0;
  if (wasJoint === isJoint) return;
  saw(state, isJoint ? 'joint configuration entered' : 'joint configuration left');
  if (state.partitions === 0) return;
  const during = isJoint ? 'entered' : 'left';
  saw(state, `joint configuration ${during} during a partition`);
}

/** A server's own snapshot stands for entries that its log holds; an installed one does not. */
export function noteSnapshot(state: FeatureState, record: WriteRecord, lastIndex: number): void {
  const { log, snapshot } = record;
  if (snapshot !== null && log === null && snapshot.index <= lastIndex) {
    saw(state, 'snapshot taken');
  }
}

function onHeader(state: FeatureState, record: TraceRecord): void {
  if (record.kind === 'header') state.learners = record.learners;
}

function onOnline(state: FeatureState, record: TraceRecord): void {
  if (record.kind !== 'online') return;
  const { server } = record;
  if (record.snapshot !== null) saw(state, 'restart from a snapshot');
  state.started.set(server, record.seq);
  state.told.delete(server);
  state.roles.delete(server);
  state.configurations.delete(server);
}

function onRestore(state: FeatureState, record: TraceRecord): void {
  if (record.kind !== 'restore') return;
  const { server, cause } = record;
  if (cause === state.started.get(server)) return;
  saw(state, 'snapshot installed');
  if ((state.installing.get(server)?.size ?? 0) > 1) {
    saw(state, 'snapshot installed while the leader changed');
  }
  state.installing.delete(server);
}

function onServe(state: FeatureState, record: TraceRecord): void {
  if (record.kind !== 'serve') return;
  const { server, session, serial, via } = record;
  if (via === 'lease') {
    saw(state, 'lease read served');
    return;
  }
  const leads = state.roles.get(server)?.role === 'leader';
  saw(state, leads ? 'read by index at the leader' : 'read by index at a follower');
  if (state.leases.has(readName(session, serial))) saw(state, 'lease read refused');
}

function onTold(state: FeatureState, record: TraceRecord): void {
  if (record.kind !== 'told') return;
  const before = state.told.get(record.server) ?? 0;
  if (record.write < before) saw(state, 'write told out of order');
  else state.told.set(record.server, record.write);
}

function onOperate(state: FeatureState, record: TraceRecord): void {
  if (record.kind !== 'operate' || record.wish.kind !== 'transfer') return;
  if (record.phase === 'ok') saw(state, 'leadership transferred');
  if (record.phase === 'fail') saw(state, 'leadership transfer aborted');
}

function onFault(state: FeatureState, record: TraceRecord): void {
  if (record.kind !== 'fault' || record.name !== 'partition') return;
  state.partitions += record.phase === 'start' ? 1 : -1;
}

export const featureHandlers: ReadonlyMap<RecordKind, Handler> = new Map<RecordKind, Handler>([
  ['header', onHeader],
  ['state', onState],
  ['configure', onConfigure],
  ['online', onOnline],
  ['restore', onRestore],
  ['serve', onServe],
  ['told', onTold],
  ['operate', onOperate],
  ['fault', onFault],
]);
