/** What an engine says of the operations of one key. */

export type EngineVerdict =
  | { readonly kind: 'linearizable' }
  | Illegal
  /** The engine cannot say: its conditions do not hold, or its budget is spent. */
  | { readonly kind: 'undecided'; readonly reason: string };

export interface Illegal {
  readonly kind: 'illegal';
  /**
   * The operation at whose return no order is left, by index into the columns, when the engine knows
   * it. Every shorter prefix is linearizable.
   */
  readonly stuck: number | null;
  /** Values that the key could have had at that event, when the engine knows them all. */
  readonly possible: readonly number[] | null;
  /** Why, when the engine can say; otherwise the report gives `stuck` and `possible`. */
  readonly conflict: Conflict | null;
}

/** A proof by a handful of operations, as indices into the columns. */
export type Conflict =
  /** Somebody observed a value that nobody can have produced. */
  | { readonly kind: 'phantom'; readonly observer: number }
  /** An observation had ended before the operation that it needs was called. */
  | { readonly kind: 'tooEarly'; readonly observer: number; readonly producer: number }
  /** Two reads of a list tell different stories of what came before an item. */
  | { readonly kind: 'diverged'; readonly left: number; readonly right: number }
  /** Two compare-and-sets both replaced the same value, which was written once. */
  | { readonly kind: 'replacedTwice'; readonly left: number; readonly right: number }
  /** Compare-and-sets that need each other in a ring. */
  | { readonly kind: 'ring'; readonly members: readonly number[] }
  /** A refused compare-and-set lies between two operations on its value, which was stored once. */
  | ({ readonly kind: 'refusedInside'; readonly observer: number } & Span)
  /** Two values must each come before the other. */
  | { readonly kind: 'interleaved'; readonly left: Span; readonly right: Span };

/** Two operations on the same block of values: one ended early, the other was called late. */
export interface Span {
  /** The operation with the least return. */
  readonly ended: number;
  /** The operation with the greatest call. */
  readonly called: number;
}

/** The operations that prove it; below 0 stands for the beginning. */
export function membersOf(conflict: Conflict): readonly number[] {
  switch (conflict.kind) {
    case 'phantom':
      return [conflict.observer];
    case 'tooEarly':
      return [conflict.observer, conflict.producer];
    case 'diverged':
    case 'replacedTwice':
      return [conflict.left, conflict.right];
    case 'ring':
      return conflict.members;
    case 'refusedInside':
      return [conflict.ended, conflict.called, conflict.observer];
    case 'interleaved':
      return [conflict.left, conflict.right].flatMap(({ ended, called }) => [ended, called]);
  }
}

/** The same proof where the operations have other indices; those below 0 stay. */
export function renumbered(conflict: Conflict, place: (index: number) => number): Conflict {
  const to = (index: number): number => (index < 0 ? index : place(index));
  const span = ({ ended, called }: Span): Span => ({ ended: to(ended), called: to(called) });
  switch (conflict.kind) {
    case 'phantom':
      return { ...conflict, observer: to(conflict.observer) };
    case 'tooEarly':
      return { ...conflict, observer: to(conflict.observer), producer: to(conflict.producer) };
    case 'diverged':
    case 'replacedTwice':
      return { ...conflict, left: to(conflict.left), right: to(conflict.right) };
    case 'ring':
      return { ...conflict, members: conflict.members.map(to) };
    case 'refusedInside':
      return { ...conflict, ...span(conflict), observer: to(conflict.observer) };
    case 'interleaved':
      return { ...conflict, left: span(conflict.left), right: span(conflict.right) };
  }
}
