import { describe, expect, test } from 'vitest';
import { historyOf } from '../history.ts';
import { Board } from './board.ts';
import { Ledger } from './ledger.ts';
import { byKey } from './partition.ts';
import { problemOf } from './problem.ts';
import { drawsOf, randomHistory } from './random-history.ts';
import { rename } from './rename.ts';
import { Roles } from './roles.ts';
import { UnknownClasses } from './unknown-classes.ts';

function boardFor(seed: number): Board | null {
  const [columns] = byKey(
    historyOf(
      randomHistory({
        seed,
        operations: 60,
        clients: 6,
        keys: 1,
        values: 3,
        mix: ['read', 'write', 'cas'],
        lies: 0,
        unknowns: 0.03,
        ties: 0,
      }),
    ),
  );
  const renamed = columns === undefined ? null : rename(columns);
  if (columns === undefined || renamed?.kind !== 'names') return null;
  const problem = problemOf(columns, renamed.names);
  const classes = new UnknownClasses(problem);
  const roles = new Roles(problem);
  const board = new Board(problem, roles, new Ledger(problem, roles, classes), classes);
  board.reset();
  return board;
}

/** The operations that may be placed now. */
function openOn({ problem, next, head, bound }: Board): readonly number[] {
  const open: number[] = [];
  for (let index = next[head] ?? head; index !== head; index = next[index] ?? head) {
    if ((problem.calls[index] ?? 0) < bound) open.push(index);
  }
  return open;
}

describe('a board', () => {
  test('is after stepping back what it was before, mask and list included', () => {
    let steps = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const board = boardFor(seed);
      if (board === null) continue;
      const draw = drawsOf(seed);
      const marks: (readonly [number, number, readonly number[], readonly number[]])[] = [];
      for (let turn = 0; turn < 400; turn += 1) {
        const open = openOn(board);
        if (open.length > 0 && draw() < 0.6) {
          marks.push([board.depth, board.rank, [...board.key], open]);
          for (let many = 1 + Math.floor(draw() * 4); many > 0; many -= 1) {
            const now = openOn(board);
            const index = now[Math.floor(draw() * now.length)];
            if (index !== undefined) board.place(index);
          }
          continue;
        }
        const mark = marks.pop();
        if (mark === undefined) continue;
        const [depth, rank, key, before] = mark;
        board.stepBack(depth, rank);
        expect([seed, [...board.key], openOn(board)]).toEqual([seed, key, before]);
        steps += 1;
      }
    }
    expect(steps).toBeGreaterThan(2000);
  });
});
