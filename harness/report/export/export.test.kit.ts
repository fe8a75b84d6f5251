/** For tests: every kept trace, exports as text and as files, and one trace full of malice. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistoryBuilder } from '../../check/history-builder.ts';
import { History } from '../../check/history.ts';
import { judgeKeys } from '../../check/linearizability/check.ts';
import { takeHistory } from '../../trace/foreign.ts';
import { readTrace } from '../../trace/read.ts';
import type { TraceRecord } from '../../trace/record.ts';
import { TraceScript, vote } from '../trace.test.kit.ts';
import { exportTrace } from './export.ts';
import type { ExportFormat } from './formats.ts';
import { historyOf } from './history.ts';

/** Paths of all traces that the house keeps. */
export const kept: readonly string[] = [
  ...readdirSync('traces/golden').map((name) => `traces/golden/${name}`),
  ...readdirSync('traces/caught').map((name) => `traces/caught/${name}/trace.ndjson`),
];

export async function recordsOf(path: string): Promise<readonly TraceRecord[]> {
  return (await readTrace(path)).records;
}

export function linesOf(records: readonly TraceRecord[], format: ExportFormat): string[] {
  const lines: string[] = [];
  exportTrace(records, { format, take: (line) => lines.push(line) });
  return lines;
}

export function textOf(records: readonly TraceRecord[], format: ExportFormat): string {
  return `${linesOf(records, format).join('\n')}\n`;
}

const scratch = mkdtempSync(join(tmpdir(), 'whitewater-export-'));
let files = 0;

export function fileOf(text: string): string {
  files += 1;
  const path = join(scratch, `${files}.txt`);
  writeFileSync(path, text);
  return path;
}

/** The verdict on a trace's own history. */
export function verdictOn(records: readonly TraceRecord[]): string {
  const builder = new HistoryBuilder();
  for (const record of historyOf(records)) builder.take(record);
  return judged(builder);
}

/** The verdict on an exported history, as `whitewater check` reads it. */
export function verdictOnFile(path: string): string {
  const builder = new HistoryBuilder({ file: path });
  takeHistory(path, { model: 'kv' }, (record) => builder.take(record));
  return judged(builder);
}

function judged(builder: HistoryBuilder): string {
  return judgeKeys(new History(builder.finish()), { configurations: 1_000_000 }).verdict.kind;
}

/** Strings that break out of quotes, lines, tags, cells and terminals where they can. */
export const malice: readonly string[] = [
  '"},{"a":"',
  "=cmd|' /C calc'!A0",
  '</script><img src=x onerror=alert(1)>',
  'line\nbreak\r\n\u2028\u001b[31m',
  '\u202Egnp.exe\u0000',
  '] } ) ; :absent "',
  '😀\uD800é',
  '__proto__',
];

/** A trace whose names, keys, values and texts are all of that kind. */
export function hostileTrace(): readonly TraceRecord[] {
  const servers = malice.map((text, index) => `${text} ${index}`);
  const script = new TraceScript(servers);
  const [first = '', second = ''] = servers;
  malice.forEach((text, index) => {
    script.at(10 + 2 * index);
    const body = { process: 1, f: 'write', key: text, value: { [text]: [text, null] } } as const;
    script.history('invoke', body);
    const id = script.send(vote(first, second, 2), script.records.length - 1);
    script.deliver(id);
    script.at(11 + 2 * index);
    script.history('ok', body);
    script.history('invoke', { ...body, f: 'read', value: null });
    script.history('ok', { ...body, f: 'read' });
  });
  script.fault(0, { kind: malice[2] ?? '', text: malice[0] ?? '' });
  return script.violated('ElectionSafety', malice.join(' '), [3]);
}
