/** When the harness itself breaks in the midst of a campaign. */
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { CampaignOptions } from './campaign.ts';
import { campaign, shrinkFound } from './campaign.ts';
import { Bench } from './chunk.ts';
import type { Crew } from './conduct.ts';
import { conduct } from './conduct.ts';
import type { Execute } from './shrink.ts';
import { crashes, toyLab, toyOutcome } from './toy.test.kit.ts';

/** Fails where four servers crash, and breaks in its 100th run. */
function breaking(): Execute {
  let runs = 0;
  return (scenario) => {
    runs += 1;
    if (runs === 100) throw new TypeError('no such server');
    return toyOutcome(scenario, crashes(scenario) >= 4 ? { invariant: 'LogMatching' } : {});
  };
}

const options: CampaignOptions = {
  lab: toyLab('right'),
  arbitrary: scenarioArbitrary(),
  seed: 42,
  runs: 32 * 8,
  shrinkTries: 20,
  keepWhenBroken: true,
};

function byHand(given: CampaignOptions): Crew {
  const bench = new Bench({ ...given, canaries: [], failFast: false });
  return {
    size: 2,
    work: async (task) => {
      await Promise.resolve();
      return bench.work(task, () => false);
    },
    shrink: (found, _, tell) => Promise.resolve(shrinkFound(found, given, tell)),
    searched: () => undefined,
  };
}

describe('a run that breaks the harness', () => {
  test.each([
    ['by one', (given: CampaignOptions) => Promise.resolve(campaign(given))],
    ['by others', (given: CampaignOptions) => conduct(given, byHand(given))],
  ])('ends the campaign, worked at %s, with its name, and what was found stays', async (_, ran) => {
    const result = await ran({ ...options, execute: breaking() });
    expect(result.verdict).toBe('error');
    expect(result.gates).toHaveLength(1);
    expect(result.gates[0]?.why).toMatch(
      /^run 100 broke the harness: TypeError: no such server\n/u,
    );
    expect(result.tally.runs).toBe(96);
    expect(result.bugs.map(({ failure }) => failure.invariant)).toEqual(['LogMatching']);
  });

  test('is thrown where nobody asked for what is left', async () => {
    const given = { ...options, execute: breaking(), keepWhenBroken: false };
    expect(() => campaign(given)).toThrow('run 100 broke the harness');
    const again = { ...given, execute: breaking() };
    await expect(conduct(again, byHand(again))).rejects.toThrow('run 100 broke the harness');
  });

  test('and a bug that cannot be shrunk stays as it was found', async () => {
    const given = { ...options, runs: 64, execute: breaking() };
    const failing: Crew = {
      ...byHand(given),
      shrink: () => Promise.reject(new Error('the thread is gone')),
    };
    const { bugs, verdict, gates } = await conduct(given, failing);
    expect(verdict).toBe('error');
    expect(gates[0]?.why).toMatch(/^shrinking LogMatching-[0-9a-f]{6}: the thread is gone$/u);
    expect(bugs.map(({ scenario, shrunk }) => shrunk.scenario === scenario)).toEqual([true]);
  });
});
