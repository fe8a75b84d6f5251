/**
 * Linearizability of any sequential object: say what an operation does to a state, and the search
 * says whether one order of the operations explains all answers. An example, a queue:
 *
 *     const queue: SequentialObject<readonly string[], string | null, string | null> = {
 *       initial: [],
 *       step(items, added, answer) {
 *         if (added !== null) return [...items, added];
 *         const [first = null, ...rest] = items;
 *         return !answer.known || answer.output === first ? rest : impossible;
 *       },
 *     };
 *     linearizable(queue, [
 *       { client: 'a', input: 'x', answer: { known: true, output: null }, call: 0, return: 3 },
 *       { client: 'b', input: null, answer: { known: true, output: 'x' }, call: 1, return: 2 },
 *     ]);
 */
import type { Budget } from './budget.ts';
import { Allowance } from './budget.ts';
import { at } from './column.ts';
import { none, textOf } from './states.ts';
import type { EngineVerdict } from './verdict.ts';
import type { Intervals, Ordered, Stepper } from './wgl.ts';
import { searchSteps } from './wgl.ts';

/** The answer does not fit the state, so the operation cannot have happened there. */
export const impossible: unique symbol = Symbol('impossible');

/** What came back, if anybody knows. */
export type ObjectAnswer<Output> =
  { readonly known: true; readonly output: Output } | { readonly known: false };

/** An operation of a client, by the client's clock, or by anything that ascends with it. */
export interface ObjectOperation<Input, Output> {
  readonly client: string;
  readonly input: Input;
  readonly answer: ObjectAnswer<Output>;
  readonly call: number;
  /** Not looked at when the answer is unknown: the operation may then take effect at any time. */
  readonly return: number;
}

/** All functions must be pure: same arguments, same result, and nothing is changed. */
export interface SequentialObject<State, Input, Output> {
  readonly initial: State;
  /** The state after the operation, or `impossible`. */
  step(state: State, input: Input, answer: ObjectAnswer<Output>): State | typeof impossible;
  /** Are two states the same? Needed for states that are not JSON; those are compared as JSON. */
  readonly same?: (left: State, right: State) => boolean;
  /** In words, for verdicts. */
  readonly describe?: (input: Input, answer: ObjectAnswer<Output>) => string;
  readonly describeState?: (state: State) => string;
  /** Operations of different parts never influence each other; by themselves they go faster. */
  readonly partition?: (input: Input) => string;
}

export type ObjectVerdict<Input, Output> =
  | {
      readonly kind: 'linearizable';
      /** By part: an order that explains every answer. */
      readonly orders: readonly (readonly ObjectOperation<Input, Output>[])[];
    }
  | {
      readonly kind: 'illegal';
      readonly part: string;
      readonly sentence: string;
      /** The first answer that no order explains: up to the one before there is an order. */
      readonly operation: ObjectOperation<Input, Output>;
      /** The longest order, and what could have come next by its times. */
      readonly order: readonly ObjectOperation<Input, Output>[];
      readonly next: readonly {
        readonly operation: ObjectOperation<Input, Output>;
        readonly reason: string;
      }[];
    }
  /** The budget was spent; so many operations had been put in order. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly reached: number };

const budgetDefault: Budget = { configurations: 1_000_000 };

/** Is there one order of the operations in which every answer fits? (Herlihy & Wing 1990.) */
export function linearizable<State, Input, Output>(
  object: SequentialObject<State, Input, Output>,
  operations: readonly ObjectOperation<Input, Output>[],
  budget: Budget = budgetDefault,
): ObjectVerdict<Input, Output> {
  const orders: (readonly ObjectOperation<Input, Output>[])[] = [];
  let unknown: ObjectVerdict<Input, Output> | null = null;
  for (const [part, members] of partsOf(object, operations)) {
    const judged = new Part(object, members).judge(part, budget);
    if (judged.kind === 'illegal') return judged;
    if (judged.kind === 'unknown') unknown ??= judged;
    else orders.push(...judged.orders);
  }
  return unknown ?? { kind: 'linearizable', orders };
}

function partsOf<State, Input, Output>(
  { partition }: SequentialObject<State, Input, Output>,
  operations: readonly ObjectOperation<Input, Output>[],
): ReadonlyMap<string, ObjectOperation<Input, Output>[]> {
  const parts = new Map<string, ObjectOperation<Input, Output>[]>();
  for (const operation of operations) {
    const name = partition?.(operation.input) ?? '';
    const part = parts.get(name);
    if (part === undefined) parts.set(name, [operation]);
    else part.push(operation);
  }
  return parts;
}

class Part<State, Input, Output> {
  private readonly object: SequentialObject<State, Input, Output>;
  /** In the order of the calls. */
  private readonly operations: readonly ObjectOperation<Input, Output>[];
  private readonly states: { readonly value: State }[] = [];
  private readonly numbers = new Map<string, number>();
  /** By operation: from a state to the one after it. */
  private readonly known: Map<number, number>[];

