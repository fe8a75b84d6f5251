import { describe, expect, test } from 'vitest';
import { historyOf } from '../history.ts';
import type { Line } from './lines.test.kit.ts';
import { recordsOf } from './lines.test.kit.ts';
import type { KeyOrder } from './orders.ts';
import { ordersOf } from './orders.ts';
import { randomHistory } from './random-history.ts';

const budget = { configurations: 100_000 };

function ordersFor(seed: number, lies: number): readonly KeyOrder[] {
  const records = randomHistory({
    seed,
    operations: 30,
    clients: 3,
    keys: 2,
    values: 3,
    lies,
    unknowns: 0.02,
    ties: 0,
    mix: ['read', 'read', 'write', 'cas'],
  });
  return ordersOf(historyOf(records), budget);
}

/** Does the order respect time, and has every completed read the value before it? */
function mustHold({ order }: KeyOrder): void {
  let value = 'null';
  let latestCall = -1;
  for (const { operation, after } of order) {
    expect(operation.return ?? Infinity).toBeGreaterThan(latestCall);
    latestCall = Math.max(latestCall, operation.call);
    if (operation.f === 'read') expect(JSON.stringify(operation.result)).toBe(value);
    value = JSON.stringify(after);
  }
}

describe('orders', () => {
  test('of a pass hold every answer', () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      for (const found of ordersFor(seed, 0)) {
        expect(found.kind).toBe('linearizable');
        expect(found.next).toEqual([]);
        mustHold(found);
      }
    }
  });

  test('of a failure are as long as can be, and say why nothing comes next', () => {
    let illegal = 0;
    for (let seed = 1; seed <= 100; seed += 1) {
      for (const found of ordersFor(seed, 0.1)) {
        mustHold(found);
        if (found.kind !== 'illegal') continue;
        illegal += 1;
        expect(found.next.length).toBeGreaterThan(0);
        expect(found.next.map(({ reason }) => reason).join()).toMatch(/but (?:the value|then)/u);
      }
    }
    expect(illegal).toBeGreaterThan(50);
  });

  test.each<readonly [string, Line]>([
    ['it returned null, but the value is 1', ['read', null, 2, 3]],
    ['it succeeded, which takes 7, but the value is 1', ['cas', [7, 8], 2, 3]],
  ])('of a failure say of each that it could not come next: %s', (reason, line) => {
    const history = historyOf(recordsOf([['write', 1, 0, 1], line]));
    const [found] = ordersOf(history, budget);
    expect(found?.order.map(({ operation: { f } }) => f)).toEqual(['write']);
    expect(found?.next.map((next) => next.reason)).toEqual([reason]);
  });
});
