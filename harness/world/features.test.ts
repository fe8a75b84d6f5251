/** What a scenario says of Raft's features, and what the world makes of it. */
import { describe, expect, test } from 'vitest';
import { memoryLab } from '../cli/lab.ts';
import { raft } from '../raft/machine.ts';
import { record } from '../search/execute.ts';
import type { TraceRecord } from '../trace/record.ts';
import { UserError } from '../trace/user-error.ts';
import { parseScenario } from './scenario-schema.ts';
import type { Cluster, Fault, Features, Operation, Scenario, Workload } from './scenario.ts';
import { calm, featureFields, plainFeatures } from './scenario.ts';
import { nodeOptions } from './server.ts';
import { membersOf } from './setup.ts';

interface Change {
  readonly cluster?: Partial<Cluster>;
  readonly features?: Partial<Features>;
  readonly workload?: Partial<Workload>;
  readonly faults?: readonly Fault[];
}

function changed({ cluster, features, workload, faults = [] }: Change): Scenario {
  return {
    ...calm,
    faults,
    cluster: { ...calm.cluster, ...cluster, features: { ...plainFeatures, ...features } },
    workload: { ...calm.workload, ...workload },
  };
}

function complaint(value: unknown): string {
  try {
    parseScenario(value, 's.json');
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'accepted';
}

const lease = { checkQuorum: true, leaseDriftBound: 1.5 };
const window = { server: 'S1', atMs: 1, forMs: 2 };

describe('a scenario', () => {
  test('of a version without features is one with all of them off', () => {
    const { spares, learners, disk, features, ...cluster } = calm.cluster;
    const { reads, readsAt, operator, ...workload } = calm.workload;
    expect([spares, learners, disk.order, features.preVote]).toEqual([0, 0, 'inOrder', false]);
    expect([reads, readsAt, operator]).toEqual(['log', 'leader', []]);
    expect(parseScenario({ ...calm, cluster, workload }, 's.json')).toEqual(calm);
  });

  test('of whose features each is named in the list that simplifies them', () => {
    expect([...featureFields].toSorted()).toEqual(Object.keys(plainFeatures).toSorted());
  });

  test('tells who votes, who learns and who waits', () => {
    const scenario = changed({ cluster: { servers: 6, learners: 2, spares: 1 } });
    expect(membersOf(scenario)).toEqual({ voters: ['S1', 'S2', 'S3'], learners: ['S4', 'S5'] });
  });

  test('bounds a lease by the shortest election time-out and the drift of clocks', () => {
    expect(nodeOptions(changed({ features: lease }), 'S1').leaseMicros).toBe(100_000);
    expect(nodeOptions(calm, 'S1').leaseMicros).toBe(0);
  });

  const table: readonly (readonly [string, Change, string])[] = [
    ['nobody votes', { cluster: { spares: 3, learners: 2 } }, 'cluster.spares: expected fewer'],
    [
      'a lease that nobody protects',
      { features: { leaseDriftBound: 2 } },
      'cluster.features.leaseDriftBound: expected 0 without checkQuorum',
    ],
    [
      'a lease shorter than a heartbeat',
      { features: { ...lease, leaseDriftBound: 3 } },
      'expected less than 3.000, for a lease must outlast a heartbeat, got 3',
    ],
    [
      'a lease while clocks jump',
      { features: lease, faults: [{ kind: 'clockJump', server: 'S1', atMs: 1, byMs: 5 }] },
      'expected 0 with clockJump among the faults',
    ],
    [
      'a lease while clocks drift further than it allows',
      {
        features: lease,
        faults: [
          { kind: 'clockSkew', perMille: 400, ...window },
          { kind: 'clockSkew', perMille: -200, ...window },
        ],
      },
      'expected 1.750 or more for these clockSkew faults, got 1.5',
    ],
    [
      'fewer sessions than there are',
      { features: { sessionsMax: 2 } },
      'cluster.features.sessionsMax: expected 0 or 3 or more for the sessions given, got 2',
    ],
    [
      'a wish for a server that does not exist',
      { workload: { operator: [{ kind: 'transfer', atMs: 1, target: 'S9' }] } },
      'workload.operator[0].target: expected S1, S2, S3, S4, S5, got "S9"',
    ],
    [
      'a change of nothing',
      {
        workload: {
          operator: [{ kind: 'reconfigure', atMs: 1, changes: [], transition: 'simple' }],
        },
      },
      'workload.operator[0].changes: expected 1..7, got none',
    ],
  ];
  test.each(table)('is refused for %s', (_what, change, sentence) => {
    expect(complaint(changed(change))).toContain(sentence);
  });

  test('within the drift that the lease allows is accepted', () => {
    const faults: Fault[] = [{ kind: 'clockSkew', perMille: 400, ...window }];
    expect(complaint(changed({ features: lease, faults }))).toBe('accepted');
  });
});

function recorded(scenario: Scenario): readonly TraceRecord[] {
  const records: TraceRecord[] = [];
  const outcome = record(scenario, memoryLab(raft), (each) => void records.push(each));
  expect([outcome.verdict, outcome.failure]).toEqual(['pass', null]);
  return records;
}

const ofKind = <Kind extends TraceRecord['kind']>(
  records: readonly TraceRecord[],
  kind: Kind,
): readonly Extract<TraceRecord, { readonly kind: Kind }>[] =>
  records.filter(
    (each): each is Extract<TraceRecord, { readonly kind: Kind }> => each.kind === kind,
  );

const writes: readonly Operation[] = Array.from({ length: 12 }, (_, at) => ({
  atMs: 400 + at * 40,
  client: 'c1',
  f: 'write',
  key: 'x',
  value: at,
}));
const reads: readonly Operation[] = Array.from({ length: 12 }, (_, at) => ({
  atMs: 420 + at * 40,
  client: 'c2',
  f: 'read',
  key: 'x',
  value: null,
}));

describe('the world', () => {
  test('takes snapshots, restarts servers from them, and installs them on newcomers', () => {
    const records = recorded(
      changed({
        cluster: { servers: 4, spares: 1 },
        features: { snapshotEvery: 3, snapshotChunkBytes: 80 },
        workload: {
          operations: writes,
          operator: [
            {
              kind: 'reconfigure',
              atMs: 1_000,
              changes: [{ kind: 'addVoter', server: 'S4' }],
              transition: 'simple',
            },
          ],
        },
        faults: [{ kind: 'crash', server: 'S2', atMs: 1_300, forMs: 100, disk: 'torn' }],
      }),
    );
    const restored = ofKind(records, 'restore').map(({ server }) => server);
    expect(restored).toContain('S2');
    expect(restored).toContain('S4');
    const back = ofKind(records, 'online').find(
      ({ server, incarnation }) => server === 'S2' && incarnation === 2,
    );
    expect(back?.snapshot?.index).toBeGreaterThan(0);
    expect(back?.entries[0]?.index ?? Infinity).toBeGreaterThan(1);
    const pieces = ofKind(records, 'send').filter(
      ({ message }) => message.kind === 'InstallSnapshot',
    );
    expect(pieces.length).toBeGreaterThan(1);
    expect(JSON.stringify(pieces)).not.toContain('"data"');
  });

  test('tells of configurations, in entries and in force, and of the operator', () => {
    const records = recorded(
      changed({
        cluster: { servers: 5, spares: 2 },
        workload: {
          operator: [
            {
              kind: 'reconfigure',
              atMs: 500,
              changes: [
                { kind: 'remove', server: 'S1' },
                { kind: 'addVoter', server: 'S4' },
              ],
              transition: 'joint',
            },
          ],
        },
      }),
    );
    const phases = ofKind(records, 'operate').map(({ phase }) => phase);
    expect(phases).toEqual(['invoke', 'ok']);
    const made = ofKind(records, 'propose').flatMap(({ configuration }) => configuration ?? []);
    expect(made.map(({ outgoing }) => outgoing)).toEqual([['S1', 'S2', 'S3'], []]);
    const last = ofKind(records, 'configure').findLast(({ server }) => server === 'S4');
    expect(last?.configuration.voters.toSorted()).toEqual(['S2', 'S3', 'S4']);
  });

  test('asks for reads by each way, at any server', () => {
    const records = recorded(
      changed({
        features: { ...lease, preVote: true },
        workload: { operations: [...writes, ...reads], reads: 'mixed', readsAt: 'any' },
      }),
    );
    const served = ofKind(records, 'serve');
    expect(new Set(served.map(({ via }) => via))).toEqual(new Set(['index', 'lease']));
    expect(new Set(served.map(({ server }) => server)).size).toBeGreaterThan(1);
  });

  test('tells late, and out of order, what became durable in order', () => {
    const records = recorded(
      changed({
        cluster: { disk: { order: 'anyOrder', lateMicros: { min: 0, max: 30_000 } } },
        workload: { operations: [...writes, ...writes.map((each) => ({ ...each, client: 'c3' }))] },
      }),
    );
    const told = ofKind(records, 'told').filter(({ server }) => server === 'S1');
    const numbers = told.map(({ write }) => write);
    expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
    const durable = ofKind(records, 'durable').filter(({ server }) => server === 'S1');
    const inOrder = durable.map(({ write }) => write);
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
  });

  test('asks again when a server is busy, and registers anew when its session has expired', () => {
    const operations = ['c1', 'c2', 'c3'].flatMap((client) =>
      writes.map((each) => ({ ...each, client })),
    );
    const records = recorded(
      changed({
        features: { uncommittedMax: 1, sessionsMax: 2 },
        workload: { operations, sessions: 'registered', timeoutMs: 4_000 },
      }),
    );
    const answers = ofKind(records, 'send').flatMap(({ message }) =>
      message.kind === 'ClientReply' ? [message.answer.kind] : [],
    );
    expect(answers).toContain('busy');
    expect(answers).toContain('sessionExpired');
    expect(answers.filter((kind) => kind === 'registered').length).toBeGreaterThan(3);
  });
});