  constructor(
    object: SequentialObject<State, Input, Output>,
    operations: readonly ObjectOperation<Input, Output>[],
  ) {
    this.object = object;
    this.operations = operations.toSorted((a, b) => a.call - b.call);
    this.known = operations.map(() => new Map<number, number>());
    this.numberOf(object.initial);
  }

  judge(part: string, budget: Budget): ObjectVerdict<Input, Output> {
    const intervals = intervalsOf(this.operations);
    const steps: Stepper = (index, state) => this.after(index, state);
    const found = searchSteps(intervals, steps, new Allowance(budget));
    const order = this.named(found.order);
    const { verdict } = found;
    switch (verdict.kind) {
      case 'linearizable':
        return { kind: 'linearizable', orders: [order] };
      case 'undecided':
        return { kind: 'unknown', reason: verdict.reason, reached: order.length };
      case 'illegal':
        return this.failure(part, intervals, found, verdict);
    }
  }

  private failure(
    part: string,
    intervals: Intervals,
    { order }: Ordered,
    { stuck, possible }: Extract<EngineVerdict, { readonly kind: 'illegal' }>,
  ): ObjectVerdict<Input, Output> {
    const due = stuck ?? at(intervals.byReturn, 0);
    const [operation] = this.named(Int32Array.of(due));
    if (operation === undefined) throw new Error('an illegal part has an operation');
    const states = (possible ?? []).map((state) => this.wordFor(state)).toSorted();
    const sentence =
      `${operation.client}: ${this.words(operation)}, ended at ${operation.return}, but in every ` +
      `order that explains the answers before it the state is then ${states.join(' or ')}`;
    const next = this.candidates(intervals, order, due);
    return { kind: 'illegal', part, sentence, operation, order: this.named(order), next };
  }

  /** What was called before the answer that is due, and why it does not come next. */
  private candidates(
    { calls, returns }: Intervals,
    order: Int32Array,
    due: number,
  ): { readonly operation: ObjectOperation<Input, Output>; readonly reason: string }[] {
    const placed = new Set(order);
    let state = 0;
    for (const index of order) state = this.after(index, state);
    return this.operations.flatMap((operation, index) => {
      if (placed.has(index) || at(calls, index) > at(returns, due)) return [];
      const fits = this.after(index, state) !== none;
      const cannot = `${this.words(operation)} cannot happen to ${this.wordFor(state)}`;
      return [{ operation, reason: fits ? 'it could, but then no order is left' : cannot }];
    });
  }

  private after(index: number, state: number): number {
    const known = this.known[index];
    const before = known?.get(state);
    if (before !== undefined) return before;
    const operation = this.operations[index];
    const from = this.states[state];
    if (operation === undefined || from === undefined) throw new Error('no such step');
    const to = this.object.step(from.value, operation.input, operation.answer);
    const number = to === impossible ? none : this.numberOf(to);
    known?.set(state, number);
    return number;
  }

  private numberOf(value: State): number {
    const { same } = this.object;
    if (same !== undefined) {
      const known = this.states.findIndex((other) => same(other.value, value));
      return known < 0 ? this.states.push({ value }) - 1 : known;
    }
    const text = textOf(value);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.states.length);
    return this.states.push({ value }) - 1;
  }

  private named(order: Int32Array): ObjectOperation<Input, Output>[] {
    return Array.from(order).flatMap((index) => this.operations[index] ?? []);
  }

  private words({ input, answer }: ObjectOperation<Input, Output>): string {
    const { describe } = this.object;
    if (describe !== undefined) return describe(input, answer);
    return `${JSON.stringify(input)}${answer.known ? ` → ${JSON.stringify(answer.output)}` : ''}`;
  }

  private wordFor(number: number): string {
    const state = this.states[number];
    if (state === undefined) throw new Error('no such state');
    return this.object.describeState?.(state.value) ?? JSON.stringify(state.value);
  }
}

/** Positions: at equal times calls come before returns, for operations that touch are concurrent. */
function intervalsOf(operations: readonly ObjectOperation<unknown, unknown>[]): Intervals {
  for (const { client, answer, call, return: end } of operations) {
    if (!answer.known || end >= call) continue;
    throw new RangeError(`an operation of ${client} returns at ${end}, before its call at ${call}`);
  }
  const count = operations.length;
  const known: number[] = [];
  const unknown: number[] = [];
  for (const [index, { answer }] of operations.entries())
    (answer.known ? known : unknown).push(index);
  const endOf = (index: number): number => operations[index]?.return ?? 0;
  known.sort((a, b) => endOf(a) - endOf(b));
  const byReturn = Int32Array.from([...known, ...unknown]);
  const calls = new Int32Array(count);
  const returns = new Int32Array(count);
  let position = 0;
  let called = 0;
  for (const index of known) {
    for (; called < count && (operations[called]?.call ?? 0) <= endOf(index); called += 1) {
      calls[called] = position++;
    }
    returns[index] = position++;
  }
  for (; called < count; called += 1) calls[called] = position++;
  for (const index of unknown) returns[index] = position++;
  return { count, completed: known.length, calls, returns, byReturn };
}
