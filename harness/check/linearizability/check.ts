/** The judge of the clients' history: every answer must be explained by one order of operations. */
import type { HistoryRecord, Model, TraceRecord } from '../../trace/record.ts';
import type { Check, Failure, Verdict } from '../check.ts';
import type { History } from '../history.ts';
import { historyOf } from '../history.ts';
import { explain } from './explain.ts';
import type { Budget } from './budget.ts';
import { columnsFor, firstFailure, judge } from './judge.ts';
import { byKey } from './partition.ts';

export interface LinearizabilityOptions {
  /** Configurations the search may look at for each key before it says unknown. */
  readonly configurations?: number;
}

const configurationsDefault = 1_000_000;

/** Collects the history; it is judged as a whole, at the end. */
export interface LinearizabilityState {
  readonly records: HistoryRecord[];
}

/**
 * Linearizability (Herlihy & Wing 1990), key by key. `examined` counts the operations that were
 * answered. All models are one store asked in different ways, so any of them judges alike.
 */
export function linearizabilityCheck(
  model: Model,
  options: LinearizabilityOptions = {},
): Check<LinearizabilityState> {
  const budget: Budget = { configurations: options.configurations ?? configurationsDefault };
  return {
    name: 'Linearizability',
    promise:
      `Every operation on the ${model} takes effect at one instant between call and answer ` +
      '(Herlihy & Wing 1990).',
    class: 'safety',
    kinds: ['invoke', 'ok', 'fail', 'info'],
    start: (): LinearizabilityState => ({ records: [] }),
    observe({ records }: LinearizabilityState, record: TraceRecord): Failure | undefined {
      if (isHistory(record)) records.push(record);
      return undefined;
    },
    verdict: ({ records }: LinearizabilityState): Verdict =>
      judgeHistory(historyOf(records), budget),
  };
}

function isHistory(record: TraceRecord): record is HistoryRecord {
  return 'process' in record;
}

/** Judges every key; one that fails decides, one that cannot be decided makes a pass unknown. */
export function judgeHistory({ operations, completed }: History, budget: Budget): Verdict {
  let unknown: Verdict | null = null;
  for (const [key, part] of byKey(operations)) {
    const columns = columnsFor(part);
    const verdict = judge(columns, budget);
    switch (verdict.kind) {
      case 'linearizable':
        break;
      case 'illegal':
        return { kind: 'fail', ...explain(firstFailure(columns, verdict, budget)) };
      case 'undecided':
        unknown ??= {
          kind: 'unknown',
          reason: `${part.length} operations on ${key}: ${verdict.reason}`,
        };
        break;
    }
  }
  return unknown ?? { kind: 'pass', examined: completed };
}
