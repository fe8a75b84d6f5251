/** The must-see events: each is counted when it happens and only then. */
import { describe, expect, test } from 'vitest';
import type { FaultKind } from '../world/scenario.ts';
import type { Sometimes } from './sometimes.ts';
import {
  countsByName,
  faultKinds,
  mergeSometimes,
  neverSeen,
  newSometimes,
  observeSometimes,
  sometimesKinds,
  sometimesNames,
} from './sometimes.ts';
import type { Bare } from './trace-builder.ts';
import {
  TraceBuilder,
  answers,
  entries,
  entry,
  readsBy,
  snapshotTo,
  voters,
} from './trace-builder.ts';

function counted(trace: TraceBuilder): Sometimes {
  const state = newSometimes();
  for (const record of trace.records) observeSometimes(state, record);
  return state;
}

/** Names and counts of what was seen. */
function seen(trace: TraceBuilder): Record<string, number> {
  const counts = Object.entries(countsByName(counted(trace)));
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

const fault = (name: string, phase: 'start' | 'end' = 'start'): Bare => ({
  kind: 'fault',
  fault: 0,
  name,
  phase,
  detail: {},
});
const applied = { index: 1, term: 1, digest: 1, session: 'c1', serial: 1, stateDigest: 1 } as const;
const refusal = { kind: 'refused', reason: 'no' } as const;
const to = { from: 'S1', to: 'S2', term: 1 } as const;

const single: readonly (readonly [string, Bare])[] = [
  ['vote refused', send({ kind: 'RequestVoteReply', ...to, granted: false })],
  [
    'append refused',
    send({
      kind: 'AppendEntriesReply',
      ...to,
      success: false,
      prevIndex: 3,
      matchIndex: 0,
      hintIndex: 1,
      hintTerm: 1,
      round: 0,
    }),
  ],
  ['client redirected', send(answers('S1', 'c1', 1, { kind: 'notLeader', leader: null }))],
  ['message dropped', { kind: 'drop', id: 1, to: 'S1', fault: 0, reason: 'fault' }],
  ['message delayed', { kind: 'delay', id: 1, fault: 0, byMicros: 5 }],
  ['message duplicated', { kind: 'duplicate', id: 1, fault: 0 }],
  ['message redelivered', { kind: 'deliver', id: 1, to: 'S1', deliveryCount: 1 }],
  ['message dead-lettered', { kind: 'bus', what: 'deadLettered', id: 1, to: 'S1', text: '' }],
  ['lock lost', { kind: 'bus', what: 'lockLost', id: 1, to: 'S1', text: '' }],
  ['throttled', { kind: 'bus', what: 'throttled', id: 1, to: 'S1', text: '' }],
  ['disconnected', { kind: 'bus', what: 'disconnected', id: -1, to: 'S1', text: '' }],
  ['pause', { kind: 'pause', server: 'S1', fault: 0 }],
  ['quiet reached', { kind: 'quiet' }],
  [
    'command refused',
    { kind: 'apply', server: 'S1', ...applied, repeated: false, answer: refusal },
  ],
  [
    'retry answered from the session table',
    { kind: 'apply', server: 'S1', ...applied, repeated: true, answer: null },
  ],
];

function send(message: Extract<Bare, { readonly kind: 'send' }>['message']): Bare {
  return { kind: 'send', id: 0, from: message.from, to: message.to, message };
}

describe('one record each', () => {
  for (const [name, record] of single) {
    test(`shows: ${name}`, () => {
      const trace = new TraceBuilder('S1');
      trace.add(record);
      expect(seen(trace)).toEqual({ [name]: 1 });
    });
  }

  for (const kind of faultKinds) {
    test(`shows: fault ${kind}, when it starts`, () => {
      const trace = new TraceBuilder('S1');
      trace.add(fault(kind));
      trace.add(fault(kind, 'end'));
      const also = kind === 'partition' ? { partition: 1 } : {};
      expect(seen(trace)).toEqual({ [`fault: ${kind}`]: 1, ...also });
    });
  }
});

describe('several records', () => {
  test('show leaders, changes of leader, and split elections', () => {
    const trace = new TraceBuilder('S1', 'S2').start();
    trace.add({ kind: 'timer', server: 'S1', timer: 'election' });
    trace.state('S1', 'candidate', 1);
    trace.add({ kind: 'timer', server: 'S1', timer: 'election' });
    trace.state('S1', 'leader', 2);
    trace.state('S2', 'leader', 3);
    expect(seen(trace)).toEqual({ 'leader elected': 2, 'leader changed': 1, 'election split': 1 });
  });

  test('show truncated and overwritten entries, also behind a restart', () => {
    const trace = new TraceBuilder('S1').start();
    trace.log('S1', ...entries(1, 1));
    trace.log('S1', entry(2, 2));
    trace.replace('S1', 2, []);
    trace.online('S1', { log: entries(1, 1, 1) });
    trace.log('S1', entry(3, 2));
    expect(seen(trace)).toEqual({
      'entry truncated': 3,
      'uncommitted entry overwritten': 2,
      restart: 1,
    });
  });

  test('show what crashes take', () => {
    const trace = new TraceBuilder('S1').start();
    trace.log('S1', ...entries(1, 1));
    trace.crash('S1', 0, { write: 1, entries: 1 });
    expect(seen(trace)).toEqual({ 'unsynced writes lost': 1, 'torn write': 1 });
  });

  test('show how operations end', () => {
    const trace = new TraceBuilder('S1');
    for (const kind of ['invoke', 'ok', 'fail', 'fail', 'info'] as const) trace.operation(kind, 1);
    expect(seen(trace)).toEqual({
      'operation ok': 1,
      'operation failed': 2,
      'operation without answer': 1,
    });
  });
});

test('every fault of a scenario is counted, and no other', () => {
  const all: Record<FaultKind, true> = {
    crash: true,
    offline: true,
    pause: true,
    clockSkew: true,
    clockJump: true,
    slowDisk: true,
    drop: true,
    delay: true,
    duplicate: true,
    reorder: true,
    partition: true,
    lockExpiry: true,
    redeliver: true,
    throttle: true,
    brokerRestart: true,
    slowSubscription: true,
    deadLetter: true,
  };
  expect([...faultKinds].toSorted()).toEqual(Object.keys(all).toSorted());
});

test('counts of several runs add up, and what never happened is named', () => {
  const trace = new TraceBuilder('S1');
  trace.add({ kind: 'quiet' });
  const total = counted(trace);
  mergeSometimes(total, counted(trace));
  expect(countsByName(total)['quiet reached']).toBe(2);
  expect(neverSeen(total)).toEqual(sometimesNames.filter((name) => name !== 'quiet reached'));
});

test('state travels between threads, and the kinds looked at cover every event', () => {
  const trace = new TraceBuilder('S1').start();
  trace.state('S1', 'leader', 1);
  const copy = structuredClone(counted(trace));
  expect(countsByName(copy)['leader elected']).toBe(1);
  for (const [, record] of single) expect(sometimesKinds).toContain(record.kind);
});

describe('features show', () => {
  const three = voters('S1', 'S2', 'S3');
  const joint = { ...voters('S1', 'S2', 'S4'), outgoing: ['S1', 'S2', 'S3'] };
  const fresh = (): TraceBuilder => new TraceBuilder('S1', 'S2').start();

  test('what pre-votes and check-quorum do', () => {
    const trace = fresh();
    trace.add(send({ kind: 'PreVoteReply', ...to, granted: false }));
    trace.state('S1', 'leader', 2);
    trace.state('S1', 'follower', 2, { leader: null });
    expect(seen(trace)).toEqual({
      'pre-vote refused': 1,
      'leader elected': 1,
      'leader stepped down without a quorum': 1,
    });
  });

  test('snapshots taken and installed, by one leader and by two', () => {
    const trace = fresh();
    const piece = { kind: 'InstallSnapshot', from: 'S1', to: 'S2', lastIndex: 2, lastTerm: 1 };
    const rest = { offset: 0, dataLength: 9, done: true, round: 0 };
    trace.log('S1', ...entries(1, 1));
    trace.snapshot('S1', snapshotTo(entry(2, 1)));
    for (const term of [1, 2]) {
      trace.add(send({ ...piece, kind: 'InstallSnapshot', term, ...rest }));
    }
    trace.snapshot('S2', snapshotTo(entry(2, 1)));
    trace.restore('S2', snapshotTo(entry(2, 1)));
    expect(seen(trace)).toEqual({
      'snapshot taken': 1,
      'snapshot installed': 1,
      'snapshot installed while the leader changed': 1,
    });
  });

  test('not a restart from a snapshot as an installation', () => {
    const trace = fresh();
    trace.cause = trace.online('S1', { snapshot: snapshotTo(entry(2, 1)) });
    trace.restore('S1', snapshotTo(entry(2, 1)));
    expect(seen(trace)).toEqual({ restart: 1, 'restart from a snapshot': 1 });
  });

  test('learners of the beginning that vote, and changes taken back', () => {
    const trace = new TraceBuilder('S1', 'S2');
    trace.header({ ...voters('S1', 'S2'), learners: ['S3'] });
    trace.start();
    trace.configure('S1', 4, voters('S1', 'S2', 'S3'));
    trace.configure('S1', 0, { ...voters('S1', 'S2'), learners: ['S3'] });
    expect(seen(trace)).toEqual({ 'learner promoted': 1, 'configuration rolled back': 1 });
  });

  test('leaders that are removed', () => {
    const trace = fresh();
    trace.state('S1', 'leader', 1);
    trace.configure('S1', 2, voters('S2', 'S3'));
    trace.configure('S2', 2, voters('S2', 'S3'));
    expect(seen(trace)).toEqual({ 'leader elected': 1, 'leader removed': 1 });
  });

  test('configurations', () => {
    const trace = fresh();
    trace.configure('S1', 1, { ...three, learners: ['S4'] });
    trace.add(fault('partition'));
    trace.configure('S1', 2, joint);
    trace.configure('S1', 3, voters('S1', 'S2', 'S4'));
    trace.add(fault('partition', 'end'));
    expect(seen(trace)).toMatchObject({
      'joint configuration entered': 1,
      'joint configuration entered during a partition': 1,
      'joint configuration left': 1,
      'joint configuration left during a partition': 1,
      'learner promoted': 1,
    });
  });

  test('reads and who served them', () => {
    const trace = fresh();
    trace.state('S1', 'leader', 1);
    trace.send(readsBy('c1', 'S2', 3));
    trace.serve('S1', { serial: 1, readIndex: 1 });
    trace.serve('S1', { serial: 2, via: 'lease', readIndex: 1 });
    trace.serve('S2', { serial: 3, readIndex: 1 });
    expect(seen(trace)).toEqual({
      'leader elected': 1,
      'read by index at the leader': 1,
      'lease read served': 1,
      'read by index at a follower': 1,
      'lease read refused': 1,
    });
  });

  test('disks, wishes and clients', () => {
    const trace = fresh();
    for (const write of [1, 3, 2]) trace.add({ kind: 'told', server: 'S1', write });
    const wish = { kind: 'transfer', serial: 1, target: 'S2' } as const;
    for (const phase of ['invoke', 'ok', 'fail'] as const) {
      trace.add({ kind: 'operate', client: 'operator', phase, wish, error: null });
    }
    trace.send(answers('S1', 'c1', 1, { kind: 'busy', reason: 'backlog' }));
    trace.send(answers('S1', 'c1', 1, { kind: 'sessionExpired' }));
    expect(seen(trace)).toEqual({
      'write told out of order': 1,
      'leadership transferred': 1,
      'leadership transfer aborted': 1,
      'client told busy': 1,
      'session expired': 1,
    });
  });
});
