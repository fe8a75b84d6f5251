/** Operations as intervals, with the one that no order explains. */
import type { HistoryRecord } from '../trace/record.ts';
import { endingText } from './clients.ts';
import type { Plot } from './plot.ts';
import type { Block } from './shape.ts';
import { clean } from './words.ts';

interface Operation {
  readonly call: HistoryRecord;
  /** Absent: no answer within the trace. */
  readonly end: HistoryRecord | null;
}

const barWidth = 30;
const rowsMax = 8;

/** Completes the operations that the evidence names by their other ends. */
function operations(plotted: Plot, evidence: readonly HistoryRecord[]): Operation[] {
  const wanted = new Set(evidence.map((record) => record.seq));
  const open = new Map<number, HistoryRecord>();
  const found: Operation[] = [];
  for (const record of plotted.records) {
    if (record.kind === 'invoke') open.set(record.process, record);
    if (record.kind !== 'ok' && record.kind !== 'fail' && record.kind !== 'info') continue;
    const call = open.get(record.process);
    open.delete(record.process);
    if (call === undefined) continue;
    if (wanted.has(record.seq) || wanted.has(call.seq)) found.push({ call, end: record });
  }
  for (const call of open.values()) if (wanted.has(call.seq)) found.push({ call, end: null });
  return found.sort((left, right) => left.call.seq - right.call.seq);
}

function isOpen(operation: Operation): boolean {
  return operation.end === null || operation.end.kind === 'info';
}

/** `|────✓────|`, fading out to the right where the end is unknown. */
function bar(
  operation: Operation,
  scale: { readonly from: number; readonly to: number; readonly mark: string },
): string {
  const place = (at: number): number =>
    Math.round(((at - scale.from) / Math.max(1, scale.to - scale.from)) * (barWidth - 1));
  const start = place(operation.call.at);
  const open = isOpen(operation);
  const end = open ? barWidth : Math.max(start + 2, place(operation.end?.at ?? scale.to));
  const inside = Math.max(1, end - start - 1);
  const left = Math.floor((inside - 1) / 2);
  const line = open ? '╌' : '─';
  const body = line.repeat(left) + scale.mark + line.repeat(inside - 1 - left);
  return (' '.repeat(start) + '|' + body + (open ? '' : '|')).padEnd(barWidth + 3);
}

function whole(micros: number): string {
  return (micros / 1000).toFixed(1);
}

function outcome(operation: Operation): string {
  const { call, end } = operation;
  const from = whole(call.at);
  if (end === null || end.kind === 'info') return `${from}– ms   outcome unknown`;
  return `${from}–${whole(end.at)} ms`;
}

function label(operation: Operation): string {
  const { call, end } = operation;
  const text = endingText(end ?? call, call)
    .replace(/ ends without an answer.*/u, '')
    .replace(' is acknowledged', '')
    .replace(' returns ', ' → ');
  return `${clean(call.client, 8).padEnd(4)} ${text}`;
}

/** The evidence of a broken history as rows. Its last record is the impossible one. */
export function historyBlock(plotted: Plot, evidence: readonly HistoryRecord[]): Block {
  const all = operations(plotted, evidence);
  const impossible = evidence.at(-1)?.seq;
  const shownOperations = all.slice(-rowsMax);
  const ends = shownOperations.map(({ call, end }) => end?.at ?? call.at);
  const from = Math.min(...shownOperations.map(({ call }) => call.at));
  const to = Math.max(...ends, from + 1);
  const width = Math.min(34, Math.max(...shownOperations.map((one) => label(one).length)));
  const rows = shownOperations.map((operation) => {
    const bad = operation.end?.seq === impossible || operation.call.seq === impossible;
    const mark = bad ? '✖' : isOpen(operation) ? '?' : '✓';
    const text = label(operation).slice(0, width).padEnd(width);
    return `${text}  ${bar(operation, { from, to, mark })} ${outcome(operation)}`.trimEnd();
  });
  const hidden = all.length - shownOperations.length;
  if (hidden > 0) rows.unshift(`… ${hidden} earlier operations`);
  return { title: 'the operations that no order explains', rows };
}
