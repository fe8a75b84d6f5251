/**
 * Histories of other programs, turned into history records that the same judge reads. A record's
 * `seq` is its line.
 */
import { readEdn } from './history-edn.ts';
import { readEtcd } from './history-etcd.ts';
import { formatOf } from './history-format.ts';
import { readNdjson } from './history-ndjson.ts';
import { readOperations } from './history-operations.ts';
import type { ForeignOptions, TakeRecord } from './history-rows.ts';
import type { HistoryRecord } from './record.ts';
import type { Torn } from './rows.ts';

export type { ForeignOptions, TakeRecord } from './history-rows.ts';

export interface ForeignHistory {
  readonly records: readonly HistoryRecord[];
  /** The last line, when its writer was cut off in the middle of it. */
  readonly torn: Torn | null;
}

/**
 * Reads a history: NDJSON in Jepsen's shape, EDN (Knossos, Porcupine's kv logs), Porcupine's
 * operations as JSON, or the text that Jepsen printed when it tested etcd; told apart by how the file
 * begins. Rows of the process `nemesis` are passed over. Where no row has a key there is one object;
 * where no row has a time the order of the lines is the time. Rejects with a `UserError` that names
 * file and line for a missing field, a wrong type and an unknown operation.
 */
export async function readHistory(path: string, options: ForeignOptions): Promise<ForeignHistory> {
  const records: HistoryRecord[] = [];
  const torn = takeHistory(path, options, (record) => records.push({ ...record }));
  return Promise.resolve({ records, torn });
}

/**
 * The same without an object for each record: `take` is shown one that is used again. Returns the
 * last line when its writer was cut off.
 */
export function takeHistory(path: string, options: ForeignOptions, take: TakeRecord): Torn | null {
  const format = formatOf(path);
  switch (format) {
    case 'ndjson':
      return readNdjson(path, options, take);
    case 'edn':
      readEdn(path, options, take);
      return null;
    case 'etcd':
      readEtcd(path, options, take);
      return null;
    case 'operations':
      readOperations(path, options, take);
      return null;
  }
}
