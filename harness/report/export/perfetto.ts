/**
 * A trace for ui.perfetto.dev and chrome://tracing, in the Trace Event Format: a track for each
 * server with its roles and terms as slices and what it handled inside them, a track for each
 * client's process with its operations, one for the bus with what it lost; messages are flows. Times
 * are microseconds. Slices of one track must nest, and what happens in the same microsecond must not
 * overlap: so each thing that happens gets a thousandth of it.
 */
import type { FaultRecord, TraceRecord } from '../../trace/record.ts';
import { whatOf } from '../../trace/render.ts';
import type { Plot, Step } from '../plot.ts';
import { plot } from '../plot.ts';
import { clean } from '../words.ts';
import { callText } from '../clients.ts';
import { operationsOf } from './history.ts';
import { lanesOf } from './lanes.ts';
import { plainJson } from './plain.ts';
import { roleSlices } from './roles.ts';
import type { Take } from './take.ts';
import type { Track } from './tracks.ts';
import { Tracks } from './tracks.ts';

interface TraceEvent {
  readonly ph: 'M' | 'X' | 'i' | 's' | 'f' | 'b' | 'e' | 'C';
  readonly name: string;
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly [field: string]: unknown;
}

/** Everything that is being made of one trace. */
interface Making {
  readonly plotted: Plot;
  readonly tracks: Tracks;
  /** The first moment after the trace. */
  readonly endMicros: number;
  readonly events: TraceEvent[];
  /** Where a message was sent: its flows begin there. */
  readonly sends: Map<number, { readonly track: Track; readonly ts: number }>;
  flows: number;
}

/** Shows the file to `take`, one event a line. */
export function perfettoLines(records: readonly TraceRecord[], take: Take): void {
  const plotted = plot(records);
  const making: Making = {
    plotted,
    tracks: new Tracks(plotted.servers, lanesOf(records)),
    endMicros: (records.at(-1)?.at ?? 0) + 1,
    events: [],
    sends: new Map(),
    flows: 0,
  };
  addRoles(making);
  addSteps(making);
  addOperations(making);
  addFaults(making);
  const events = [...making.tracks.names(), ...making.events.toSorted(inOrder)];
  take('{"displayTimeUnit":"ms","traceEvents":[');
  events.forEach((event, index) => {
    take(index + 1 < events.length ? `${plainJson(event)},` : plainJson(event));
  });
  take(']}');
}

/** What encloses comes before what it encloses; otherwise as they were made. */
function inOrder(left: TraceEvent, right: TraceEvent): number {
  const length = ({ dur }: TraceEvent): number => (typeof dur === 'number' ? dur : 0);
  return left.ts - right.ts || length(right) - length(left);
}

function addRoles(making: Making): void {
  const { plotted, tracks, endMicros, events } = making;
  for (const { server, name, from, to, args } of roleSlices(plotted.records, endMicros)) {
    const { pid, tid } = tracks.of(server);
    const common = { name: clean(name), cat: 'role', ts: from, pid, tid, args };
    events.push(
      to > from ? { ph: 'X', ...common, dur: to - from } : { ph: 'i', ...common, s: 't' },
    );
  }
  for (const record of plotted.records) {
    if (record.kind !== 'commit') continue;
    const { pid, tid } = tracks.of(record.server);
    const name = `commit ${clean(record.server, 40)}`;
    const args = { commit: record.commitIndex };
    events.push({ ph: 'C', name, ts: record.at, pid, tid, args });
  }
}

function addOperations({ plotted, tracks, endMicros, events }: Making): void {
  for (const { call, end } of operationsOf(plotted.records)) {
    const { pid, tid } = tracks.process(call.client, call.process);
    const until = end === null || end.kind === 'info' ? endMicros : end.at;
    const outcome = end === null ? 'open' : end.kind;
    const args = { outcome, value: end?.value ?? null, error: end?.error ?? null };
    const dur = Math.max(until - call.at, 1);
    events.push({
      ph: 'X',
      name: callText(call),
      cat: 'operation',
      ts: call.at,
      dur,
      pid,
      tid,
      args,
    });
  }
}

