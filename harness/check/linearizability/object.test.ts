import { describe, expect, test } from 'vitest';
import type { ObjectOperation, SequentialObject } from './object.ts';
import { impossible, linearizable } from './object.ts';
import { drawsOf } from './random-history.ts';

type Asked = { readonly add: number } | { readonly take: true };
const queue: SequentialObject<readonly number[], Asked, number | null> = {
  initial: [],
  step(items, asked, answer) {
    if ('add' in asked) return [...items, asked.add];
    const [first = null, ...rest] = items;
    return !answer.known || answer.output === first ? rest : impossible;
  },
};

/** Held by nobody: ''. */
const lock: SequentialObject<
  { by: string },
  readonly [what: 'lock' | 'free', who: string],
  boolean
> = {
  initial: { by: '' },
  step({ by }, [what, who], answer) {
    const works = what === 'lock' ? by === '' : by === who;
    if (answer.known && answer.output !== works) return impossible;
    return works ? { by: what === 'lock' ? who : '' } : { by };
  },
  same: (left, right) => left.by === right.by,
  describe: ([what, who], answer) =>
    `${who} ${what}s${answer.known && answer.output ? '' : ' in vain'}`,
  describeState: ({ by }) => (by === '' ? 'free' : `held by ${by}`),
};

const setOfKeys: SequentialObject<
  boolean,
  { readonly key: string; readonly put: boolean },
  boolean
> = {
  initial: false,
  step: (has, { put }, answer) =>
    put ? true : !answer.known || answer.output === has ? has : impossible,
  partition: ({ key }) => key,
};

/** Tries every order. */
function possible<State, Input, Output>(
  object: SequentialObject<State, Input, Output>,
  operations: readonly ObjectOperation<Input, Output>[],
  state: State,
): boolean {
  if (operations.every(({ answer }) => !answer.known)) return true;
  return operations.some((operation) => {
    const rest = operations.filter((other) => other !== operation);
    const first = rest.every(({ answer, return: end }) => !answer.known || end >= operation.call);
    const after = first ? object.step(state, operation.input, operation.answer) : impossible;
    return after !== impossible && possible(object, rest, after);
  });
}

/** Clients take turns; answers are mostly those of an object that is asked at once. */
function played<State, Input, Output>(
  seed: number,
  object: SequentialObject<State, Input, Output>,
  draws: {
    readonly input: (draw: () => number) => Input;
    readonly answers: readonly Output[];
  },
): readonly ObjectOperation<Input, Output>[] {
  const draw = drawsOf(seed);
  const pick = (limit: number): number => Math.floor(draw() * limit);
  let state = object.initial;
  return Array.from({ length: 3 + pick(6) }, (_, index) => {
    const input = draws.input(draw);
    const fitting = draws.answers.filter(
      (output) => object.step(state, input, { known: true, output }) !== impossible,
    );
    const choice = draw() < 0.85 && fitting.length > 0 ? fitting : draws.answers;
    const output = choice[pick(choice.length)];
    const known = draw() < 0.85 && output !== undefined;
    const answer = known ? ({ known, output } as const) : ({ known: false } as const);
    const after = object.step(state, input, answer);
    if (after !== impossible && (known || draw() < 0.5)) state = after;
    const call = 3 * index - pick(8);
    return {
      client: `c${index}`,
      input,
      answer,
      call,
      return: Math.max(call, 3 * index) + pick(8),
    };
  });
}

describe('an object of one’s own', () => {
  test('is judged as by trying every order: a queue and a lock', () => {
    const seen = { linearizable: 0, illegal: 0, unknown: 0 };
    const note = (kind: keyof typeof seen, truth: boolean, seed: number): void => {
      seen[kind] += 1;
      expect([seed, kind]).toEqual([seed, truth ? 'linearizable' : 'illegal']);
    };
    for (let seed = 1; seed <= 3000; seed += 1) {
      const queued = played(seed, queue, {
        input: (draw): Asked => (draw() < 0.5 ? { add: Math.floor(draw() * 3) } : { take: true }),
        answers: [null, 0, 1, 2],
      });
      note(linearizable(queue, queued).kind, possible(queue, queued, queue.initial), seed);
      const locked = played(seed, lock, {
        input: (draw) => [draw() < 0.5 ? 'lock' : 'free', draw() < 0.5 ? 'a' : 'b'] as const,
        answers: [true, false],
      });
      note(linearizable(lock, locked).kind, possible(lock, locked, lock.initial), seed);
    }
    expect(Math.min(seen.linearizable, seen.illegal)).toBeGreaterThan(1000);
  });

  const known = <Output>(output: Output): { readonly known: true; readonly output: Output } => ({
    known: true,
    output,
  });

  test('fails with a sentence, the longest order, and why nothing can come next', () => {
    const verdict = linearizable(lock, [
      { client: 'a', input: ['lock', 'a'], answer: known(true), call: 0, return: 1 },
      { client: 'b', input: ['lock', 'b'], answer: known(true), call: 2, return: 3 },
      { client: 'a', input: ['free', 'a'], answer: known(true), call: 4, return: 5 },
    ]);
    expect(verdict).toMatchObject({
      kind: 'illegal',
      sentence:
        'b: b locks, ended at 3, but in every order that explains the answers before it the state ' +
        'is then held by a',
      operation: { client: 'b' },
      order: [{ client: 'a' }],
      next: [{ operation: { client: 'b' }, reason: 'b locks cannot happen to held by a' }],
    });
  });

  test('passes with an order of each part', () => {
    const put = {
      client: 'a',
      input: { key: 'x', put: true },
      answer: known(true),
      call: 0,
      return: 9,
    };
    const has = {
      client: 'b',
      input: { key: 'x', put: false },
      answer: known(true),
      call: 1,
      return: 2,
    };
    const other = { ...has, input: { key: 'y', put: false }, answer: known(false) };
    expect(linearizable(setOfKeys, [has, put, other])).toEqual({
      kind: 'linearizable',
      orders: [[put, has], [other]],
    });
  });

  test('with an operation that ends before it begins is refused', () => {
    const backwards = { client: 'a', input: { add: 1 }, answer: known(null), call: 5, return: 4 };
    expect(() => linearizable(queue, [backwards])).toThrow(
      'an operation of a returns at 4, before its call at 5',
    );
  });

  test('that takes too long ends in unknown, with the reason and how far it got', () => {
    const adds = Array.from({ length: 12 }, (_, index) => ({
      client: `c${index}`,
      input: { add: index },
      answer: known(null),
      call: 0,
      return: 10,
    }));
    const taken = {
      client: 'z',
      input: { take: true },
      answer: known(99),
      call: 11,
      return: 12,
    } as const;
    expect(linearizable(queue, [...adds, taken], { configurations: 500 })).toEqual({
      kind: 'unknown',
      reason: expect.stringMatching(/^not decided within 500 configurations; 12 of 13 answers/u),
      reached: 12,
    });
  });
});
