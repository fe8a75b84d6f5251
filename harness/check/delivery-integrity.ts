/**
 * The bus itself under judgement: it invents nothing, misdirects nothing and loses nothing without
 * a record. Loss is judged at the end of a settled run, and only for messages that had ample time:
 * when the world stops, the latest heartbeats are still on their way.
 */
import type { DeliverRecord, HeaderRecord, SendRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof } from './evidence.ts';

type Json = HeaderRecord['scenario'];

/** Growing by pages copies nothing and keeps a long run cheap. */
interface Page {
  /** To whom, as a code. */
  readonly to: Int32Array;
  /** 1 + `seq` of the send, negative once the message's fate is known; 0: not sent. */
  readonly sentAt: Int32Array;
}

interface State {
  examined: number;
  /** Names of addressees as numbers; comparing those is faster. */
  readonly codes: Map<string, number>;
  /** By message id, a page for each `pageSize` of them. */
  readonly pages: (Page | undefined)[];
  /** Every so many sends: an id and when it was sent. */
  readonly marks: { readonly id: number; readonly at: number }[];
  /** What lets a message be on its way for longer: the bus's latency, and the slowest fault. */
  latencyMicros: number;
  heldMicros: number;
  quietAt: number;
  endAt: number;
  endSeq: number;
}

const markEvery = 256;
/** For everything that retries and reconnects. */
const baseSlackMicros = 2_000_000;
const pageBits = 12;
const pageSize = 1 << pageBits;
/** Above all codes of short names. */
const everyone = 1 << 24;

/** A number inside JSON, by path; 0 when there is none. */
function numberAt(json: Json, ...path: readonly string[]): number {
  let here: Json | undefined = json;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return 0;
    here = Object.entries(here).find(([key]) => key === name)?.[1];
  }
  return typeof here === 'number' ? here : 0;
}

/** Short names (S1, c12) are their own code; others are numbered. */
function codeOf(state: State, name: string): number {
  const { length } = name;
  if (length === 2 || length === 3) {
    const first = name.charCodeAt(0);
    const second = name.charCodeAt(1);
    const third = length === 3 ? name.charCodeAt(2) : 0;
    if ((first | second | third) < 256) return (first << 16) | (second << 8) | third;
  }
  const known = state.codes.get(name);
  if (known !== undefined) return known;
  const code = everyone + state.codes.size + 1;
  state.codes.set(name, code);
  return code;
}

function nameOf(state: State, code: number): string {
  if (code < everyone) {
    const third = code & 255;
    const start = String.fromCharCode(code >> 16, (code >> 8) & 255);
    return third === 0 ? start : start + String.fromCharCode(third);
  }
  return [...state.codes].find(([, of]) => of === code)?.[0] ?? '*';
}

function pageOf(state: State, id: number): Page {
  const known = state.pages[id >>> pageBits];
  if (known !== undefined) return known;
  const page: Page = { to: new Int32Array(pageSize), sentAt: new Int32Array(pageSize) };
  state.pages[id >>> pageBits] = page;
  return page;
}

function sent(state: State, record: SendRecord): Failure | undefined {
  const { id, to, seq } = record;
  state.examined += 1;
  const page = pageOf(state, id);
  const slot = id & (pageSize - 1);
  if (page.sentAt[slot] !== 0) {
    const first = nameOf(state, page.to[slot] ?? 0);
    const sentence = `two messages were sent as m${String(id)}: to ${first} and to ${to}`;
    return { sentence, evidence: proof(seq, sentSeq(page, slot)) };
  }
  page.to[slot] = to === '*' ? everyone : codeOf(state, to);
  page.sentAt[slot] = seq + 1;
  if (id % markEvery === 0) state.marks.push({ id, at: record.at });
  return undefined;
}

function sentSeq(page: Page, slot: number): number {
  return Math.abs(page.sentAt[slot] ?? 0) - 1;
}

/** The message met its fate: delivered once, dropped or dead-lettered. */
function settle(page: Page, slot: number): void {
  const stored = page.sentAt[slot] ?? 0;
  if (stored > 0) page.sentAt[slot] = -stored;
}

function dropped(state: State, id: number): void {
  if (id >= 0) settle(pageOf(state, id), id & (pageSize - 1));
}

function delivered(state: State, record: DeliverRecord): Failure | undefined {
  const { id, to, seq } = record;
  const page = pageOf(state, id);
  const slot = id & (pageSize - 1);
  const addressee = page.to[slot];
  if (addressee === everyone || addressee === codeOf(state, to)) {
    settle(page, slot);
    return undefined;
  }
  if (addressee === undefined || page.sentAt[slot] === 0) {
    return { sentence: `m${String(id)} was delivered to ${to}, but never sent`, evidence: [seq] };
  }
  return {
    sentence: `m${String(id)} was sent to ${nameOf(state, addressee)}, but delivered to ${to}`,
    evidence: proof(seq, sentSeq(page, slot)),
  };
}

function observe(state: State, record: TraceRecord): Failure | undefined {
  if (record.kind === 'send') return sent(state, record);
  if (record.kind === 'deliver') return delivered(state, record);
  note(state, record);
  return undefined;
}

function note(state: State, record: TraceRecord): void {
  if (record.kind === 'drop') dropped(state, record.id);
  else if (record.kind === 'bus' && record.what === 'deadLettered') dropped(state, record.id);
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
  for (let id = 0; id < end; id += 1) {
    const page = state.pages[id >>> pageBits];
    if (page !== undefined && (page.sentAt[id & (pageSize - 1)] ?? 0) > 0) return id;
  }
  return undefined;
}

function verdict(state: State): Verdict {
  const id = state.endAt < 0 ? undefined : lost(state);
  if (id === undefined) return { kind: 'pass', examined: state.examined };
  const page = pageOf(state, id);
  const slot = id & (pageSize - 1);
  const to = nameOf(state, page.to[slot] ?? 0);
  const sentence = `m${String(id)} to ${to} was sent, but neither delivered nor dropped`;
  return { kind: 'fail', sentence, evidence: proof(state.endSeq, sentSeq(page, slot)) };
}

/** Service Bus delivers at least once to the entity addressed, or keeps a dead letter. */
export const deliveryIntegrity: Check<State> = {
  name: 'DeliveryIntegrity',
  promise: 'Only what was sent is delivered, where it was sent, and nothing is lost untold.',
  class: 'safety',
  kinds: ['send', 'deliver', 'drop', 'bus', 'quiet', 'end', 'header', 'fault'],
  start: (): State => ({
    examined: 0,
    codes: new Map(),
    pages: [],
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
