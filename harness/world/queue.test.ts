import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventQueue } from './queue.ts';

interface Planned {
  readonly time: number;
  readonly order: number;
}

/** The queue that cannot be wrong: sort by time, then by insertion. */
function sorted(planned: readonly Planned[]): readonly Planned[] {
  return planned.toSorted((a, b) => a.time - b.time || a.order - b.order);
}

describe('the event queue', () => {
  test('pops by time, and by insertion at one moment, like a sorted list', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { maxLength: 300, size: 'max' }), (times) => {
        const queue = new EventQueue<Planned>();
        const planned = times.map((time, order) => ({ time, order }));
        for (const event of planned) queue.push(event.time, event.order, event);
        const popped: Planned[] = [];
        while (queue.length > 0) {
          expect(queue.nextTime()).toBeLessThanOrEqual(Infinity);
          queue.pop();
          expect(queue.time).toBe(queue.payload?.time);
          expect(queue.code).toBe(queue.payload?.order);
          if (queue.payload !== undefined) popped.push(queue.payload);
        }
        expect(popped).toEqual(sorted(planned));
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  test('what is lined up is popped as if it had been pushed', () => {
    const lanes = ['heap', 'planned', 'soon', 'late'] as const;
    const step = fc.record({ delay: fc.nat({ max: 40 }), lane: fc.constantFrom(...lanes) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const pushed = new EventQueue<number>();
        const lined = new EventQueue<number>();
        for (const [order, { delay, lane }] of steps.entries()) {
          const time = pushed.time + delay;
          pushed.push(time, order, undefined);
          if (lane === 'heap') lined.push(time, order, undefined);
          else lined.lineUp(lane, time, order);
          expect([lined.nextTime(), lined.length]).toEqual([pushed.nextTime(), pushed.length]);
          if (order % 3 !== 0) continue;
          pushed.pop();
          lined.pop();
          expect([lined.time, lined.code]).toEqual([pushed.time, pushed.code]);
        }
        while (pushed.length > 0) {
          pushed.pop();
          lined.pop();
          expect([lined.time, lined.code]).toEqual([pushed.time, pushed.code]);
        }
        expect(lined.length).toBe(0);
      }),
      { seed: 13, numRuns: 200 },
    );
  });

  test('pushing while popping never lets time run backwards', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 200, size: 'max' }),
        (delays) => {
          const queue = new EventQueue<number>();
          let now = 0;
          queue.push(0, 0, undefined);
          for (const delay of delays) {
            if (queue.length > 0) {
              queue.pop();
              expect(queue.time).toBeGreaterThanOrEqual(now);
              now = queue.time;
            }
            queue.push(now + delay, 1, delay);
            queue.push(now + (delay % 7), 2, delay);
          }
        },
      ),
      { seed: 12, numRuns: 200 },
    );
  });

  test('an empty queue says that nothing comes', () => {
    expect(new EventQueue().nextTime()).toBe(Infinity);
  });

  test('times of more than two virtual hours stay exact', () => {
    const queue = new EventQueue<string>();
    const late = 2 ** 33 - 1;
    queue.push(late, 1, 'late');
    queue.push(late - 1, 2, 'earlier');
    queue.pop();
    expect([queue.time, queue.payload]).toEqual([late - 1, 'earlier']);
    queue.pop();
    expect([queue.time, queue.payload]).toEqual([late, 'late']);
  });
});
