import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

test('behaves like an array that is pushed and shifted', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.nat().map((value) => ({ kind: 'push', value }) as const) },
    { weight: 3, arbitrary: fc.constant({ kind: 'shift' } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'clear' } as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const fifo = new Fifo<number>();
      let model: number[] = [];
      for (const taken of steps) {
        if (taken.kind === 'push') {
          fifo.push(taken.value);
          model.push(taken.value);
        } else if (taken.kind === 'shift') {
          expect(fifo.shift()).toBe(model.shift());
        } else {
          fifo.clear();
          model = [];
        }
        expect(fifo.length).toBe(model.length);
        expect(fifo.last()).toBe(model.at(-1));
        expect(Array.from({ length: model.length + 1 }, (_, i) => fifo.at(i))).toEqual([
          ...model,
          undefined,
        ]);
      }
    }),
    { seed: 14, numRuns: 300 },
  );
});
