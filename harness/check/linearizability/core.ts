/** A few operations that are illegal by themselves, for people to look at. */
import type { Budget } from './budget.ts';
import { Allowance } from './budget.ts';
import { hasAppends, judge } from './judge.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import { select } from './partition.ts';
import { none } from './states.ts';
import { refutedWindow } from './window.ts';

/** Histories longer than this are not shrunk operation by operation. */
const operationsMax = 400;
const budget: Budget = { configurations: 5000 };

/**
 * Leaves out what is not needed for the history to be illegal. Leaving out an observation relaxes a
 * history. So does leaving out a change that no remaining operation can notice. Nothing else may go:
 * without the write of a value that is read, any history is illegal.
 */
export function coreOf(columns: Columns): Columns {
  if (columns.count > operationsMax) return windowIn(columns);
  let core = columns;
  for (let index = columns.count - 1; index >= 0; index -= 1) {
    const kind = core.actions[index];
    if (kind === action.read || kind === action.casRefused) core = without(core, index);
  }
  return isAmbiguous(core) ? core : withoutUnnoticed(core);
}

/** Of a long history the last few operations, if they have no order whatever came before. */
function windowIn(columns: Columns): Columns {
  if (hasAppends(columns)) return columns;
  const members = refutedWindow(columns, new Allowance({ configurations: 200_000 }));
  if (members === null) return columns;
  const kept = new Set(members);
  return select(columns, (index) => kept.has(index));
}

function without(core: Columns, gone: number): Columns {
  const rest = select(core, (index) => index !== gone);
  return judge(rest, budget).kind === 'illegal' ? rest : core;
}

/** Refused compare-and-sets and appends notice more than values that are read. */
function isAmbiguous({ actions }: Columns): boolean {
  return actions.some(
    (kind) => kind === action.append || kind === action.appendUnknown || kind === action.casRefused,
  );
}

/** Leaves out the writes of values that no remaining operation wants. */
function withoutUnnoticed(core: Columns): Columns {
  const wanted = new Set<number>();
  for (let index = 0; index < core.count; index += 1) {
    if (core.actions[index] !== action.write) wanted.add(core.first[index] ?? none);
  }
  let rest = core;
  for (let index = core.count - 1; index >= 0; index -= 1) {
    const value = core.first[index] ?? none;
    if (core.actions[index] === action.write && !wanted.has(value)) rest = without(rest, index);
  }
  return rest;
}
