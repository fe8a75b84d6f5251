/* The world by choice: what is offered to a scheduler, in which order, and what it may not be. */
import { describe, expect, test } from 'vitest';
import { memoryBus } from '../../adapters/memory/memory.ts';
import { expandScenario } from '../../scenarios/generate/expand.ts';
import { raft } from '../raft/machine.ts';
import type { TraceRecord } from '../trace/record.ts';
import { draw } from './keyed.ts';
import type { Run } from './run.ts';
import { run } from './run.ts';
import { UserError } from '../trace/user-error.ts';
import { parseScenario } from './scenario-schema.ts';
import type { Fault, Scenario, Schedule } from './scenario.ts';
import { calm } from './scenario.ts';
import type { Pending, Scheduler } from './scheduler.ts';
import { store } from './store.ts';
import type { World } from './world.ts';

const pacing = { seed: 1, stepMicros: 500, earlyPercent: 80, fairAfter: 2_000 };
const schedule: Schedule = { strategy: 'random', ...pacing };

interface Observed {
  readonly ran: Run;
  readonly records: readonly TraceRecord[];
}

/** Runs with a scheduler; `look` sees each pool before the pick. */
function chosen(scenario: Scenario, pick: Scheduler['pick']): Observed {
  const records: TraceRecord[] = [];
  const ran = run({
    scenario,
    subject: raft,
    application: store,
    bus: (wish) =>
      memoryBus({ ...wish, messageSizeBytesMax: 262_144, entityMessagesMax: 1_000_000 }),
    observer: { full: true, listen: () => (record) => records.push(record) },
    stop: () => false,
    scheduler: { pick },
  });
  return { ran, records };
}

const writes: Scenario = {
  ...calm,
  schedule,
  workload: {
    ...calm.workload,
    operations: [0, 400, 800].map((atMs, i) => ({
      atMs,
      client: 'c1',
      f: 'write',
      key: 'x',
      value: i,
    })),
  },
};

/** A scheduler that draws evenly. */
function even(seed: number): Scheduler['pick'] {
  let step = 0;
  return (pool) => draw(seed, 1, 0, step++) % pool.length;
}

const swarm = Array.from({ length: 6 }, (_, k): Scenario => ({
  ...expandScenario(301 + k, { profile: 'swarm' }),
  schedule,
}));

describe('the kindest choice', () => {
  test('elects one leader, answers every client, and lets no time-out pass', () => {
    const { ran, records } = chosen(writes, () => 0);
    expect(ran.reason).toBe('settled');
    const led = records.filter((record) => record.kind === 'state' && record.role === 'leader');
    expect(led.length).toBe(1);
    expect(records.filter(({ kind }) => kind === 'ok').length).toBeGreaterThanOrEqual(3);
    expect(records.filter(({ kind }) => kind === 'info')).toEqual([]);
  });

  test('lets timers ring in the order of their times, none before what is due', () => {
    let early = 0;
    chosen(writes, (pool, { hosts, now }) => {
      const dueAts = pool.map(({ kind, actor }) => {
        const host = hosts[actor];
        if (kind === 'election') return host?.election.dueAt ?? 0;
        return kind === 'heartbeat' ? (host?.heartbeat.dueAt ?? 0) : 0;
      });
      const first = dueAts.findIndex((at) => at > now);
      if (first < 0) return 0;
      early += 1;
      const tail = dueAts.slice(first);
      expect(tail).toEqual(tail.toSorted((a, b) => a - b));
      expect(Math.min(...tail)).toBeGreaterThan(now);
      return 0;
    });
    expect(early).toBeGreaterThan(100);
  });
});

