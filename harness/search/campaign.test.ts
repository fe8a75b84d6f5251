import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { Scenario } from '../world/scenario.ts';
import type { CampaignOptions } from './campaign.ts';
import { campaign } from './campaign.ts';
import { chunkSeed } from './chunk.ts';
import { resultDocument } from './result.ts';
import type { Execute } from './shrink.ts';
import { actionCount } from './size.ts';
import { merge, newTally, shapeOf } from './tally.ts';
import { tallyJson } from './tally-json.ts';
import type { Verdictlike } from './toy.test.kit.ts';
import { crashes, toyLab, toyOutcome, writes } from './toy.test.kit.ts';

const lab = toyLab('right');
const wrong = toyLab('wrong');
const arbitrary = scenarioArbitrary();

/** `wrong` fails where three servers crash; every lab fails as `judge` says. */
function toy(judge: (scenario: Scenario) => Verdictlike): Execute {
  return (scenario, of) => {
    if (of.subject.name === 'wrong') {
      return toyOutcome(scenario, crashes(scenario) >= 3 ? { invariant: 'ElectionSafety' } : {});
    }
    return toyOutcome(scenario, judge(scenario));
  };
}
const passing = toy(() => ({}));
const failing = toy((scenario) =>
  crashes(scenario) >= 4
    ? { invariant: 'LogMatching', sentence: `S${String(crashes(scenario))} lost index 12` }
    : writes(scenario) >= 12
      ? { invariant: 'Linearizability', sentence: "c1's read of x returned 1" }
      : {},
);

function options(change: Partial<CampaignOptions>): CampaignOptions {
  return { lab, arbitrary, seed: 42, runs: 100, execute: passing, ...change };
}

describe('campaign', () => {
  test('adds up what its runs did', () => {
    const { tally, verdict, stopped } = campaign(options({ runs: 100 }));
    expect(verdict).toBe('ok');
    expect(stopped).toBe(false);
    expect(tally).toMatchObject({ runs: 100, events: 10_000, messages: 4_000 });
    expect(tally.simMicros).toBe(200_000_000);
    expect(tally.examined).toEqual({ ToyCheck: 100 });
    expect(tally.faults['crash']).toBe(tally.planned['crash']);
  });

  test('says the same again for the same seed and something else for another', () => {
    const once = campaign(options({ execute: failing, runs: 200 }));
    expect(campaign(options({ execute: failing, runs: 200 }))).toEqual(once);
    const other = campaign(options({ execute: failing, runs: 200, seed: 43 }));
    expect(other.tally.planned).not.toEqual(once.tally.planned);
  });

  test('tells failures apart by invariant, counts them and shrinks the smallest of each', () => {
    const { bugs, verdict, tally } = campaign(options({ execute: failing, runs: 300 }));
    expect(verdict).toBe('violation');
    const byInvariant = new Map(bugs.map((bug) => [bug.failure.invariant, bug]));
    expect([...byInvariant.keys()].sort()).toEqual(['Linearizability', 'LogMatching']);
    const drawn = runsOf(300);
    const matching = drawn.filter((scenario) => crashes(scenario) >= 4);
    const bug = byInvariant.get('LogMatching');
    expect(tally.runs).toBe(300);
    expect(bug?.count).toBe(matching.length);
    expect(bug === undefined ? 0 : actionCount(bug.scenario)).toBeLessThanOrEqual(
      Math.min(...matching.map(actionCount)),
    );
    expect(bug?.id).toMatch(/^LogMatching-[0-9a-f]{6}$/);
    expect(bug === undefined ? 0 : actionCount(bug.shrunk.scenario)).toBe(4);
    expect(bug?.needed).toEqual([0, 1, 2, 3]);
  });

  test('keeps the seed and path by which fast-check finds a failure again', () => {
    for (const { origin, scenario } of campaign(options({ execute: failing, runs: 200 })).bugs) {
      const met: Scenario[] = [];
      fc.check(
        fc.property(arbitrary, (candidate) => {
          met.push(candidate);
          return false;
        }),
        { seed: origin.seed, path: origin.path, endOnFailure: true },
      );
      expect(met).toEqual([scenario]);
    }
  });

  test('gives a single run the very seed it was given', () => {
    expect(chunkSeed(-1_819_918_769, 0)).toBe(-1_819_918_769);
    const chunks = Array.from({ length: 1_000 }, (_, i) => chunkSeed(7, i));
    expect(new Set(chunks).size).toBe(1_000);
  });

  test('stops at the first failure when asked, and else goes on and keeps so many', () => {
    const fast = campaign(options({ execute: failing, runs: 500, failFast: true }));
    expect(fast.bugs).toHaveLength(1);
    expect(fast.tally.runs).toBe(fast.bugs[0]?.first.run);
    const kinds = toy((scenario) => ({ invariant: `Kind${String(actionCount(scenario))}` }));
    const many = campaign(options({ execute: kinds, runs: 500, maxBugs: 3, shrinkTries: 20 }));
    expect(many.bugs.map(({ first }) => first.run)).toEqual([1, 2, 3]);
    expect(many.tally).toMatchObject({ runs: 500, failed: 500 });
  });

  test('ends when told and says so', () => {
    let asked = 0;
    const stop = (): boolean => ++asked > 40;
    const { tally, stopped, verdict } = campaign(options({ runs: 500, stop }));
    expect(stopped).toBe(true);
    expect(tally.runs).toBeLessThanOrEqual(40);
    expect(verdict).toBe('ok');
  });

  test('keeps what it found as it is once nobody waits any more', () => {
    let runs = 0;
    const counted: Execute = (scenario, of) => {
      runs += 1;
      return failing(scenario, of);
    };
    const stopShrinking = (): boolean => true;
    const hurried = stopShrinking;
    const hasty = options({ execute: counted, runs: 200, stopShrinking, hurried });
    const { bugs, tally } = campaign(hasty);
    expect(bugs).toHaveLength(2);
    expect(runs).toBeLessThanOrEqual(tally.runs + bugs.length);
    for (const { needed, margins } of bugs) expect([needed, margins]).toEqual([null, null]);
  });

  test('runs canaries until they are caught, also after its own runs', () => {
    const canary = { name: 'three crashes', lab: wrong, runs: 400 };
    const { canaries, verdict } = campaign(options({ runs: 1, canaries: [canary] }));
    expect(canaries).toMatchObject([{ name: 'three crashes', invariant: 'ElectionSafety' }]);
    expect(canaries[0]?.killedAtRun).toBeGreaterThan(0);
    expect(canaries[0]?.runs).toBe(canaries[0]?.killedAtRun);
    expect(verdict).toBe('ok');
  });

  test('reports its progress in every phase', () => {
    const phases = new Set<string>();
    const survivor = { name: 'fine', lab: toyLab('fine'), runs: 200 };
    campaign(
      options({
        execute: (scenario, of) => (of.subject.name === 'fine' ? passing : failing)(scenario, of),
        runs: 64,
        canaries: [survivor],
        onProgress: ({ phase }) => phases.add(phase),
      }),
    );
    expect([...phases].sort()).toEqual(['canaries', 'search', 'shrink']);
  });
});

