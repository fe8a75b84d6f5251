import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isScenario, parseScenario } from '../../harness/world/scenario-schema.ts';
import type { Scenario } from '../../harness/world/scenario.ts';
import { expandScenario } from './expand.ts';
import { profiles } from './options.ts';
import { faultKinds } from './profile.ts';
import { scenarioArbitrary } from './scenario.ts';

const many: readonly Scenario[] = fc.sample(scenarioArbitrary(), {
  seed: 20_260_101,
  numRuns: 2_000,
});

function sizeOf(scenario: Scenario): number {
  return scenario.faults.length + scenario.workload.operations.length;
}
function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}
function share(holds: (scenario: Scenario) => boolean): number {
  return many.filter(holds).length / many.length;
}

describe('scenarioArbitrary', () => {
  test('draws only scenarios that a scenario file may hold', () => {
    for (const scenario of many) parseScenario(JSON.parse(JSON.stringify(scenario)), scenario.name);
  });

  test('expands one integer into the same scenario every time', () => {
    for (const scenario of many.slice(0, 50)) {
      expect(expandScenario(scenario.seed)).toEqual(scenario);
      expect(expandScenario(scenario.seed | 0)).toEqual(scenario);
    }
    expect(new Set(many.map((scenario) => scenario.seed)).size).toBeGreaterThan(1_990);
  });

  test('has a median of 30 to 60 actions and now and then 200', () => {
    const sizes = many.map(sizeOf);
    expect(median(sizes)).toBeGreaterThanOrEqual(30);
    expect(median(sizes)).toBeLessThanOrEqual(60);
    expect(share((scenario) => sizeOf(scenario) >= 150)).toBeGreaterThan(0.03);
    expect(median(many.map((scenario) => scenario.limits.runMs))).toBeLessThan(3_000);
  });

  test('draws clusters of 1 to 7, three and five most often, even ones often', () => {
    const of = (servers: number): number => share(({ cluster }) => cluster.servers === servers);
    for (const servers of [1, 2, 3, 4, 5, 6, 7]) expect(of(servers)).toBeGreaterThan(0.02);
    expect(of(3) + of(5)).toBeGreaterThan(0.5);
    expect(of(2) + of(4) + of(6)).toBeGreaterThan(0.2);
  });

  test('draws every kind of fault, every class of message and every shape of partition', () => {
    const seen = new Set<string>();
    for (const { faults, bus, workload } of many) {
      seen.add(bus.ordering).add(bus.mode).add(workload.model).add(workload.sessions);
      for (const fault of faults) {
        seen.add(fault.kind);
        if ('message' in fault) seen.add(fault.message);
        if (fault.kind === 'partition') seen.add(fault.shape);
        if (fault.kind === 'crash') seen.add(fault.disk);
      }
    }
    const words =
      'any RequestVote RequestVoteReply AppendEntries AppendEntriesReply ClientRequest ' +
      'ClientReply halves isolate oneWay bridge ring lose some torn total session none ' +
      'peekLock receiveAndDelete register cas-register kv append given registered';
    const expected = [...faultKinds, ...words.split(' ')];
    expect(expected.filter((word) => !seen.has(word))).toEqual([]);
  });

  test('switches kinds of fault on and off from run to run', () => {
    const kinds = many.map(({ faults }) => new Set(faults.map((fault) => fault.kind)).size);
    expect(Math.min(...kinds)).toBeLessThanOrEqual(2);
    expect(Math.max(...kinds)).toBeGreaterThanOrEqual(14);
    for (const kind of faultKinds) {
      const with_ = share(({ faults }) => faults.some((fault) => fault.kind === kind));
      expect(with_).toBeGreaterThan(0.2);
      expect(with_).toBeLessThan(0.9);
    }
  });

  test('aims about half of the faults with a target at a role', () => {
    let atRole = 0;
    let all = 0;
    for (const { faults } of many) {
      for (const fault of faults) {
        if (!('server' in fault)) continue;
        all++;
        if (!fault.server.startsWith('S')) atRole++;
      }
    }
    expect(atRole / all).toBeGreaterThan(0.4);
    expect(atRole / all).toBeLessThan(0.6);
  });

  test('leaves room for an election in every cluster', () => {
    for (const { cluster, bus } of many) {
      const round = 2 * (bus.latencyMicros.max + cluster.diskMicros.max);
      expect(round).toBeLessThan(cluster.electionMs.min * 1_000 * 0.5);
      expect(cluster.heartbeatMs).toBeLessThanOrEqual(cluster.electionMs.min / 2);
      expect(bus.lockDurationMs * 1_000).toBeGreaterThan(cluster.diskMicros.max * 3);
    }
  });

  test('sorts faults and operations by time and ends every fault within the run', () => {
    for (const { faults, workload, limits } of many) {
      for (const list of [faults, workload.operations]) {
        const times = list.map((action) => action.atMs);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }
      for (const fault of faults) {
        const end = fault.atMs + ('forMs' in fault ? fault.forMs : 0);
        expect(end).toBeLessThanOrEqual(limits.runMs);
      }
    }
  });

  test('lines faults up as in the textbook now and then', () => {
    const near = ({ faults }: Scenario, kind: string, count: number): boolean => {
      const hits = faults.filter((fault) => fault.kind === kind);
      return hits.some((first) => {
        const close = hits.filter(({ atMs }) => atMs >= first.atMs && atMs <= first.atMs + 15);
        return new Set(close.map((fault) => ('server' in fault ? fault.server : ''))).size >= count;
      });
    };
    const storm = ({ faults, cluster }: Scenario): boolean =>
      faults.some(
        (fault) =>
          fault.kind === 'drop' &&
          fault.message === 'AppendEntries' &&
          fault.forMs >= cluster.electionMs.max * 3,
      );
    expect(share((scenario) => near(scenario, 'clockJump', 2))).toBeGreaterThan(0.1);
    expect(share((scenario) => near(scenario, 'crash', 3))).toBeGreaterThan(0.1);
    expect(share(storm)).toBeGreaterThan(0.08);
  });

  test('writes unique values in most runs and repeated ones in some', () => {
    const unique = share(({ workload }) => {
      const values = workload.operations
        .filter(({ f }) => f === 'write' || f === 'append')
        .map(({ key, value }) => JSON.stringify([key, value]));
      return new Set(values).size === values.length;
    });
    expect(unique).toBeGreaterThan(0.8);
    expect(unique).toBeLessThan(0.98);
  });

  test('keeps what the caller fixes', () => {
    const options = {
      servers: 4,
      clients: 2,
      model: 'append',
      faults: ['crash', 'drop'],
      size: 10,
    } as const;
    const drawn = fc.sample(scenarioArbitrary(options), { seed: 7, numRuns: 200 });
    const kinds = new Set(drawn.flatMap(({ faults }) => faults.map((fault) => fault.kind)));
    expect([...kinds].sort()).toEqual(['crash', 'drop']);
    expect(new Set(drawn.map(({ cluster }) => cluster.servers))).toEqual(new Set([4]));
    expect(new Set(drawn.map(({ workload }) => workload.clients))).toEqual(new Set([2]));
    expect(new Set(drawn.map(({ workload }) => workload.model))).toEqual(new Set(['append']));
    expect(median(drawn.map(sizeOf))).toBeLessThanOrEqual(14);
  });

  test.each(profiles)('draws well-formed scenarios in the profile %s', (profile) => {
    const drawn = fc.sample(scenarioArbitrary({ profile }), { seed: 11, numRuns: 300 });
    expect(drawn.every((scenario) => isScenario(scenario))).toBe(true);
    const faulty = drawn.some(({ faults }) => faults.length > 0);
    expect(faulty).toBe(profile !== 'none');
  });
});
