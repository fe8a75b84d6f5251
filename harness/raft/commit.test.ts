import { describe, expect, test } from 'vitest';
import { raftRules } from './rules.ts';
import {
  ack,
  beat,
  createNetwork,
  deliver,
  elect,
  expire,
  leaderWith,
  led,
  logOf,
  nodeOf,
  propose,
  run,
  sync,
} from './network.test.kit.ts';

describe('Section 5.4.2: a leader counts replicas only of its own term (Figure 8)', () => {
  test.each([
    { match: [1], log: [1], term: 1, commit: 1 },
    { match: [1], log: [1], term: 2, commit: 0 },
    { match: [2], log: [1, 2], term: 2, commit: 2 },
    { match: [1], log: [2], term: 2, commit: 1 },
    { match: [2, 1, 1], log: [1, 2], term: 1, commit: 1 },
    { match: [2, 1, 1], log: [1, 1], term: 2, commit: 0 },
    { match: [2, 1, 2], log: [1, 2], term: 2, commit: 2 },
    { match: [2, 1, 2], log: [1, 1], term: 2, commit: 0 },
    { match: [2, 1, 1, 1], log: [1, 2], term: 1, commit: 1 },
    { match: [2, 1, 1, 1], log: [1, 1], term: 2, commit: 0 },
    { match: [2, 1, 1, 2], log: [1, 2], term: 1, commit: 1 },
    { match: [2, 1, 1, 2], log: [1, 1], term: 2, commit: 0 },
    { match: [2, 1, 2, 2], log: [1, 2], term: 2, commit: 2 },
    { match: [2, 1, 2, 2], log: [1, 1], term: 2, commit: 0 },
    { match: [0, 2, 2], log: [2, 2], term: 2, commit: 2 },
    { match: [1, 2, 0], log: [2, 2], term: 2, commit: 1 },
  ])('Matches $match, log $log, term $term: commit $commit (case 26, 4.1.4)', (row) => {
    const node = leaderWith(row.log, row.term, row.match);
    expect(raftRules.leaderCommit(node, raftRules)).toBe(row.commit);
  });

  test.each([
    { match: 1, commit: 0 },
    { match: 2, commit: 0 },
    { match: 3, commit: 3 },
  ])('Two servers, log 1 2 and a no-op of term 3, match $match (case 20)', ({ match, commit }) => {
    const disk = { term: 2, entries: logOf(1, 2) };
    const network = createNetwork({ servers: 2, disks: [disk, disk] });
    network.muted = 'AppendEntries';
    elect(network, 'n1');
    expect(nodeOf(network, 'n1').role).toBe('leader');
    deliver(network, ack('n2', { term: 3, prevIndex: match, matchIndex: match }));
    expect(nodeOf(network, 'n1').commitIndex).toBe(commit);
  });

  test('Entries of an old term wait for one of the new term (case 21)', () => {
    const long = { term: 1, entries: logOf(1, 1, 1) };
    const short = { term: 1, entries: logOf(1) };
    const network = createNetwork({ servers: 5, disks: [long, long, long, short, short] });
    network.muted = 'AppendEntries';
    elect(network, 'n2');
    expect(nodeOf(network, 'n2')).toMatchObject({ role: 'leader', term: 2 });
    // A majority is known to hold the entries of term 1: that alone commits nothing.
    for (const peer of ['n1', 'n3']) {
      deliver(network, ack(peer, { to: 'n2', term: 2, prevIndex: 3, matchIndex: 3 }));
    }
    expect(nodeOf(network, 'n2').commitIndex).toBe(0);
    network.muted = null;
    beat(network, 'n2');
    expect(nodeOf(network, 'n2').commitIndex).toBe(4);
    propose(network, 'n2', { serial: 1, add: 1 });
    run(network);
    expect(nodeOf(network, 'n2').commitIndex).toBe(5);
  });
});

describe('Storage: a leader counts itself as far as its disk does (2.2-R5)', () => {
  test('One ack of three is no majority before the own write is durable', () => {
    const network = createNetwork({ servers: 3, slowDisks: true });
    expire(network, 'n1', 'election');
    sync(network, 'n1');
    const vote = { kind: 'RequestVoteReply', from: 'n2', to: 'n1', term: 1 } as const;
    deliver(network, { ...vote, granted: true });
    deliver(network, ack('n2', { matchIndex: 1 }));
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', commitIndex: 0 });
    sync(network, 'n1');
    expect(nodeOf(network, 'n1').commitIndex).toBe(1);
  });

  test('Others alone may be the majority', () => {
    const network = led({ servers: 3, slowDisks: false });
    const slow = { ...network, slowDisks: true };
    propose(slow, 'n1', { serial: 1, add: 1 });
    deliver(slow, ack('n2', { prevIndex: 1, matchIndex: 2 }));
    expect(nodeOf(slow, 'n1').commitIndex).toBe(1);
    deliver(slow, ack('n3', { prevIndex: 1, matchIndex: 2 }));
    expect(nodeOf(slow, 'n1')).toMatchObject({ commitIndex: 2, durableIndex: 1 });
  });

  test('The own append becoming durable after a step-down commits nothing (case 31)', () => {
    const network = createNetwork({ servers: 1, slowDisks: true });
    expire(network, 'n1', 'election');
    sync(network, 'n1');
    expect(nodeOf(network, 'n1').role).toBe('leader');
    const vote = { kind: 'RequestVoteReply', from: 'n2', to: 'n1', term: 2 } as const;
    deliver(network, { ...vote, granted: false });
    sync(network, 'n1');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', commitIndex: 0 });
  });
});
