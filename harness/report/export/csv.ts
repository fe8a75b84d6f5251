/**
 * A row a record. The columns stay as they are, whatever kinds of records come: what a record says
 * beyond them is in the last one, the record itself as JSON. RFC 4180, with line feeds.
 */
import type { Json, TraceRecord } from '../../trace/record.ts';
import { printable } from '../../trace/printable.ts';
import { whatOf } from '../../trace/render.ts';
import type { Lanes } from './lanes.ts';
import { lanesOf } from './lanes.ts';
import { plainJson } from './plain.ts';
import type { Take } from './take.ts';

export const csvColumns = [
  'seq',
  'at_us',
  'cause',
  'kind',
  'actor',
  'message',
  'from',
  'to',
  'term',
  'index',
  'fault',
  'process',
  'f',
  'key',
  'value',
  'what',
  'record',
] as const;

type Row = Readonly<Record<(typeof csvColumns)[number], string | number>>;

/** Shows the table to `take`: the names of the columns, then a line a record. */
export function csvLines(records: readonly TraceRecord[], take: Take): void {
  take(csvColumns.join(','));
  const lanes = lanesOf(records);
  for (const record of records) {
    const row = rowOf(record, lanes);
    take(csvColumns.map((name) => cell(name, row[name])).join(','));
  }
}

function rowOf(record: TraceRecord, lanes: Lanes): Row {
  const fields: { readonly [name: string]: unknown } = { ...record };
  const body = record.kind === 'send' ? record.message : record;
  const inside: { readonly [name: string]: unknown } = { ...body };
  const number = (value: unknown): number | '' => (typeof value === 'number' ? value : '');
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    seq: record.seq,
    at_us: record.at,
    cause: record.cause,
    kind: record.kind,
    actor: lanes.of(record) ?? '',
    message: number(fields['id']),
    from: text(fields['from']),
    to: text(fields['to']),
    term: number(inside['term']),
    index: number(fields['index'] ?? fields['commitIndex']),
    fault: number(fields['fault']),
    process: number(fields['process']),
    f: text(fields['f']),
    key: text(fields['key']),
    value: 'f' in record ? plainJson(valueOf(record)) : '',
    what: whatOf(record),
    record: plainJson(record),
  };
}

function valueOf(record: { readonly value: Json }): Json {
  return record.value;
}

/** Longest text in a cell of its own; the whole one is in the last column. */
const cellMax = 1_000;

/**
 * Numbers as they are. A text that a spreadsheet would take for a formula begins with an
 * apostrophe; control characters are spelled out.
 */
function cell(name: keyof Row, value: string | number): string {
  if (typeof value === 'number') return String(value);
  const plain = name === 'record' ? value : printable(value, cellMax);
  const isFormula = /^[=+@\-|%]/u.test(plain) && !/^-?\d+(?:\.\d+)?$/u.test(plain);
  const harmless = isFormula ? `'${plain}` : plain;
  return /[",\n\r']|^\s|\s$/u.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
