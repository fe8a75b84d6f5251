/** Causal slicing: what of a scenario its failure may come from, as the recorded run shows it. */
import { cone } from '../report/cone.ts';
import type { Plot } from '../report/plot.ts';
import { plot } from '../report/plot.ts';
import type { Step } from '../report/plot.ts';
import type { Lab } from '../search/execute.ts';
import type { Operation, Scenario } from '../world/scenario.ts';
import { recorded } from './failure.ts';

const nameOf = (client: string, ordinal: number): string => `${client} ${String(ordinal)}`;

/** Counts by name, from 0. */
function counting(): (name: string) => number {
  const counts = new Map<string, number>();
  return (name) => {
    const ordinal = counts.get(name) ?? 0;
    counts.set(name, ordinal + 1);
    return ordinal;
  };
}

/** The invocations among these steps, by client and ordinal. */
function invokedIn({ steps }: Plot, past: ReadonlySet<Step>): ReadonlySet<string> {
  const next = counting();
  const names = new Set<string>();
  for (const step of steps) {
    for (const one of [step.root, ...step.effects]) {
      if (one.kind !== 'invoke') continue;
      const name = nameOf(one.client, next(one.client));
      if (past.has(step)) names.add(name);
    }
  }
  return names;
}

/**
 * The scenario with only those faults and operations that are in the causal past of its violation:
 * not yet known to fail. An operator's wishes stay.
 */
export function storySlice(scenario: Scenario, lab: Lab): Scenario {
  const plotted = plot(recorded(scenario, lab).records);
  const past = cone(plotted);
  const invoked = invokedIn(plotted, past.steps);
  const { workload, faults } = scenario;
  // A client asks one thing after another, in the order of their times.
  const next = counting();
  const kept = new Set<Operation>();
  for (const one of workload.operations.toSorted((a, b) => a.atMs - b.atMs)) {
    if (invoked.has(nameOf(one.client, next(one.client)))) kept.add(one);
  }
  return {
    ...scenario,
    faults: faults.filter((_, index) => past.faults.has(index)),
    workload: { ...workload, operations: workload.operations.filter((one) => kept.has(one)) },
  };
}
