/**
 * Conformance (raft.md 4.1): check-quorum and the protection of leaders, cases 9, 10, 32 to 34 and 39,
 * and the rules behind them (2.8, 2.9, 2.17).
 */
import { describe, expect, test } from 'vitest';
import type { NodeOptions } from './node.ts';
import {
  beat,
  createNetwork,
  deliver,
  elect,
  expire,
  give,
  kinds,
  lapse,
  led,
  link,
  nodeOf,
  onlineNode,
  optionsFor,
  run,
  sent,
} from './network.test.kit.ts';
import type { Network, Setup } from './network.test.kit.ts';
import { everything, standing } from './wishes.test.kit.ts';

const asking: Partial<NodeOptions> = { preVote: true };
const checking: Partial<NodeOptions> = { checkQuorum: true };
const both: Partial<NodeOptions> = { preVote: true, checkQuorum: true };

/** n1 heard nothing new, and nobody else remembers it. */
function ledAndForgotten(setup: Setup): Network {
  const network = led(setup);
  for (const { id, node } of network.machines) {
    if (node.heardLeader) expire(network, id, 'election');
  }
  return network;
}

/** So many heartbeats of n1, with all that follows. */
function beats(network: Network, count: number): void {
  for (let left = count; left > 0; left -= 1) beat(network, 'n1');
}

describe('The election time-out (2.1-R2, R4; 2.8)', () => {
  test.each([
    { role: 'follower', before: 0 },
    { role: 'candidate', before: 1 },
  ] as const)('A $role asks for a time-out in [low, high) each time (case 9)', (row) => {
    const network = createNetwork({ servers: 3 });
    for (let left = row.before; left > 0; left -= 1) expire(network, 'n1', 'election');
    expect(nodeOf(network, 'n1').role).toBe(row.role);
    expect(expire(network, 'n1', 'election')[0]).toMatchObject({
      kind: 'arm',
      timer: 'election',
      lowMicros: 150_000,
      highMicros: 300_000,
    });
  });

  test('Drawn uniformly, one of five servers is first in most rounds (case 10)', () => {
    // The caller draws. Ten ticks wide, as in the case; a linear congruence stands for chance.
    let seed = 7;
    const drawn = (): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return 10 + (Math.floor(seed / 65_536) % 10);
    };
    let clear = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const draws = Array.from({ length: 5 }, drawn).toSorted((left, right) => left - right);
      if (draws[0] !== draws[1]) clear += 1;
    }
    expect(clear).toBeGreaterThanOrEqual(700);
  });

  test.each([
    ['pre-vote', asking],
    ['check-quorum', checking],
  ])('With %s it comes in two parts after a leader was heard', (_, options) => {
    const network = led({ servers: 3, options });
    expire(network, 'n1', 'heartbeat');
    const [message] = network.queue;
    if (message === undefined) throw new Error('a heartbeat is sent');
    const [armed] = deliver(network, message);
    expect(armed).toMatchObject({ lowMicros: 150_000, highMicros: 150_001 });
    expect(nodeOf(network, 'n2').heardLeader).toBe(true);
    const [rest] = expire(network, 'n2', 'election');
    expect(rest).toMatchObject({ kind: 'arm', lowMicros: 1, highMicros: 150_000 });
    expect(nodeOf(network, 'n2')).toMatchObject({ role: 'follower', heardLeader: false, term: 1 });
    expire(network, 'n2', 'election');
    expect(nodeOf(network, 'n2').role).not.toBe('follower');
  });

  test('With neither it is one, as in the paper', () => {
    const network = led({ servers: 3 });
    expect(nodeOf(network, 'n2').heardLeader).toBe(false);
    expire(network, 'n2', 'election');
    expect(nodeOf(network, 'n2').role).toBe('candidate');
  });
});

