/* Decisions: written down they make the same run, and they shrink towards the kindest choice. */
import { describe, expect, test } from 'vitest';
import type { Decision, Scenario } from '../../world/scenario.ts';
import { calm } from '../../world/scenario.ts';
import { childSeed } from '../size.ts';
import { decided, defaults, recording, withDecisions } from './decisions.ts';
import { random } from './random.ts';
import { idleWorld, threads, toyEvent } from './toy.test.kit.ts';

const seedOf = (run: number): number => childSeed(20_261_122, run) >>> 0;
const pacing = { seed: 1, stepMicros: 1_000, earlyPercent: 50, fairAfter: 10 };

function scenarioOf(decisions: readonly Decision[]): Scenario {
  return { ...calm, schedule: { strategy: 'recorded', decisions, ...pacing } };
}

function decisionsOf({ schedule }: Scenario): readonly Decision[] {
  return schedule?.strategy === 'recorded' ? schedule.decisions : [];
}

describe('decisions', () => {
  test('make the same run again', () => {
    for (let run = 0; run < 50; run += 1) {
      const written = recording(random(seedOf(run)));
      const order = threads(written, [3, 2, 4]);
      expect(threads(decided(written.decisions), [3, 2, 4])).toEqual(order);
    }
  });

  test('are only what differs from the kindest choice', () => {
    const written = recording({ pick: () => 0 });
    threads(written, [3, 2, 4]);
    expect(written.decisions).toEqual([]);
  });

  test('that name what is not pending fall back on it', () => {
    const scheduler = decided([{ step: 0, choice: 5 }]);
    expect(scheduler.pick([toyEvent({ id: 0 })], idleWorld)).toBe(0);
  });
});

describe('the pass towards the kindest choice', () => {
  const many = Array.from({ length: 200 }, (_, step) => ({ step, choice: 1 + (step % 7) }));

  /** Fails while the steps 20 and 121 are decided, by 2 or more, and only under a schedule. */
  function fails(scenario: Scenario): boolean {
    const needed = decisionsOf(scenario).filter(
      ({ step, choice }) => (step === 20 || step === 121) && choice >= 2,
    );
    return needed.length === 2;
  }

  test('leaves the decisions that the failure needs, as kind as it bears', () => {
    let tries = 0;
    const smallest = defaults(scenarioOf(many), (candidate) => {
      tries += 1;
      return fails(candidate);
    });
    expect(fails(smallest)).toBe(true);
    expect(decisionsOf(smallest).map(({ step }) => step)).toEqual([20, 121]);
    for (const { choice } of decisionsOf(smallest)) expect(choice).toBeLessThan(7);
    expect(smallest.schedule?.earlyPercent).toBe(0);
    expect(tries).toBeLessThan(120);
  });

  test('leaves the schedule away where time will do', () => {
    const smallest = defaults(scenarioOf(many), () => true);
    expect('schedule' in smallest).toBe(false);
  });

  test('leaves the scenario alone when nothing is accepted, or nothing is recorded', () => {
    const scenario = scenarioOf(many);
    expect(defaults(scenario, () => false)).toBe(scenario);
    expect(defaults(calm, () => true)).toBe(calm);
    expect(withDecisions(calm, many)).toBe(calm);
  });
});
