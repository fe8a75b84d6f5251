/** How long what a server changed was only in its memory: from the write to its sync, or its loss. */
import type { TraceRecord } from '../../trace/record.ts';
import type { Lanes } from './turns.ts';

export interface Unsynced {
  readonly lane: number;
  /** Index of the write. */
  readonly from: number;
  /** Index of the sync, or of the crash; the number of records when neither came. */
  readonly to: number;
  readonly write: number;
  /** A crash took it. */
  readonly isLost: boolean;
}

interface Waiting {
  readonly write: number;
  readonly from: number;
}

/** Every write that was not durable at once, in the order of their ends. */
export function unsyncedOf(records: readonly TraceRecord[], lanes: Lanes): readonly Unsynced[] {
  const waiting = new Map<string, Waiting[]>();
  const found: Unsynced[] = [];
  const end = (server: string, upTo: number, to: { index: number; isLost: boolean }): void => {
    const list = waiting.get(server) ?? [];
    const lane = lanes.byName.get(server) ?? -1;
    for (let [first] = list; first !== undefined && first.write <= upTo; [first] = list) {
      list.shift();
      found.push({ lane, ...first, to: to.index, isLost: to.isLost });
    }
  };
  records.forEach((record, index) => {
    switch (record.kind) {
      case 'write': {
        const list = waiting.get(record.server) ?? [];
        list.push({ write: record.write, from: index });
        waiting.set(record.server, list);
        return;
      }
      case 'durable':
        end(record.server, record.write, { index, isLost: false });
        return;
      case 'crash':
        end(record.server, record.survived, { index, isLost: false });
        end(record.server, Infinity, { index, isLost: true });
        return;
      default:
    }
  });
  for (const server of waiting.keys()) {
    end(server, Infinity, { index: records.length, isLost: false });
  }
  return found;
}
