/**
 * What a campaign must have seen at least once. A judge says that nothing bad happened; these
 * counters say that something happened at all.
 */
import type { MessageRecord, RecordKind, TraceRecord } from '../trace/record.ts';

import type { FeatureEvent, FeatureState } from './sometimes-features.ts';
import {
  featureEvents,
  featureHandlers,
  newFeatureState,
  noteMessage,
  noteSnapshot,
} from './sometimes-features.ts';

/** The fault kinds a scenario knows. */
export const faultKinds = [
  'crash',
  'offline',
  'pause',
  'clockSkew',
  'clockJump',
  'slowDisk',
  'drop',
  'delay',
  'duplicate',
  'reorder',
  'partition',
  'lockExpiry',
  'redeliver',
  'throttle',
  'brokerRestart',
  'slowSubscription',
  'deadLetter',
] as const;

const events = [
  'leader elected',
  'leader changed',
  'election split',
  'entry truncated',
  'uncommitted entry overwritten',
  'vote refused',
  'append refused',
  'message dropped',
  'message delayed',
  'message duplicated',
  'message redelivered',
  'message dead-lettered',
  'lock lost',
  'throttled',
  'disconnected',
  'unsynced writes lost',
  'torn write',
  'restart',
  'pause',
  'partition',
  'operation ok',
  'operation failed',
  'operation without answer',
  'retry answered from the session table',
  'client redirected',
  'command refused',
  'quiet reached',
] as const;

type Event = (typeof events)[number] | FeatureEvent;

/** Every must-see event, `fault: …` for each kind of fault among them, in a fixed order. */
export const sometimesNames: readonly string[] = [
  ...events,
  ...featureEvents,
  ...faultKinds.map((kind) => `fault: ${kind}`),
];

const place: ReadonlyMap<string, number> = new Map(sometimesNames.map((name, i) => [name, i]));

/** Plain data: it can be handed from thread to thread. */
export interface Sometimes {
  /** Parallel to `sometimesNames`. */
  readonly counts: Int32Array;
  /** By server: where its log ends, and whether it stands for election. */
  readonly lastIndex: Map<string, number>;
  readonly candidates: Set<string>;
  readonly started: Set<string>;
  /** The last leader seen. */
  leader: string | null;
  readonly features: FeatureState;
}

export function newSometimes(): Sometimes {
  const counts = new Int32Array(sometimesNames.length);
  return {
    counts,
    lastIndex: new Map(),
    candidates: new Set(),
    started: new Set(),
    leader: null,
    features: newFeatureState(counts, events.length),
  };
}

function saw(state: Sometimes, event: Event | `fault: ${string}`): void {
  const index = place.get(event);
  if (index !== undefined) state.counts[index] = (state.counts[index] ?? 0) + 1;
}

/** Adds the counts of `other` to those of `into`. */
export function mergeSometimes(into: Sometimes, other: Sometimes): void {
  for (let i = 0; i < into.counts.length; i += 1) {
    into.counts[i] = (into.counts[i] ?? 0) + (other.counts[i] ?? 0);
  }
}

/** How often each event was seen, by name. */
export function countsByName(state: Sometimes): Readonly<Record<string, number>> {
  return Object.fromEntries(sometimesNames.map((name, i) => [name, state.counts[i] ?? 0]));
}

/** What never happened. */
export function neverSeen(state: Sometimes): readonly string[] {
  return sometimesNames.filter((_, i) => state.counts[i] === 0);
}

function onMessage(state: Sometimes, message: MessageRecord): void {
  if (message.kind === 'AppendEntries') return;
  if (message.kind === 'AppendEntriesReply') {
    if (!message.success) saw(state, 'append refused');
    return;
  }
  noteMessage(state.features, message);
  if (message.kind === 'RequestVoteReply') {
    if (!message.granted) saw(state, 'vote refused');
  } else if (message.kind === 'ClientReply' && message.answer.kind === 'notLeader') {
    saw(state, 'client redirected');
  }
}

function onState(state: Sometimes, record: TraceRecord): void {
  if (record.kind !== 'state') return;
  if (record.role === 'candidate') state.candidates.add(record.server);
  else state.candidates.delete(record.server);
  if (record.role !== 'leader') return;
  saw(state, 'leader elected');
  if (state.leader !== null && state.leader !== record.server) saw(state, 'leader changed');
  state.leader = record.server;
}

