/** The orders of operations that the judge found, as the viewer draws them. */
import { historyOf } from '../check/history.ts';
import { ordersOf } from '../check/linearizability/orders.ts';
import type { HistoryRecord, TraceRecord } from '../trace/record.ts';
import { UserError } from '../trace/user-error.ts';
import type { ViewerOrder } from '../view/data.ts';

/** More operations than this have no orders: a picture of them would say nothing. */
const operationsMax = 5_000;
/** Milliseconds and configurations for each key. */
const budget = { configurations: 200_000, timeoutMs: 1_000 };

function isHistory(record: TraceRecord): record is HistoryRecord {
  return 'process' in record;
}

/** For each key an order that explains it, or the longest there is, the keys that fail first. */
export function viewerOrders(
  records: readonly TraceRecord[],
  now: () => number,
): readonly ViewerOrder[] {
  const history = records.filter(isHistory);
  if (history.length === 0 || history.length > 2 * operationsMax) return [];
  try {
    const orders = ordersOf(historyOf(history), { ...budget, now });
    const found = orders.map(({ key, kind, order, next }) => ({
      key,
      kind,
      steps: order.map(({ operation, after }) => ({ seq: operation.callSeq, after })),
      next: next.map(({ operation, reason }) => ({ seq: operation.callSeq, reason })),
    }));
    return found.toSorted(
      (left, right) => Number(right.kind === 'illegal') - Number(left.kind === 'illegal'),
    );
  } catch (error) {
    // A history that was cut in the middle has no orders; its picture is still worth having.
    if (error instanceof UserError) return [];
    throw error;
  }
}
