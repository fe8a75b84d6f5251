/** The sequence of a recorded run: a life line for each server and client, an arrow a message. */
import { arrow, label, line, svg } from './picture.ts';
import type { TraceRecord } from '../trace/record.ts';
import { printable } from '../trace/printable.ts';

/** One line of the picture. */
export type Row =
  | {
      readonly kind: 'message';
      readonly from: string;
      readonly to: string;
      readonly text: string;
      readonly lost: boolean;
    }
  | { readonly kind: 'note'; readonly at: string; readonly text: string };

export interface Sequence {
  readonly lines: readonly string[];
  readonly rows: readonly Row[];
  /** Rows left out at the end. */
  readonly more: number;
}

interface Sent {
  readonly from: string;
  readonly text: string;
}

function textOf(record: Extract<TraceRecord, { readonly kind: 'send' }>): string {
  const { message } = record;
  const term = 'term' in message ? ` t${message.term}` : '';
  switch (message.kind) {
    case 'AppendEntries': {
      const entries = message.entries.map(({ index, term: of }) => `${index}@${of}`).join(' ');
      return `${message.kind}${term} [${entries}]`;
    }
    case 'RequestVoteReply':
      return `${message.granted ? 'vote' : 'no vote'}${term}`;
    case 'AppendEntriesReply':
      return message.success ? `ack ${message.matchIndex}${term}` : `refused${term}`;
    case 'ClientReply':
      return `reply: ${message.answer.kind}`;
    default:
      return `${message.kind}${term}`;
  }
}

function noteOf(record: TraceRecord): Row | null {
  switch (record.kind) {
    case 'state':
      return { kind: 'note', at: record.server, text: `${record.role} t${record.term}` };
    case 'timer':
      return { kind: 'note', at: record.server, text: `${record.timer} time-out` };
    case 'crash':
      return { kind: 'note', at: record.server, text: 'crash' };
    case 'offline':
      return { kind: 'note', at: record.server, text: 'off line' };
    case 'online':
      return { kind: 'note', at: record.server, text: 'on line' };
    case 'commit':
      return { kind: 'note', at: record.server, text: `commit ${record.commitIndex}` };
    default:
      return null;
  }
}

/** Reads a trace into at most `rowsMax` rows. */
export function sequenceOf(records: readonly TraceRecord[], rowsMax: number): Sequence {
  const sent = new Map<number, Sent>();
  const rows: Row[] = [];
  const used = new Set<string>();
  let names: readonly string[] = [];
  let more = 0;
  const put = (row: Row): void => {
    if (rows.length >= rowsMax) {
      more += 1;
      return;
    }
    rows.push(row);
    for (const name of row.kind === 'note' ? [row.at] : [row.from, row.to]) used.add(name);
  };
  for (const record of records) {
    if (record.kind === 'header') names = [...record.servers, ...record.clients];
    else if (record.kind === 'send') {
      sent.set(record.id, { from: record.from, text: textOf(record) });
    } else if (record.kind === 'deliver' || record.kind === 'drop') {
      const message = sent.get(record.id);
      const lost = record.kind === 'drop';
      if (message !== undefined && record.to !== '') {
        put({ kind: 'message', ...message, to: record.to, lost });
      }
    } else {
      const note = noteOf(record);
      if (note !== null) put(note);
    }
  }
  return { lines: names.filter((name) => used.has(name)), rows, more };
}

const laneWidth = 170;
const rowHeight = 24;

export function sequenceSvg({ lines, rows, more }: Sequence): string {
  const x = (name: string): number => 90 + lines.indexOf(name) * laneWidth;
  const bottom = 60 + rows.length * rowHeight;
  const parts = lines.flatMap((name) => [
    label({ x: x(name), y: 24, text: printable(name, 20), anchor: 'middle', bold: true }),
    line({ x: x(name), y: 34 }, { x: x(name), y: bottom }, { tone: 'faint' }),
  ]);
  rows.forEach((row, at) => {
    const y = 60 + at * rowHeight;
    if (row.kind === 'note') {
      const text = printable(row.text, 40);
      parts.push(label({ x: x(row.at), y: y + 4, text, anchor: 'middle', tone: 'live' }));
      return;
    }
    const tone = row.lost ? 'bad' : 'plain';
    const from = { x: x(row.from), y };
    const to = { x: x(row.to), y };
    const text = `${printable(row.text, 40)}${row.lost ? ' (lost)' : ''}`;
    parts.push(arrow(from, to, { tone, dashed: row.lost }));
    parts.push(label({ x: (from.x + to.x) / 2, y: y - 4, text, anchor: 'middle', tone }));
  });
  if (more > 0) parts.push(label({ x: 20, y: bottom + 16, text: `${more} more`, tone: 'faint' }));
  return svg({ width: 40 + Math.max(1, lines.length) * laneWidth, height: bottom + 30, parts });
}

/** Mermaid reads `;`, `#` and line ends as its own. */
function plain(text: string): string {
  return printable(text, 60).replace(/[;#]/gu, ',');
}

export function sequenceMermaid({ lines, rows, more }: Sequence): string {
  const told = rows.map((row) => {
    if (row.kind === 'note') return `  Note over ${row.at}: ${plain(row.text)}`;
    return `  ${row.from}${row.lost ? '-x' : '->>'}${row.to}: ${plain(row.text)}`;
  });
  const rest = more > 0 ? [`  %% ${more} more`] : [];
  const who = lines.map((name) => `  participant ${name}`);
  return `${['sequenceDiagram', ...who, ...told, ...rest].join('\n')}\n`;
}
