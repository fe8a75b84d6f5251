/** What an exploration comes to. */
import type { Breach } from './breach.ts';
import type { Space } from './space.ts';

export interface Explored {
  readonly space: Space;
  /** Distinct states, transitions taken, steps that the machine was really asked for. */
  readonly states: number;
  readonly transitions: number;
  /** Steps of the longest shortest path. */
  readonly depth: number;
  /** New states by depth. */
  readonly levels: readonly number[];
  /** Steps not taken because too many messages would have been in flight. */
  readonly cut: number;
  /** Everything within the bounds was seen. */
  readonly complete: boolean;
  readonly bytes: number;
  readonly breach: Breach | null;
  /** The moves to the breach, as codes; each in the names of the state before it. */
  readonly path: readonly number[];
}

export interface Ears {
  onLevel?(depth: number, states: number): void;
}

export interface Followed {
  readonly breach: Breach | null;
  /** Index of the renaming that brought the successor into its form. */
  readonly renaming: number;
  readonly length: number;
}
