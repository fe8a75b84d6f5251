import { expect, test } from 'vitest';
import { MaxTree } from './max-tree.ts';
import { drawsOf } from './random-history.ts';

test('A tree of greatest numbers agrees with looking at all of them', () => {
  const draw = drawsOf(7);
  const below = (limit: number): number => Math.floor(draw() * limit);
  const tree = new MaxTree();
  const numbers: number[] = Array.from({ length: 300 }, () => -Infinity);
  for (let turn = 0; turn < 4000; turn += 1) {
    // It grows twice on the way.
    const place = below(Math.min(300, 40 + turn));
    if (draw() < 0.3) {
      tree.drop(place < 64 ? place : 0);
      numbers[place < 64 ? place : 0] = -Infinity;
    } else {
      const number = below(1000);
      tree.raise(place, number);
      numbers[place] = Math.max(numbers[place] ?? 0, number);
    }
    const [start, end] = [below(300), below(400)];
    const most = Math.max(-Infinity, ...numbers.slice(start, end));
    expect([turn, tree.max(start, end), tree.at(place)]).toEqual([turn, most, numbers[place]]);
  }
  expect([tree.at(-1), tree.at(10_000)]).toEqual([-Infinity, -Infinity]);
});