describe('Check-quorum (dissertation 6.2; 2.8)', () => {
  test.each([
    { alive: [], role: 'follower' },
    { alive: ['n2'], role: 'follower' },
    { alive: ['n2', 'n3'], role: 'leader' },
    { alive: ['n2', 'n3', 'n4', 'n5'], role: 'leader' },
  ])('Hearing from $alive of five for an election time-out: $role (case 32)', (row) => {
    const network = led({ servers: 5, options: checking });
    for (const id of ['n2', 'n3', 'n4', 'n5']) {
      if (!row.alive.includes(id)) link(network, 'cut', 'n1', id);
    }
    // Three beats are one time-out; the one under way counts those heard before the cut.
    beats(network, 6);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: row.role, term: 1, votedFor: 'n1' });
  });

  test('Stepping down keeps term and vote, tells nobody, and arms the election timer', () => {
    const network = led({ servers: 3, options: checking });
    link(network, 'cut', 'n1', 'n2', 'n3');
    beats(network, 4);
    const effects = expire(network, 'n1', 'heartbeat');
    expect(kinds(effects)).toEqual(['disarm', 'arm']);
    const after = { role: 'follower', term: 1, votedFor: 'n1', leader: null };
    expect(nodeOf(network, 'n1')).toMatchObject(after);
  });

  test('Who was heard once is not heard for ever (M38)', () => {
    const network = led({ servers: 3, options: checking });
    beats(network, 3);
    link(network, 'cut', 'n1', 'n2', 'n3');
    beats(network, 6);
    expect(nodeOf(network, 'n1').role).toBe('follower');
  });

  test('Learners do not count (M38; 2.6)', () => {
    const options = { ...checking, servers: ['n1', 'n2', 'n3'], learners: ['n4', 'n5'] };
    const network = led({ servers: 5, options });
    link(network, 'cut', 'n1', 'n2', 'n3');
    beats(network, 6);
    expect(nodeOf(network, 'n1').role).toBe('follower');
  });

  test('Alone, a leader is a quorum', () => {
    const network = led({ servers: 1, options: checking });
    beats(network, 9);
    expect(nodeOf(network, 'n1').role).toBe('leader');
  });

  test('A candidate stuck in a higher term is freed: the leader learns the term (case 33)', () => {
    const network = led({ servers: 3, options: checking });
    link(network, 'cut', 'n1', 'n3');
    link(network, 'cut', 'n2', 'n3');
    elect(network, 'n3');
    elect(network, 'n3');
    expect(nodeOf(network, 'n3')).toMatchObject({ role: 'candidate', term: 3 });
    link(network, 'heal', 'n3', 'n1', 'n2');
    elect(network, 'n3');
    // Protected by n2 and by itself, n1 leads on, its term as it was.
    expect(standing(network)).toEqual([
      ['leader', 1],
      ['follower', 1],
      ['candidate', 4],
    ]);
    beat(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 4, leader: null });
    elect(network, 'n1');
    beat(network, 'n1');
    expect(standing(network)).toEqual([
      ['leader', 5],
      ['follower', 5],
      ['follower', 5],
    ]);
  });

  test.each([
    { what: 'without pre-vote it dethrones', options: checking, leader: 'follower', terms: 2 },
    { what: 'with pre-vote it does not', options: both, leader: 'leader', terms: 1 },
  ])('A follower hears heartbeats too late: $what (case 34)', (row) => {
    const network = led({ servers: 3, options: row.options });
    lapse(network, 'n3');
    run(network);
    beat(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: row.leader, term: row.terms });
  });
});

