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
import { Watch } from './watch.ts';

export interface LinearizabilityOptions {
  /** Configurations the search may look at for each key before it says unknown. */
  readonly configurations?: number;
}

const configurationsDefault = 1_000_000;

/** The history so far, and who watches it. */
export interface LinearizabilityState {
  readonly history: HistoryBuilder;
  readonly watch: Watch;
  /** The row of a suspicion, or -1, and when it arose. */
  suspect: number;
  suspectedAt: number;
}

/** What is still called in the same moment is concurrent and may explain the answer. */
function suspect(state: LinearizabilityState, row: number, { at }: HistoryRecord): void {
  if (state.suspect >= 0) return;
  state.suspect = row;
  state.suspectedAt = at;
}

/** The moment of the suspicion is over: judges the history so far. */
function confirm(state: LinearizabilityState, budget: Budget): Failure | undefined {
  const verdict = judgeHistory(new History(state.history.finish()), budget);
  if (verdict.kind === 'fail') return { sentence: verdict.sentence, evidence: verdict.evidence };
  state.watch.giveUp(state.suspect);
  state.suspect = -1;
  state.suspectedAt = Infinity;
  return undefined;
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
    start(): LinearizabilityState {
      const history = new HistoryBuilder();
      return { history, watch: new Watch(history), suspect: -1, suspectedAt: Infinity };
    },
    observe(state: LinearizabilityState, record: TraceRecord): Failure | undefined {
      if (!isHistory(record)) return undefined;
      const failure = record.at > state.suspectedAt ? confirm(state, budget) : undefined;
      const row = state.history.take(record);
      if (state.watch.suspects(row, record.kind === 'invoke', record.at))
        suspect(state, row, record);
      return failure;
    },
    verdict: ({ history }: LinearizabilityState): Verdict =>
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
