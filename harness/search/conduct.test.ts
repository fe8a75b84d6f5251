import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { CampaignOptions } from './campaign.ts';
import { campaign, planOf, shrinkFound, triesEach } from './campaign.ts';
import type { ChunkResult, ChunkTask } from './chunk.ts';
import { Bench, chunkRuns } from './chunk.ts';
import type { Crew } from './conduct.ts';
import { conduct } from './conduct.ts';
import { Ledger } from './ledger.ts';
import { strategyChoices, strategyOf } from './portfolio.ts';
import type { Execute } from './shrink.ts';
import { sharesOf } from './shares.ts';
import { childSeed } from './size.ts';
import { merge, newTally } from './tally.ts';
import { tallyJson } from './tally-json.ts';
import { crashes, toyLab, toyOutcome, writes } from './toy.test.kit.ts';

const wrong: Execute = (scenario, { subject }) => {
  if (subject.name === 'canary') {
    return toyOutcome(scenario, crashes(scenario) >= 4 ? { invariant: 'ElectionSafety' } : {});
  }
  if (crashes(scenario) >= 4) return toyOutcome(scenario, { invariant: 'LogMatching' });
  return toyOutcome(scenario, writes(scenario) >= 12 ? { invariant: 'Linearizability' } : {});
};

const options: CampaignOptions = {
  lab: toyLab('right'),
  arbitrary: scenarioArbitrary(),
  seed: 42,
  runs: 32 * 8 + 5,
  execute: wrong,
  shrinkTries: 60,
  canaries: [{ name: 'canary', lab: toyLab('canary'), runs: 400 }],
};

/** Does everything at once, and hands it back in an order of its own, for each seed another. */
function scattered(given: CampaignOptions, size: number, seed: number): Crew {
  const bench = new Bench({
    ...given,
    canaries: given.canaries ?? [],
    failFast: given.failFast === true,
  });
  const turns = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) await Promise.resolve();
  };
  let ordinal = 0;
  const late = (): number => (childSeed(seed, (ordinal += 1)) >>> 0) % 40;
  return {
    size,
    work: async (task) => {
      const result = bench.work(task, () => false);
      await turns(late());
      return structuredClone(result);
    },
    shrink: async (found, bugs, tell) => {
      await turns(late());
      return shrinkFound(
        found,
        { ...given, shrinkTries: triesEach(given.shrinkTries, bugs) },
        tell,
      );
    },
    searched: () => undefined,
  };
}

describe('a campaign that others work at', () => {
  const alone = campaign(options);

  test.each([1, 2, 3, 7])('has the same result with %i hands, in any order', async (size) => {
    expect(alone.bugs).toHaveLength(2);
    for (const seed of [1, 2]) {
      expect(await conduct(options, scattered(options, size, seed))).toEqual(alone);
    }
  });

  test('ends with the same first failure', async () => {
    const fast = { ...options, failFast: true };
    const first = campaign(fast);
    expect(first.tally.failed).toBe(1);
    expect(await conduct(fast, scattered(fast, 5, 3))).toEqual(first);
  });

  test('keeps what is in when it is stopped', async () => {
    let asked = 0;
    const stop = (): boolean => (asked += 1) > 4;
    const { stopped, tally } = await conduct({ ...options, stop }, scattered(options, 2, 1));
    expect(stopped).toBe(true);
    expect(tally.runs).toBe(4 * 32);
  });
});

describe('the ledger', () => {
  const result = (ledger: Ledger): ChunkResult => {
    const task = ledger.handOut();
    if (task === null) throw new Error('nothing to do');
    const bench = new Bench({ ...options, canaries: [], failFast: false });
    return bench.work(task, () => false);
  };

  test('counts a chunk once, and only chunks that it handed out', () => {
    const ledger = new Ledger(planOf({ ...options, canaries: [] }));
    const first = result(ledger);
    ledger.add({ ...first, chunk: 7 });
    for (let i = 0; i < 3; i += 1) ledger.add(first);
    expect(ledger.tally.runs).toBe(32);
    expect(ledger.chunks).toEqual([0]);
  });

  test('hands out every chunk to exactly one of several shards', () => {
    const chunks = [0, 1, 2].flatMap((index) => {
      const ledger = new Ledger(planOf({ ...options, canaries: [], shard: { index, of: 3 } }));
      const tasks: ChunkTask[] = [];
      for (let task = ledger.handOut(); task !== null; task = ledger.handOut()) tasks.push(task);
      return tasks.map(({ chunk, runs }) => `${String(chunk)}: ${String(runs)}`);
    });
    const expected = Array.from({ length: 9 }, (_, i) => `${String(i)}: ${i === 8 ? '5' : '32'}`);
    expect(chunks.toSorted()).toEqual(expected);
  });
});

describe('the portfolio', () => {
  const chunks = Array.from({ length: 16 * 3 }, (_, chunk) =>
    Array.from({ length: chunkRuns }, (_, index) => strategyOf('portfolio', chunk, index)),
  );
  const timesIn = (names: readonly string[]): ReadonlyMap<string, number> => {
    const times = new Map<string, number>();
    for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
    return times;
  };

  test('gives every strategy that learns nothing its turn in the first chunk', () => {
    const [first = []] = chunks;
    expect(first[0]).toBe('timed');
    expect(Object.fromEntries(timesIn(first))).toEqual({
      timed: 24,
      pct: 2,
      random: 2,
      pos: 1,
      walk: 1,
      pctcp: 1,
      delayBounding: 1,
    });
  });

  test('gives whole chunks to those that learn, by turns', () => {
    const whole = chunks.map((names) => [...new Set(names)]).filter(({ length }) => length === 1);
    expect(whole.flat()).toEqual(Array.from({ length: 3 }, () => ['guided', 'qLearning']).flat());
  });

  test('is fair to those that take turns', () => {
    const times = timesIn(chunks.slice(0, 6).flat());
    expect(times.get('timed')).toBe(6 * 24);
    expect([...times].filter(([name]) => name !== 'timed').map(([, count]) => count)).toEqual(
      Array.from({ length: 6 }, () => 8),
    );
  });

  test('leaves a strategy that was asked for alone', () => {
    for (const choice of strategyChoices) {
      if (choice !== 'portfolio') expect(strategyOf(choice, 3, 5)).toBe(choice);
    }
  });

  test('is searched as scheduled, and says so', () => {
    const { tally, coverage } = campaign({ ...options, strategy: 'portfolio', canaries: [] });
    const scheduled = timesIn(
      Array.from({ length: options.runs }, (_, run) =>
        strategyOf('portfolio', Math.floor(run / chunkRuns), run % chunkRuns),
      ),
    );
    expect(tally.strategies).toEqual(Object.fromEntries(scheduled));
    const shares = sharesOf({ strategy: 'portfolio', coverage, tally });
    expect(shares.reduce((sum, { runs }) => sum + runs, 0)).toBe(options.runs);
    for (const { first } of tally.found.values()) {
      const at = first.run - 1;
      const chunk = Math.floor(at / chunkRuns);
      expect(first.strategy).toBe(strategyOf('portfolio', chunk, at % chunkRuns));
    }
  });

  test('comes out alike in shards as in one piece, learners too', () => {
    const given = { ...options, strategy: 'portfolio' as const, canaries: [], shrinkTries: 0 };
    const whole = campaign(given);
    const merged = newTally();
    for (const index of [0, 1, 2])
      merge(merged, campaign({ ...given, shard: { index, of: 3 } }).tally);
    expect(tallyJson(merged)).toEqual(tallyJson(whole.tally));
  });
});
