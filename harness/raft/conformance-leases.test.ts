/**
 * Conformance (raft.md 4.1): leases (dissertation 6.4.1; raft.md 2.10).
 */
import { describe, expect, test } from 'vitest';
import { machine, raft } from './machine.ts';
import { brokenRules } from './rules.ts';
import {
  ack,
  beat,
  crash,
  createNetwork,
  deliver,
  expire,
  kinds,
  lapse,
  led,
  link,
  nodeOf,
  propose,
  run,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import {
  answersTo,
  counted,
  everything,
  handTo,
  look,
  runBut,
  standing,
} from './wishes.test.kit.ts';

const seven = { kind: 'done', result: 7 };

describe('Leases (dissertation 6.4.1; 2.10)', () => {
  /** n1 leads, its lease running. */
  const leased = (): Network => counted({ servers: 3, options: everything });

  test('A round that a quorum answers within its heartbeat starts one, a heartbeat short', () => {
    const network = counted({ servers: 5, options: everything });
    expire(network, 'n1', 'lease');
    expire(network, 'n1', 'heartbeat');
    const { round } = nodeOf(network, 'n1');
    expect(kinds(deliver(network, ack('n2', { matchIndex: 2, round })))).toEqual([]);
    expect(nodeOf(network, 'n1').leaseHeld).toBe(false);
    expect(deliver(network, ack('n3', { matchIndex: 2, round }))).toMatchObject([
      { kind: 'arm', timer: 'lease', lowMicros: 50_000, highMicros: 50_001 },
    ]);
    expect(nodeOf(network, 'n1').leaseHeld).toBe(true);
    expect(deliver(network, ack('n4', { matchIndex: 2, round }))).toEqual([]);
  });

  test('An answer that comes after the next heartbeat extends nothing', () => {
    const network = leased();
    expire(network, 'n1', 'lease');
    expire(network, 'n1', 'heartbeat');
    const { round } = nodeOf(network, 'n1');
    expire(network, 'n1', 'heartbeat');
    deliver(network, ack('n2', { matchIndex: 2, round }));
    expect(nodeOf(network, 'n1').leaseHeld).toBe(false);
  });

  test('A lease read is served at once; an index read is not', () => {
    const network = leased();
    expect(look(network, 'n1', { serial: 1, via: 'lease' })).toMatchObject([
      { kind: 'serve', via: 'lease', readIndex: 2, appliedIndex: 2 },
      { kind: 'answer', message: { answer: seven } },
    ]);
    expect(kinds(look(network, 'n1', { serial: 2 }))).toEqual(['send', 'send']);
  });

  test('Once it has run out, a lease read needs a round', () => {
    const network = leased();
    expire(network, 'n1', 'lease');
    expect(kinds(look(network, 'n1', { serial: 1, via: 'lease' }))).toEqual(['send', 'send']);
    const effects = network.queue.splice(0).flatMap((message) => deliver(network, message));
    expect(effects.length).toBeGreaterThan(0);
    run(network);
    expect(answersTo(network, 'c1')).toEqual([seven]);
  });

  test('Off by default, there is none', () => {
    const network = counted({ servers: 3, options: { checkQuorum: true } });
    expect(nodeOf(network, 'n1').leaseHeld).toBe(false);
    expect(kinds(look(network, 'n1', { serial: 1, via: 'lease' }))).toEqual(['send', 'send']);
  });

  test('It ends before TimeoutNow is sent, for the rest of the term', () => {
    const network = leased();
    expect(kinds(handTo(network, 'n1', { target: 'n2' }))).toEqual(['disarm', 'send']);
    expect(nodeOf(network, 'n1')).toMatchObject({ leaseHeld: false, role: 'leader' });
    network.queue.length = 0;
    for (let left = 4; left > 0; left -= 1) {
      expire(network, 'n1', 'heartbeat');
      runBut(network, 'TimeoutNow');
    }
    expect(nodeOf(network, 'n1')).toMatchObject({ transfer: null, leaseHeld: false });
    beat(network, 'n1');
    // A TimeoutNow may be under way still, and with it an election that nobody protects against.
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', leaseHeld: false });
  });

  test('It ends with the office', () => {
    const network = leased();
    expect(nodeOf(network, 'n1').leaseHeld).toBe(true);
    const vote = { kind: 'RequestVote', from: 'n2', to: 'n1', lastIndex: 9, lastTerm: 9 } as const;
    const effects = deliver(network, { ...vote, term: 5, transfer: true });
    const disarmed = effects.filter(({ kind }) => kind === 'disarm');
    expect(disarmed).toMatchObject([{ timer: 'lease' }, { timer: 'heartbeat' }]);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', leaseHeld: false });
  });

  test('While it runs, those who answered vote for nobody else', () => {
    const network = leased();
    lapse(network, 'n3');
    run(network);
    expect(standing(network)).toEqual([
      ['leader', 1],
      ['follower', 1],
      ['follower', 1],
    ]);
  });

  test.each([
    { rule: 'no leader is protected', broken: { protectsLeader: () => false } },
    { rule: 'a start forgets the protection', broken: { protectsAtStart: () => false } },
    { rule: 'a transfer leaves the lease', broken: { transferEndsLease: () => false } },
  ])('If $rule, a lease read is stale', ({ rule, broken }) => {
    for (const subject of [machine(rule, brokenRules(broken)), raft]) {
      const options = { ...everything, preVote: false };
      const network = counted({ servers: 3, options, subject });
      expect(nodeOf(network, 'n1').leaseHeld).toBe(true);
      crash(network, 'n2');
      if (rule.includes('transfer')) handTo(network, 'n1', { target: 'n3' });
      else lapse(network, 'n3');
      const now = network.queue.find(({ kind }) => kind === 'TimeoutNow');
      if (now !== undefined) deliver(network, now);
      // n1 hears of nothing.
      link(network, 'cut', 'n1', 'n2', 'n3');
      network.queue.splice(0, Infinity, ...network.queue.filter(({ to }) => to !== 'n1'));
      run(network);
      propose(network, 'n3', { session: 'c2', serial: 2, add: 1 });
      run(network);
      look(network, 'n1', { serial: 1, via: 'lease' });
      // Either nobody else leads yet, or n1 does not read alone: 7 is stale once there is an 8.
      const [read] = answersTo(network, 'c1');
      const [, added] = answersTo(network, 'c2');
      const stale = read?.kind === 'done' && added?.kind === 'done';
      expect(stale).toBe(subject !== raft);
    }
  });

  test('A leader alone holds one from its first heartbeat on', () => {
    const network = led({ servers: 1, options: everything });
    expect(nodeOf(network, 'n1').leaseHeld).toBe(true);
  });

  test.each([
    [{ checkQuorum: false, leaseMicros: 100_000 }, 'leases need checkQuorum'],
    [{ checkQuorum: true, leaseMicros: 50_000 }, 'a lease of 50000 µs is not in'],
    [{ checkQuorum: true, leaseMicros: 150_001 }, 'a lease of 150001 µs is not in'],
  ])('Options %j are refused: %s', (options, sentence) => {
    expect(() => createNetwork({ servers: 3, options })).toThrow(sentence);
  });
});
