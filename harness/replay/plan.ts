/**
 * What the trace says ahead of time: the fate of each message, how often it reaches whom, and which
 * writes anybody heard of. The bus must be told some of it before its record comes.
 */
import type { Micros } from '../bus/bus.ts';
import type { Json } from '../raft/entry.ts';
import type { Timer } from '../raft/step.ts';
import type {
  DelayRecord,
  DropRecord,
  DuplicateRecord,
  RecordKind,
  TraceRecord,
} from '../trace/record.ts';
import type { Boundary } from '../world/scenario.ts';

export type Fate = DropRecord | DelayRecord | DuplicateRecord;

const moment = ({ id, at }: { readonly id: number; readonly at: Micros }): string => `${id}@${at}`;

interface Planned {
  readonly position: number;
  readonly deliveryCount: number;
}

const none: readonly never[] = [];

export class Plan {
  readonly records: readonly TraceRecord[];
  /** Of messages, by id: what the network did to them as they left. */
  private readonly fates: Map<number, Fate[]>;
  /** Publishes that the bus refused, and ones whose link was cut by then: message and moment. */
  private readonly refusals: Set<string>;
  private readonly cuts: Set<string>;
  private readonly deliveries: Map<string, Planned[]>;

  constructor(records: readonly TraceRecord[]) {
    this.records = records;
    this.fates = new Map();
    this.refusals = new Set();
    this.cuts = new Set();
    this.deliveries = new Map();
    records.forEach((record, position) => this.note(record, position));
  }

  private note(record: TraceRecord, position: number): void {
    if (record.kind === 'send') this.noteFates(record.id, position);
    if (record.kind === 'drop' && record.to === '') this.refusals.add(moment(record));
    else if (record.kind === 'drop' && record.reason === 'fault') this.cuts.add(moment(record));
    if (record.kind !== 'deliver') return;
    const { to, id, deliveryCount } = record;
    const key = `${to}/${id}`;
    const planned = this.deliveries.get(key) ?? [];
    planned.push({ position, deliveryCount });
    this.deliveries.set(key, planned);
  }

  /** Fates stand right behind their send. */
  private noteFates(id: number, position: number): void {
    const found: Fate[] = [];
    for (let at = position + 1; ; at += 1) {
      const record = this.records[at];
      if (record === undefined || !isFate(record) || record.id !== id || record.to === '') break;
      if (record.kind === 'drop' && record.reason !== 'fault') break;
      found.push(record);
    }
    if (found.length > 0) this.fates.set(id, found);
  }

  fatesOf(id: number): readonly Fate[] {
    return this.fates.get(id) ?? none;
  }

  isRefused(id: number, at: Micros): boolean {
    return this.refusals.has(moment({ id, at }));
  }

  /** A copy that was held back until then found its link cut. */
  isCut(id: number, at: Micros): boolean {
    return this.cuts.has(moment({ id, at }));
  }

  /** Where that position stands in time. */
  timeOf(position: number): Micros {
    return this.records[position]?.at ?? 0;
  }

  /** Does this message, after so many deliveries, reach the receiver behind that position? */
  reaches(to: string, message: { id: number; deliveryCount: number; behind: number }): boolean {
    const { id, deliveryCount, behind } = message;
    return (this.deliveries.get(`${to}/${id}`) ?? none).some(
      (planned) => planned.position > behind && planned.deliveryCount === deliveryCount,
    );
  }

  /**
   * Does the power fail right there, in the middle of what the server does about a write? What it
   * had applied by then is told first.
   */
  cutsPower(server: string, boundary: Boundary, position: number): boolean {
    let at = position;
    while (this.records[at]?.kind === 'apply') at += 1;
    const fault = this.records[at];
    const crash = this.records[at + 1];
    return (
      fault?.kind === 'fault' &&
      fault.phase === 'start' &&
      textOf(fault.detail, 'boundary') === boundary &&
      crash?.kind === 'crash' &&
      crash.server === server
    );
  }

  /** Did the timer run out in the pause that ends at that position? Its server is told at once. */
  rangInPause(server: string, timer: Timer, position: number): boolean {
    const now = this.timeOf(position);
    for (let at = position + 1; this.records[at]?.at === now; at += 1) {
      const record = this.records[at];
      if (record?.kind === 'timer' && record.server === server && record.timer === timer)
        return true;
    }
    return false;
  }

  /**
   * Does the trace show when the server, back from a pause at that position, heard of the fsync
   * `durable`? What follows names it as its cause; what waited for it names something older.
   */
  showsHearing(server: string, durable: number, position: number): boolean {
    let latest = durable;
    for (let at = position + 1; at < this.records.length; at += 1) {
      const record = this.records[at];
      if (record === undefined || actorOf(record) !== server) continue;
      if (record.kind === 'durable' || record.kind === 'crash' || record.kind === 'offline') break;
      if (record.kind === 'deliver' || record.kind === 'timer') latest = record.seq;
      else if (record.cause === durable) return true;
      else if (record.kind === 'send' && record.cause !== latest) return true;
    }
    return false;
  }
}

/** A text or number in a fault's data, or nothing. */
export function textOf(detail: Json, name: string): string {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return '';
  const found = Object.entries(detail).find(([key]) => key === name)?.[1];
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

function isFate(record: TraceRecord): record is Fate & { readonly to?: string } {
  const fates: readonly RecordKind[] = ['drop', 'delay', 'duplicate'];
  return fates.includes(record.kind);
}

/** The server or client at which the record happened; empty for the world. */
export function actorOf(record: TraceRecord): string {
  if ('server' in record) return record.server;
  if ('client' in record) return record.client;
  if (record.kind === 'send') return record.from;
  return record.kind === 'deliver' ? record.to : '';
}
