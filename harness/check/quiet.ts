/** The quiet period, in which nothing is unkind any more: when it began, and what is due in it. */
import type { TraceRecord } from '../trace/record.ts';
import type { Verdict } from './check.ts';

type EndReason = Extract<TraceRecord, { readonly kind: 'end' }>['reason'];

/** When the quiet period began and how the run ended. */
export interface Quiet {
  /** -1: not yet. */
  quietSeq: number;
  quietAt: number;
  endSeq: number;
  endAt: number;
  reason: EndReason | null;
}

export function newQuiet(): Quiet {
  return { quietSeq: -1, quietAt: -1, endSeq: -1, endAt: -1, reason: null };
}

export function observeQuiet(state: Quiet, record: TraceRecord): undefined {
  if (record.kind === 'quiet') {
    state.quietSeq = record.seq;
    state.quietAt = record.at;
  } else if (record.kind === 'end') {
    state.endSeq = record.seq;
    state.endAt = record.at;
    state.reason = record.reason;
  }
}

/** What began up to then should have been done at the end. */
export function dueBefore(state: Quiet): number {
  if (state.reason !== 'time') return state.endAt;
  return state.endAt - (state.endAt - state.quietAt) / 4;
}

/** No quiet period, nothing to judge. */
export function quietExempt(state: Quiet): string | undefined {
  return state.quietSeq < 0 ? 'the run has no quiet period' : undefined;
}

/**
 * The verdict on a quiet period: `missing` says what was not reached, or undefined. A run cut short
 * proves nothing either way.
 */
export function quietVerdict(
  state: Quiet,
  examined: number,
  missing: () => string | undefined,
): Verdict {
  if (state.quietSeq < 0) return { kind: 'pass', examined: 0 };
  switch (state.reason) {
    case null:
      return { kind: 'unknown', reason: 'the trace ends without saying how the run ended' };
    case 'events':
      return { kind: 'unknown', reason: 'the limit on events ended the run in its quiet period' };
    case 'violation':
      return { kind: 'unknown', reason: 'a violation ended the run before its quiet period did' };
    case 'settled':
    case 'time': {
      const sentence = missing();
      if (sentence === undefined) return { kind: 'pass', examined };
      return { kind: 'fail', sentence, evidence: [state.quietSeq, state.endSeq] };
    }
  }
}
