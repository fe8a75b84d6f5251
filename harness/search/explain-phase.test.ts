import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fault, Scenario } from '../world/scenario.ts';
import { calm } from '../world/scenario.ts';
import { explained, neededFaults } from './explain-phase.ts';
import type { Execute } from './shrink.ts';
import { toyLab, toyOutcome } from './toy.test.kit.ts';

const lab = toyLab('toy');
const keep = 'LogMatching';

function crash(atMs: number): Fault {
  return { kind: 'crash', atMs, forMs: 5, server: 'S1', disk: 'lose' };
}

function toy(fails: (scenario: Scenario) => boolean): { execute: Execute; runs: () => number } {
  let runs = 0;
  const execute: Execute = (scenario) => {
    runs += 1;
    return toyOutcome(scenario, fails(scenario) ? { invariant: keep } : {});
  };
  return { execute, runs: () => runs };
}

function explain(scenario: Scenario, execute: Execute): ReturnType<typeof explained> {
  return explained({ scenario, outcome: execute(scenario, lab) }, lab, { keep, execute });
}

const write = { atMs: 50, client: 'c1', f: 'write', key: 'x', value: 1 } as const;
const base: Scenario = {
  ...calm,
  faults: [crash(700), crash(300)],
  workload: { ...calm.workload, operations: [write, { ...write, key: 'y' }] },
  limits: { ...calm.limits, runMs: 1_000 },
};

describe('the explain phase', () => {
  test('names the faults without which the scenario passes', () => {
    const { execute } = toy(({ faults }) => faults.some(({ atMs }) => atMs === 300));
    expect(neededFaults(base, lab, { keep, execute })).toEqual([1]);
  });

  test('finds how far each needed action may be moved, and leaves out the others', () => {
    const { execute } = toy(
      ({ faults, workload }) =>
        faults.some(({ atMs }) => atMs >= 100 && atMs <= 400) &&
        workload.operations.some(({ key }) => key === 'y'),
    );
    const { needed, margins } = explain(base, execute);
    expect(needed).toEqual([1]);
    const [fault, operation, ...others] = margins?.times ?? [];
    expect(others).toEqual([]);
    expect(operation).toEqual({ kind: 'operation', index: 1, fromMs: 0, toMs: 1_000 });
    expect(fault).toMatchObject({ kind: 'fault', index: 1 });
    // Five halvings of 300 ms and of 700 ms.
    expect((fault?.fromMs ?? 0) - 100).toBeLessThan(10);
    expect(400 - (fault?.toMs ?? 0)).toBeLessThan(25);
  });

  test('the ends of a range were tried and do fail', () => {
    const seed = 5;
    const at = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(at, fc.nat(400), fc.nat(400), (atMs, before, after) => {
        const { execute } = toy(({ faults }) =>
          faults.some((fault) => fault.atMs >= atMs - before && fault.atMs <= atMs + after),
        );
        const scenario = { ...base, faults: [crash(atMs)] };
        const [times] = explain(scenario, execute).margins?.times ?? [];
        for (const moment of [times?.fromMs ?? -1, times?.toMs ?? -1]) {
          expect(execute({ ...base, faults: [crash(moment)] }, lab).failure).not.toBeNull();
        }
      }),
      { seed, numRuns: 60 },
    );
  });

  test('counts the network seeds under which it fails as well', () => {
    const even = toy(({ seed }) => seed % 2 === 0);
    const { failing, of } = explain({ ...base, seed: 2 }, even.execute).margins?.neighbours ?? {
      failing: 0,
      of: 0,
    };
    expect(of).toBe(64);
    expect(failing).toBeGreaterThan(16);
    expect(failing).toBeLessThan(48);
  });

  test('ends with its budget, also where nothing ever fails again', () => {
    const many = { ...base, faults: Array.from({ length: 30 }, (_, at) => crash(10 * at)) };
    const fragile = toy((scenario) => scenario === many);
    explain(many, fragile.execute);
    expect(fragile.runs()).toBeLessThanOrEqual(1 + 30 + 150);
    const heavy: Execute = (scenario, of) => {
      const outcome = fragile.execute(scenario, of);
      return { ...outcome, stats: { ...outcome.stats, events: 500_000 } };
    };
    expect(explain(many, heavy).margins).toEqual({
      neighbours: { failing: 0, of: 3 },
      times: [],
    });
  });
});
