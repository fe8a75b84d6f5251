/** Every server's log at a moment: changes replayed from the nearest checkpoint. */
import type { EntryRef, TraceRecord } from '../../trace/record.ts';
import { countUpTo, numberAt } from './lists.ts';
import type { Model } from './model.ts';

const checkpointEvery = 256;

/** The changes of one server's log; a checkpoint holds the log before every 256th of them. */
interface LogHistory {
  readonly changes: number[];
  readonly checkpoints: (readonly EntryRef[])[];
}

export type LogHistories = ReadonlyMap<string, LogHistory>;

export interface LogAt {
  readonly server: string;
  readonly entries: readonly EntryRef[];
  readonly commitIndex: number;
}

/** In place: what makes walking a long history linear. */
function change(log: EntryRef[], record: TraceRecord | undefined): void {
  if (record?.kind === 'online') {
    log.length = 0;
    for (const entry of record.entries) log.push(entry);
  }
  if (record?.kind !== 'write' || record.log === null) return;
  const { from, entries } = record.log;
  while ((log.at(-1)?.index ?? 0) >= from) log.pop();
  for (const entry of entries) log.push(entry);
}

export function logHistoriesOf({ records, header }: Model): LogHistories {
  const histories = new Map<string, LogHistory>();
  const logs = new Map<string, EntryRef[]>();
  for (const name of header.servers) {
    histories.set(name, { changes: [], checkpoints: [] });
    logs.set(name, []);
  }
  records.forEach((record, index) => {
    if (record.kind !== 'online' && (record.kind !== 'write' || record.log === null)) return;
    const history = histories.get(record.server);
    const log = logs.get(record.server);
    if (history === undefined || log === undefined) return;
    if (history.changes.length % checkpointEvery === 0) history.checkpoints.push(log.slice());
    history.changes.push(index);
    change(log, record);
  });
  return histories;
}

function logAt(model: Model, history: LogHistory, index: number): readonly EntryRef[] {
  const count = countUpTo(history.changes, index);
  const checkpoint = Math.floor(Math.max(0, count - 1) / checkpointEvery);
  const log = history.checkpoints[checkpoint]?.slice() ?? [];
  for (let i = checkpoint * checkpointEvery; i < count; i += 1) {
    change(log, model.records[numberAt(history.changes, i)]);
  }
  return log;
}

/** All logs after the record at `index`; `commits` as the nodes say. */
export function logsAt(
  model: Model,
  histories: LogHistories,
  moment: { readonly index: number; readonly commits: ReadonlyMap<string, number> },
): readonly LogAt[] {
  return model.header.servers.map((server) => {
    const history = histories.get(server);
    const entries = history === undefined ? [] : logAt(model, history, moment.index);
    return { server, entries, commitIndex: moment.commits.get(server) ?? 0 };
  });
}

/** The entry at an index, or undefined: it is beyond the end, or in the snapshot. */
export function entryAt({ entries }: LogAt, index: number): EntryRef | undefined {
  const found = entries[index - (entries[0]?.index ?? 0)];
  return found?.index === index ? found : entries.find((entry) => entry.index === index);
}

function differsFrom(one: LogAt, other: LogAt): number {
  for (const entry of one.entries) {
    const there = entryAt(other, entry.index);
    if (there === undefined) continue;
    if (there.term !== entry.term || there.digest !== entry.digest) return entry.index;
  }
  return 0;
}

/** The first index at which two logs hold different entries, or 0: they agree. */
export function firstDifference(logs: readonly LogAt[]): number {
  let first = 0;
  logs.forEach((one, i) => {
    for (const other of logs.slice(i + 1)) {
      const found = differsFrom(one, other);
      if (found > 0 && (first === 0 || found < first)) first = found;
    }
  });
  return first;
}
