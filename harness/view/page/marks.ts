/** Bands of faults, operations of clients, events of the bus, and the places a key jumps to. */
import type {
  FaultRecord,
  HistoryRecord,
  Json,
  OperateRecord,
  TraceRecord,
} from '../../trace/record.ts';
import type { ViewerStory } from '../data.ts';
import type { Lanes } from './turns.ts';
import { wishText } from './words.ts';

export interface Band {
  readonly fault: number;
  readonly name: string;
  readonly text: string;
  readonly from: number;
  /** Index of its end; the number of records when it lasts; `from` when it takes no time. */
  readonly to: number;
  /** Lanes on one side of a partition. */
  readonly side: readonly number[];
  /** Row in the lane of the faults, from 0. */
  readonly row: number;
  /** Where the next one of its row begins: so far its name may go; -1: nothing follows. */
  readonly next: number;
}

export interface Operation {
  readonly lane: number;
  readonly from: number;
  /** -1: never answered. */
  readonly to: number;
  readonly end: 'ok' | 'fail' | 'info' | 'open';
  readonly text: string;
  /** Where the next one of its lane begins: so far its words may go; -1: nothing follows. */
  readonly next: number;
}

/** Faults without an end of their own: a moment, not a time. */
const moments: ReadonlySet<string> = new Set([
  'brokerRestart',
  'clockJump',
  'crash',
  'deadLetter',
  'lockExpiry',
  'offline',
  'redeliver',
]);

/** Each with the beginning of what follows it on its line, in the order of their beginnings. */
function chained<Item extends { readonly from: number }>(
  items: readonly Item[],
  lineOf: (item: Item) => number,
): readonly (Item & { readonly next: number })[] {
  const ahead = new Map<number, number>();
  return items
    .toSorted((left, right) => right.from - left.from)
    .map((item) => {
      const next = ahead.get(lineOf(item)) ?? -1;
      ahead.set(lineOf(item), item.from);
      return { ...item, next };
    })
    .toReversed();
}

export const bandRowsMax = 4;
/** So many turns, or such a part of all turns, is a band's name wide, about. */
const nameTurns = 5;
const namePart = 0.22;

function fieldOf(detail: Json, name: string): Json {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return null;
  return Object.entries(detail).find(([key]) => key === name)?.[1] ?? null;
}

const wordOf = (value: Json): string => (typeof value === 'string' ? value : '');

function sideOf(detail: Json): readonly string[] {
  const side = fieldOf(detail, 'side');
  return Array.isArray(side) ? side.map(wordOf) : [];
}

/** `lockExpiry` as `lock expiry`. */
const spaced = (name: string): string =>
  name.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);

function byText(millis: Json): string {
  if (typeof millis !== 'number') return '';
  return millis >= 1000 ? ` by ${millis / 1000} s` : ` by ${millis} ms`;
}

/** A fault in a few words: its kind and whom it hits. */
export function faultText(record: FaultRecord): string {
  const { detail } = record;
  const name = spaced(record.name);
  const side = sideOf(detail);
  if (side.length > 0) return `${name} {${side.join(', ')}} | rest`;
  const server = wordOf(fieldOf(detail, 'server'));
  const message = wordOf(fieldOf(detail, 'message'));
  const percent = fieldOf(detail, 'percent');
  return [
    message === 'any' ? `${name} messages` : name,
    server === '' ? '' : ` ${server}`,
    message === '' || message === 'any' ? '' : ` ${message}`,
    typeof percent === 'number' && percent < 100 ? ` ${percent} %` : '',
    byText(fieldOf(detail, 'byMs')),
  ].join('');
}

interface Open {
  readonly record: FaultRecord;
  readonly index: number;
}

/** The first row whose last band is over, and its name read, before this one begins. */
function freeRow(rows: number[], from: number, until: number): number {
  const free = rows.findIndex((over) => over < from);
  const row = free >= 0 ? free : rows.length;
  rows[row] = until;
  return Math.min(row, bandRowsMax - 1);
}

