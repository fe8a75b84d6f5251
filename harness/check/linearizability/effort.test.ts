/** The searches look no further than they did: a change here is a change of speed, and is judged. */
import { expect, test } from 'vitest';
import { effort } from './effort.test.kit.ts';
import { explained } from './explained.test.kit.ts';

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

test('So many judgements find the first failures, which these proofs and orders show', () => {
  expect(explained()).toMatchInlineSnapshot(`
    [
      "unique: 25 interleaved, 0 possible values, 76 judgements, 184 records, 1183 in order, 53 next, 2512 alarms at, 9 phantom",
      "unique swaps: 27 phantom, 6 possible values, 153 judgements, 266 records, 1294 in order, 85 next, 2742 alarms at, 2 replacedTwice, 5 interleaved, 6 stuck, 5 tooEarly",
      "few values: 23 stuck, 34 possible values, 70 judgements, 749 records, 674 in order, 39 next, 134 alarms at, 1 phantom",
      "removals: 12 stuck, 22 possible values, 45 judgements, 565 records, 453 in order, 26 next, 61 alarms at, 2 phantom",
      "unique lists: 17 tooEarly, 0 possible values, 119 judgements, 136 records, 1062 in order, 60 next, 2267 alarms at, 13 diverged, 6 phantom, 1 interleaved",
      "lists: 9 diverged, 191 possible values, 90 judgements, 388 records, 616 in order, 30 next, 7 stuck, 1 phantom, 18 alarms at",
      "stores: 22 stuck, 46 possible values, 55 judgements, 700 records, 607 in order, 49 next, 123 alarms at, 3 phantom",
    ]
  `);
});