function onWrite(state: Sometimes, record: TraceRecord): void {
  if (record.kind !== 'write') return;
  const last = state.lastIndex.get(record.server) ?? 0;
  if (record.snapshot !== null) {
    noteSnapshot(state.features, record, last);
    state.lastIndex.set(record.server, Math.max(last, record.snapshot.index));
  }
  if (record.log === null) return;
  const { from, entries } = record.log;
  if (from <= last) {
    saw(state, 'entry truncated');
    if (entries.length > 0) saw(state, 'uncommitted entry overwritten');
  }
  state.lastIndex.set(record.server, from - 1 + entries.length);
}

function onOnline(state: Sometimes, record: TraceRecord): void {
  if (record.kind !== 'online') return;
  if (state.started.has(record.server)) saw(state, 'restart');
  state.started.add(record.server);
  state.candidates.delete(record.server);
  const last = record.entries.at(-1)?.index ?? 0;
  state.lastIndex.set(record.server, Math.max(last, record.snapshot?.index ?? 0));
}

function onBus(state: Sometimes, record: TraceRecord): void {
  if (record.kind !== 'bus') return;
  if (record.what === 'deadLettered') saw(state, 'message dead-lettered');
  else if (record.what === 'lockLost') saw(state, 'lock lost');
  else if (record.what === 'throttled') saw(state, 'throttled');
  else if (record.what === 'disconnected') saw(state, 'disconnected');
}

function onApply(state: Sometimes, record: TraceRecord): void {
  if (record.kind !== 'apply') return;
  if (record.repeated) saw(state, 'retry answered from the session table');
  if (record.answer?.kind === 'refused') saw(state, 'command refused');
}

function onCrash(state: Sometimes, record: TraceRecord): void {
  if (record.kind !== 'crash') return;
  if (record.lost > 0) saw(state, 'unsynced writes lost');
  if (record.torn !== null) saw(state, 'torn write');
}

function onFault(state: Sometimes, record: TraceRecord): void {
  if (record.kind !== 'fault' || record.phase !== 'start') return;
  saw(state, `fault: ${record.name}`);
  if (record.name === 'partition') saw(state, 'partition');
}

function onDrop(state: Sometimes, record: TraceRecord): void {
  if (record.kind !== 'drop') return;
  saw(state, 'message dropped');
  if (record.reason === 'rejected' && record.to === '') saw(state, 'throttled');
}

type Handler = (state: Sometimes, record: TraceRecord) => void;

const counting =
  (event: Event): Handler =>
  (state) => {
    saw(state, event);
  };

function onSend(state: Sometimes, record: TraceRecord): void {
  if (record.kind === 'send') onMessage(state, record.message);
}

function onDeliver(state: Sometimes, record: TraceRecord): void {
  if (record.kind === 'deliver' && record.deliveryCount > 0) saw(state, 'message redelivered');
}

function onTimer(state: Sometimes, record: TraceRecord): void {
  if (record.kind !== 'timer' || record.timer !== 'election') return;
  if (state.candidates.has(record.server)) saw(state, 'election split');
}

const plainHandlers: ReadonlyMap<RecordKind, Handler> = new Map<RecordKind, Handler>([
  ['send', onSend],
  ['deliver', onDeliver],
  ['timer', onTimer],
  ['state', onState],
  ['write', onWrite],
  ['online', onOnline],
  ['bus', onBus],
  ['apply', onApply],
  ['crash', onCrash],
  ['fault', onFault],
  ['drop', onDrop],
  ['delay', counting('message delayed')],
  ['duplicate', counting('message duplicated')],
  ['pause', counting('pause')],
  ['ok', counting('operation ok')],
  ['fail', counting('operation failed')],
  ['info', counting('operation without answer')],
  ['quiet', counting('quiet reached')],
]);

function both(plain: Handler | undefined, kind: RecordKind): Handler {
  const feature = featureHandlers.get(kind);
  if (feature === undefined) return plain ?? ((): void => undefined);
  return (state, record) => {
    if (plain !== undefined) plain(state, record);
    feature(state.features, record);
  };
}

const handlers: ReadonlyMap<RecordKind, Handler> = new Map(
  [...new Set([...plainHandlers.keys(), ...featureHandlers.keys()])].map((kind) => [
    kind,
    both(plainHandlers.get(kind), kind),
  ]),
);

/** The kinds of records that are looked at. */
export const sometimesKinds: readonly RecordKind[] = [...handlers.keys()];

type Glance = (record: TraceRecord) => void;

/** Who counts what records of this kind show, or null when they show nothing. */
export function sometimesListener(state: Sometimes, kind: RecordKind): Glance | null {
  const handler = handlers.get(kind);
  return handler === undefined ? null : (record): void => handler(state, record);
}

/** Counts what one record shows. */
export function observeSometimes(state: Sometimes, record: TraceRecord): void {
  handlers.get(record.kind)?.(state, record);
}
