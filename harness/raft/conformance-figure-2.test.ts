/** Figure 2 of the paper (extended version), one test for each of its statements, in its order. */
import { describe, expect, test } from 'vitest';
import { raft } from './machine.ts';
import type { AppendEntries, RaftMessage, RequestVote } from './message.ts';
import {
  ack,
  createNetwork,
  crash,
  deliver,
  elect,
  expire,
  kinds,
  led,
  logOf,
  machineOf,
  nodeOf,
  onlineNode,
  optionsFor,
  propose,
  run,
  sent,
  termsOf,
  waits,
} from './network.test.kit.ts';
import type { Node } from './node.ts';
import type { Effect } from './step.ts';

/** A follower of term 2 with the log 1 1 2. */
function follower(): Node {
  return onlineNode(optionsFor(3, 'n1'), { term: 2, entries: logOf(1, 1, 2) });
}

function append(given: Partial<AppendEntries>): AppendEntries {
  const head = { kind: 'AppendEntries', from: 'n2', to: 'n1', term: 2, round: 0 } as const;
  return { ...head, prevIndex: 3, prevTerm: 2, entries: [], leaderCommit: 0, ...given };
}

function vote(given: Partial<RequestVote>): RequestVote {
  const head = { kind: 'RequestVote', from: 'n3', to: 'n1', term: 3, transfer: false } as const;
  return { ...head, lastIndex: 3, lastTerm: 2, ...given };
}

function receive(node: Node, message: RaftMessage): readonly Effect[] {
  return raft.step(node, { kind: 'receive', message });
}

describe('Figure 2, state', () => {
  test('Term, vote and log survive a crash; they are durable before anything is answered', () => {
    const network = led({ servers: 3 });
    propose(network, 'n1', { serial: 1, add: 1 });
    run(network);
    const { disk, node } = machineOf(network, 'n2');
    expect(disk).toMatchObject({ term: 1, votedFor: 'n1', entries: node.log });
    crash(network, 'n2');
    expect(nodeOf(network, 'n2')).toMatchObject({ term: 1, votedFor: 'n1', log: disk.entries });
    const effects = receive(
      follower(),
      append({ prevIndex: 3, entries: logOf(1, 1, 2, 2).slice(3) }),
    );
    expect(kinds(effects).filter((kind) => kind !== 'arm')).toEqual(['persist', 'send']);
    expect(waits(effects)).toEqual([1]);
  });

  test('The term begins at 0, with no vote and an empty log', () => {
    const node = raft.create(
      optionsFor(3, 'n1'),
      nodeOf(createNetwork({ servers: 1 }), 'n1').application,
    );
    expect(node).toMatchObject({ term: 0, votedFor: null, log: [] });
  });

  test('Commit index and last applied begin at 0 and only rise', () => {
    const node = follower();
    expect([node.commitIndex, node.appliedIndex]).toEqual([0, 0]);
    const seen = [2, 1, 3, 0].map((leaderCommit) => {
      receive(node, append({ leaderCommit }));
      return [node.commitIndex, node.appliedIndex];
    });
    expect(seen).toEqual([
      [2, 2],
      [2, 2],
      [3, 3],
      [3, 3],
    ]);
  });

  test('A leader begins anew: next index after its last entry, nothing known to match', () => {
    const entries = logOf(1, 1);
    const network = createNetwork({
      servers: 3,
      disks: [0, 1, 2].map(() => ({ term: 1, entries })),
    });
    network.muted = 'AppendEntries';
    for (const leader of ['n1', 'n2', 'n1']) {
      elect(network, leader);
      const { progress, log } = nodeOf(network, leader);
      expect(progress).toMatchObject([
        { matchIndex: 0, nextIndex: log.length },
        { matchIndex: 0, nextIndex: log.length },
      ]);
    }
  });
});

describe('Figure 2, AppendEntries RPC, receiver', () => {
  test('1. An older term is refused (2.1-R8)', () => {
    const effects = receive(follower(), append({ term: 1 }));
    expect(sent(effects)).toMatchObject([{ success: false, term: 2 }]);
  });

  test.each([
    { prevIndex: 4, prevTerm: 2, why: 'the log is too short' },
    { prevIndex: 3, prevTerm: 1, why: 'the term is another' },
  ])('2. Without the previous entry it is refused: $why', ({ prevIndex, prevTerm }) => {
    const effects = receive(follower(), append({ prevIndex, prevTerm }));
    expect(sent(effects)).toMatchObject([{ success: false, matchIndex: 0 }]);
  });

  test('3. A conflicting entry goes, and all that follow it', () => {
    const node = onlineNode(optionsFor(3, 'n1'), { term: 3, entries: logOf(1, 1, 1, 1) });
    const entries = logOf(1, 3).slice(1);
    receive(node, append({ term: 3, prevIndex: 1, prevTerm: 1, entries }));
    expect(termsOf(node.log)).toEqual([1, 3]);
  });

  test('4. Entries not in the log are appended, the others left alone', () => {
    const node = follower();
    const before = [...node.log];
    receive(node, append({ prevIndex: 1, prevTerm: 1, entries: logOf(1, 1, 2, 2).slice(1) }));
    expect(termsOf(node.log)).toEqual([1, 1, 2, 2]);
    for (const [at, entry] of before.entries()) expect(node.log[at]).toBe(entry);
  });

  test.each([
    { leaderCommit: 2, commit: 2 },
    { leaderCommit: 9, commit: 3 },
  ])(
    '5. The commit index becomes the smaller of $leaderCommit and 3',
    ({ leaderCommit, commit }) => {
      const node = follower();
      receive(node, append({ leaderCommit }));
      expect(node.commitIndex).toBe(commit);
    },
  );
});

