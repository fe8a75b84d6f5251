/** The small structures below the bus, against plain ones. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DuplicateWindow } from './duplicates.ts';
import { Heap } from './heap.ts';
import { type Locked, lockIsOfSession, LockTable } from './locks.ts';

describe('the heap', () => {
  const items = fc.array(fc.record({ key: fc.nat(20), tie: fc.nat(5) }), { maxLength: 60 });

  test('gives its items back in the order of both numbers', () => {
    fc.assert(
      fc.property(items, (list) => {
        const heap = new Heap<{ readonly key: number; readonly tie: number }>();
        for (const item of list) heap.push(item.key, item.tie, item);
        const found = list.map(() => heap.pop());
        const sorted = [...list].sort((a, b) => a.key - b.key || a.tie - b.tie);
        expect(found).toEqual(sorted);
        expect(heap.pop()).toBe(undefined);
        expect(heap.topKey()).toBe(Infinity);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('pruned, it keeps what it should, in order', () => {
    fc.assert(
      fc.property(items, (list) => {
        const heap = new Heap<{ readonly key: number; readonly tie: number }>();
        for (const item of list) heap.push(item.key, item.tie, item);
        heap.prune(({ key }) => key % 2 === 0);
        const kept = list.filter(({ key }) => key % 2 === 0);
        expect(heap.list()).toHaveLength(kept.length);
        const sorted = [...kept].sort((a, b) => a.key - b.key || a.tie - b.tie);
        expect(kept.map(() => heap.pop())).toEqual(sorted);
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});

describe('the lock table', () => {
  const steps = fc.array(
    fc.record({ add: fc.boolean(), ofSession: fc.boolean(), which: fc.nat(1_000) }),
    { minLength: 100, maxLength: 600 },
  );

  test('finds the live locks and no others, and never gives a number twice', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const table = new LockTable<Locked>();
        const live = new Map<number, Locked>();
        const given = new Set<number>();
        for (const { add, ofSession, which } of list) {
          if (add || which % 3 === 0) {
            const item: Locked = { lock: 0 };
            table.add(item, ofSession);
            expect(given.has(item.lock)).toBe(false);
            expect(lockIsOfSession(item.lock)).toBe(ofSession);
            given.add(item.lock);
            live.set(item.lock, item);
          } else {
            const item = [...live.values()][which % Math.max(1, live.size)];
            if (item === undefined) continue;
            live.delete(item.lock);
            table.remove(item);
            expect(item.lock).toBe(0);
          }
        }
        expect(table.live).toBe(live.size);
        for (const lock of given) expect(table.get(lock)).toBe(live.get(lock));
        for (const lock of [0, -1, Number.NaN, 1e9]) expect(table.get(lock)).toBe(undefined);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  test('a lock that lives long does not make the table grow', () => {
    const table = new LockTable<Locked>();
    const old: Locked = { lock: 0 };
    table.add(old, false);
    for (let i = 0; i < 10_000; i++) {
      const item: Locked = { lock: 0 };
      table.add(item, false);
      expect(table.get(item.lock)).toBe(item);
      table.remove(item);
    }
    expect(table.get(old.lock)).toBe(old);
  });
});

describe('the duplicate window', () => {
  test('ends to the microsecond', () => {
    const window = new DuplicateWindow(10);
    expect(window.check('a', 5)).toBe(false);
    expect(window.check('a', 14)).toBe(true);
    expect(window.check('a', 15)).toBe(false);
    expect(window.check('a', 24)).toBe(true);
  });

  test('agrees with a plain list of what was accepted when', () => {
    const ids = fc.array(fc.record({ id: fc.nat(5), pause: fc.nat(4) }), { maxLength: 80 });
    fc.assert(
      fc.property(ids, (list) => {
        const window = new DuplicateWindow(10);
        const accepted: { readonly id: number; readonly at: number }[] = [];
        let now = 0;
        for (const { id, pause } of list) {
          now += pause;
          const known = accepted.some((one) => one.id === id && one.at > now - 10);
          expect(window.check(`${id}`, now)).toBe(known);
          if (!known) accepted.push({ id, at: now });
        }
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  test('keeps its order through thousands of ids', () => {
    const window = new DuplicateWindow(100);
    for (let now = 0; now < 10_000; now++) {
      expect(window.check(`${now}`, now)).toBe(false);
      if (now >= 99) expect(window.check(`${now - 99}`, now)).toBe(true);
    }
  });
});
