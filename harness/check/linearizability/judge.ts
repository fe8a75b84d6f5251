/** The engines in order of cost. All give the same verdict wherever two can decide. */
import { judgeAppends } from './append-order.ts';
import type { Budget } from './budget.ts';
import { Allowance } from './budget.ts';
import { judgeDirected } from './directed-judge.ts';
import { at, borrowing } from './column.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { select } from './partition.ts';
import { plainlyLinearizable } from './plain-zones.ts';
import { prepared } from './prepare.ts';
import type { EngineVerdict, Illegal } from './verdict.ts';
import { search } from './wgl.ts';
import { firstSuspicion } from './watch.ts';
import { zones } from './zones.ts';

/** Who decided: zones, the order of appends, the plain or the directed search. */
export type Algorithm = 'zones' | 'appends' | 'search' | 'directed';

export interface Told {
  readonly verdict: EngineVerdict;
  readonly algorithm: Algorithm;
  /** Configurations that searches looked at. */
  readonly configurations: number;
}

/** Up to so many operations, or so many at a time, the plain search is tried before the directed one. */
const plainMax = 300;
const openMax = 6;

const linearizable: EngineVerdict = { kind: 'linearizable' };

/** Is there an order of these operations of one key that explains every answer? */
export function judge(columns: Columns, budget: Budget): EngineVerdict {
  return judgeTold(columns, budget).verdict;
}

/**
 * The same, and who said so. Zones first; small and easy histories cost the plain search less than
 * the preparation of the directed one.
 */
export function judgeTold(columns: Columns, budget: Budget): Told {
  return borrowing(() => judgeBy(columns, budget));
}

function judgeBy(columns: Columns, budget: Budget): Told {
  const quick = plainlyLinearizable(columns) ? linearizable : zones(columns);
  if (quick.kind !== 'undecided') return { verdict: quick, algorithm: 'zones', configurations: 0 };
  const allowance = new Allowance(budget);
  const told = (verdict: EngineVerdict, algorithm: Algorithm): Told => ({
    verdict,
    algorithm,
    configurations: allowance.configurations,
  });
  if (hasAppends(columns)) {
    const appended = judgeAppends(columns);
    if (appended.kind !== 'undecided') return told(appended, 'appends');
    return told(searchPrepared(columns, allowance), 'search');
  }
  if (columns.count <= plainMax || mostOpen(columns) <= openMax) {
    const easy = searchPrepared(columns, allowance, 2 * columns.count + 64);
    if (easy.kind !== 'undecided' || allowance.spent) return told(easy, 'search');
  }
  return told(judgeDirected(columns, allowance), 'directed');
}

/** The most operations that are open at one return. */
function mostOpen({ count, completed, calls, returns, byReturn }: Columns): number {
  let most = 0;
  let called = 0;
  for (let rank = 0; rank < completed; rank += 1) {
    const end = at(returns, at(byReturn, rank));
    while (called < count && at(calls, called) < end) called += 1;
    if (called - rank > most) most = called - rank;
  }
  return most;
}

function hasAppends({ actions }: Columns): boolean {
  return actions.includes(action.append) || actions.includes(action.appendUnknown);
}

/** The plain search, without what constrains nothing and helps nobody. */
function searchPrepared(columns: Columns, allowance: Allowance, limit?: number): EngineVerdict {
  const part = prepared(columns);
  const verdict = search(part, allowance, limit);
  if (part === columns || verdict.kind !== 'illegal' || verdict.stuck === null) return verdict;
  return { ...verdict, stuck: columns.rows.indexOf(part.rows[verdict.stuck] ?? -1) };
}

export interface FirstFailure {
  /** The shortest prefix found illegal: its last return is the first event without an order. */
  readonly columns: Columns;
  readonly verdict: Illegal;
}

/**
 * The shortest illegal prefix of an illegal history. Prefixes of a linearizable history are
 * linearizable, so halving finds it. The search names a place before which nothing is wrong, and
 * mostly that is the one; not always, for it knew how operations still open there would end. A
 * prefix that the budget leaves undecided counts as linearizable.
 */
export function firstFailure(columns: Columns, verdict: Illegal, budget: Budget): FirstFailure {
  const { byReturn, completed } = columns;
  let found: FirstFailure = { columns, verdict };
  let low = verdict.stuck === null ? 0 : byReturn.indexOf(verdict.stuck);
  let high = completed - 1;
  const guess = verdict.stuck === null ? firstSuspicion(columns) : { rank: low, exact: true };
  let middle = guess.rank < 0 ? (low + high) >> 1 : guess.rank;
  for (let probes = 0; low <= high; probes += 1) {
    const prefix = upTo(columns, middle);
    const judged = judge(prefix, budget);
    if (judged.kind === 'illegal') {
      found = { columns: prefix, verdict: judged };
      if (guess.exact && probes === 0) break;
      high = middle - 1;
    } else low = middle + 1;
    // The one before the guess is mostly the last good one.
    middle = probes === 0 && high === middle - 1 ? high : (low + high) >> 1;
  }
  return withPossible(found);
}

/** What could have been there instead, if the engine did not say and a short search can. */
function withPossible(found: FirstFailure): FirstFailure {
  const { columns, verdict } = found;
  if (verdict.conflict !== null || verdict.possible !== null) return found;
  const searched = searchPrepared(columns, new Allowance({ configurations: 20_000 }));
  return searched.kind === 'illegal' ? { columns, verdict: searched } : found;
}

/** The operations up to the return of this rank. */
function upTo(columns: Columns, rank: number): Columns {
  const end = columns.returns[columns.byReturn[rank] ?? 0] ?? -1;
  return select(columns, () => true, end);
}
