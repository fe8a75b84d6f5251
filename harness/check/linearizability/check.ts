/** The judge of the clients' history: every answer must be explained by one order of operations. */
import type { HistoryRecord, Model, TraceRecord } from '../../trace/record.ts';
import type { Check, Failure, Verdict } from '../check.ts';
import { History } from '../history.ts';
import { HistoryBuilder } from '../history-builder.ts';
import { explain } from './explain.ts';
import type { Budget } from './budget.ts';
import type { Algorithm } from './judge.ts';
import { firstFailure } from './first-failure.ts';
import { judgeTold } from './judge.ts';
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

/** How one key was judged, and by whom. */
export interface KeyTold {
  readonly key: string;
  readonly operations: number;
  readonly kind: 'linearizable' | 'illegal' | 'undecided';
  readonly algorithm: Algorithm;
  readonly configurations: number;
}

export interface HistoryTold {
  readonly verdict: Verdict;
  /** Up to the first key that fails. */
  readonly keys: readonly KeyTold[];
}

/** Judges every key; one that fails decides, one that cannot be decided makes a pass unknown. */
export function judgeHistory(history: History, budget: Budget): Verdict {
  return judgeKeys(history, budget).verdict;
}

/** The same, and how each key was judged. */
export function judgeKeys(history: History, budget: Budget): HistoryTold {
  const keys: KeyTold[] = [];
  let unknown: Verdict | null = null;
  for (const columns of byKey(history)) {
    const { verdict, algorithm, configurations } = judgeTold(columns, budget);
    const key = keyOf(columns);
    const { kind } = verdict;
    keys.push({ key, operations: columns.count, kind, algorithm, configurations });
    if (verdict.kind === 'illegal') {
      const failure = explain(firstFailure(columns, verdict, budget));
      return { verdict: { kind: 'fail', ...failure }, keys };
    }
    if (verdict.kind === 'undecided') {
      const reason = `${columns.count} operations on ${key}: ${verdict.reason}`;
      unknown ??= { kind: 'unknown', reason };
    }
  }
  return { verdict: unknown ?? { kind: 'pass', examined: history.completed }, keys };
}

function keyOf(columns: Columns): string {
  return operationOf(columns, 0).key;
}
