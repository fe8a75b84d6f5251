/**
 * The bus itself under judgement: it invents nothing, misdirects nothing and loses nothing without
 * a record. Loss is judged at the end of a settled run, and only for messages that had ample time:
 * when the world stops, the latest heartbeats are still on their way.
 */
import type { HeaderRecord, SendRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof } from './evidence.ts';

type Json = HeaderRecord['scenario'];

interface State {
  examined: number;
  /** By message id: to whom. */
  readonly to: string[];
  /** By message id: `seq` of its send, or its complement once the message's fate is known. */
  sentAt: Int32Array;
  /** Every so many sends: an id and when it was sent. */
  readonly marks: { readonly id: number; readonly at: number }[];
  /** What lets a message be on its way for longer: the bus's latency, and the slowest fault. */
  latencyMicros: number;
  heldMicros: number;
  quietAt: number;
  endAt: number;
  endSeq: number;
}

const markEvery = 32;
/** For everything that retries and reconnects. */
const baseSlackMicros = 2_000_000;
/** Not sent. */
const unknown = 0;

/** A number inside JSON, by path; 0 when there is none. */
function numberAt(json: Json, ...path: readonly string[]): number {
  let here: Json | undefined = json;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return 0;
    here = Object.entries(here).find(([key]) => key === name)?.[1];
  }
  return typeof here === 'number' ? here : 0;
}

function sent(state: State, record: SendRecord): Failure | undefined {
  const { id } = record;
  state.examined += 1;
  if (id >= state.sentAt.length) {
    const larger = new Int32Array(Math.max(id + 1, state.sentAt.length * 2));
    larger.set(state.sentAt);
    state.sentAt = larger;
  }
  const before = seqOf(state, id);
  if (before !== undefined) {
    const sentence = `two messages were sent as m${String(id)}: to ${String(state.to[id])} and to ${record.to}`;
    return { sentence, evidence: proof(record.seq, before) };
  }
  state.to[id] = record.to;
  // One more than the seq, so that 0 can mean "not sent".
  state.sentAt[id] = record.seq + 1;
  if (id % markEvery === 0) state.marks.push({ id, at: record.at });
  return undefined;
}

function seqOf(state: State, id: number): number | undefined {
  const stored = state.sentAt[id] ?? unknown;
  if (stored === unknown) return undefined;
  return (stored < 0 ? -stored : stored) - 1;
}

function settle(state: State, id: number): void {
  const stored = state.sentAt[id] ?? unknown;
  if (stored > 0) state.sentAt[id] = -stored;
}

function delivered(state: State, id: number, to: string, seq: number): Failure | undefined {
  const addressee = state.to[id];
  if (addressee === to || addressee === '*') {
    settle(state, id);
    return undefined;
  }
  if (addressee === undefined) {
    return { sentence: `m${String(id)} was delivered to ${to}, but never sent`, evidence: [seq] };
  }
  return {
    sentence: `m${String(id)} was sent to ${addressee}, but delivered to ${to}`,
    evidence: proof(seq, seqOf(state, id)),
  };
}

function observe(state: State, record: TraceRecord): Failure | undefined {
  if (record.kind === 'send') return sent(state, record);
  if (record.kind === 'deliver') return delivered(state, record.id, record.to, record.seq);
  note(state, record);
  return undefined;
}

function note(state: State, record: TraceRecord): void {
  if (record.kind === 'drop') settle(state, record.id);
  else if (record.kind === 'bus' && record.what === 'deadLettered') settle(state, record.id);
  else if (record.kind === 'quiet') state.quietAt = record.at;
  else if (record.kind === 'header') {
    state.latencyMicros = 2 * numberAt(record.scenario, 'bus', 'latencyMicros', 'max');
  } else if (record.kind === 'fault' && record.phase === 'start') {
    state.heldMicros = Math.max(state.heldMicros, 1_000 * numberAt(record.detail, 'byMs'));
  } else if (record.kind === 'end' && record.reason === 'settled') {
    state.endAt = record.at;
    state.endSeq = record.seq;
  }
}

/** The first message that had ample time and met no fate. */
function lost(state: State): number | undefined {
  const lastAt = state.endAt - baseSlackMicros - state.latencyMicros - state.heldMicros;
  if (state.quietAt > lastAt) return undefined;
  let end = 0;
  for (const mark of state.marks) if (mark.at <= lastAt && mark.id > end) end = mark.id;
  for (let id = 0; id < end; id += 1) if ((state.sentAt[id] ?? unknown) > 0) return id;
  return undefined;
}

function verdict(state: State): Verdict {
  const id = state.endAt < 0 ? undefined : lost(state);
  if (id === undefined) return { kind: 'pass', examined: state.examined };
  const sentence = `m${String(id)} to ${String(state.to[id])} was sent, but neither delivered nor dropped`;
  return { kind: 'fail', sentence, evidence: proof(state.endSeq, seqOf(state, id)) };
}

/** Service Bus delivers at least once, to the entity addressed, or keeps the message as a dead letter. */
export const deliveryIntegrity: Check<State> = {
  name: 'DeliveryIntegrity',
  promise: 'Only what was sent is delivered, where it was sent, and nothing is lost untold.',
  class: 'safety',
  kinds: ['send', 'deliver', 'drop', 'bus', 'quiet', 'end', 'header', 'fault'],
  start: (): State => ({
    examined: 0,
    to: [],
    sentAt: new Int32Array(1024),
    marks: [],
    latencyMicros: 0,
    heldMicros: 0,
    quietAt: -1,
    endAt: -1,
    endSeq: -1,
  }),
  observe,
  verdict,
  exempt: (): string => 'nothing was sent',
};
