/** For tests: a make-believe `execute` whose failures depend on the scenario alone. */
import type { Check } from '../check/check.ts';
import type { Sometimes } from '../check/sometimes.ts';
import { newSometimes, sometimesNames } from '../check/sometimes.ts';
import type { Scenario } from '../world/scenario.ts';
import type { Failure, Lab, Outcome } from './execute.ts';

export interface Verdictlike {
  readonly invariant?: string;
  readonly sentence?: string;
  readonly unknown?: string;
  readonly examined?: number;
}

/** A lab that nobody may really use. */
export function toyLab(name: string): Lab {
  const forbidden = (): never => {
    throw new Error('the toy lab was really used');
  };
  const checks: readonly Check[] = [];
  return { subject: { name, create: forbidden, step: forbidden }, bus: forbidden, checks };
}

function seen(scenario: Scenario): Sometimes {
  const sometimes = newSometimes();
  const mark = (name: string): void => {
    sometimes.counts[sometimesNames.indexOf(name)] = 1;
  };
  for (const name of ['leader elected', 'operation ok', 'quiet reached']) mark(name);
  for (const { kind } of scenario.faults) mark(`fault: ${kind}`);
  return sometimes;
}

/** What `execute` would have said. */
export function toyOutcome(scenario: Scenario, verdict: Verdictlike): Outcome {
  const { invariant, unknown } = verdict;
  const failure: Failure | null =
    invariant === undefined
      ? null
      : {
          invariant,
          class: 'safety',
          sentence: verdict.sentence ?? 'S1 and S2 disagree at index 3',
          evidence: [1],
        };
  return {
    verdict: failure !== null ? 'fail' : unknown === undefined ? 'pass' : 'unknown',
    failure,
    unknown: unknown === undefined ? [] : [unknown],
    examined: { ToyCheck: verdict.examined ?? 1 },
    stats: {
      events: 100,
      messages: 40,
      simMicros: 2_000_000,
      faults: { crash: crashes(scenario) },
      digest: scenario.seed >>> 0,
    },
    sometimes: seen(scenario),
  };
}

export function crashes(scenario: Scenario): number {
  return scenario.faults.filter((fault) => fault.kind === 'crash').length;
}

export function writes(scenario: Scenario): number {
  return scenario.workload.operations.filter((operation) => operation.f === 'write').length;
}
