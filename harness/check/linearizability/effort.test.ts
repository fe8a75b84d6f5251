/** The searches look no further than they did: a change here is a change of speed, and is judged. */
import { expect, test } from 'vitest';
import { effort } from './effort.test.kit.ts';
import { explained } from './explained.test.kit.ts';

test('So many configurations decide these histories', () => {
  expect(effort()).toMatchInlineSnapshot(`
    [
      "few values: 7 linearizable by directed, 1 illegal by directed; 1538 and 40000 plainly",
      "swaps: 7 linearizable by directed, 1 illegal by directed; 1997 and 40000 plainly",
      "few, 5 % unknown: 8 linearizable by search; 1118 and 1125 plainly",
      "few clients: 4 linearizable by search, 4 illegal by directed; 6135 and 9229 plainly",
      "swaps, 3 % unknown: 8 linearizable by directed; 1637 and 29538 plainly",
      "removals: 8 linearizable by directed; 1864 and 16945 plainly",
      "lists: 7 linearizable by appends, 1 illegal by appends; 0 and 8361 plainly",
    ]
  `);
});

test('So many judgements find the first failures, which these proofs and orders show', () => {
  expect(explained()).toMatchInlineSnapshot(`
    [
      "unique: 5 phantom, 0 possible values, 39 judgements, 100 records, 445 in order",
      "24 next, 936 alarms at, 12 interleaved",
      "unique, many clients: 16 interleaved, 0 possible values, 41 judgements, 107 records, 536 in order",
      "38 next, 1172 alarms at, 3 phantom",
      "unique swaps: 22 phantom, 2 possible values, 83 judgements, 91 records, 803 in order",
      "59 next, 1716 alarms at, 4 tooEarly, 2 interleaved, 2 stuck",
      "few values: 1 phantom, 15 possible values, 30 judgements, 268 records, 217 in order",
      "21 next, 67 alarms at, 9 stuck",
      "removals: 15 stuck, 25 possible values, 46 judgements, 361 records, 284 in order",
      "22 next, 26 alarms at",
      "unique lists: 4 phantom, 0 possible values, 70 judgements, 80 records, 618 in order",
      "40 next, 1308 alarms at, 9 diverged, 9 tooEarly",
      "lists: 10 stuck, 53 possible values, 119 judgements, 328 records, 439 in order",
      "34 next, 6 phantom, 49 alarms at, 4 diverged",
      "stores: 2 phantom, 30 possible values, 36 judgements, 617 records, 507 in order",
      "33 next, 37 alarms at, 16 stuck",
    ]
  `);
});
