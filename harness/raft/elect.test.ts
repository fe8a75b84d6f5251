import { describe, expect, test } from 'vitest';
import { raft } from './machine.ts';
import type { RequestVote } from './message.ts';
import type { Node } from './node.ts';
import type { Effect } from './step.ts';
import {
  createNetwork,
  deliver,
  elect,
  emptyDisk,
  expire,
  give,
  kinds,
  link,
  logOf,
  nodeOf,
  onlineNode,
  optionsFor,
  sent,
  sync,
  termsOf,
  waits,
} from './network.test.kit.ts';

function voteRequest(given: Partial<RequestVote>): RequestVote {
  const base = { from: 'n2', to: 'n1', term: 1, lastIndex: 0, lastTerm: 0, transfer: false };
  return { kind: 'RequestVote', ...base, ...given };
}

function judge(node: Node, request: RequestVote): { granted: boolean; effects: readonly Effect[] } {
  const effects = raft.step(node, { kind: 'receive', message: request });
  const reply = sent(effects)[0];
  if (reply?.kind !== 'RequestVoteReply') throw new Error('a voter always replies');
  return { granted: reply.granted, effects };
}

describe('Section 5.2: a server starts as a follower and campaigns when it hears nothing', () => {
  test('A new server is a follower of nobody at term 0, its timer armed (case 3)', () => {
    const node = raft.create(optionsFor(3, 'n1'), { start: () => 0, apply: () => never() });
    const effects = raft.step(node, { kind: 'online', stored: emptyDisk });
    expect([node.role, node.term, node.leader]).toEqual(['follower', 0, null]);
    expect(effects).toEqual([
      {
        kind: 'arm',
        timer: 'election',
        generation: 1,
        lowMicros: 150_000,
        highMicros: 300_000,
      },
    ]);
  });

  test.each(['follower', 'candidate'] as const)('A %s campaigns in a new term (case 5)', (role) => {
    const network = createNetwork({ servers: 3, slowDisks: true });
    if (role === 'candidate') expire(network, 'n1', 'election');
    const node = nodeOf(network, 'n1');
    expect(node.role).toBe(role);
    const term = node.term + 1;
    const effects = expire(network, 'n1', 'election');
    expect([node.role, node.term, node.votedFor]).toEqual(['candidate', term, 'n1']);
    expect(kinds(effects)).toEqual(['arm', 'persist', 'send', 'send']);
    expect(sent(effects)).toEqual([
      voteRequest({ from: 'n1', to: 'n2', term }),
      voteRequest({ from: 'n1', to: 'n3', term }),
    ]);
    expect(waits(effects)).toEqual([node.lastWrite, node.lastWrite]);
  });

  test.each([
    { terms: [1], term: 1, last: [1, 1] },
    { terms: [1, 2], term: 2, last: [2, 2] },
  ])('A request for votes shows the last entry of $terms (case 18)', ({ terms, term, last }) => {
    const network = createNetwork({ servers: 3 });
    deliver(network, {
      kind: 'AppendEntries',
      from: 'n2',
      to: 'n1',
      term,
      prevIndex: 0,
      prevTerm: 0,
      entries: logOf(...terms),
      leaderCommit: 0,
      round: 0,
    });
    const [lastIndex, lastTerm] = last;
    const wanted = { from: 'n1', term: term + 1, lastIndex, lastTerm };
    expect(sent(expire(network, 'n1', 'election'))).toMatchObject([
      { ...wanted, to: 'n2' },
      { ...wanted, to: 'n3' },
    ]);
  });

  test.each([
    { size: 1, yes: [], no: [], result: 'leader' },
    { size: 3, yes: [2, 3], no: [], result: 'leader' },
    { size: 3, yes: [2], no: [], result: 'leader' },
    { size: 5, yes: [2, 3, 4, 5], no: [], result: 'leader' },
    { size: 5, yes: [2, 3, 4], no: [], result: 'leader' },
    { size: 5, yes: [2, 3], no: [], result: 'leader' },
    { size: 3, yes: [], no: [2, 3], result: 'follower' },
    { size: 5, yes: [], no: [2, 3, 4, 5], result: 'follower' },
    { size: 5, yes: [2], no: [3, 4, 5], result: 'follower' },
    { size: 3, yes: [], no: [], result: 'candidate' },
    { size: 5, yes: [2], no: [], result: 'candidate' },
    { size: 5, yes: [], no: [2, 3], result: 'candidate' },
    { size: 5, yes: [], no: [], result: 'candidate' },
    { size: 4, yes: [2], no: [], result: 'candidate' },
    { size: 4, yes: [2, 3], no: [], result: 'leader' },
    { size: 4, yes: [], no: [2, 3], result: 'follower' },
    { size: 2, yes: [2], no: [], result: 'leader' },
    { size: 2, yes: [], no: [2], result: 'follower' },
  ])('Of $size servers, $yes say yes and $no say no: $result (case 6)', (row) => {
    const network = createNetwork({ servers: row.size });
    expire(network, 'n1', 'election');
    const reply = { kind: 'RequestVoteReply', to: 'n1', term: 1 } as const;
    // Everyone answers twice: votes are a set.
    for (const voter of [...row.yes, ...row.yes]) {
      deliver(network, { ...reply, from: `n${voter}`, granted: true });
    }
    for (const voter of [...row.no, ...row.no]) {
      deliver(network, { ...reply, from: `n${voter}`, granted: false });
    }
    expect(nodeOf(network, 'n1')).toMatchObject({ role: row.result, term: 1, votedFor: 'n1' });
  });

  test('A grant of an earlier term is not counted (2.1-R5)', () => {
    const network = createNetwork({ servers: 3 });
    expire(network, 'n1', 'election');
    expire(network, 'n1', 'election');
    const reply = { kind: 'RequestVoteReply', from: 'n2', to: 'n1', granted: true } as const;
    deliver(network, { ...reply, term: 1 });
    expect(nodeOf(network, 'n1').role).toBe('candidate');
    deliver(network, { ...reply, term: 2 });
    expect(nodeOf(network, 'n1').role).toBe('leader');
  });

  test('A refusal of a newer term ends the candidacy', () => {
    const network = createNetwork({ servers: 3 });
    expire(network, 'n1', 'election');
    const reply = { kind: 'RequestVoteReply', from: 'n2', to: 'n1', term: 4 } as const;
    const effects = deliver(network, { ...reply, granted: false });
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 4, votedFor: null });
    expect(kinds(effects)).toEqual(['persist']);
  });

  test('Two candidates: one leads, the other fails on its log (case 29)', () => {
    const network = createNetwork({ servers: 3 });
    link(network, 'cut', 'n1', 'n3');
    elect(network, 'n1');
    elect(network, 'n3');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 1 });
    expect(nodeOf(network, 'n3')).toMatchObject({ role: 'candidate', term: 1 });
    link(network, 'heal', 'n1', 'n3');
    elect(network, 'n3');
    for (const [id, length] of [['n1', 1] as const, ['n2', 1] as const, ['n3', 0] as const]) {
      const node = nodeOf(network, id);
      expect([node.role, node.term, node.log.length]).toEqual(['follower', 2, length]);
    }
  });

  test('A candidate with an older log may still overwrite newer, uncommitted logs (case 22)', () => {
    const network = createNetwork({
      servers: 5,
      disks: [
        { term: 1, votedFor: 'n1', entries: logOf(1) },
        { term: 1, votedFor: 'n1', entries: logOf(1) },
        { term: 2, votedFor: 'n3', entries: logOf(2) },
        { term: 2, votedFor: 'n3' },
        { term: 2, votedFor: 'n3' },
      ],
    });
    elect(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 2 });
    elect(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 3 });
    for (const { node } of network.machines) expect(termsOf(node.log)).toEqual([1, 3]);
  });
});