/** The scenarios of a campaign with seed 42. */
function runsOf(runs: number): readonly Scenario[] {
  const chunks = Array.from({ length: Math.ceil(runs / 32) }, (_, chunk) =>
    fc.sample(arbitrary, { seed: chunkSeed(42, chunk), numRuns: 32 }),
  );
  return chunks.flat().slice(0, runs);
}

describe('a campaign that proves nothing is vacuous', () => {
  const cases: readonly (readonly [string, Partial<CampaignOptions>, string])[] = [
    ['no run at all', { runs: 0 }, 'runs'],
    ['a canary that survives', { canaries: [{ name: 'fine', lab, runs: 50 }] }, 'canary'],
    ['an event that must be seen', { mustSee: ['torn write'] }, 'sometimes'],
    ['a check that examined nothing', { execute: toy(() => ({ examined: 0 })) }, 'check'],
    [
      'an injector that is silently off',
      { execute: (scenario) => toyOutcome({ ...scenario, faults: [] }, {}) },
      'injector',
    ],
  ];
  test.each(cases)('%s', (_, change, kind) => {
    const { verdict, gates } = campaign(options(change));
    expect(verdict).toBe('vacuous');
    expect(new Set(gates.map((gate) => gate.kind))).toEqual(new Set([kind]));
  });

  test('but a violation weighs more, and unknown weighs less', () => {
    const survivor = { canaries: [{ name: 'fine', lab: toyLab('x'), runs: 1 }] };
    const first = toy((scenario) => (scenario.seed > 0 ? { invariant: 'LogMatching' } : {}));
    const bad = campaign(options({ execute: first, runs: 5, shrinkTries: 0, ...survivor }));
    expect(bad.verdict).toBe('violation');
    const shy = toy(() => ({ unknown: 'Linearizability: too many open operations' }));
    expect(campaign(options({ execute: shy })).verdict).toBe('unknown');
    expect(campaign(options({ execute: shy, mustSee: ['torn write'] })).verdict).toBe('vacuous');
  });
});

describe('the tally', () => {
  test('calls failures alike whose sentences differ only in names and numbers', () => {
    const of = (sentence: string): string =>
      shapeOf({ invariant: 'LogMatching', class: 'safety', sentence, evidence: [] });
    expect(of('S1 and S2 disagree at index 4')).toBe(of('S5 and S3 disagree at index 17'));
    expect(of('S1 and S2 disagree at index 4')).not.toBe(of('S1 lost index 4'));
  });

  test('merges to the same as counting in one go, in any order', () => {
    const choice = { execute: failing, runs: 32 * 5 + 7, shrinkTries: 1 };
    const whole = campaign(options(choice)).tally;
    const parts = [0, 1, 2].map((index) =>
      campaign(options({ ...choice, shard: { index, of: 3 } })),
    );
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
    ]) {
      const merged = newTally();
      for (const at of order) merge(merged, parts[at]?.tally ?? newTally());
      expect(tallyJson(merged)).toEqual(tallyJson(whole));
    }
  });
});

describe('resultDocument', () => {
  test('is plain JSON with everything a tool needs', () => {
    const canaries = [{ name: 'three crashes', lab: wrong, runs: 400 }];
    const found = campaign(options({ execute: failing, runs: 200, canaries }));
    const mustSee = ['torn write'];
    const describe = (): { story: string[]; trace: string; replay: string[] } => ({
      story: ['S1 crashes'],
      trace: 'bugs/trace.ndjson',
      replay: ['npx', 'whitewater'],
    });
    const document = resultDocument(found, { wallMs: 2_000, mustSee, describe });
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document).toMatchObject({
      schema: 'whitewater.result/1',
      verdict: 'violation',
      stats: { runs: 200, simMs: 400_000, wallMs: 2_000, runsPerSec: 100 },
      canaries: [{ name: 'three crashes', invariant: 'ElectionSafety' }],
    });
    const [bug] = document.bugs;
    expect(bug).toMatchObject({ story: ['S1 crashes'], replay: ['npx', 'whitewater'] });
    expect(document.sometimes.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(mustSee);
  });
});
