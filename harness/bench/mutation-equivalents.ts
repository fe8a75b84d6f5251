/**
 * Comparisons in the judge of histories whose opposite nobody can tell, each with the reason. The
 * mutation run turns them like all others and fails when one is noticed after all, or is gone: then
 * its entry here has to go.
 */

export interface Equivalent {
  readonly file: string;
  /** The line, without what stands around it. */
  readonly text: string;
  /** Which comparison of the line, from 0. */
  readonly place: number;
  /** Why its opposite gives the same verdicts, words and effort. */
  readonly why: string;
}

export const equivalents: readonly Equivalent[] = [];