describe('Sections 5.2 and 5.4.1: votes', () => {
  test.each([
    { votedFor: null, from: 'n2', granted: true },
    { votedFor: null, from: 'n3', granted: true },
    { votedFor: 'n2', from: 'n2', granted: true },
    { votedFor: 'n3', from: 'n3', granted: true },
    { votedFor: 'n2', from: 'n3', granted: false },
    { votedFor: 'n3', from: 'n2', granted: false },
  ])('Voted for $votedFor, asked by $from: $granted (case 7)', ({ votedFor, from, granted }) => {
    const node = onlineNode(optionsFor(3, 'n1'), { term: 1, votedFor, entries: [] });
    const result = judge(node, voteRequest({ from, term: 1 }));
    expect(result.granted).toBe(granted);
    expect(node.votedFor).toBe(granted ? from : votedFor);
  });

  test.each([
    { own: [1], lastTerm: 1, lastIndex: 1, granted: true },
    { own: [1], lastTerm: 1, lastIndex: 2, granted: true },
    { own: [1, 1], lastTerm: 1, lastIndex: 1, granted: false },
    { own: [1], lastTerm: 2, lastIndex: 1, granted: true },
    { own: [1], lastTerm: 2, lastIndex: 2, granted: true },
    { own: [1, 1], lastTerm: 2, lastIndex: 1, granted: true },
    { own: [2], lastTerm: 1, lastIndex: 1, granted: false },
    { own: [2], lastTerm: 1, lastIndex: 2, granted: false },
    { own: [2, 2], lastTerm: 1, lastIndex: 1, granted: false },
  ])('A voter with $own, asked with ($lastTerm, $lastIndex): $granted (case 19)', (row) => {
    const entries = logOf(...row.own);
    const node = onlineNode(optionsFor(3, 'n1'), { term: 2, votedFor: null, entries });
    const { lastTerm, lastIndex } = row;
    expect(judge(node, voteRequest({ term: 3, lastTerm, lastIndex })).granted).toBe(row.granted);
    expect(node.term).toBe(3);
  });

  test('A vote waits for its write, a plain refusal for nothing (Figure 2; 2.1-R3)', () => {
    const node = onlineNode(optionsFor(3, 'n1'), { term: 1, votedFor: null, entries: [] });
    const granted = judge(node, voteRequest({ from: 'n2' }));
    expect(kinds(granted.effects)).toEqual(['arm', 'persist', 'send']);
    expect(waits(granted.effects)).toEqual([1]);
    raft.step(node, { kind: 'persisted', write: 1 });
    const refused = judge(node, voteRequest({ from: 'n3' }));
    expect(kinds(refused.effects)).toEqual(['send']);
    expect(waits(refused.effects)).toEqual([0]);
    const again = judge(node, voteRequest({ from: 'n2' }));
    expect(again.granted).toBe(true);
    expect(kinds(again.effects)).toEqual(['arm', 'send']);
  });

  test('A refusal that adopts a term waits for the term; the timer runs on (2.1-R4)', () => {
    const entries = logOf(1);
    const node = onlineNode(optionsFor(3, 'n1'), { term: 1, votedFor: null, entries });
    const { granted, effects } = judge(node, voteRequest({ term: 2 }));
    expect(granted).toBe(false);
    expect(kinds(effects)).toEqual(['persist', 'send']);
    expect(waits(effects)).toEqual([1]);
  });

  test('A request of an older term is refused with the own term (case 2)', () => {
    const node = onlineNode(optionsFor(3, 'n1'), { term: 2, votedFor: null, entries: [] });
    const { granted, effects } = judge(node, voteRequest({ term: 1, lastIndex: 9, lastTerm: 1 }));
    expect(granted).toBe(false);
    expect(sent(effects)).toMatchObject([{ term: 2 }]);
    expect(node).toMatchObject({ role: 'follower', term: 2, votedFor: null });
  });

  test('A leader asked in a newer term steps down and arms its timer', () => {
    const network = createNetwork({ servers: 3 });
    elect(network, 'n1');
    const effects = deliver(network, voteRequest({ term: 2, lastIndex: 1, lastTerm: 1 }));
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 2, votedFor: 'n2' });
    expect(kinds(effects)).toEqual(['disarm', 'arm', 'arm', 'persist', 'send']);
  });
});

