/** Where each operation seems to happen: the judge's orders, tied to the operations of the picture. */
import type { Json } from '../../trace/record.ts';
import type { ViewerOrder } from '../data.ts';
import type { Operation } from './marks.ts';

/** A linearization point (Herlihy & Wing 1990): one moment between call and answer. */
export interface OrderStep {
  readonly operation: Operation;
  /** The value of the key after it. */
  readonly after: Json;
}

export interface Order {
  readonly key: string;
  readonly kind: ViewerOrder['kind'];
  readonly steps: readonly OrderStep[];
  readonly next: readonly { readonly operation: Operation; readonly reason: string }[];
}

/** Operations that the page does not hold are left out. */
export function ordersAt(
  orders: readonly ViewerOrder[],
  operations: readonly Operation[],
  indexOf: (seq: number) => number,
): readonly Order[] {
  const byCall = new Map(operations.map((operation) => [operation.from, operation]));
  return orders.map(({ key, kind, steps, next }) => ({
    key,
    kind,
    steps: steps.flatMap(({ seq, after }) => {
      const operation = byCall.get(indexOf(seq));
      return operation === undefined ? [] : [{ operation, after }];
    }),
    next: next.flatMap(({ seq, reason }) => {
      const operation = byCall.get(indexOf(seq));
      return operation === undefined ? [] : [{ operation, reason }];
    }),
  }));
}

/**
 * Where the points stand, from the left: each not before its call, not after its answer, and not
 * before the one that precedes it. Where there is room, `first` after the call and `gap` apart.
 */
export function pointPlaces(
  spans: readonly { readonly from: number; readonly to: number }[],
  { first, gap }: { readonly first: number; readonly gap: number },
): readonly number[] {
  // The latest place from which all that follow can still be reached.
  const latest: number[] = spans.map(({ to }) => to);
  for (let i = spans.length - 2; i >= 0; i -= 1) {
    latest[i] = Math.min(latest[i] ?? 0, latest[i + 1] ?? 0);
  }
  let last = -Infinity;
  return spans.map(({ from }, i) => {
    const earliest = Math.max(from + first, last + gap);
    last = Math.max(Math.min(earliest, latest[i] ?? earliest), from, last);
    return last;
  });
}
