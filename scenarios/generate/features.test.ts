import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isScenario } from '../../harness/world/scenario-schema.ts';
import type { OperatorStep, Scenario } from '../../harness/world/scenario.ts';
import { calm, plainDisk, plainFeatures } from '../../harness/world/scenario.ts';
import { actionsOf } from './actions.ts';
import { Dice } from './dice.ts';
import { expandScenario } from './expand.ts';
import { scenarioArbitrary } from './scenario.ts';
import { start } from './place.ts';
import { candidates } from './shrink.ts';
import { amongAcquaintances, WishDeck } from './wishes.ts';

const many: readonly Scenario[] = fc.sample(scenarioArbitrary(), {
  seed: 20_260_301,
  numRuns: 2_000,
});

function share(scenarios: readonly Scenario[], holds: (scenario: Scenario) => boolean): number {
  return scenarios.filter(holds).length / scenarios.length;
}

function isPlain({ cluster, workload }: Scenario): boolean {
  return (
    JSON.stringify([cluster.features, cluster.disk]) ===
      JSON.stringify([plainFeatures, plainDisk]) &&
    cluster.spares + cluster.learners + workload.operator.length === 0 &&
    workload.reads === 'log'
  );
}

function changesOf({ workload }: Scenario): readonly OperatorStep[] {
  return workload.operator.filter(({ kind }) => kind === 'reconfigure');
}

const all = {
  preVote: ({ cluster }) => cluster.features.preVote,
  checkQuorum: ({ cluster }) => cluster.features.checkQuorum,
  leases: ({ cluster }) => cluster.features.leaseDriftBound > 0,
  snapshots: ({ cluster }) => cluster.features.snapshotEvery > 0,
  'tiny pieces': ({ cluster }) => cluster.features.snapshotChunkBytes < 100,
  'late disks': ({ cluster }) => cluster.disk.lateMicros.max > 0,
  spares: ({ cluster }) => cluster.spares > 0,
  learners: ({ cluster }) => cluster.learners > 0,
  changes: (scenario) => changesOf(scenario).length > 0,
  transfers: ({ workload }) => workload.operator.some(({ kind }) => kind === 'transfer'),
  'reads by index': ({ workload }) => workload.reads === 'index',
  'reads by lease': ({ workload }) => workload.reads === 'lease',
  'reads anywhere': ({ workload }) => workload.readsAt === 'any',
  'limits of what waits': ({ cluster }) => cluster.features.uncommittedMax > 0,
  'limits of bytes': ({ cluster }) => cluster.features.bytesPerAppendMax > 0,
  'limits of sessions': ({ cluster }) => cluster.features.sessionsMax > 0,
} satisfies Readonly<Record<string, (scenario: Scenario) => boolean>>;

const feature = Object.entries<(scenario: Scenario) => boolean>(all);

describe('features in generated scenarios', () => {
  test('are all off in two of five', () => {
    const plain = share(many, isPlain);
    expect(plain).toBeGreaterThan(0.35);
    expect(plain).toBeLessThan(0.47);
  });

  test.each(feature)('%s: on in some, off in most', (_, isOn) => {
    expect(share(many, isOn)).toBeGreaterThan(0.05);
    expect(share(many, isOn)).toBeLessThan(0.5);
  });

  test('come alone and together', () => {
    const counts = many.map((scenario) => feature.filter(([, isOn]) => isOn(scenario)).length);
    expect(counts.filter((count) => count === 1).length).toBeGreaterThan(40);
    expect(counts.filter((count) => count >= 8).length).toBeGreaterThan(100);
  });

  test('meet faults that touch their messages', () => {
    const seen = new Set<string>();
    for (const { faults } of many) {
      for (const fault of faults) if ('message' in fault) seen.add(fault.message);
    }
    const words =
      'PreVote PreVoteReply InstallSnapshot InstallSnapshotReply TimeoutNow ReadIndex ReadIndexReply';
    expect(words.split(' ').filter((word) => !seen.has(word))).toEqual([]);
  });

  test('keep the scenario one that a file may hold', () => {
    const drawn = fc.sample(scenarioArbitrary({ features: 'some' }), { seed: 4, numRuns: 2_000 });
    expect(drawn.filter((scenario) => !isScenario(scenario)).map(({ name }) => name)).toEqual([]);
  });

  test('can be asked for, or not at all', () => {
    const drawn = (features: 'none' | 'some'): readonly Scenario[] =>
      fc.sample(scenarioArbitrary({ features }), { seed: 3, numRuns: 300 });
    expect(share(drawn('none'), isPlain)).toBe(1);
    expect(share(drawn('some'), isPlain)).toBeLessThan(0.15);
  });

  test('leave the rest of the scenario as it is without them', () => {
    let same = 0;
    for (const scenario of many.slice(0, 500)) {
      const plain = expandScenario(scenario.seed, { features: 'none' });
      expect(scenario.workload.operations.length).toBeGreaterThanOrEqual(
        plain.workload.operations.length,
      );
      expect({ ...scenario.bus, name: scenario.name }).toEqual({ ...plain.bus, name: plain.name });
      // The disks are drawn last, for the cluster as it is by then.
      const bare = { ...plain, initial: scenario.initial };
      if (JSON.stringify(scenario) === JSON.stringify(bare)) same += 1;
    }
    expect(same / 500).toBeGreaterThan(0.35);
    expect(same / 500).toBeLessThan(0.45);
  });

  test('ask for leases only where clocks keep to their bound', () => {
    for (const { cluster, faults } of many) {
      if (cluster.features.leaseDriftBound === 0) continue;
      expect(cluster.features.checkQuorum).toBe(true);
      expect(faults.some(({ kind }) => kind === 'clockJump')).toBe(false);
    }
  });

  test('keep to the number of servers, the faults and the clients that the caller fixes', () => {
    const options = { servers: 4, clients: 2, faults: ['crash'], features: 'some' } as const;
    for (const scenario of fc.sample(scenarioArbitrary(options), { seed: 7, numRuns: 300 })) {
      expect([scenario.cluster.servers, scenario.workload.clients]).toEqual([4, 2]);
      expect(scenario.faults.every(({ kind }) => kind === 'crash')).toBe(true);
    }
  });
});