describe('Section 5.2 and storage: a candidate counts its own vote once it is durable', () => {
  test('A grant is not enough before the own vote is durable (2.1-R1)', () => {
    const network = createNetwork({ servers: 3, slowDisks: true });
    expire(network, 'n1', 'election');
    expect(network.queue).toEqual([]);
    const reply = { kind: 'RequestVoteReply', from: 'n2', to: 'n1', term: 1 } as const;
    deliver(network, { ...reply, granted: true });
    expect(nodeOf(network, 'n1').role).toBe('candidate');
    sync(network, 'n1');
    expect(nodeOf(network, 'n1').role).toBe('leader');
  });

  test('The own vote becoming durable after a lost election changes nothing (case 31)', () => {
    const network = createNetwork({ servers: 3, slowDisks: true });
    expire(network, 'n1', 'election');
    deliver(network, { ...voteRequest({ from: 'n2', term: 2 }) });
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 2, votedFor: 'n2' });
    sync(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 2 });
    expect(nodeOf(network, 'n1').granted.size).toBe(0);
  });

  test('A server alone elects itself once its vote is durable', () => {
    const network = createNetwork({ servers: 1, slowDisks: true });
    expire(network, 'n1', 'election');
    expect(nodeOf(network, 'n1').role).toBe('candidate');
    sync(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', commitIndex: 0 });
    sync(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ commitIndex: 1, appliedIndex: 1 });
  });

  test('A vote leaves the server only once its write is durable', () => {
    const network = createNetwork({ servers: 3, slowDisks: true });
    give(network, 'n1', { kind: 'receive', message: voteRequest({ term: 1 }) });
    expect(network.queue).toEqual([]);
    expect(nodeOf(network, 'n1').votedFor).toBe('n2');
    sync(network, 'n1');
    expect(network.queue).toMatchObject([{ kind: 'RequestVoteReply', granted: true }]);
  });
});

function never(): never {
  throw new Error('nothing is applied here');
}
