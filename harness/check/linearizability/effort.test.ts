/** The searches look no further than they did: a change here is a change of speed, and is judged. */
import { expect, test } from 'vitest';
import { effort } from './effort.test.kit.ts';

test('So many configurations decide these histories', () => {
  expect(effort()).toMatchInlineSnapshot(`
    [
      "few values: 7 linearizable by directed, 1 illegal by directed; 1538 and 40000 plainly",
      "swaps: 7 linearizable by directed, 1 illegal by directed; 1997 and 40000 plainly",
      "swaps, 3 % unknown: 8 linearizable by directed; 1637 and 29538 plainly",
      "removals: 8 linearizable by directed; 1864 and 16945 plainly",
      "lists: 7 linearizable by appends, 1 illegal by appends; 0 and 8361 plainly",
    ]
  `);
});
