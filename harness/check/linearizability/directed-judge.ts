/** Names, directed search, and windows where the search stalls. */
import type { Allowance } from './budget.ts';
import { at, borrowing } from './column.ts';
import { Directed } from './directed.ts';
import type { Columns } from './model.ts';
import { problemOf } from './problem.ts';
import type { Names } from './rename.ts';
import { rename } from './rename.ts';
import type { EngineVerdict } from './verdict.ts';
import { refutes } from './window.ts';

/** Configurations without progress before the first window is tried; then four times as many. */
const patience = 256;

/** Judges a register's history (no appends) with what is left of the allowance. */
export function judgeDirected(columns: Columns, allowance: Allowance): EngineVerdict {
  return borrowing(() => judgeNamed(columns, allowance));
}

function judgeNamed(columns: Columns, allowance: Allowance): EngineVerdict {
  const renamed = rename(columns);
  if (renamed.kind === 'phantom') {
    // Somebody may have made the value, but only before something that came in between for certain.
    return { kind: 'illegal', stuck: null, possible: null, conflict: null };
  }
  return solve(columns, renamed.names, allowance);
}

function solve(columns: Columns, names: Names, allowance: Allowance): EngineVerdict {
  const problem = problemOf(columns, names);
  const search = new Directed(problem);
  search.start({ state: names.initial, freeBefore: -1 });
  let wait = patience;
  for (let refutedAt = -1; ;) {
    const ending = search.run(allowance, search.reachedAt + wait);
    if (ending === 'linearizable') return { kind: 'linearizable' };
    const stuck = at(problem.origins, search.stuck);
    if (ending === 'spent') {
      const far = `${search.rankMax} of ${columns.completed} answers were put in order`;
      return { kind: 'undecided', reason: `${allowance.reason ?? 'not decided'}; ${far}` };
    }
    if (ending === 'illegal') return { kind: 'illegal', stuck, possible: null, conflict: null };
    if (search.configurations < search.reachedAt + wait) continue;
    if (search.rankMax > refutedAt) wait = patience;
    if (refutes(search, allowance, names.initial)) {
      return { kind: 'illegal', stuck, possible: null, conflict: null };
    }
    refutedAt = search.rankMax;
    wait *= 4;
  }
}
