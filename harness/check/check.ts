/** A judge is a fold over trace records. It knows nothing but what they say. */
import type { MessageRecord, RecordKind, TraceRecord } from '../trace/record.ts';
import type { ClusterView } from './view.ts';

export interface Failure {
  /** One sentence with concrete names and values, without the invariant's name. */
  readonly sentence: string;
  /** `seq` of the records that prove it, ascending; the last one is the violating record. */
  readonly evidence: readonly number[];
}

export type Verdict =
  | {
      readonly kind: 'pass';
      /** What was examined; 0 makes the whole run vacuous. */ readonly examined: number;
    }
  | ({ readonly kind: 'fail' } & Failure)
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Check<State = unknown> {
  /** The paper's name where it has one: ElectionSafety, LogMatching, … */
  readonly name: string;
  /** The promise in one sentence, with its source: "A term has at most one leader (Raft §5.2)." */
  readonly promise: string;
  /** `safety` failures stop a run at once; `liveness` is judged at the end. */
  readonly class: 'safety' | 'liveness';
  /** Only records of these kinds are shown to `observe`. */
  readonly kinds: readonly RecordKind[];
  /** Of the `send` records only those with such a message; all of them when left out. */
  readonly messages?: readonly MessageRecord['kind'][];
  start(): State;
  /** Asked once the header was seen: false if records of this kind tell it nothing in this run. */
  attends?(state: State, kind: RecordKind): boolean;
  /**
   * Sees one record. `view` is the cluster as the records *before* this one describe it.
   * Returns the first failure as soon as it is certain.
   */
  observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined;
  /** Called once, after the last record. */
  verdict(state: State, view: ClusterView): Verdict;
  /**
   * Asked when a pass examined nothing: why the run contained nothing for this check (a run without
   * clients has no answers to judge). Undefined, or no such method: it had to find something, and
   * the pass is vacuous.
   */
  exempt?(state: State, view: ClusterView): string | undefined;
}
