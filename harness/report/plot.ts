/**
 * A trace cut into steps. A step is one input that somebody handled (a timer, a delivery, a crash,
 * a client's call) together with everything the trace says came of it. A durable write belongs to the
 * step that asked for it, unless it made somebody commit.
 */
import type {
  BusRecord,
  DelayRecord,
  DeliverRecord,
  DropRecord,
  DuplicateRecord,
  FaultRecord,
  HeaderRecord,
  SendRecord,
  TraceRecord,
  VerdictRecord,
} from '../trace/record.ts';

export interface Step {
  readonly root: TraceRecord;
  /** Who handled it: a server, a client, or null for the world's own steps. */
  readonly actor: string | null;
  /** What came of it, in order, sends included. */
  readonly effects: readonly TraceRecord[];
}

/** Everything that became of one message. */
export interface Fate {
  readonly send: SendRecord;
  readonly delivers: readonly DeliverRecord[];
  readonly drops: readonly DropRecord[];
  readonly delays: readonly DelayRecord[];
  readonly duplicates: readonly DuplicateRecord[];
  readonly bus: readonly BusRecord[];
}

export interface Plot {
  readonly records: readonly TraceRecord[];
  readonly header: HeaderRecord | null;
  readonly verdict: VerdictRecord | null;
  readonly servers: readonly string[];
  /** In the order of their roots. */
  readonly steps: readonly Step[];
  readonly fates: ReadonlyMap<number, Fate>;
  /** Starts of the scenario's faults, by index. */
  readonly faults: ReadonlyMap<number, FaultRecord>;
  /** The step that a record belongs to. */
  stepOf(seq: number): Step | undefined;
  record(seq: number): TraceRecord | undefined;
}

interface OpenStep extends Step {
  readonly effects: TraceRecord[];
}
interface OpenFate {
  readonly send: SendRecord;
  readonly delivers: DeliverRecord[];
  readonly drops: DropRecord[];
  readonly delays: DelayRecord[];
  readonly duplicates: DuplicateRecord[];
  readonly bus: BusRecord[];
}

/** The server or client a record is about, or null. */
export function actorOf(record: TraceRecord): string | null {
  if ('server' in record) return record.server;
  switch (record.kind) {
    case 'deliver':
      return record.to;
    case 'send':
      return record.from;
    case 'invoke':
    case 'ok':
    case 'fail':
    case 'info':
    case 'operate':
      return record.client;
    default:
      return null;
  }
}

/** Kinds that begin a step of their own whatever their cause is. */
function isRoot(record: TraceRecord): boolean {
  switch (record.kind) {
    case 'timer':
    case 'deliver':
    case 'online':
    case 'crash':
    case 'offline':
    case 'pause':
    case 'resume':
    case 'fault':
    case 'quiet':
    case 'invoke':
    case 'header':
    case 'end':
    case 'verdict':
      return true;
    case 'operate':
      return record.phase === 'invoke';
    default:
      return false;
  }
}

/** What happens to a message between its ends is part of its fate, not of a step. */
function addFate(fates: Map<number, OpenFate>, record: TraceRecord): boolean {
  switch (record.kind) {
    case 'send': {
      const none = { delivers: [], drops: [], delays: [], duplicates: [], bus: [] };
      if (!fates.has(record.id)) fates.set(record.id, { send: record, ...none });
      return false;
    }
    case 'deliver':
      fates.get(record.id)?.delivers.push(record);
      return false;
    case 'drop':
      fates.get(record.id)?.drops.push(record);
      return true;
    case 'delay':
      fates.get(record.id)?.delays.push(record);
      return true;
    case 'duplicate':
      fates.get(record.id)?.duplicates.push(record);
      return true;
    case 'bus':
      fates.get(record.id)?.bus.push(record);
      return true;
    default:
      return false;
  }
}

/** Durable writes that made more happen than messages leave: they are steps of their own. */
function fruitfulDurables(
  records: readonly TraceRecord[],
  bySeq: ReadonlyMap<number, TraceRecord>,
): Set<number> {
  const fruitful = new Set<number>();
  for (const record of records) {
    if (record.kind !== 'commit' && record.kind !== 'apply' && record.kind !== 'state') continue;
    const cause = bySeq.get(record.cause);
    if (cause?.kind === 'durable' || cause?.kind === 'told') fruitful.add(cause.seq);
  }
  return fruitful;
}

/** Cuts a trace into steps. Records must be in ascending order of `seq`. */
export function plot(records: readonly TraceRecord[]): Plot {
  const bySeq = new Map(records.map((record) => [record.seq, record]));
  const fruitful = fruitfulDurables(records, bySeq);
  const owner = new Map<number, OpenStep>();
  const steps: OpenStep[] = [];
  const fates = new Map<number, OpenFate>();
  const faults = new Map<number, FaultRecord>();
  let header: HeaderRecord | null = null;
  let verdict: VerdictRecord | null = null;
  for (const record of records) {
    if (record.kind === 'header') header = record;
    if (record.kind === 'verdict') verdict = record;
    if (record.kind === 'fault' && record.phase === 'start') faults.set(record.fault, record);
    if (addFate(fates, record)) continue;
    const parent = owner.get(record.cause);
    const own = isRoot(record) || fruitful.has(record.seq) || parent === undefined;
    if (!own) {
      parent.effects.push(record);
      owner.set(record.seq, parent);
      continue;
    }
    const step: OpenStep = { root: record, actor: actorOf(record), effects: [] };
    steps.push(step);
    owner.set(record.seq, step);
  }
  return {
    records,
    header,
    verdict,
    servers: header?.servers ?? serversIn(records),
    steps,
    fates,
    faults,
    stepOf: (seq) => owner.get(seq),
    record: (seq) => bySeq.get(seq),
  };
}

function serversIn(records: readonly TraceRecord[]): string[] {
  const names = new Set<string>();
  for (const record of records) if ('server' in record) names.add(record.server);
  return [...names].sort();
}