function addSteps(making: Making): void {
  for (const record of making.plotted.records) {
    const step = making.plotted.stepOf(record.seq);
    if (step?.root === record && step.actor !== null) addStep(making, step);
    if (record.kind === 'send') addSend(making, record.from, record);
    if (record.kind === 'drop') addArrival(making, addSlice(making, record, 'lost'), record);
    if (record.kind === 'delay' || record.kind === 'duplicate' || record.kind === 'bus') {
      addSlice(making, record, record.kind);
    }
  }
}

function addStep(making: Making, { root, effects }: Step): void {
  const at = addSlice(making, root, 'handled', effects);
  if (root.kind === 'deliver') addArrival(making, at, root);
}

type At = { readonly track: Track; readonly ts: number };

/** A thousandth of a microsecond on the record's track. */
function addSlice(
  making: Making,
  record: TraceRecord,
  cat: string,
  effects: readonly TraceRecord[] = [],
): At {
  const { tracks, events } = making;
  const track = tracks.ofRecord(record);
  const { ts, dur } = tracks.slot(record.at);
  const args = { seq: record.seq, effects: effects.map((effect) => whatOf(effect)) };
  const { pid, tid } = track;
  events.push({ ph: 'X', name: nameOf(making, record), cat, ts, dur, pid, tid, args });
  return { track, ts };
}

function nameOf({ plotted }: Making, record: TraceRecord): string {
  if (!('id' in record)) return whatOf(record);
  const message = plotted.fates.get(record.id)?.send.message;
  if (record.kind === 'deliver' && message !== undefined) return message.kind;
  return message === undefined ? whatOf(record) : `${record.kind} ${message.kind}`;
}

/** Messages leave when the disk is done: later than the step that made them, on the same track. */
function addSend(
  making: Making,
  from: string,
  record: TraceRecord & { readonly id: number },
): void {
  if (making.sends.has(record.id)) return;
  const { events, tracks } = making;
  const track = tracks.of(from);
  const { ts, dur } = tracks.slot(record.at);
  const { pid, tid } = track;
  const name = `→ ${nameOf(making, record)}`.replace('send ', '');
  const args = { seq: record.seq, message: whatOf(record) };
  events.push({ ph: 'X', name, cat: 'sent', ts, dur, pid, tid, args });
  making.sends.set(record.id, { track, ts });
}

/** A flow of its own for every arrival, so that each start has one end. */
function addArrival(making: Making, at: At, record: { readonly id: number }): void {
  const start = making.sends.get(record.id);
  if (start === undefined) return;
  making.flows += 1;
  const name = making.plotted.fates.get(record.id)?.send.message.kind ?? 'message';
  const common = { name, cat: 'message', id: making.flows };
  const { track: from, ts } = start;
  making.events.push({ ph: 's', ...common, ts, pid: from.pid, tid: from.tid });
  const { pid, tid } = at.track;
  making.events.push({ ph: 'f', bp: 'e', ...common, ts: at.ts, pid, tid });
}

/** Faults overlap as they like: they are asynchronous events, each with its end. */
function addFaults({ plotted, tracks, endMicros, events }: Making): void {
  const ends = new Map<number, FaultRecord>();
  for (const record of plotted.records) {
    if (record.kind === 'fault' && record.phase === 'end') ends.set(record.fault, record);
  }
  let id = 0;
  for (const record of plotted.records) {
    if (record.kind !== 'fault' || record.phase !== 'start') continue;
    id += 1;
    const { pid, tid } = tracks.ofRecord(record);
    const common = { name: clean(record.name), cat: 'fault', id, pid, tid };
    const until = ends.get(record.fault)?.at ?? endMicros;
    events.push({ ph: 'b', ...common, ts: record.at, args: { what: whatOf(record) } });
    events.push({ ph: 'e', ...common, ts: Math.max(until, record.at) });
  }
}