describe('Disruptive servers (dissertation 4.2.3; 2.9)', () => {
  const vote = { kind: 'RequestVote', from: 'n3', lastIndex: 9, lastTerm: 9 } as const;

  test.each([
    { who: 'the leader', to: 'n1' },
    { who: 'who heard it lately', to: 'n2' },
  ])('A request for votes is ignored by $who, term and all (M31)', ({ to }) => {
    const network = led({ servers: 3, options: checking });
    const effects = deliver(network, { ...vote, to, term: 7, transfer: false });
    expect(effects).toEqual([]);
    expect(nodeOf(network, to).term).toBe(1);
  });

  test('Once the least time-out is over, it is answered', () => {
    const network = ledAndForgotten({ servers: 3, options: checking });
    const effects = deliver(network, { ...vote, to: 'n2', term: 7, transfer: false });
    expect(sent(effects)).toMatchObject([{ granted: true, term: 7 }]);
  });

  test('On the leader’s own word it is answered at once (3.10)', () => {
    const network = led({ servers: 3, options: checking });
    const effects = deliver(network, { ...vote, to: 'n2', term: 7, transfer: true });
    expect(sent(effects)).toMatchObject([{ granted: true, term: 7 }]);
    expect(nodeOf(network, 'n2').heardLeader).toBe(false);
  });

  test('Without check-quorum it is answered as in the paper', () => {
    const network = led({ servers: 3, options: asking });
    const effects = deliver(network, { ...vote, to: 'n1', term: 7, transfer: false });
    expect(sent(effects)).toMatchObject([{ granted: true, term: 7 }]);
  });

  test('A newer term learned from elsewhere does not end the protection', () => {
    const network = led({ servers: 3, options: checking });
    const news = { kind: 'RequestVoteReply', from: 'n3', to: 'n2', term: 7 } as const;
    deliver(network, { ...news, granted: false });
    expect(nodeOf(network, 'n2')).toMatchObject({ term: 7, leader: null, heardLeader: true });
    for (const term of [7, 8]) {
      expect(deliver(network, { ...vote, to: 'n2', term, transfer: false })).toEqual([]);
    }
  });

  test('The leader’s request for votes, come twice, leaves its protection as it is', () => {
    const network = led({ servers: 3, options: checking });
    const again = { ...vote, from: 'n1', to: 'n2', term: 1, transfer: false };
    expect(sent(deliver(network, again))).toMatchObject([{ granted: true }]);
    expect(nodeOf(network, 'n2').heardLeader).toBe(true);
  });

  test('With leases a server protects from its start on: it may have heard before', () => {
    const stored = { term: 3, votedFor: 'n2', entries: [] };
    const options = { ...optionsFor(3, 'n1'), ...everything };
    expect(onlineNode(options, stored).heardLeader).toBe(true);
    expect(onlineNode({ ...options, leaseMicros: 0 }, stored).heardLeader).toBe(false);
    expect(onlineNode(options, { term: 0 }).heardLeader).toBe(false);
  });
});

describe('When not to campaign (2.17)', () => {
  test.each([{}, asking])('A learner listens on, with %j', (given) => {
    const options = { ...given, servers: ['n1', 'n2'], learners: ['n3'] };
    const network = createNetwork({ servers: 3, options });
    expect(kinds(lapse(network, 'n3'))).toEqual(['arm']);
    expect(nodeOf(network, 'n3')).toMatchObject({ role: 'follower', term: 0 });
    const now = { kind: 'TimeoutNow', from: 'n1', to: 'n3', term: 0 } as const;
    expect(give(network, 'n3', { kind: 'receive', message: now })).toEqual([]);
  });

  // Configurations are in force when appended, so that none is committed but not yet in force: what
  // remains of the case is that the newest one in the log decides (dissertation 4.2.2).
  test('Whoever a committed configuration leaves out does not campaign (case 39)', () => {
    const network = led({ servers: 3, options: { servers: ['n1', 'n2', 'n3'] } });
    const payload = { kind: 'reconfigure', serial: 1, transition: 'simple' } as const;
    const changes = [{ kind: 'remove', server: 'n3' }] as const;
    const request = { kind: 'ClientRequest', from: 'ops', to: 'n1' } as const;
    const asked = { ...request, payload: { ...payload, changes } };
    give(network, 'n1', { kind: 'propose', request: asked });
    run(network);
    const third = nodeOf(network, 'n3');
    const news = { kind: 'AppendEntries', from: 'n1', to: 'n3', term: 1, round: 0 } as const;
    const { log } = nodeOf(network, 'n1');
    deliver(network, { ...news, prevIndex: 0, prevTerm: 0, entries: log, leaderCommit: 2 });
    expect(third.configurations.at(-1)?.configuration.voters).toEqual(['n1', 'n2']);
    expect(kinds(lapse(network, 'n3'))).toEqual(['arm']);
    expect(third).toMatchObject({ role: 'follower', term: 1 });
  });
});
