/**
 * Where the shrinker stands. A candidate carries the place to go on from *if it is accepted*; the
 * stream it came from goes on by itself when it is rejected.
 */
export type Place =
  | {
      readonly phase: 'config';
      /** The next simplification to try. */
      readonly next: number;
      /** In the first round deletion starts with large chunks. */
      readonly first: boolean;
    }
  | {
      readonly phase: 'delete';
      readonly size: number;
      /** Actions before this index have not been tried at this size. */
      readonly end: number;
      /** Something was deleted one by one: another such pass is due. */
      readonly hit: boolean;
      /** Something was accepted in this round: another round is due. */
      readonly changed: boolean;
    }
  | { readonly phase: 'twos'; readonly changed: boolean }
  | {
      readonly phase: 'fields';
      readonly action: number;
      readonly field: number;
      /** For numbers: the largest value known to be too small. */
      readonly low: number;
      /** The least value was tried already. */
      readonly tried: boolean;
      readonly changed: boolean;
    };

export const start: Place = { phase: 'config', next: 0, first: true };

const marks = new WeakSet<object>();

/** Only places made here are honoured as contexts. */
export function mark(place: Place): Place {
  marks.add(place);
  return place;
}

export function isPlace(context: unknown): context is Place {
  return typeof context === 'object' && context !== null && marks.has(context);
}
