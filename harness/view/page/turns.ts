/**
 * Lanes and turns. Every record happens on a lane: a client's, a server's, the bus's or that of
 * the faults. Records that follow each other on one lane at one moment are one turn, and the
 * logical scale gives each turn one column.
 */
import type { HeaderRecord, SendRecord, TraceRecord } from '../../trace/record.ts';

export interface Lane {
  readonly kind: 'client' | 'faults' | 'bus' | 'server';
  readonly name: string;
}

export interface Lanes {
  readonly all: readonly Lane[];
  readonly faults: number;
  readonly bus: number;
  /** Index of the first server's lane. */
  readonly firstServer: number;
  readonly byName: ReadonlyMap<string, number>;
}

export function lanesOf(header: HeaderRecord): Lanes {
  const all: Lane[] = header.clients.map((name) => ({ kind: 'client', name }));
  const faults = all.push({ kind: 'faults', name: 'faults' }) - 1;
  const bus = all.push({ kind: 'bus', name: 'bus' }) - 1;
  for (const name of header.servers) all.push({ kind: 'server', name });
  const byName = new Map<string, number>();
  all.forEach(({ kind, name }, index) => {
    if (kind === 'client' || kind === 'server') byName.set(name, index);
  });
  return { all, faults, bus, firstServer: bus + 1, byName };
}

export interface Turns {
  /** Lane of each record, -1 for header, quiet, end and verdict. */
  readonly lane: Int16Array;
  /** Turn of each record. */
  readonly turn: Int32Array;
  /** First record of each turn. */
  readonly first: Int32Array;
  /** Microseconds of each record. */
  readonly at: Float64Array;
}

type Sends = ReadonlyMap<number, SendRecord>;

/** Whose name the record bears: the server's, the client's, the sender's or the receiver's. */
function nameOf(record: TraceRecord, sends: Sends): string {
  if ('server' in record) return record.server;
  if ('client' in record) return record.client;
  if (record.kind === 'send') return record.from;
  if (record.kind === 'deliver') return record.to;
  return 'id' in record ? (sends.get(record.id)?.from ?? '') : '';
}

const nobody: ReadonlySet<string> = new Set(['header', 'quiet', 'end', 'verdict']);

/** The lane on which a record happens, or -1: on none. */
export function actorOf(record: TraceRecord, lanes: Lanes, sends: Sends): number {
  if (nobody.has(record.kind)) return -1;
  if (record.kind === 'fault') return lanes.faults;
  if (record.kind === 'bus') return lanes.bus;
  return lanes.byName.get(nameOf(record, sends)) ?? lanes.bus;
}

/** The first starts stand in one column: nothing has happened yet. */
function isOpening(record: TraceRecord): boolean {
  return record.at === 0 && ['online', 'state', 'arm', 'header'].includes(record.kind);
}

export function turnsOf(records: readonly TraceRecord[], lanes: Lanes, sends: Sends): Turns {
  const count = records.length;
  const lane = new Int16Array(count);
  const turn = new Int32Array(count);
  const at = new Float64Array(count);
  const first: number[] = [];
  let lastLane = -1;
  let lastAt = -1;
  let opening = true;
  records.forEach((record, index) => {
    const actor = actorOf(record, lanes, sends);
    const starts = index === 0 || (actor !== -1 && (actor !== lastLane || record.at !== lastAt));
    opening &&= isOpening(record);
    if (index === 0 || (starts && !opening)) first.push(index);
    if (actor !== -1) lastLane = actor;
    lastAt = record.at;
    lane[index] = actor;
    turn[index] = first.length - 1;
    at[index] = record.at;
  });
  return { lane, turn, first: Int32Array.from(first), at };
}
