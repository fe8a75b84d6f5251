/**
 * Conformance (raft.md 4.1): reads that cost no entry, cases 35 and 36, and the rules behind them
 * (dissertation 6.4; raft.md 2.10).
 */
import { describe, expect, test } from 'vitest';
import {
  ack,
  beat,
  crash,
  createNetwork,
  deliver,
  elect,
  expire,
  give,
  lapse,
  link,
  nodeOf,
  propose,
  run,
  sent,
  sync,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import { answersTo, counted, look, runBut } from './wishes.test.kit.ts';

const seven = { kind: 'done', result: 7 };
const noLeader = { kind: 'notLeader', leader: null };

/** The rounds that n1 sends, by heartbeats or for reads. */
function roundsSent(network: Network): number[] {
  const rounds = network.queue.flatMap((message) =>
    message.kind === 'AppendEntries' && message.from === 'n1' ? [message.round] : [],
  );
  return [...new Set(rounds)];
}

describe('ReadIndex on the leader (dissertation 6.4; 2.10)', () => {
  test('A read begins a round at once, and is served when a quorum has answered it', () => {
    const network = counted();
    const before = nodeOf(network, 'n1').round;
    const effects = look(network, 'n1', { serial: 1 });
    expect(sent(effects)).toMatchObject([
      { kind: 'AppendEntries', to: 'n2', entries: [], round: before + 1 },
      { kind: 'AppendEntries', to: 'n3', entries: [], round: before + 1 },
    ]);
    expect(answersTo(network, 'c1')).toEqual([]);
    const served = deliver(network, ack('n2', { matchIndex: 2, round: before + 1 }));
    expect(served).toMatchObject([
      { kind: 'serve', session: 'c1', serial: 1, via: 'index', readIndex: 2, appliedIndex: 2 },
      { kind: 'answer', message: { to: 'c1', serial: 1, answer: seven }, after: 0 },
    ]);
    expect(nodeOf(network, 'n1')).toMatchObject({ reads: [], state: 7 });
    expect(nodeOf(network, 'n1').log.length).toBe(2);
  });

  test('Any answer of the term counts, a refusal too; one of an older round does not (M35)', () => {
    const network = counted();
    expire(network, 'n1', 'heartbeat');
    const { round } = nodeOf(network, 'n1');
    look(network, 'n1', { serial: 1 });
    // The heartbeat left before the read came: it proves nothing.
    deliver(network, ack('n2', { matchIndex: 2, round }));
    deliver(network, ack('n3', { matchIndex: 2, round }));
    expect(answersTo(network, 'c1')).toEqual([]);
    deliver(network, ack('n3', { success: false, prevIndex: 2, round: round + 1 }));
    expect(answersTo(network, 'c1')).toEqual([seven]);
  });

  test('A refusal of a request of an older term answers no round of this one (2.10)', () => {
    // It carries the term of now, in which the sender may lead again and count from 1.
    const network = counted();
    const old = { kind: 'AppendEntries', from: 'n1', to: 'n2', term: 0, prevIndex: 2 } as const;
    const stale = { ...old, prevTerm: 0, entries: [], leaderCommit: 0, round: 9 };
    expect(sent(deliver(network, stale))).toMatchObject([{ success: false, term: 1, round: 0 }]);
  });

  test('A leader that was replaced serves nothing (M34; case 36)', () => {
    const network = counted();
    link(network, 'cut', 'n1', 'n2', 'n3');
    elect(network, 'n2');
    propose(network, 'n2', { session: 'c2', serial: 2, add: 1 });
    run(network);
    look(network, 'n1', { serial: 1 });
    run(network);
    expect(answersTo(network, 'c1')).toEqual([]);
    link(network, 'heal', 'n1', 'n2', 'n3');
    beat(network, 'n2');
    expect(answersTo(network, 'c1')).toEqual([noLeader]);
    expect(nodeOf(network, 'n1').reads).toEqual([]);
  });

  test('Before its first own commit a new leader puts reads off (case 35; M33)', () => {
    const network = counted();
    // n2 has the entry at 2 but does not know that it is committed.
    propose(network, 'n1', { session: 'c2', serial: 2, add: 1 });
    for (const message of network.queue.splice(0)) {
      if (message.kind === 'AppendEntries' && message.to === 'n2') deliver(network, message);
    }
    for (const message of network.queue.splice(0)) deliver(network, message);
    expect(nodeOf(network, 'n1').commitIndex).toBe(3);
    expect(nodeOf(network, 'n2').commitIndex).toBe(2);
    network.queue.length = 0;
    link(network, 'cut', 'n1', 'n2', 'n3');
    network.muted = 'AppendEntries';
    elect(network, 'n2');
    expect(nodeOf(network, 'n2').role).toBe('leader');
    look(network, 'n2', { serial: 1 });
    network.muted = null;
    const { round } = nodeOf(network, 'n2');
    // Leadership is confirmed, but what was committed before is not known yet.
    const { term } = nodeOf(network, 'n2');
    deliver(network, ack('n3', { to: 'n2', term, success: false, prevIndex: 3, round }));
    expect(answersTo(network, 'c1')).toEqual([]);
    run(network);
    beat(network, 'n2');
    expect(answersTo(network, 'c1')).toEqual([{ kind: 'done', result: 8 }]);
  });

  test('Ten rounds of proposals and reads, asked anywhere: none is too old (case 36)', () => {
    const network = counted();
    for (let round = 0; round < 10; round += 1) {
      propose(network, 'n1', { session: 'c2', serial: round + 2, add: 1 });
      run(network);
      const id = `n${1 + (round % 3)}`;
      const { commitIndex } = nodeOf(network, 'n1');
      const served = [...look(network, id, { serial: round + 1 })];
      for (let next = network.queue.shift(); next !== undefined; next = network.queue.shift()) {
        served.push(...deliver(network, next));
      }
      served.push(...expire(network, 'n1', 'heartbeat'));
      for (let next = network.queue.shift(); next !== undefined; next = network.queue.shift()) {
        served.push(...deliver(network, next));
      }
      const [serve] = served.filter((effect) => effect.kind === 'serve');
      expect(serve).toMatchObject({ serial: round + 1, via: 'index' });
      expect(serve?.readIndex).toBeGreaterThanOrEqual(commitIndex);
      expect(serve?.appliedIndex).toBeGreaterThanOrEqual(commitIndex);
      expect(answersTo(network, 'c1').at(-1)).toEqual({ kind: 'done', result: 8 + round });
    }
  });

  test('Alone, a leader needs nobody, but its first commit (2.10)', () => {
    const network = createNetwork({ servers: 1, slowDisks: true });
    expire(network, 'n1', 'election');
    sync(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', commitIndex: 0 });
    look(network, 'n1', { serial: 1 });
    expect(answersTo(network, 'c1')).toEqual([]);
    sync(network, 'n1');
    expect(answersTo(network, 'c1')).toEqual([{ kind: 'done', result: 0 }]);
  });

  test('Reads that come while a round is under way share the next one', () => {
    const network = counted();
    const first = nodeOf(network, 'n1').round + 1;
    for (const serial of [1, 2, 3, 4]) look(network, 'n1', { serial });
    expect(roundsSent(network)).toEqual([first]);
    for (const message of network.queue.splice(0)) deliver(network, message);
    for (const message of network.queue.splice(0)) deliver(network, message);
    expect(answersTo(network, 'c1')).toHaveLength(1);
    expect(roundsSent(network)).toEqual([first + 1]);
    run(network);
    expect(answersTo(network, 'c1')).toEqual([seven, seven, seven, seven]);
    expect(nodeOf(network, 'n1').round).toBe(first + 1);
  });

  test('A round that is lost is made good by the next heartbeat', () => {
    const network = counted();
    look(network, 'n1', { serial: 1 });
    network.queue.length = 0;
    beat(network, 'n1');
    expect(answersTo(network, 'c1')).toEqual([seven]);
  });

  test('Learners confirm nothing (2.6)', () => {
    const options = { servers: ['n1', 'n2', 'n3'], learners: ['n4', 'n5'] };
    const network = counted({ servers: 5, options });
    link(network, 'cut', 'n1', 'n2', 'n3');
    look(network, 'n1', { serial: 1 });
    run(network);
    expect(answersTo(network, 'c1')).toEqual([]);
  });

  test('What cannot be confirmed for an election time-out is given up: memory is bounded', () => {
    const network = counted();
    link(network, 'cut', 'n1', 'n2', 'n3');
    look(network, 'n1', { serial: 1 });
    look(network, 'n1', { serial: 2 });
    beat(network, 'n1');
    beat(network, 'n1');
    expect(answersTo(network, 'c1')).toEqual([]);
    beat(network, 'n1');
    beat(network, 'n1');
    expect(answersTo(network, 'c1')).toEqual([noLeader, noLeader]);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', reads: [] });
  });

  test('A read asked twice waits once', () => {
    const network = counted();
    look(network, 'n1', { serial: 1 });
    expect(look(network, 'n1', { serial: 1 })).toEqual([]);
    run(network);
    expect(answersTo(network, 'c1')).toEqual([seven]);
  });

  test.each([
    { what: 'would change the state', add: 1, reason: 'a read may not change the state' },
    { what: 'the application refuses', add: -1, reason: 'only upwards' },
  ])('A read that $what is refused, without effect', ({ add, reason }) => {
    const network = counted();
    look(network, 'n1', { serial: 1, add });
    run(network);
    expect(answersTo(network, 'c1')).toEqual([{ kind: 'refused', reason }]);
    expect(nodeOf(network, 'n1').state).toBe(7);
  });
});

describe('ReadIndex on a follower (dissertation 6.4; 2.10)', () => {
  test('It asks its leader, waits until it has applied as much, and serves', () => {
    const network = counted();
    const effects = look(network, 'n2', { serial: 1 });
    expect(sent(effects)).toMatchObject([{ kind: 'ReadIndex', from: 'n2', to: 'n1', term: 1 }]);
    run(network);
    expect(answersTo(network, 'c1')).toEqual([seven]);
    expect(network.replies.at(-1)?.from).toBe('n2');
  });

  test('It waits for what the leader has committed and it has not applied (M37)', () => {
    const network = counted();
    network.muted = 'AppendEntries';
    // n3 alone hears of the next entry.
    for (const message of sent(propose(network, 'n1', { session: 'c2', serial: 2, add: 1 }))) {
      if (message.to === 'n3') deliver(network, message);
    }
    network.muted = null;
    for (const message of network.queue.splice(0)) deliver(network, message);
    network.queue.length = 0;
    expect(nodeOf(network, 'n1').commitIndex).toBe(3);
    look(network, 'n2', { serial: 1 });
    const { read } = nodeOf(network, 'n2').reads[0] ?? { read: 0 };
    const reply = { kind: 'ReadIndexReply', from: 'n1', to: 'n2', term: 1, read } as const;
    expect(deliver(network, { ...reply, index: 3 })).toEqual([]);
    run(network);
    beat(network, 'n1');
    beat(network, 'n1');
    expect(answersTo(network, 'c1')).toEqual([{ kind: 'done', result: 8 }]);
  });

  test('Without a leader it says so; asked for one, whoever does not lead declines', () => {
    const network = createNetwork({ servers: 3 });
    look(network, 'n2', { serial: 1 });
    expect(answersTo(network, 'c1')).toEqual([noLeader]);
    const asked = { kind: 'ReadIndex', from: 'n3', to: 'n2', term: 0, read: 4 } as const;
    expect(sent(deliver(network, asked))).toEqual([
      { kind: 'ReadIndexReply', from: 'n2', to: 'n3', term: 0, read: 4, index: -1 },
    ]);
  });

  test('A leader that has lost its office declines, and the client is told', () => {
    const network = counted();
    look(network, 'n2', { serial: 1 });
    const { read } = nodeOf(network, 'n2').reads[0] ?? { read: 0 };
    network.queue.length = 0;
    const reply = { kind: 'ReadIndexReply', from: 'n1', to: 'n2', term: 1, read } as const;
    deliver(network, { ...reply, index: -1 });
    expect(answersTo(network, 'c1')).toEqual([{ kind: 'notLeader', leader: 'n1' }]);
    expect(nodeOf(network, 'n2').reads).toEqual([]);
  });

  test.each([
    { what: 'an older term', reply: { term: 0, from: 'n1' } },
    { what: 'someone else', reply: { term: 1, from: 'n3' } },
  ])('An answer of $what is none', ({ reply }) => {
    const network = counted();
    look(network, 'n2', { serial: 1 });
    const { read } = nodeOf(network, 'n2').reads[0] ?? { read: 0 };
    const message = { kind: 'ReadIndexReply', to: 'n2', read, index: 0, ...reply } as const;
    expect(deliver(network, message)).toEqual([]);
  });

  test('An answer to an earlier incarnation is none to this (2.18)', () => {
    const network = counted();
    look(network, 'n2', { serial: 1 });
    runBut(network, 'ReadIndexReply');
    const { read } = nodeOf(network, 'n2').reads[0] ?? { read: 0 };
    const late = { kind: 'ReadIndexReply', from: 'n1', to: 'n2', term: 1, read, index: 2 } as const;
    crash(network, 'n2');
    beat(network, 'n1');
    look(network, 'n2', { serial: 2 });
    expect(nodeOf(network, 'n2').reads[0]?.read).not.toBe(read);
    expect(deliver(network, late)).toEqual([]);
    run(network);
    expect(answersTo(network, 'c1')).toEqual([seven]);
  });

  test('Whoever does not know its incarnation forwards nothing', () => {
    const network = counted();
    give(network, 'n2', { kind: 'offline' });
    const { disk } = network.machines[1] ?? { disk: null };
    if (disk === null) throw new Error('three servers');
    give(network, 'n2', { kind: 'online', stored: disk });
    beat(network, 'n1');
    look(network, 'n2', { serial: 1 });
    expect(answersTo(network, 'c1')).toEqual([{ kind: 'notLeader', leader: 'n1' }]);
  });

  test.each([
    { what: 'a new term', happens: (network: Network) => elect(network, 'n3') },
    { what: 'campaigning', happens: (network: Network) => lapse(network, 'n2') },
  ])('Reads that wait are given up on $what', ({ happens }) => {
    const network = counted();
    look(network, 'n2', { serial: 1 });
    network.queue.length = 0;
    happens(network);
    expect(answersTo(network, 'c1')).toEqual([noLeader]);
    expect(nodeOf(network, 'n2').reads).toEqual([]);
  });

  test('A read whose answer was lost is given up after an election time-out’s rounds', () => {
    const network = counted();
    look(network, 'n2', { serial: 1 });
    network.queue.length = 0;
    for (let left = 4; left > 0; left -= 1) beat(network, 'n1');
    expect(answersTo(network, 'c1')).toEqual([]);
    beat(network, 'n1');
    expect(answersTo(network, 'c1')).toEqual([{ kind: 'notLeader', leader: 'n1' }]);
    expect(nodeOf(network, 'n2').reads).toEqual([]);
  });

  test('A read whose question was lost is asked again when its client asks again', () => {
    const network = counted();
    look(network, 'n2', { serial: 1 });
    network.queue.length = 0;
    look(network, 'n2', { serial: 1 });
    expect(nodeOf(network, 'n2').reads).toHaveLength(1);
    run(network);
    expect(answersTo(network, 'c1')).toEqual([seven]);
  });

  test('A leader asked twice the same answers once', () => {
    const network = counted();
    const asked = { kind: 'ReadIndex', from: 'n2', to: 'n1', term: 1, read: 5 } as const;
    deliver(network, asked);
    deliver(network, asked);
    expect(nodeOf(network, 'n1').reads).toHaveLength(1);
  });

  test.each([
    { term: 0, index: -1, role: 'leader' },
    { term: 3, index: -1, role: 'follower' },
  ])('Asked in term $term, a leader of term 1 declines ($role then)', (row) => {
    const network = counted();
    const asked = { kind: 'ReadIndex', from: 'n2', to: 'n1', term: row.term, read: 5 } as const;
    expect(sent(deliver(network, asked))).toMatchObject([{ kind: 'ReadIndexReply', index: -1 }]);
    expect(nodeOf(network, 'n1').role).toBe(row.role);
  });
});
