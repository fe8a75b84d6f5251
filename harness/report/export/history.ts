/** The clients' history in a trace, and its operations as calls with their returns. */
import type { HistoryRecord, TraceRecord } from '../../trace/record.ts';

export function isHistory(record: TraceRecord): record is HistoryRecord {
  const { kind } = record;
  return kind === 'invoke' || kind === 'ok' || kind === 'fail' || kind === 'info';
}

/** In the order of the records. */
export function historyOf(records: readonly TraceRecord[]): readonly HistoryRecord[] {
  return records.filter(isHistory);
}

export interface CalledOperation {
  readonly call: HistoryRecord;
  /** Null: the run ended before it did. */
  readonly end: HistoryRecord | null;
}

/** In the order of their calls. A process has one open operation at a time. */
export function operationsOf(records: readonly TraceRecord[]): readonly CalledOperation[] {
  const operations: { readonly call: HistoryRecord; end: HistoryRecord | null }[] = [];
  const open = new Map<number, { end: HistoryRecord | null }>();
  for (const record of historyOf(records)) {
    if (record.kind === 'invoke') {
      const operation = { call: record, end: null };
      operations.push(operation);
      open.set(record.process, operation);
      continue;
    }
    const operation = open.get(record.process);
    if (operation !== undefined) operation.end = record;
    open.delete(record.process);
  }
  return operations;
}
