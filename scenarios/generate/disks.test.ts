import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryLab } from '../../harness/cli/lab.ts';
import { raft } from '../../harness/raft/machine.ts';
import { execute } from '../../harness/search/execute.ts';
import { isSound } from '../../harness/world/first-disks.ts';
import { parseScenario } from '../../harness/world/scenario-schema.ts';
import type { InitialServer, Scenario } from '../../harness/world/scenario.ts';
import { calm } from '../../harness/world/scenario.ts';
import { scenarioArbitrary } from './scenario.ts';
import { start } from './place.ts';
import { candidates } from './shrink.ts';
import { simplifications } from './simplify.ts';
import { fewerOnDisks } from './simplify-disks.ts';

const many = fc.sample(scenarioArbitrary(), { seed: 20_261_122, numRuns: 1_500 });
const begun = many.filter(({ initial }) => initial.length > 0);

/** What a reader has to take in: entries, then terms. */
function heft({ initial }: Scenario): number {
  return initial.reduce(
    (sum, { term, log }) => log.reduce((all, one) => all + 1_000 + one, sum + 1 + term),
    0,
  );
}

describe('disks at the start', () => {
  test('hold something in one run of five, and differ in many of them', () => {
    expect(begun.length / many.length).toBeGreaterThan(0.15);
    expect(begun.length / many.length).toBeLessThan(0.25);
    const torn = begun.filter(
      ({ initial }) => new Set(initial.map(({ log }) => log.at(-1) ?? 0)).size > 2,
    );
    expect(torn.length / begun.length).toBeGreaterThan(0.2);
  });

  test('are such as a correct Raft leaves behind', () => {
    expect(begun.filter((scenario) => !isSound(scenario))).toEqual([]);
  });

  test('are no trouble to a correct Raft', () => {
    const lab = memoryLab(raft);
    for (const scenario of begun.slice(0, 60)) {
      expect(execute(scenario, lab).failure, scenario.name).toBeNull();
    }
  });
});

describe('simpler disks', () => {
  test('hold less, and the scenario stays one', () => {
    let met = 0;
    for (const scenario of begun.slice(0, 80)) {
      for (const simplify of fewerOnDisks) {
        const simpler = simplify(scenario);
        if (simpler === undefined) continue;
        met += 1;
        expect(heft(simpler)).toBeLessThan(heft(scenario));
        parseScenario(JSON.parse(JSON.stringify(simpler)), scenario.name);
      }
    }
    expect(met).toBeGreaterThan(400);
  });

  test('are those of any servers, not of the first alone', () => {
    const term = 3;
    const disk = (server: string, log: readonly number[]): InitialServer => {
      return { server, term, votedFor: 'S5', log };
    };
    const logs = [[1, 2], [1], [1], [1], [1, 3]];
    const initial = logs.map((log, at) => disk(`S${String(at + 1)}`, log));
    const crash = { kind: 'crash', atMs: 1, forMs: 1, server: 'S5', disk: 'lose' } as const;
    let scenario: Scenario = { ...calm, initial, faults: [crash] };
    for (;;) {
      const simpler = simplifications
        .map((simplify) => simplify(scenario))
        .find((one) => {
          const ends = new Set(one?.initial.map(({ log }) => log.at(-1)));
          return one !== undefined && isSound(one) && ends.has(2) && ends.has(3);
        });
      if (simpler === undefined) break;
      scenario = simpler;
    }
    expect(scenario.cluster.servers).toBe(2);
    expect(scenario.initial).toEqual([
      { server: 'S1', term, votedFor: 'S2', log: [2] },
      { server: 'S2', term, votedFor: 'S2', log: [3] },
    ]);
    expect(scenario.faults).toEqual([{ ...crash, server: 'S2' }]);
  });

  test('are offered only where a correct Raft can go on from them', () => {
    let unsound = 0;
    for (const scenario of begun.slice(0, 60)) {
      unsound += simplifications.filter((simplify) => {
        const simpler = simplify(scenario);
        return simpler !== undefined && !isSound(simpler);
      }).length;
      let met = 0;
      for (const { scenario: simpler } of candidates(scenario, start)) {
        expect(isSound(simpler)).toBe(true);
        if ((met += 1) > simplifications.length) break;
      }
    }
    expect(unsound).toBeGreaterThan(0);
  });
});
