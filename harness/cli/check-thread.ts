/** A thread that judges its share of a history's keys. */
import { parentPort, workerData } from 'node:worker_threads';
import { History } from '../check/history.ts';
import { judgeKey } from '../check/linearizability/check.ts';
import { byKey } from '../check/linearizability/partition.ts';
import type { KeysData, KeysMessage } from './check-threads.ts';

function begin({ columns, first, stride, limits, failed }: KeysData): void {
  const least = new Int32Array(failed);
  const budget = { ...limits, now: () => performance.now() };
  for (const [place, key] of byKey(new History(columns)).entries()) {
    if (place % stride !== first || place > Atomics.load(least, 0)) continue;
    const judged = judgeKey(key, budget);
    if (judged.verdict?.kind === 'fail') lower(least, place);
    const message: KeysMessage = { place, judged };
    parentPort?.postMessage(message);
  }
}

/** The least place stands, whoever comes first. */
function lower(least: Int32Array, place: number): void {
  for (let known = Atomics.load(least, 0); place < known; known = Atomics.load(least, 0)) {
    if (Atomics.compareExchange(least, 0, known, place) === known) return;
  }
}

begin(workerData);
