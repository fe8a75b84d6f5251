/** What came of a replay on a live bus, record by record. */
import type { Conclusion } from '../check/conclusion.ts';
import type { TraceRecord, VerdictRecord } from '../trace/record.ts';
import type { Counts, Standing } from './compare.ts';

/** One record that is not simply the same. */
export interface Finding {
  /** Of the recorded trace. */
  readonly seq: number;
  readonly standing: Standing;
  readonly expected: TraceRecord | null;
  readonly happened: TraceRecord | null;
  /** Names of the fields that differ in more than time. */
  readonly fields: readonly string[];
  /** Why, where the records do not say it. */
  readonly text: string;
}

export interface Travel {
  readonly published: number;
  readonly received: number;
  /** From publishing to arrival over the live bus, in microseconds. */
  readonly medianMicros: number;
  readonly maxMicros: number;
}

export interface Enforced {
  /** The live trace, from its header to its verdict. */
  readonly records: readonly TraceRecord[];
  /**
   * played: to the end of the trace; diverged: the run and the trace parted; timedOut: the bus did
   * not bring in time what the trace delivers.
   */
  readonly end: 'played' | 'diverged' | 'timedOut';
  readonly counts: Counts;
  /** Everything but the same and the merely late, in order. */
  readonly findings: readonly Finding[];
  /** Where the run and the trace part. */
  readonly first: Finding | null;
  readonly conclusion: Conclusion;
  readonly expected: VerdictRecord | null;
  /** The live judges say what the recorded ones said: the same verdict by the same invariant. */
  readonly reproduced: boolean;
  /** Records of the trace that were not reached. */
  readonly unplayed: number;
  readonly travel: Travel;
  readonly remarks: readonly string[];
}
