/** Columns are typed arrays that are never read outside their bounds; these say so to the types. */

/** Number `place` of a column. */
export function at(column: Int32Array, place: number): number {
  return column[place] ?? 0;
}

/** A column of so many times `none`. */
export function blank(length: number): Int32Array {
  return new Int32Array(length).fill(-1);
}
