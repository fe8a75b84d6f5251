/**
 * Refutes a few operations around the place where the search is stuck, before everything that came
 * earlier has been tried in every order. A window lies between two positions. Operations that cross
 * a border are relaxed: before the start reads and refusals are left out, writes may have taken
 * effect already (they are free) and accepted compare-and-sets need not happen; after the end
 * nothing that changes the value must happen. Cut any order of the whole history at both borders:
 * what lies between is an order of the window from some state. So if the window has none from any
 * state, the history has none. The other way round nothing follows.
 */
import type { Allowance } from './budget.ts';
import { at, borrowing } from './column.ts';
import { Directed } from './directed.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import type { Problem } from './problem.ts';
import { ProblemDraft, problemOf } from './problem.ts';
import { rename } from './rename.ts';
import { none } from './states.ts';

/** Returns in the smallest and in the largest window. */
const returnsMin = 8;
const returnsMax = 4096;
const configurationsPerState = 20_000;
const configurationsInAll = 200_000;

interface Window {
  /** Positions; what returned before the start or was called after the end is outside. */
  readonly start: number;
  readonly end: number;
}

/** Can the history up to the return that the search did not get past be refuted by itself? */
export function refutes(search: Directed, allowance: Allowance, initial: number): boolean {
  const { problem, byReturn, rankMax } = search;
  const end = at(problem.returns, at(byReturn, rankMax));
  let left = configurationsInAll;
  for (let returns = returnsMin; returns <= returnsMax; returns *= 4) {
    const whole = returns > rankMax;
    const start = whole ? -1 : at(problem.returns, at(byReturn, rankMax - returns));
    const spent = borrowing(() => {
      const window = windowOf(problem, { start, end });
      const states = whole ? [initial] : statesOf(window);
      return refuted(window, { states, start, left }, allowance);
    });
    if (spent === 'refuted') return true;
    left -= spent;
    if (whole || left <= 0 || allowance.spent) return false;
  }
  return false;
}

/**
 * The operations, by index into the columns, of the smallest window up to the last return that is
 * refuted by itself: whatever came before, these have no order. Null when there is none.
 */
export function refutedWindow(columns: Columns, allowance: Allowance): readonly number[] | null {
  return borrowing(() => {
    const renamed = rename(columns);
    if (renamed.kind === 'phantom') return null;
    const problem = problemOf(columns, renamed.names);
    const { byReturn, returns } = problem;
    const last = byReturn.length - 1;
    const end = at(returns, at(byReturn, last));
    for (let many = returnsMin; many <= last; many *= 2) {
      const start = at(returns, at(byReturn, last - many));
      const window = windowOf(problem, { start, end });
      const states = statesOf(window);
      const spent = refuted(window, { states, start, left: configurationsInAll }, allowance);
      if (spent === 'refuted') {
        return Array.from(window.origins, (origin) => at(problem.origins, origin));
      }
      if (allowance.spent) return null;
    }
    return null;
  });
}

interface Attempt {
  readonly states: readonly number[];
  readonly start: number;
  readonly left: number;
}

/** Tries all states; how many configurations that took when one of them may do. */
function refuted(
  window: Problem,
  { states, start, left }: Attempt,
  allowance: Allowance,
): 'refuted' | number {
  const search = new Directed(window);
  let spent = 0;
  for (const state of states) {
    const configurations = Math.min(configurationsPerState, left - spent);
    if (configurations <= 0) return spent;
    const part = allowance.part(configurations);
    search.start({ state, freeBefore: start });
    const ending = search.run(part, Infinity);
    spent += part.configurations;
    allowance.spend(part.configurations);
    if (ending !== 'illegal') return spent;
    if (allowance.spent) return spent;
  }
  return 'refuted';
}

function windowOf(problem: Problem, window: Window): Problem {
  let most = 0;
  for (let index = 0; index < problem.count; index += 1)
    if (isIn(problem, index, window)) most += 1;
  const draft = new ProblemDraft(most);
  for (let index = 0; index < problem.count; index += 1) addRelaxed(draft, problem, index, window);
  // Names that nobody makes: one for each value asked for, and one for any other value.
  const relaxed = draft.done(problem.values);
  return { ...relaxed, values: [...problem.values, ...comparedIn(relaxed), -3] };
}

function isIn({ calls, returns }: Problem, index: number, { start, end }: Window): boolean {
  return at(returns, index) >= start && at(calls, index) <= end;
}

function addRelaxed(
  draft: ProblemDraft,
  problem: Problem,
  index: number,
  { start, end }: Window,
): void {
  if (!isIn(problem, index, { start, end })) return;
  const { calls, returns, wants, makes, values } = problem;
  const kind = problem.actions[index] ?? action.read;
  const given = problem.unknown[index] === 1;
  const late = !given && at(returns, index) > end;
  const crosses = late || at(calls, index) < start;
  if (crosses && (kind === action.read || kind === action.casRefused)) return;
  const optional = crosses && kind === action.cas;
  draft.add({
    action: optional ? action.casUnknown : kind,
    unknown: given || late || optional,
    wants: optional ? (values[at(wants, index)] ?? none) : at(wants, index),
    makes: at(makes, index),
    calls,
    returns,
    index,
    origin: index,
  });
}

/** Values that refused and unknown compare-and-sets ask for. */
function comparedIn({ count, actions, wants }: Problem): readonly number[] {
  const compared = new Set<number>();
  for (let index = 0; index < count; index += 1) {
    const kind = actions[index];
    if (kind === action.casRefused || kind === action.casUnknown) compared.add(at(wants, index));
  }
  return [...compared];
}

/** Names that the window may begin with: all that somebody in it can tell, and one that nobody can. */
function statesOf(window: Problem): readonly number[] {
  const { count, actions, wants, values } = window;
  const states = new Set<number>();
  for (let index = 0; index < count; index += 1) {
    const kind = actions[index];
    if (kind === action.read || kind === action.cas) states.add(at(wants, index));
  }
  const extra = 1 + comparedIn(window).length;
  for (let name = values.length - extra; name < values.length; name += 1) states.add(name);
  return [...states];
}