describe('the pool', () => {
  const lookEvery = 5;
  const each = (look: (pool: readonly Pending[], world: World) => void): number => {
    let picks = 0;
    for (const [k, scenario] of swarm.entries()) {
      const pick = even(k);
      chosen(scenario, (pool, world) => {
        picks += 1;
        if (picks % lookEvery === 0) look(pool, world);
        return pick(pool, world);
      });
    }
    return picks;
  };

  test('is never empty, holds nothing twice, and names what it holds', () => {
    const picks = each((pool) => {
      expect(pool.length).toBeGreaterThan(0);
      expect(new Set(pool.map(({ id }) => id)).size).toBe(pool.length);
      expect(new Set(pool.map(({ key }) => key)).size).toBe(pool.length);
    });
    expect(picks).toBeGreaterThan(1_000 * lookEvery);
  });

  test('offers no step of a server that is down or stands still, but the end of its fsync', () => {
    let standing = 0;
    each((pool, { hosts }) => {
      for (const { up, paused } of hosts) if (!up || paused) standing += 1;
      for (const { kind, actor } of pool) {
        const host = hosts[actor];
        if (host === undefined || kind === 'reopen') continue;
        expect(host.up).toBe(true);
        if (host.paused) expect(kind).toBe('disk');
      }
    });
    expect(standing).toBeGreaterThan(100);
  });

  test.each(['total', 'session', 'none'] as const)('keeps the order of the bus: %s', (ordering) => {
    const scenario: Scenario = { ...writes, bus: { ...writes.bus, ordering } };
    let crowded = 0;
    const pick = even(5);
    chosen(scenario, (pool, world) => {
      const deliveries = pool.filter(({ kind }) => kind === 'delivery');
      const lanes = deliveries.map(({ actor, from }) =>
        ordering === 'total' ? String(actor) : `${String(actor)} ${String(from)}`,
      );
      if (new Set(lanes).size < lanes.length) crowded += 1;
      return pick(pool, world);
    });
    if (ordering === 'none') expect(crowded).toBeGreaterThan(0);
    else expect(crowded).toBe(0);
  });

  test('time never goes back, not when time itself takes over either', () => {
    for (let n = 1; n <= 80; n += 1) {
      const scenario = { ...expandScenario(n), schedule: { ...schedule, stepMicros: 9_973 } };
      const { records } = chosen(scenario, (pool) => draw(n, 1, pool.length, 0) % pool.length);
      const back = records.findIndex(({ at }, i) => at < (records[i - 1]?.at ?? 0));
      expect([n, back]).toEqual([n, -1]);
    }
  });

  test('loses no message untold, not even one that arrives in the moment of a crash', () => {
    const window = { atMs: 0, forMs: 1_900 };
    const servers = ['S1', 'S2', 'S3', 'S4', 'S5'];
    const scenario: Scenario = {
      ...writes,
      schedule: { ...schedule, stepMicros: 1_000 },
      bus: { ...writes.bus, mode: 'receiveAndDelete' },
      faults: [
        ...servers.map((server): Fault => ({
          kind: 'slowSubscription',
          server,
          byMs: 5,
          ...window,
        })),
        ...Array.from({ length: 60 }, (_, i): Fault => {
          const server = servers[i % 5] ?? 'S1';
          return { kind: 'crash', server, disk: 'lose', atMs: 100 + 30 * i, forMs: 20 };
        }),
      ],
    };
    const untold = new Map<number, TraceRecord>();
    const { records } = chosen(scenario, even(2));
    const quietAt = records.find(({ kind }) => kind === 'quiet')?.at ?? 0;
    for (const record of records) {
      if (record.kind === 'send' && record.at < quietAt) untold.set(record.id, record);
      if (record.kind === 'deliver' || record.kind === 'drop') untold.delete(record.id);
    }
    expect(quietAt).toBeGreaterThan(0);
    expect([...untold.values()]).toEqual([]);
  });

  test('knows what led to an event: the step that sent the message', () => {
    const byId = new Map<number, Pending>();
    let replies = 0;
    chosen(writes, (pool) => {
      for (const pending of pool) {
        byId.set(pending.id, pending);
        if (pending.kind !== 'delivery') continue;
        const cause = byId.get(pending.parent);
        expect(cause?.actor).toBe(pending.from);
        if (pending.message?.kind === 'AppendEntriesReply') replies += 1;
      }
      return 0;
    });
    expect(replies).toBeGreaterThan(20);
  });

  test('lets no timer ring before its time where none may, nor in the fair part', () => {
    const rings = ({ records }: Observed): number[] => {
      const dueAt = new Map<string, number>();
      return records.flatMap((record) => {
        if (record.kind === 'arm') dueAt.set(`${record.server} ${record.timer}`, record.dueAt);
        if (record.kind !== 'timer') return [];
        return [record.at - (dueAt.get(`${record.server} ${record.timer}`) ?? 0)];
      });
    };
    const inTime = { ...writes, schedule: { ...schedule, earlyPercent: 0 } };
    expect(Math.min(...rings(chosen(inTime, even(3))))).toBeGreaterThanOrEqual(0);
    const fair = { ...writes, schedule: { ...schedule, fairAfter: 0 } };
    expect(Math.min(...rings(chosen(fair, even(3))))).toBeGreaterThanOrEqual(0);
    expect(Math.min(...rings(chosen(writes, even(3))))).toBeLessThan(0);
  });
});

describe('a scenario with a schedule', () => {
  test('says so and is read again as it was', () => {
    const decisions = [
      { step: 3, choice: 2 },
      { step: 9, choice: 1 },
    ];
    const scenario: Scenario = {
      ...writes,
      schedule: { strategy: 'recorded', decisions, ...pacing },
    };
    expect(parseScenario(JSON.parse(JSON.stringify(scenario)), 'file')).toEqual(scenario);
  });

  test.each([
    [{ strategy: 'pct', ...pacing }, 'schedule.depth: expected 1..1000, got nothing'],
    [
      { strategy: 'random', ...pacing, earlyPercent: 101 },
      'schedule.earlyPercent: expected 0..100',
    ],
    [
      {
        strategy: 'recorded',
        decisions: [
          { step: 4, choice: 1 },
          { step: 4, choice: 2 },
        ],
        ...pacing,
      },
      'schedule.decisions[1].step: expected more than 4, got 4',
    ],
    [{ strategy: 'wish', ...pacing }, 'schedule.strategy: expected one of'],
  ])('is refused when it makes no sense: %j', (wrong, sentence) => {
    const given: unknown = { ...writes, schedule: wrong };
    expect(() => parseScenario(given, 'file')).toThrow(UserError);
    expect(() => parseScenario(given, 'file')).toThrow(sentence);
  });

  test('cannot run without a scheduler', () => {
    const { schedule: _, ...timed } = writes;
    expect(chosen(timed, () => 0).ran.reason).toBe('settled');
    expect(() =>
      run({
        scenario: writes,
        subject: raft,
        application: store,
        bus: (wish) => memoryBus({ ...wish, messageSizeBytesMax: 1_000, entityMessagesMax: 100 }),
        observer: { full: false, listen: () => null },
        stop: () => false,
      }),
    ).toThrow('needs a scheduler');
  });

  test('has no leases, whose promise is one of clocks', () => {
    const features = { ...calm.cluster.features, checkQuorum: true, leaseDriftBound: 1.5 };
    const scenario: Scenario = { ...writes, cluster: { ...writes.cluster, features } };
    const armed = (observed: Observed): number =>
      observed.records.filter((record) => record.kind === 'arm' && record.timer === 'lease').length;
    const { schedule: _, ...timed } = scenario;
    expect(armed(chosen(timed, () => 0))).toBeGreaterThan(0);
    expect(armed(chosen(scenario, () => 0))).toBe(0);
  });
});
