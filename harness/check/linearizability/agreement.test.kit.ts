/** Does everything that judges a history agree with trying every order? Histories by seed. */
import type { HistoryRecord } from '../../trace/record.ts';
import type { History } from '../history.ts';
import { historyOf } from '../history.ts';
import { bruteForce, prefixOf } from './brute-force.ts';
import { Allowance } from './budget.ts';
import { coreOf } from './core.ts';
import { firstFailure } from './first-failure.ts';
import { judge } from './judge.ts';
import type { Columns } from './model.ts';
import { operationOf } from './model.ts';
import { byKey } from './partition.ts';
import { plainlyLinearizable } from './plain-zones.ts';
import { prepared } from './prepare.ts';
import { drawsOf, randomHistory } from './random-history.ts';
import { search } from './wgl.ts';
import { zones } from './zones.ts';

type F = HistoryRecord['f'];

const budget = { configurations: 1_000_000 };
const mixes: readonly (readonly F[])[] = [
  ['read', 'write'],
  ['read', 'read', 'write', 'cas', 'cas'],
  ['read', 'write', 'cas', 'delete'],
  ['read', 'append'],
  ['read', 'write', 'append', 'append', 'cas', 'delete'],
];

/** Three to eight operations on one key; every other knob is drawn from the seed too. */
export function smallHistory(seed: number): History {
  const draw = drawsOf(seed * 7919);
  const pick = (limit: number): number => Math.floor(draw() * limit);
  return historyOf(
    randomHistory({
      seed,
      operations: 3 + pick(6),
      clients: 1 + pick(4),
      keys: 1,
      values: pick(4),
      mix: mixes[pick(mixes.length)] ?? [],
      lies: draw() < 0.3 ? 0 : draw() * 0.5,
      unknowns: draw() < 0.5 ? 0 : draw() * 0.3,
      ties: draw() < 0.5 ? 0 : draw(),
    }),
  );
}

/** The only key's operations. */
export function columnsFor(history: History): Columns {
  const [columns] = byKey(history);
  if (columns === undefined) throw new Error('no operation');
  return columns;
}

/** As they were in the prefix: what returned after it is unknown. */
export function operationsOf(columns: Columns): History['operations'] {
  return Array.from(columns.rows, (_, index) => {
    const operation = operationOf(columns, index);
    const unknown = (columns.returns[index] ?? 0) >= columns.count + columns.completed;
    return unknown ? { ...operation, outcome: 'unknown', return: null } : operation;
  });
}

/** Who disagrees about the history of this seed, if anybody does; null: it has no operation. */
export function disagreement(seed: number): { legal: boolean; who: readonly string[] } | null {
  const history = smallHistory(seed);
  const { operations } = history;
  if (operations.length === 0) return null;
  const legal = bruteForce(operations);
  const truth = legal ? 'linearizable' : 'illegal';
  const columns = columnsFor(history);
  const said: readonly (readonly [string, string])[] = [
    ['search', search(columns, new Allowance(budget)).kind],
    ['prepared', search(prepared(columnsFor(history)), new Allowance(budget)).kind],
    ['judge', judge(columnsFor(history), budget).kind],
    ['zones', zones(columnsFor(history)).kind.replace('undecided', truth)],
    ['plain zones', plainlyLinearizable(columnsFor(history)) ? 'linearizable' : truth],
  ];
  const who = said.filter(([, kind]) => kind !== truth).map(([name]) => name);
  return { legal, who: legal ? who : [...who, ...inexact(history)] };
}

/** What of the explanation of an illegal history is wrong. */
function inexact(history: History): readonly string[] {
  const columns = columnsFor(history);
  const verdict = judge(columns, budget);
  if (verdict.kind !== 'illegal') return ['judge'];
  const { columns: found } = firstFailure(columns, verdict, budget);
  const last = operationOf(found, found.byReturn[found.completed - 1] ?? 0);
  const end = last.return ?? -1;
  const { operations } = history;
  const wrong = {
    'first failure: too early': bruteForce(prefixOf(operations, end)),
    'first failure: too late': !bruteForce(prefixOf(operations, end - 1)),
    core: bruteForce(operationsOf(coreOf(found))),
  };
  return Object.entries(wrong).flatMap(([name, is]) => (is ? [name] : []));
}
