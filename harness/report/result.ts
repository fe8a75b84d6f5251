/** What reporters need of a campaign's result document: a part of what `search` writes. */

export interface ReportedBug {
  /** `ElectionSafety-7c1e90` */
  readonly id: string;
  readonly invariant: string;
  readonly title: string;
  readonly count: number;
  readonly seed: number;
  readonly story: readonly string[];
  readonly replay: readonly string[];
}

export interface ReportedResult {
  readonly verdict: 'ok' | 'violation' | 'unknown' | 'vacuous' | 'error';
  readonly stats: { readonly runs: number; readonly wallMs: number; readonly simMs: number };
  readonly bugs: readonly ReportedBug[];
}
