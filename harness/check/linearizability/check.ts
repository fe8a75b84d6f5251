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

/** What a client of the model sees. */
const objects: { readonly [M in Model]: string } = {
  register: 'register',
  'cas-register': 'compare-and-set register',
  kv: 'store',
  append: 'list',
};

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
      `Every operation on the ${objects[model]} takes effect at one instant between call and answer ` +
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
  /** The most memory that judging it took, beside the history. */
  readonly bytes: number;
}

export interface HistoryTold {
  readonly verdict: Verdict;
  /** Up to the first key that fails. */
  readonly keys: readonly KeyTold[];
}

/** A key, judged by itself; `verdict` is null when it is linearizable. */
export interface KeyJudged {
  readonly told: KeyTold;
  readonly verdict: Verdict | null;
}

/** Judges every key; one that fails decides, one that cannot be decided makes a pass unknown. */
export function judgeHistory(history: History, budget: Budget): Verdict {
  return judgeKeys(history, budget).verdict;
}

/** The same, and how each key was judged. */
export function judgeKeys(history: History, budget: Budget): HistoryTold {
  const judged: KeyJudged[] = [];
  for (const columns of byKey(history)) {
    const key = judgeKey(columns, budget);
    judged.push(key);
    if (key.verdict?.kind === 'fail') break;
  }
  return together(judged, history.completed);
}

/** Judges one key's operations. */
export function judgeKey(columns: Columns, budget: Budget): KeyJudged {
  const { verdict, algorithm, configurations, bytes } = judgeTold(columns, budget);
  const { key } = operationOf(columns, 0);
  const { kind } = verdict;
  const told = { key, operations: columns.count, kind, algorithm, configurations, bytes };
  switch (verdict.kind) {
    case 'linearizable':
      return { told, verdict: null };
    case 'illegal':
      return {
        told,
        verdict: { kind: 'fail', ...explain(firstFailure(columns, verdict, budget)) },
      };
    case 'undecided': {
      const reason = `${columns.count} operations on ${key}: ${verdict.reason}`;
      return { told, verdict: { kind: 'unknown', reason } };
    }
  }
}

/** The verdict on all keys, in their order: whoever judged them, the words are the same. */
export function together(judged: readonly KeyJudged[], completed: number): HistoryTold {
  const failed = judged.findIndex(({ verdict }) => verdict?.kind === 'fail');
  const keys = failed < 0 ? judged : judged.slice(0, failed + 1);
  const verdict = judged[failed]?.verdict ?? judged.find((key) => key.verdict !== null)?.verdict;
  return {
    verdict: verdict ?? { kind: 'pass', examined: completed },
    keys: keys.map(({ told }) => told),
  };
}
