import { describe, expect, test } from 'vitest';
import { UserError } from '../trace/user-error.ts';
import { isScenario, parseScenario } from './scenario-schema.ts';
import type { Fault, Operation, Scenario } from './scenario.ts';
import { calm } from './scenario.ts';

const drop: Fault = {
  kind: 'drop',
  atMs: 10,
  forMs: 20,
  from: 'any',
  to: 'leader',
  message: 'AppendEntries',
  percent: 100,
};
const write: Operation = { atMs: 5, client: 'c1', f: 'write', key: 'x', value: 1 };
const good: Scenario = {
  ...calm,
  faults: [drop],
  workload: { ...calm.workload, operations: [write] },
};

function withFault(fault: object): unknown {
  return { ...good, faults: [drop, fault] };
}
function withOperation(operation: object): unknown {
  return { ...good, workload: { ...good.workload, operations: [operation] } };
}

function complaint(value: unknown): string {
  try {
    parseScenario(value, 'scenario.json');
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('parseScenario', () => {
  test('gives back a scenario that went through JSON, unchanged', () => {
    const text = JSON.stringify(good);
    expect(JSON.stringify(parseScenario(JSON.parse(text), 'scenario.json'))).toBe(text);
  });

  const table: readonly (readonly [string, unknown, string])[] = [
    [
      'a share above 100',
      withFault({ ...drop, percent: 140 }),
      'scenario.json: faults[1].percent: expected 0..100, got 140',
    ],
    [
      'a fraction of a millisecond',
      withFault({ ...drop, forMs: 0.5 }),
      'scenario.json: faults[1].forMs: expected 0..1000000000, got 0.5',
    ],
    [
      'a text for a number',
      { ...good, cluster: { ...good.cluster, servers: 'five' } },
      'scenario.json: cluster.servers: expected 1..7, got "five"',
    ],
    [
      'a missing field',
      { ...good, limits: { runMs: 2_000, quietMs: 1 } },
      'scenario.json: limits.eventsMax: expected 1..1000000000, got nothing',
    ],
    [
      'an unknown field',
      withFault({ ...drop, percnt: 3 }),
      'scenario.json: faults[1]: expected no field called "percnt"',
    ],
    [
      'an unknown word',
      { ...good, bus: { ...good.bus, ordering: 'fifo' } },
      'scenario.json: bus.ordering: expected "total" or "session" or "none", got "fifo"',
    ],
    [
      'a server that does not exist',
      withFault({ kind: 'crash', atMs: 1, forMs: 2, disk: 'lose', server: 'S6' }),
      'scenario.json: faults[1].server: ' +
        'expected S1, S2, S3, S4, S5, leader, candidate, follower, got "S6"',
    ],
    [
      'a fault after the end of the run',
      withFault({ ...drop, atMs: 2_001 }),
      'scenario.json: faults[1].atMs: expected 0..2000 (limits.runMs), got 2001',
    ],
    [
      'a client that does not exist',
      withOperation({ ...write, client: 'c4' }),
      'scenario.json: workload.operations[0].client: expected c1, c2, c3, got "c4"',
    ],
    [
      'an operation of another model',
      withOperation({ ...write, f: 'append' }),
      'scenario.json: workload.operations[0].f: ' +
        'expected read, write, cas for the model cas-register, got "append"',
    ],
    [
      'a comparison without a new value',
      withOperation({ ...write, f: 'cas', value: [1] }),
      'scenario.json: workload.operations[0].value: expected [expected, new], got [1]',
    ],
    [
      'a read with a value',
      withOperation({ ...write, f: 'read' }),
      'scenario.json: workload.operations[0].value: expected null, got 1',
    ],
    [
      'an isolated pair',
      withFault({
        kind: 'partition',
        atMs: 1,
        forMs: 2,
        shape: 'isolate',
        side: ['S1', 'S2'],
        clients: false,
      }),
      'scenario.json: faults[1].side: expected exactly one server to isolate, got 2',
    ],
    [
      'a heartbeat slower than elections',
      { ...good, cluster: { ...good.cluster, heartbeatMs: 150 } },
      'scenario.json: cluster.heartbeatMs: expected less than electionMs.min (150), got 150',
    ],
    [
      'an empty range',
      { ...good, cluster: { ...good.cluster, diskMicros: { min: 3, max: 2 } } },
      'scenario.json: cluster.diskMicros: expected min not above max, got an object',
    ],
    [
      'terms that go back',
      { ...good, initial: [{ server: 'S1', term: 3, votedFor: null, log: [2, 1] }] },
      'scenario.json: initial[0].log[1]: expected 2 or more, got 1',
    ],
    [
      'an entry from the future',
      { ...good, initial: [{ server: 'S1', term: 3, votedFor: null, log: [2, 4] }] },
      "scenario.json: initial[0].log: expected no term above the server's own (3), got 4",
    ],
  ];
  test.each(table)('refuses %s in one sentence', (_, value, sentence) => {
    expect(complaint(value)).toBe(sentence);
    expect(isScenario(value)).toBe(false);
  });

  test('lists the kinds there are when a kind is unknown', () => {
    const message = complaint(withFault({ kind: 'meteor', atMs: 1 }));
    expect(message).toMatch(/^scenario\.json: faults\[1\]\.kind: expected one of crash, offline, /);
    expect(message).toMatch(/, got "meteor"$/);
  });

  test('names the schema it reads when the version is another', () => {
    const message = complaint({ ...good, schema: 'whitewater.scenario/9' });
    expect(message).toBe(
      'scenario.json: schema: expected "whitewater.scenario/1", got "whitewater.scenario/9". ' +
        'This version of Whitewater reads scenarios of schema whitewater.scenario/1.',
    );
  });

  test.each([[null], [1], ['x'], [[]], [undefined]])(
    'refuses %j, which is no scenario at all',
    (value) => {
      expect(complaint(value)).toMatch(/^scenario\.json: expected object, got /);
    },
  );
});
