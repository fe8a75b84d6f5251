import { describe, expect, test } from 'vitest';
import { deadCells, featureCells, unreached } from './cells.ts';
import { walk } from './walk.ts';

const walks = 1000;

describe('walks with every feature on', () => {
  test('reach every cell of the table that is not argued to be dead', () => {
    expect(unreached(walk({ seed: 1, walks }), 'on')).toEqual([]);
  });

  test('are fixed by their seed', () => {
    const cells = (seed: number): readonly string[] => [...walk({ seed, walks: 1 })];
    expect(cells(2)).toEqual(cells(2));
    expect(cells(3)).not.toEqual(cells(2));
  });

  test('a short one is found wanting, and what features lead to is much of the table', () => {
    expect(unreached(walk({ seed: 1, walks: 1 }), 'on').length).toBeGreaterThan(10);
    const alive = featureCells.filter((cell) => !deadCells.includes(cell));
    expect(alive.length).toBeGreaterThan(40);
  });
});