describe('Figure 2, RequestVote RPC, receiver', () => {
  test('1. An older term is refused (2.1-R8)', () => {
    const effects = receive(follower(), vote({ term: 1 }));
    expect(sent(effects)).toMatchObject([{ granted: false, term: 2 }]);
  });

  test.each([
    { voted: null, from: 'n3', log: [3, 2], granted: true },
    { voted: 'n3', from: 'n3', log: [3, 2], granted: true },
    { voted: 'n2', from: 'n3', log: [3, 2], granted: false },
    { voted: null, from: 'n3', log: [2, 2], granted: false },
    { voted: null, from: 'n3', log: [9, 1], granted: false },
    { voted: null, from: 'n3', log: [1, 3], granted: true },
  ])('2. Voted for $voted, asked by $from with $log: $granted', ({ voted, from, log, granted }) => {
    const node = onlineNode(optionsFor(3, 'n1'), {
      term: 3,
      votedFor: voted,
      entries: logOf(1, 1, 2),
    });
    const [lastIndex = 0, lastTerm = 0] = log;
    const effects = receive(node, vote({ from, lastIndex, lastTerm }));
    expect(sent(effects)).toMatchObject([{ granted }]);
  });
});

describe('Figure 2, rules for servers', () => {
  test('All: what is committed is applied, in the order of the log (2.2-R7)', () => {
    const effects = receive(follower(), append({ leaderCommit: 3 }));
    const applied = effects.flatMap((each) => (each.kind === 'apply' ? [each.entry.index] : []));
    expect(applied).toEqual([1, 2, 3]);
  });

  test.each(['follower', 'candidate', 'leader'] as const)(
    'All: a newer term makes a %s a follower of that term (2.1-R6)',
    (role) => {
      const network = createNetwork({ servers: 3 });
      if (role === 'leader') elect(network, 'n1');
      if (role === 'candidate') expire(network, 'n1', 'election');
      expect(nodeOf(network, 'n1').role).toBe(role);
      deliver(network, ack('n2', { term: 7, success: false }));
      expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 7, votedFor: null });
    },
  );

  test('Followers: they answer, and ask for nothing by themselves', () => {
    const node = follower();
    expect(sent(receive(node, append({})))).toHaveLength(1);
    expect(sent(receive(node, vote({})))).toHaveLength(1);
    const { heartbeatGeneration: generation } = node;
    expect(raft.step(node, { kind: 'expire', timer: 'heartbeat', generation })).toEqual([]);
  });

  test('Followers: heartbeats and granted votes hold off a campaign; silence begins one', () => {
    const node = follower();
    expect(kinds(receive(node, append({})))).toContain('arm');
    expect(kinds(receive(node, vote({ lastIndex: 0, lastTerm: 0 })))).not.toContain('arm');
    expect(kinds(receive(node, vote({})))).toContain('arm');
    const { electionGeneration: generation } = node;
    raft.step(node, { kind: 'expire', timer: 'election', generation });
    expect(node).toMatchObject({ role: 'candidate', term: 4 });
  });

  test('Candidates: a new term, the own vote, a new time-out, and a request to all others', () => {
    const network = createNetwork({ servers: 3 });
    const effects = expire(network, 'n1', 'election');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'candidate', term: 1, votedFor: 'n1' });
    expect(kinds(effects)).toEqual(['arm', 'persist', 'send', 'send']);
    expect(sent(effects)).toMatchObject([
      { kind: 'RequestVote', to: 'n2', term: 1 },
      { kind: 'RequestVote', to: 'n3', term: 1 },
    ]);
  });

  test('Candidates: a majority of votes makes a leader', () => {
    const network = createNetwork({ servers: 5 });
    expire(network, 'n1', 'election');
    const reply = { kind: 'RequestVoteReply', to: 'n1', term: 1, granted: true } as const;
    deliver(network, { ...reply, from: 'n2' });
    expect(nodeOf(network, 'n1').role).toBe('candidate');
    deliver(network, { ...reply, from: 'n3' });
    expect(nodeOf(network, 'n1').role).toBe('leader');
  });

  test('Candidates: a leader of the term makes a follower', () => {
    const network = createNetwork({ servers: 3 });
    expire(network, 'n1', 'election');
    deliver(network, append({ term: 1, prevIndex: 0, prevTerm: 0 }));
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', leader: 'n2', term: 1 });
  });

  test('Candidates: without a result in time, the next election begins', () => {
    const network = createNetwork({ servers: 3 });
    expire(network, 'n1', 'election');
    expire(network, 'n1', 'election');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'candidate', term: 2 });
  });

  test('Leaders: everyone hears of them at once, and again and again', () => {
    const network = createNetwork({ servers: 3 });
    expire(network, 'n1', 'election');
    const reply = { kind: 'RequestVoteReply', to: 'n1', term: 1, granted: true } as const;
    const first = sent(deliver(network, { ...reply, from: 'n2' }));
    const again = sent(expire(network, 'n1', 'heartbeat'));
    for (const messages of [first, again]) {
      expect(messages).toMatchObject([
        { kind: 'AppendEntries', to: 'n2' },
        { kind: 'AppendEntries', to: 'n3' },
      ]);
    }
  });

  test('Leaders: a command is appended at once and answered once it is applied', () => {
    const network = led({ servers: 3 });
    propose(network, 'n1', { serial: 1, add: 4 });
    expect(nodeOf(network, 'n1').log).toHaveLength(2);
    expect(network.replies).toEqual([]);
    const effects = deliver(network, ack('n2', { prevIndex: 1, matchIndex: 2 }));
    expect(kinds(effects).slice(0, 2)).toEqual(['apply', 'answer']);
  });

  test('Leaders: their log only grows, whatever is refused or comes late (2.2-R6)', () => {
    const network = led({ servers: 3 });
    network.muted = 'AppendEntries';
    propose(network, 'n1', { serial: 1, add: 4 });
    const before = [...nodeOf(network, 'n1').log];
    const late = { from: 'n2', to: 'n1', term: 0, round: 0, leaderCommit: 0 } as const;
    const empty = { prevIndex: 0, prevTerm: 0, entries: logOf(0, 0) } as const;
    deliver(network, { kind: 'AppendEntries', ...late, ...empty });
    deliver(network, ack('n2', { success: false, prevIndex: 1 }));
    propose(network, 'n1', { serial: 2, add: 4 });
    expect(nodeOf(network, 'n1').log.slice(0, -1)).toEqual(before);
  });

  test('Leaders: a follower gets everything from its next index on', () => {
    const network = led({ servers: 2 });
    network.muted = 'AppendEntries';
    for (const serial of [1, 2, 3]) propose(network, 'n1', { serial, add: 1 });
    const refusal = ack('n2', { success: false, prevIndex: 4, hintIndex: 1, hintTerm: 1 });
    const [again] = sent(deliver(network, refusal));
    expect(again).toMatchObject({ prevIndex: 1, entries: nodeOf(network, 'n1').log.slice(1) });
  });

  test('Leaders: success raises next and match index; a refusal lowers next and is retried', () => {
    const network = createNetwork({
      servers: 2,
      disks: [{ term: 1, entries: logOf(1, 1, 1) }, { term: 1 }],
    });
    network.muted = 'AppendEntries';
    elect(network, 'n1');
    const { progress } = nodeOf(network, 'n1');
    expect(progress).toMatchObject([{ matchIndex: 0, nextIndex: 4 }]);
    const refusal = ack('n2', { term: 2, success: false, prevIndex: 3 });
    expect(sent(deliver(network, refusal))).toMatchObject([{ prevIndex: 0 }]);
    expect(progress).toMatchObject([{ matchIndex: 0, nextIndex: 1 }]);
    deliver(network, ack('n2', { term: 2, matchIndex: 4 }));
    expect(progress).toMatchObject([{ matchIndex: 4, nextIndex: 5 }]);
  });

  test.each([
    { matches: [2, 2], commit: 0, why: 'a majority, but of an old term' },
    { matches: [3, 0], commit: 0, why: 'no majority of five' },
    { matches: [3, 3], commit: 3, why: 'a majority, in its own term' },
  ])('Leaders: matches of $matches commit $commit: $why', ({ matches, commit }) => {
    const disk = { term: 1, entries: logOf(1, 1) };
    const network = createNetwork({ servers: 5, disks: [disk, disk, disk, disk, disk] });
    network.muted = 'AppendEntries';
    elect(network, 'n1');
    for (const [at, matchIndex] of matches.entries()) {
      deliver(network, ack(`n${at + 2}`, { term: 2, matchIndex }));
    }
    expect(nodeOf(network, 'n1').commitIndex).toBe(commit);
  });
});