describe('the operator', () => {
  test('asks in the order of time, within the run, and mostly for what makes sense', () => {
    let sensible = 0;
    let asked = 0;
    for (const { cluster, workload, limits } of many) {
      const times = workload.operator.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.every((atMs) => atMs >= 0 && atMs < limits.runMs)).toBe(true);
      for (const step of workload.operator) {
        if (step.kind !== 'transfer') continue;
        asked += 1;
        if (Number(step.target.slice(1)) <= cluster.servers - cluster.spares) sensible += 1;
      }
    }
    expect(sensible / asked).toBeGreaterThan(0.7);
  });

  test('adds, removes, promotes and replaces, one by one and at once', () => {
    const seen = new Set<string>();
    for (const scenario of many) {
      for (const step of changesOf(scenario)) {
        if (step.kind !== 'reconfigure') continue;
        seen.add(step.transition).add(`${String(step.changes.length)} changes`);
        for (const { kind } of step.changes) seen.add(kind);
      }
    }
    const words = ['simple', 'joint', '1 changes', '2 changes', '3 changes'];
    const expected = [...words, 'addVoter', 'addLearner', 'remove'];
    expect(expected.filter((word) => !seen.has(word))).toEqual([]);
  });

  test('never asks for a cluster without voters', () => {
    const deck = new WishDeck(new Dice(1), { servers: 3, spares: 1, learners: 1 });
    for (let i = 0; i < 500; i++) {
      const step = i % 2 === 0 ? deck.simple(i) : deck.joint(i);
      expect(step.kind === 'reconfigure' && step.changes.length > 0).toBe(true);
    }
  });

  test('makes no strangers vote where nobody asks before it campaigns', () => {
    const change = (kind: 'addVoter' | 'addLearner' | 'remove', server: string): OperatorStep => ({
      atMs: 0,
      kind: 'reconfigure',
      changes: [{ kind, server }],
      transition: 'simple',
    });
    const fit = [
      change('addVoter', 'S3'),
      change('remove', 'S2'),
      change('remove', 'S2'),
      change('addLearner', 'S4'),
    ];
    const strange = [
      change('addVoter', 'S2'),
      change('addLearner', 'S2'),
      change('addVoter', 'S4'),
    ];
    expect(amongAcquaintances([...fit, ...strange], ['S4'])).toEqual(fit);
    for (const { cluster, workload } of many) {
      if (!cluster.features.preVote) {
        expect(amongAcquaintances(workload.operator, [])).toEqual(workload.operator);
      }
    }
  });
});

/** Takes every candidate that still holds, as a shrinker does. */
function least(scenario: Scenario, holds: (scenario: Scenario) => boolean): Scenario {
  let smallest = scenario;
  let place = start;
  for (;;) {
    let next: ReturnType<typeof candidates> extends Generator<infer C> ? C | undefined : never;
    next = undefined;
    for (const candidate of candidates(smallest, place)) {
      expect(isScenario(candidate.scenario)).toBe(true);
      if (!holds(candidate.scenario)) continue;
      next = candidate;
      break;
    }
    if (next === undefined) return smallest;
    ({ scenario: smallest, place } = next);
  }
}

describe('shrinking', () => {
  const rich = fc.sample(scenarioArbitrary({ features: 'some', size: 20 }), {
    seed: 9,
    numRuns: 60,
  });

  test('switches everything off that is not needed', () => {
    for (const scenario of rich.slice(0, 15)) {
      const smallest = least(scenario, () => true);
      expect(isPlain(smallest)).toBe(true);
      expect(smallest.cluster.servers).toBe(1);
      expect(actionsOf(smallest)).toEqual([]);
    }
  });

  test.each(feature)('keeps %s alone when that is what fails', (name, isOn) => {
    const failing = rich.filter(isOn).slice(0, 3);
    expect(failing.length).toBeGreaterThan(0);
    for (const scenario of failing) {
      const smallest = least(scenario, isOn);
      const on = feature.filter(([, other]) => other(smallest)).map(([other]) => other);
      const along: Readonly<Record<string, readonly string[]>> = {
        leases: ['checkQuorum'],
        'tiny pieces': ['snapshots'],
        'reads anywhere': ['reads by index'],
      };
      const needed = [name, ...(along[name] ?? [])];
      expect(on.filter((other) => !needed.includes(other))).toEqual([]);
    }
  });

  test('takes wishes away like operations, and makes those that stay plainer', () => {
    const joint = (scenario: Scenario): boolean =>
      changesOf(scenario).some((step) => step.kind === 'reconfigure' && step.changes.length > 1);
    const one = (scenario: Scenario): boolean => changesOf(scenario).length > 0;
    const failing = rich.filter(joint).slice(0, 5);
    expect(failing.length).toBeGreaterThan(2);
    for (const scenario of failing) {
      const smallest = least(scenario, one);
      expect(actionsOf(smallest)).toMatchObject([
        { kind: 'wish', wish: { atMs: 0, transition: 'simple' } },
      ]);
      expect(smallest.cluster).toMatchObject({
        servers: 1,
        spares: 0,
        electionMs: calm.cluster.electionMs,
      });
      expect(actionsOf(least(scenario, joint))).toHaveLength(1);
    }
  });
});
