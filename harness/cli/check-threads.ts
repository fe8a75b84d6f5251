/**
 * The keys of a history judged by several threads. Keys are independent, so the verdicts and their
 * words are the same as one thread finds. From TypeScript sources (in tests) one thread does it all,
 * because threads load only compiled code.
 */
import { Worker } from 'node:worker_threads';
import type { History } from '../check/history.ts';
import type { HistoryColumns } from '../check/history-columns.ts';
import type { Budget } from '../check/linearizability/budget.ts';
import type { HistoryTold, KeyJudged } from '../check/linearizability/check.ts';
import { judgeKeys, together } from '../check/linearizability/check.ts';

/** What a thread gets: the history, and which of its keys are its own. */
export interface KeysData {
  readonly columns: HistoryColumns;
  /** Its first key, by place, and the distance to the next. */
  readonly first: number;
  readonly stride: number;
  /** A budget without its clock. */
  readonly limits: Omit<Budget, 'now'>;
  /** One 32-bit integer: the least place of a key known to fail. Keys after it do not matter. */
  readonly failed: SharedArrayBuffer;
}

export interface KeysMessage {
  readonly place: number;
  readonly judged: KeyJudged;
}

interface Shared {
  readonly workers: number;
  readonly limits: Omit<Budget, 'now'>;
  readonly budget: Budget;
}

/** Judges a history by so many threads, where there are as many keys. */
export async function judgeShared(
  history: History,
  { workers, limits, budget }: Shared,
): Promise<HistoryTold> {
  const threads = Math.min(workers, history.columns.keys.length);
  if (threads <= 1 || !import.meta.url.endsWith('.js')) return judgeKeys(history, budget);
  const failed = new Int32Array(new SharedArrayBuffer(4)).fill(0x7fffffff);
  const columns = plain(history.columns);
  const found = await Promise.all(
    Array.from({ length: threads }, (_, first) =>
      inThread({ columns, first, stride: threads, limits, failed: failed.buffer }),
    ),
  );
  const ordered = found.flat().toSorted((a, b) => a.place - b.place);
  return together(
    ordered.map(({ judged }) => judged),
    history.completed,
  );
}

function inThread(data: KeysData): Promise<readonly KeysMessage[]> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./check-thread.js', import.meta.url), { workerData: data });
    const found: KeysMessage[] = [];
    thread.on('message', (message: KeysMessage) => found.push(message));
    thread.on('error', reject);
    thread.on('exit', (code) => {
      if (code === 0) resolve(found);
      else reject(new Error(`a thread that judged keys ended with code ${code}`));
    });
  });
}

/** What can be sent: the columns, without what builds them, and as long as they are used. */
function plain(columns: HistoryColumns): HistoryColumns {
  const { count, completed, keys, states, clients } = columns;
  return {
    count,
    completed,
    keys,
    states,
    clients,
    fs: columns.fs.slice(0, count),
    endings: columns.endings.slice(0, count),
    keyOf: columns.keyOf.slice(0, count),
    first: columns.first.slice(0, count),
    second: columns.second.slice(0, count),
    processes: columns.processes.slice(0, count),
    clientOf: columns.clientOf.slice(0, count),
    calls: columns.calls.slice(0, count),
    returns: columns.returns.slice(0, count),
    calledAt: columns.calledAt.slice(0, count),
    returnedAt: columns.returnedAt.slice(0, count),
    callSeqs: columns.callSeqs.slice(0, count),
    returnSeqs: columns.returnSeqs.slice(0, count),
    byReturn: columns.byReturn.slice(0, completed),
  };
}