export function bandsOf(
  records: readonly TraceRecord[],
  lanes: Lanes,
  turn: Int32Array,
): readonly Band[] {
  const turnOf = (index: number): number => turn[Math.min(index, records.length - 1)] ?? 0;
  const open = new Map<number, Open>();
  const found: (Open & { to: number })[] = [];
  records.forEach((record, index) => {
    if (record.kind !== 'fault') return;
    const begun = open.get(record.fault);
    if (record.phase === 'end' && begun !== undefined) found.push({ ...begun, to: index });
    open.delete(record.fault);
    if (record.phase !== 'start') return;
    if (moments.has(record.name)) found.push({ record, index, to: index });
    else open.set(record.fault, { record, index });
  });
  for (const begun of open.values()) found.push({ ...begun, to: records.length });
  found.sort((left, right) => left.index - right.index);
  const rows: number[] = [];
  const width = Math.max(nameTurns, turnOf(records.length) * namePart);
  const untilOf = (from: number, to: number): number => Math.max(turnOf(to), turnOf(from) + width);
  const bands = found.map(({ record, index, to }) => ({
    fault: record.fault,
    name: record.name,
    text: faultText(record),
    from: index,
    to,
    side: sideOf(record.detail).map((name) => lanes.byName.get(name) ?? -1),
    row: freeRow(rows, turnOf(index), untilOf(index, to)),
  }));
  return chained(bands, ({ row }) => row);
}

const shown = (value: Json): string => JSON.stringify(value).slice(0, 40);

/** An operation and what came of it, in a few words. */
function operationText(asked: HistoryRecord, answered: HistoryRecord | undefined): string {
  const { f, key, value } = asked;
  if (f === 'read') {
    return answered?.kind === 'ok' ? `read ${key} → ${shown(answered.value)}` : `read ${key}`;
  }
  if (f === 'delete') return `delete ${key}`;
  if (f === 'cas' && Array.isArray(value)) {
    return `cas ${key}: ${value.map(shown).join(' → ')}`;
  }
  return f === 'write' ? `write ${key}=${shown(value)}` : `append ${key}, ${shown(value)}`;
}

type Asked = { readonly record: HistoryRecord | OperateRecord; readonly index: number };

/** What began or ended, and under which name its two ends find each other; null: something else. */
function phaseOf(
  record: TraceRecord,
): { readonly key: string; readonly phase: HistoryRecord['kind'] } | null {
  switch (record.kind) {
    case 'invoke':
    case 'ok':
    case 'fail':
    case 'info':
      return { key: `process ${record.process}`, phase: record.kind };
    case 'operate':
      return { key: `operator ${record.client}`, phase: record.phase };
    default:
      return null;
  }
}

function textOf({ record }: Asked, answered: TraceRecord | undefined): string {
  if (record.kind === 'operate') return wishText(record.wish);
  return operationText(
    record,
    answered !== undefined && 'process' in answered ? answered : undefined,
  );
}

export function operationsOf(records: readonly TraceRecord[], lanes: Lanes): readonly Operation[] {
  const open = new Map<string, Asked>();
  const operations: Omit<Operation, 'next'>[] = [];
  const end = (asked: Asked, to: number, how: Operation['end']): void => {
    const lane = lanes.byName.get(asked.record.client) ?? lanes.bus;
    operations.push({ lane, from: asked.index, to, end: how, text: textOf(asked, records[to]) });
  };
  records.forEach((record, index) => {
    const found = phaseOf(record);
    if (found === null || (record.kind !== 'operate' && !('process' in record))) return;
    const { key, phase } = found;
    if (phase === 'invoke') {
      open.set(key, { record, index });
      return;
    }
    const asked = open.get(key);
    if (asked !== undefined) end(asked, index, phase);
    open.delete(key);
  });
  for (const asked of open.values()) end(asked, -1, 'open');
  return chained(operations, ({ lane }) => lane);
}

/** Indexes of the records that the verdict names, ascending; the last is where it broke. */
export function violationsOf(
  records: readonly TraceRecord[],
  story: ViewerStory,
  indexOf: (seq: number) => number,
): readonly number[] {
  const seqs = new Set<number>();
  for (const record of records) {
    if (record.kind === 'verdict' && record.verdict === 'fail') {
      for (const seq of record.evidence) seqs.add(seq);
    }
  }
  if (seqs.size === 0) {
    for (const { mark, seq } of story.lines) if (mark === '✖') seqs.add(seq);
  }
  return [...seqs].map(indexOf).sort((left, right) => left - right);
}

/** Records that are a fault's work: its beginning, a crash, a drop. */
export function faultPlaces(records: readonly TraceRecord[]): readonly number[] {
  const places: number[] = [];
  records.forEach((record, index) => {
    if (record.kind === 'fault' && record.phase === 'start') places.push(index);
    else if (record.kind === 'crash' || record.kind === 'pause') places.push(index);
  });
  return places;
}
