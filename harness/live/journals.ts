/** Reads journals back: heads and records, checked against the schema, torn ends left out. */
import { basename } from 'node:path';
import type { TraceRecord } from '../trace/record.ts';
import { eachRow } from '../trace/rows.ts';
import { traceRecord } from '../trace/schema.ts';
import { UserError } from '../trace/user-error.ts';
import type { JournalHead } from './journal.ts';
import { journalSchema } from './journal.ts';

export interface ReadJournal {
  readonly head: JournalHead;
  /** In the process's own order. */
  readonly records: readonly TraceRecord[];
}

function isHead(row: unknown): row is JournalHead {
  return (
    typeof row === 'object' &&
    row !== null &&
    'schema' in row &&
    row.schema === journalSchema &&
    'process' in row &&
    typeof row.process === 'string' &&
    'incarnation' in row &&
    typeof row.incarnation === 'number' &&
    'found' in row
  );
}

function isRecord(row: unknown): row is TraceRecord {
  return traceRecord.safeParse(row).success;
}

/** Rejects with a `UserError` that names file and line for what no process of ours wrote. */
export async function readJournal(path: string): Promise<ReadJournal> {
  let head: JournalHead | null = null;
  const records: TraceRecord[] = [];
  // A process that was killed may have left half a record: nobody heard of what it tells.
  await eachRow(path, (row, line) => {
    if (head === null) {
      if (!isHead(row)) throw strange(path, line, 'the first line is no head of a journal');
      head = row;
    } else {
      if (!isRecord(row)) throw strange(path, line, 'this is no record');
      records.push(row);
    }
  });
  if (head === null) throw strange(path, 1, 'the journal is empty');
  return { head, records };
}

function strange(path: string, line: number, what: string): UserError {
  const remedy = `Take ${basename(path)} out of the folder if no process of the cluster wrote it`;
  return new UserError(what, { file: path, line, remedy });
}
