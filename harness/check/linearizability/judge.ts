/** The engines in order of cost. All give the same verdict wherever two can decide. */
import { judgeAppends } from './append-order.ts';
import type { Budget } from './budget.ts';
import { Allowance } from './budget.ts';
import { judgeDirected } from './directed-judge.ts';
import { at, borrowingAtMost, bytesPeak, MemorySpent } from './column.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { plainlyLinearizable } from './plain-zones.ts';
import { prepared } from './prepare.ts';
import type { EngineVerdict } from './verdict.ts';
import { search } from './wgl.ts';
import { zones } from './zones.ts';

/** Who decided: zones, the order of appends, the plain or the directed search. */
export type Algorithm = 'zones' | 'appends' | 'search' | 'directed';

export interface Told {
  readonly verdict: EngineVerdict;
  readonly algorithm: Algorithm;
  /** Configurations that searches looked at. */
  readonly configurations: number;
  /** The most memory that was in use at once, beside the history. */
  readonly bytes: number;
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
  const { bytes = Infinity } = budget;
  try {
    return borrowingAtMost(bytes, () => judgeBy(columns, budget));
  } catch (error) {
    if (!(error instanceof MemorySpent)) throw error;
    const reason = `not decided within ${bytes} bytes of memory; a search had no room to begin`;
    return {
      verdict: { kind: 'undecided', reason },
      algorithm: 'search',
      configurations: 0,
      bytes: 0,
    };
  }
}

function judgeBy(columns: Columns, budget: Budget): Told {
  const quick = plainlyLinearizable(columns) ? linearizable : zones(columns);
  const allowance = new Allowance(budget);
  const told = (verdict: EngineVerdict, algorithm: Algorithm): Told => ({
    verdict,
    algorithm,
    configurations: allowance.configurations,
    bytes: bytesPeak(),
  });
  if (quick.kind !== 'undecided') return told(quick, 'zones');
  if (hasAppends(columns)) {
    const appended = judgeAppends(columns);
    if (appended.kind !== 'undecided') return told(appended, 'appends');
    return told(searchPrepared(columns, allowance), 'search');
  }
  if (columns.count <= plainMax || !isCrowded(columns)) {
    const easy = searchPrepared(columns, allowance, 2 * columns.count + 64);
    if (easy.kind !== 'undecided' || allowance.spent) return told(easy, 'search');
  }
  return told(judgeDirected(columns, allowance), 'directed');
}

/**
 * Are more than `openMax` operations open at some return? Of the positions before it one each is
 * taken by the earlier returns, and all others by calls.
 */
function isCrowded({ completed, returns, byReturn }: Columns): boolean {
  for (let rank = 0; rank < completed; rank += 1) {
    if (at(returns, at(byReturn, rank)) - 2 * rank > openMax) return true;
  }
  return false;
}

export function hasAppends({ actions }: Columns): boolean {
  return actions.includes(action.append) || actions.includes(action.appendUnknown);
}

/** The plain search, without what constrains nothing and helps nobody. */
export function searchPrepared(
  columns: Columns,
  allowance: Allowance,
  limit?: number,
): EngineVerdict {
  const part = prepared(columns);
  const verdict = search(part, allowance, limit);
  if (part === columns || verdict.kind !== 'illegal' || verdict.stuck === null) return verdict;
  return { ...verdict, stuck: columns.rows.indexOf(part.rows[verdict.stuck] ?? -1) };
}
