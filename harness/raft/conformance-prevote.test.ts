/**
 * Conformance (raft.md 4.1): pre-vote, cases 22 and 30, and the rules behind them (dissertation 9.6;
 * raft.md 2.7).
 */
import { describe, expect, test } from 'vitest';
import { raft } from './machine.ts';
import type { PreVote, RaftMessage } from './message.ts';
import type { Node, NodeOptions } from './node.ts';
import {
  beat,
  createNetwork,
  deliver,
  elect,
  expire,
  kinds,
  led,
  link,
  logOf,
  nodeOf,
  onlineNode,
  optionsFor,
  sent,
  termsOf,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import { standing } from './wishes.test.kit.ts';

const asking: Partial<NodeOptions> = { preVote: true };

function preVote(given: Partial<PreVote>): PreVote {
  const base = { from: 'n2', to: 'n1', term: 2, lastIndex: 0, lastTerm: 0 };
  return { kind: 'PreVote', ...base, ...given };
}

/** n1's answer to a pre-vote. */
function judged(node: Node, request: PreVote): RaftMessage | undefined {
  return sent(raft.step(node, { kind: 'receive', message: request }))[0];
}

/** So many heartbeats of n1, with all that follows. */
function beats(network: Network, count: number): void {
  for (let left = count; left > 0; left -= 1) beat(network, 'n1');
}

describe('Pre-vote (dissertation 9.6; 2.7)', () => {
  test('Whoever asks keeps its term and vote, and writes nothing', () => {
    const network = createNetwork({ servers: 3, options: asking });
    const effects = expire(network, 'n1', 'election');
    expect(kinds(effects)).toEqual(['arm', 'send', 'send']);
    expect(sent(effects)).toEqual([
      preVote({ from: 'n1', to: 'n2', term: 1 }),
      preVote({ from: 'n1', to: 'n3', term: 1 }),
    ]);
    const asker = { role: 'preCandidate', term: 0, votedFor: null, leader: null };
    expect(nodeOf(network, 'n1')).toMatchObject(asker);
  });

  test('With a quorum of grants it campaigns in the next term', () => {
    const network = createNetwork({ servers: 5, options: asking });
    expire(network, 'n1', 'election');
    const grant = { kind: 'PreVoteReply', to: 'n1', term: 1, granted: true } as const;
    deliver(network, { ...grant, from: 'n2' });
    deliver(network, { ...grant, from: 'n2' });
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'preCandidate', term: 0 });
    deliver(network, { ...grant, from: 'n3' });
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'candidate', term: 1, votedFor: 'n1' });
    // Grants are not votes.
    deliver(network, { ...grant, from: 'n4' });
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'candidate', term: 1 });
  });

  test('Alone, it needs nobody else', () => {
    const network = createNetwork({ servers: 1, options: asking });
    elect(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 1, commitIndex: 1 });
  });

  test('A candidate whose time is up asks again before it raises its term', () => {
    const network = createNetwork({ servers: 3, options: asking });
    expire(network, 'n1', 'election');
    const grant = { kind: 'PreVoteReply', from: 'n2', to: 'n1', term: 1, granted: true } as const;
    deliver(network, grant);
    expire(network, 'n1', 'election');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'preCandidate', term: 1, votedFor: 'n1' });
    // A grant for the term before says nothing about the next one.
    deliver(network, grant);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'preCandidate', term: 1 });
  });

  test.each([
    { what: 'a grant for a term far ahead', reply: { term: 9, granted: true }, term: 0 },
    { what: 'a refusal of its own term', reply: { term: 0, granted: false }, term: 0 },
    { what: 'a refusal of a newer term', reply: { term: 9, granted: false }, term: 9 },
  ])('Of $what only a newer refusal is adopted', ({ reply, term }) => {
    for (const role of ['follower', 'preCandidate', 'candidate', 'leader'] as const) {
      const options = role === 'preCandidate' ? asking : {};
      const network = createNetwork({ servers: role === 'leader' ? 1 : 3, options });
      if (role !== 'follower') expire(network, 'n1', 'election');
      const before = nodeOf(network, 'n1').term;
      expect(nodeOf(network, 'n1').role).toBe(role);
      deliver(network, { kind: 'PreVoteReply', from: 'n2', to: 'n1', ...reply });
      expect(nodeOf(network, 'n1').term).toBe(Math.max(before, term));
      if (term > before) expect(nodeOf(network, 'n1').role).toBe('follower');
    }
  });

  test('Refused by a quorum it is a follower again, its timer as it was', () => {
    const network = createNetwork({ servers: 3, options: asking });
    expire(network, 'n1', 'election');
    for (const from of ['n2', 'n3']) {
      const refusal = { kind: 'PreVoteReply', from, to: 'n1', term: 0, granted: false } as const;
      expect(deliver(network, refusal)).toEqual([]);
    }
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 0 });
  });

  test.each([
    { own: [1], term: 2, last: [1, 1], granted: true, why: 'as up to date, next term' },
    { own: [1, 1], term: 2, last: [1, 1], granted: false, why: 'a shorter log' },
    { own: [2], term: 3, last: [1, 5], granted: false, why: 'an older last term' },
    { own: [1], term: 1, last: [1, 1], granted: true, why: 'own term, vote free' },
    { own: [1], term: 1, voted: 'n3', last: [1, 1], granted: false, why: 'own term, vote given' },
    { own: [1], term: 1, voted: 'n2', last: [1, 1], granted: true, why: 'own term, vote its own' },
    { own: [1], term: 0, last: [1, 1], granted: false, why: 'an older term: refused, not dropped' },
  ])('Asked with $last in term $term, log $own: $granted ($why)', (row) => {
    const stored = { term: 1, votedFor: row.voted ?? null, entries: logOf(...row.own) };
    const own = { ...stored, term: Math.max(1, ...row.own) };
    const node = onlineNode({ ...optionsFor(3, 'n1'), ...asking }, own);
    const generation = node.electionGeneration;
    const [lastTerm = 0, lastIndex = 0] = row.last;
    const reply = judged(node, preVote({ term: row.term, lastTerm, lastIndex }));
    const term = row.granted ? row.term : own.term;
    expect(reply).toMatchObject({ kind: 'PreVoteReply', to: 'n2', granted: row.granted, term });
    // Nothing has happened: the same again for the next who asks (M08).
    expect(node).toMatchObject({ term: own.term, votedFor: own.votedFor, role: 'follower' });
    expect(node.electionGeneration).toBe(generation);
    const free = row.voted === undefined;
    const next = judged(node, preVote({ from: 'n3', term: row.term, lastTerm, lastIndex }));
    if (free) expect(next).toMatchObject({ to: 'n3', granted: row.granted });
  });

  test('A leader refuses, and so does who heard it lately (M09)', () => {
    const network = led({ servers: 3, options: asking });
    const request = preVote({ from: 'n3', term: 2, lastIndex: 1, lastTerm: 1 });
    for (const to of ['n1', 'n2']) {
      expect(sent(deliver(network, { ...request, to }))).toMatchObject([
        { kind: 'PreVoteReply', granted: false, term: 1 },
      ]);
    }
    expire(network, 'n2', 'election');
    expect(sent(deliver(network, { ...request, to: 'n2' }))).toMatchObject([{ granted: true }]);
    expect(standing(network).slice(0, 2)).toEqual([
      ['leader', 1],
      ['follower', 1],
    ]);
  });

  test('A vote given ends the asking', () => {
    const network = createNetwork({ servers: 3, options: asking });
    expire(network, 'n1', 'election');
    const vote = { kind: 'RequestVote', from: 'n2', to: 'n1', lastIndex: 0, lastTerm: 0 } as const;
    deliver(network, { ...vote, term: 1, transfer: false });
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 1, votedFor: 'n2' });
  });

  test('Two ask at once: the one behind a cut link changes nobody’s term (case 30)', () => {
    const network = createNetwork({ servers: 3, options: asking });
    link(network, 'cut', 'n1', 'n3');
    elect(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 1 });
    elect(network, 'n3');
    link(network, 'heal', 'n1', 'n3');
    elect(network, 'n3');
    expect(standing(network)).toEqual([
      ['leader', 1],
      ['follower', 1],
      ['follower', 1],
    ]);
  });

  test('An older log may still overwrite newer, uncommitted ones (case 22, pre-vote)', () => {
    const voted = { term: 2, votedFor: 'n3' };
    const first = { term: 1, votedFor: 'n1', entries: logOf(1) };
    const disks = [first, first, { ...voted, entries: logOf(2) }, voted, voted];
    const network = createNetwork({ servers: 5, options: asking, disks });
    elect(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 2 });
    elect(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 3 });
    for (const { node } of network.machines) expect(termsOf(node.log)).toEqual([1, 3]);
  });

  test('A server that was cut off comes back without disturbing anyone', () => {
    const network = led({ servers: 3, options: asking });
    link(network, 'cut', 'n3', 'n1', 'n2');
    for (let left = 5; left > 0; left -= 1) elect(network, 'n3');
    expect(nodeOf(network, 'n3')).toMatchObject({ role: 'preCandidate', term: 1 });
    link(network, 'heal', 'n3', 'n1', 'n2');
    elect(network, 'n3');
    beats(network, 1);
    expect(standing(network)).toEqual([
      ['leader', 1],
      ['follower', 1],
      ['follower', 1],
    ]);
  });
});
