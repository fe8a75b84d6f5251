import { expect, test } from 'vitest';
import { Allowance } from './budget.ts';
import { Directed } from './directed.ts';
import { action } from './model.ts';
import { ProblemDraft } from './problem.ts';
import { none } from './states.ts';

/** One read of name 2, whose value is 5. */
function oneRead(): Directed {
  const draft = new ProblemDraft(1);
  const times = { calls: Int32Array.of(0), returns: Int32Array.of(1) };
  const read = { action: action.read, unknown: false, wants: 2, makes: none };
  draft.add({ ...read, ...times, index: 0, origin: 0 });
  return new Directed(draft.done([-2, 4, 5]));
}

test('A search gives up at once where something is wanted that nobody can make', () => {
  const search = oneRead();
  search.start({ state: 1, freeBefore: -1 });
  const allowance = new Allowance({ configurations: 10 });
  expect(search.run(allowance, Infinity)).toBe('illegal');
  expect([allowance.configurations, search.configurations]).toEqual([0, 0]);
});

test('A search is done at once where what is wanted is there', () => {
  const search = oneRead();
  search.start({ state: 2, freeBefore: -1 });
  expect(search.run(new Allowance({ configurations: 10 }), Infinity)).toBe('linearizable');
});
