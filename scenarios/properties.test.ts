/** The correct Raft in rough water: thousands of scenarios, and proof that the water was rough. */
import { describe, expect, test } from 'vitest';
import { sometimesNames } from '../harness/check/sometimes.ts';
import { always, closedGates } from '../harness/search/gates.ts';
import { merge, newTally } from '../harness/search/tally.ts';
import { everyPromiseHolds } from '../harness/vitest/property.ts';
import type { ScenarioOptions } from './generate/options.ts';
import { profiles } from './generate/options.ts';

const seed = 20_261_122;
const overall = newTally();

/** Runs the property and adds its runs to the whole. Every property has a seed of its own. */
function holds(property: {
  readonly ordinal: number;
  readonly runs: number;
  readonly options: ScenarioOptions;
}): void {
  const { ordinal, runs, options } = property;
  const tally = everyPromiseHolds({ runs, seed: seed + ordinal, options });
  expect(closedGates(tally, [], []).filter(({ kind }) => kind === 'runs')).toEqual([]);
  merge(overall, tally);
}

/** WHITEWATER_RUNS and _PATH ask for a part; of a part nobody wants everything. */
const isPart = ['WHITEWATER_RUNS', 'WHITEWATER_PATH'].some((name) => process.env[name]);

describe('every promise holds', () => {
  test.each(profiles.map((profile, i) => ({ profile, ordinal: i })))(
    'under the faults of profile $profile',
    ({ profile, ordinal }) => {
      holds({ ordinal, runs: profile === 'swarm' ? 600 : 200, options: { profile } });
    },
  );

  test.each([1, 2, 3, 4, 5, 6, 7])('in clusters of size %i', (servers) => {
    holds({ ordinal: 10 + servers, runs: 150, options: { servers } });
  });

  test.each(
    (['register', 'cas-register', 'kv', 'append'] as const).map((model, i) => ({
      model,
      ordinal: 20 + i,
    })),
  )('for clients of the model $model', ({ model, ordinal }) => {
    holds({ ordinal, runs: 120, options: { model, clients: 4 } });
  });

  test.each([1, 5])('with as many clients as %i', (clients) => {
    holds({ ordinal: 30 + clients, runs: 100, options: { clients } });
  });
});

describe('the runs taken together', () => {
  test('saw every event there is, and gave every check something to examine', () => {
    const wanted = isPart ? always : sometimesNames;
    expect(closedGates(overall, [], wanted).map(({ why }) => why)).toEqual([]);
  });
});
