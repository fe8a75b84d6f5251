/** What a mutant is: a small wrong variation behind the same door, and the proof that it is wrong. */
import type { Node } from '../../harness/raft/node.ts';
import type { Effect, Input, Subject } from '../../harness/raft/step.ts';
import type { Scenario } from '../../harness/world/scenario.ts';
import type { BusFactory } from '../../harness/world/setup.ts';

export interface Mutant {
  readonly name: string;
  /** What is wrong, in one sentence. */
  readonly summary: string;
  /** Where such a bug was seen: paper section, catalogue id (M…, Q…), the seed's deviation. */
  readonly source: string;
  readonly subject: Subject;
  /** A wrong bus around the right one. */
  readonly bus?: (right: BusFactory) => BusFactory;
  /** The invariants that may report it. */
  readonly expected: readonly string[];
  /** Generated scenarios need more than 2,000 runs (median of five seeds). */
  readonly hard: boolean;
  /** In smaller clusters the bug does nothing. */
  readonly serversMin: number;
  /** With the mutant it fails; with the right machine and bus it passes. */
  readonly witness: Scenario;
}

/** Wrong on paper, harmless in effect: no judge may report it. */
export interface Benign {
  readonly name: string;
  /** What differs, and why it does no harm. */
  readonly summary: string;
  /** The catalogue's ids, if it lists the like: M16, … */
  readonly source?: string;
  readonly subject: Subject;
  readonly bus?: Mutant['bus'];
}

type Step = Subject['step'];

/** A subject with another step around that of `inner`. */
export function wrapped(inner: Subject, around: (step: Step) => Step): Subject {
  const step = around((node, input) => inner.step(node, input));
  return {
    name: inner.name,
    create: (options, application) => inner.create(options, application),
    step,
  };
}

/** A subject whose effects pass through `change`. */
export function withEffects(
  inner: Subject,
  change: (effects: readonly Effect[], node: Node, input: Input) => readonly Effect[],
): Subject {
  return wrapped(inner, (step) => (node, input) => change(step(node, input), node, input));
}
