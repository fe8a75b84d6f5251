/** The judge of the clients' history: every answer must be explained by one order of operations. */
import type { HistoryRecord, Model, TraceRecord } from '../../trace/record.ts';
import type { Check, Failure, Verdict } from '../check.ts';
import { History } from '../history.ts';
import { HistoryBuilder } from '../history-builder.ts';
import { explain } from './explain.ts';
import type { Budget } from './budget.ts';
import { firstFailure, judge } from './judge.ts';
import type { Columns } from './model.ts';
import { operationOf } from './model.ts';
import { byKey } from './partition.ts';

export interface LinearizabilityOptions {
  /** Configurations the search may look at for each key before it says unknown. */
  readonly configurations?: number;
}

const configurationsDefault = 1_000_000;

/**
 * Linearizability (Herlihy & Wing 1990), key by key. `examined` counts the operations that were
 * answered. All models are one store asked in different ways, so any of them judges alike.
 */
export function linearizabilityCheck(
  model: Model,
  options: LinearizabilityOptions = {},
): Check<HistoryBuilder> {
  const budget: Budget = { configurations: options.configurations ?? configurationsDefault };
  return {
    name: 'Linearizability',
    promise:
      `Every operation on the ${model} takes effect at one instant between call and answer ` +
      '(Herlihy & Wing 1990).',
    class: 'safety',
    kinds: ['invoke', 'ok', 'fail', 'info'],
    start: (): HistoryBuilder => new HistoryBuilder(),
    observe(history: HistoryBuilder, record: TraceRecord): Failure | undefined {
      if (isHistory(record)) history.take(record);
      return undefined;
    },
    verdict: (history: HistoryBuilder): Verdict =>
      judgeHistory(new History(history.finish()), budget),
  };
}

function isHistory(record: TraceRecord): record is HistoryRecord {
  return 'process' in record;
}

/** Judges every key; one that fails decides, one that cannot be decided makes a pass unknown. */
export function judgeHistory(history: History, budget: Budget): Verdict {
  let unknown: Verdict | null = null;
  for (const columns of byKey(history)) {
    const verdict = judge(columns, budget);
    switch (verdict.kind) {
      case 'linearizable':
        break;
      case 'illegal':
        return { kind: 'fail', ...explain(firstFailure(columns, verdict, budget)) };
      case 'undecided':
        unknown ??= {
          kind: 'unknown',
          reason: `${columns.count} operations on ${keyOf(columns)}: ${verdict.reason}`,
        };
        break;
    }
  }
  return unknown ?? { kind: 'pass', examined: history.completed };
}

function keyOf(columns: Columns): string {
  return operationOf(columns, 0).key;
}
