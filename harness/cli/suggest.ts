/** Did you mean …? The nearest of the words there are. */

/** Edits (insert, delete, replace, swap neighbours) from one word to the other. */
function distance(left: string, right: string): number {
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const replaced = (above[column - 1] ?? 0) + (same ? 0 : 1);
      const inserted = (current[column - 1] ?? 0) + 1;
      const deleted = (above[column] ?? 0) + 1;
      const swaps = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const swapped = swaps ? (before[column - 2] ?? 0) + 1 : Infinity;
      current.push(Math.min(replaced, inserted, deleted, swapped));
    }
    before = above;
    above = current;
  }
  return above[right.length] ?? Infinity;
}

/** Up to three words near `word`, nearest first; words that begin with it count as near. */
export function nearest(word: string, words: readonly string[]): readonly string[] {
  const wanted = word.toLowerCase();
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return words
    .map((candidate) => {
      const name = candidate.toLowerCase();
      return { candidate, edits: name.startsWith(wanted) ? 0.5 : distance(wanted, name) };
    })
    .filter(({ edits }) => edits <= limit)
    .sort((left, right) => left.edits - right.edits)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** `Did you mean A or B` or, with nothing near, the whole list. */
export function remedyFor(word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  if (near.length > 0) return `Did you mean ${near.join(' or ')}`;
  return `There are: ${words.join(', ')}`;
}
