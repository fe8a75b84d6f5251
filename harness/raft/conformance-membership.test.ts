/**
 * Conformance cases of membership (raft.md 4.1: 12, 37, 41, 43, 44; 4.3: etcd's scenario files, with
 * configurations in force as soon as they are appended). The tables of case 44 stand in
 * `quorum.test.ts` and `configuration-change.test.ts`.
 */
import { describe, expect, test } from 'vitest';
import type { ServerId } from './entry.ts';
import { raft, machine } from './machine.ts';
import {
  cluster,
  configurationFrom,
  configurationsIn,
  reconfigure,
  settle,
  show,
  shown,
  told,
} from './membership.test.kit.ts';
import {
  ack,
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
  machineOf,
  nodeOf,
  onlineNode,
  optionsFor,
  propose,
  run,
  sent,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import { brokenRules } from './rules.ts';
import type { Snapshot } from './saved.ts';
import { configurationOf } from './configuration.ts';
import type { Subject } from './step.ts';

const done = { kind: 'done', result: null };
const busy = { kind: 'busy', reason: 'reconfigure' };

describe('Case 12: acknowledgements that commit, with learners (LeaderAcknowledgeCommit)', () => {
  test.each([
    [1, [], true],
    [1, ['n4', 'n5'], true],
    [3, [], false],
    [3, ['n4'], false],
    [3, ['n4', 'n5'], false],
    [3, ['n2'], true],
    [3, ['n4', 'n5', 'n3'], true],
    [3, ['n2', 'n3'], true],
  ] as const)('%i voters, two learners, acknowledged by %j: %s', (voters, acks, commits) => {
    const servers = ['n1', 'n2', 'n3'].slice(0, voters);
    const network = led({ servers: 5, options: { servers, learners: ['n4', 'n5'] } });
    network.muted = 'AppendEntries';
    propose(network, 'n1', { serial: 1, add: 1 });
    for (const from of acks) deliver(network, ack(from, { prevIndex: 1, matchIndex: 2 }));
    expect(nodeOf(network, 'n1').commitIndex).toBe(commits ? 2 : 1);
  });
});

describe('Case 37: a snapshot brings its configuration (Restore…)', () => {
  const snapshot: Snapshot = {
    index: 11,
    term: 11,
    configuration: configurationFrom('1 2 3'),
    sessions: [],
    application: 5,
    stateDigest: 7,
  };

  test.each([
    ['with learners', '1 2, learners 3'],
    ['with outgoing voters', '2 3 4 & 1 2 3'],
    ['with a voter that becomes a learner', '1 2 & 1 2 3, next 3'],
  ])('%s: %s', (_, text) => {
    const node = onlineNode(optionsFor(3, 'n3'), { term: 12 });
    const data = JSON.stringify({ ...snapshot, configuration: configurationFrom(text) });
    const from = { from: 'n1', to: 'n3', term: 12, lastIndex: 11, lastTerm: 11, offset: 0 };
    const message = { kind: 'InstallSnapshot', ...from, data, done: true, round: 1 } as const;
    raft.step(node, { kind: 'receive', message });
    expect(show(configurationOf(node))).toBe(text);
    expect(node).toMatchObject({ term: 12, commitIndex: 11, appliedIndex: 11 });
  });

  test('A server that starts from a snapshot within a joint configuration leads out of it', () => {
    const configuration = configurationFrom('1 4 & 1 2 3');
    const joint = { ...snapshot, index: 3, term: 1, configuration };
    const network = createNetwork({
      servers: 4,
      options: { servers: ['n1', 'n2', 'n3'] },
      disks: [1, 2, 3, 4].map(() => ({ term: 1, snapshot: joint })),
    });
    expect(shown(network, 'n1')).toBe('1 4 & 1 2 3');
    elect(network, 'n1');
    settle(network, 'n1');
    expect(nodeOf(network, 'n1').role).toBe('leader');
    expect(shown(network, 'n4')).toBe('1 4');
  });

  test('A promotion that only the snapshot tells makes a learner a voter (LearnerPromotion)', () => {
    const options = { ...optionsFor(2, 'n3'), learners: ['n3'] };
    const node = onlineNode(options, { term: 1, snapshot: { ...snapshot, index: 3, term: 1 } });
    const generation = node.electionGeneration;
    raft.step(node, { kind: 'expire', timer: 'election', generation });
    expect(node.role).toBe('candidate');
  });
});

describe('A server that may not campaign (raft.md 2.17)', () => {
  test('sends nobody to a leader that it has not heard for an election time-out', () => {
    const network = led({ servers: 3, options: { servers: ['n1', 'n2'], learners: ['n3'] } });
    const learner = nodeOf(network, 'n3');
    expect([learner.role, learner.leader]).toEqual(['follower', 'n1']);
    expect(kinds(lapse(network, 'n3'))).toEqual(['arm']);
    expect([learner.role, learner.leader]).toEqual(['follower', null]);
    beat(network, 'n1');
    expect([learner.role, learner.leader]).toEqual(['follower', 'n1']);
  });
});

describe('Case 41: campaign_learner_must_vote', () => {
  test('A server that thinks it is a learner votes for a candidate that knows better', () => {
    const network = led({ servers: 3, options: { servers: ['n1', 'n2'], learners: ['n3'] } });
    reconfigure(network, 'n1', { changes: 'v3' });
    network.queue.splice(0, Infinity, ...network.queue.filter(({ to }) => to !== 'n3'));
    link(network, 'cut', 'n1', 'n3');
    run(network);
    expect(shown(network, 'n2')).toBe('1 2 3');
    expect(shown(network, 'n3')).toBe('1 2, learners 3');
    // n1 is gone: without n3's vote n2 has no majority of three.
    link(network, 'cut', 'n1', 'n2');
    elect(network, 'n2');
    expect(nodeOf(network, 'n2').role).toBe('leader');
    beat(network, 'n2');
    expect(shown(network, 'n3')).toBe('1 2 3');
    expect(nodeOf(network, 'n2').commitIndex).toBe(3);
  });
});

describe('Case 43: a leader that is removed', () => {
  test('confchange_v1_remove_leader: it does not count itself, and is gone when committed', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n1', { changes: 'r1' });
    propose(network, 'n1', { serial: 1, add: 1 });
    // n2 has everything, n3 nothing yet: of n2 and n3 that is no majority.
    const toThree = network.queue.filter(({ to }) => to === 'n3');
    network.queue.splice(0, Infinity, ...network.queue.filter(({ to }) => to === 'n2'));
    run(network);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', commitIndex: 1 });
    for (const message of toThree) network.queue.push(message);
    run(network);
    expect(nodeOf(network, 'n1').role).toBe('follower');
    expect(told(network)).toEqual([done]);
  });

  test('confchange_v1_remove_leader_stepdown: it neither proposes nor campaigns any more', () => {
    const network = cluster(3, 3);
    reconfigure(network, 'n1', { changes: 'r1' });
    run(network);
    network.replies.length = 0;
    propose(network, 'n1', { serial: 1, add: 1 });
    expect(network.replies[0]?.answer).toEqual({ kind: 'notLeader', leader: null });
    expect(sent(expire(network, 'n1', 'election'))).toEqual([]);
    const now = { from: 'n2', to: 'n1', term: nodeOf(network, 'n1').term } as const;
    const message = { kind: 'TimeoutNow', ...now } as const;
    expect(sent(give(network, 'n1', { kind: 'receive', message }))).toEqual([]);
    elect(network, 'n3');
    expect(nodeOf(network, 'n3').role).toBe('leader');
    propose(network, 'n3', { serial: 1, add: 1 });
    run(network);
    expect(network.replies.at(-1)?.answer).toEqual({ kind: 'done', result: 1 });
  });

  test('confchange_v2_replace_leader: another takes its place, jointly', () => {
    const network = cluster(4, 3);
    reconfigure(network, 'n1', { changes: 'r1 v4', transition: 'joint' });
    settle(network, 'n1');
    expect(nodeOf(network, 'n1').role).toBe('follower');
    expect(configurationsIn(network, 'n1')).toEqual(['2 3 4 & 1 2 3', '2 3 4']);
    expect(told(network)).toEqual([done]);
    elect(network, 'n4');
    expect(nodeOf(network, 'n4').role).toBe('leader');
    expect(sent(expire(network, 'n1', 'election'))).toEqual([]);
  });

  test('confchange_v2_replace_leader: it hands over within the joint configuration', () => {
    const network = cluster(4, 3);
    reconfigure(network, 'n1', { changes: 'r1 v4', transition: 'joint' });
    while (shown(network, 'n4') !== '2 3 4 & 1 2 3') next(network);
    const payload = { kind: 'transfer', serial: 2, target: 'n4' } as const;
    const request = { kind: 'ClientRequest', from: 'operator', to: 'n1', payload } as const;
    // n1 hears of n4 alone: the joint configuration is not committed when n4 takes over.
    network.queue.splice(0, Infinity, ...network.queue.filter(({ from }) => from === 'n4'));
    network.cut.add('n2>n1').add('n3>n1');
    give(network, 'n1', { kind: 'propose', request });
    run(network);
    expect(nodeOf(network, 'n4').role).toBe('leader');
    expect(told(network)).toContainEqual({ kind: 'notLeader', leader: null });
    settle(network, 'n4');
    expect(configurationsIn(network, 'n4')).toEqual(['2 3 4 & 1 2 3', '2 3 4']);
    expect(shown(network, 'n4')).toBe('2 3 4');
  });

  test('confchange_v2_replace_leader_stepdown: nothing is left waiting behind it', () => {
    const network = cluster(4, 3);
    reconfigure(network, 'n1', { changes: 'r1 v4', transition: 'joint' });
    propose(network, 'n1', { serial: 1, add: 1 });
    settle(network, 'n1');
    expect(network.replies.map(({ answer }) => answer)).toContainEqual({ kind: 'done', result: 1 });
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', change: null, progress: [] });
  });
});

/** Delivers the oldest message. */
function next(network: Network): void {
  const message = network.queue.shift();
  if (message === undefined) throw new Error('nothing is under way');
  deliver(network, message);
}

describe('Dissertation 4.2.3: removed servers disturb nobody (2.9)', () => {
  test.each([
    ['check-quorum', { checkQuorum: true }],
    ['pre-vote', { preVote: true }],
    ['both', { checkQuorum: true, preVote: true }],
  ])('A removed server that never heard of it keeps asking in vain: %s, M31', (_, options) => {
    const network = cluster(4, 4, options);
    network.cut.add('n1>n4');
    reconfigure(network, 'n1', { changes: 'r4' });
    settle(network, 'n1');
    expect(shown(network, 'n4')).toBe('1 2 3 4');
    for (let times = 0; times < 3; times += 1) {
      elect(network, 'n4');
      beat(network, 'n1');
    }
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 1 });
    expect(nodeOf(network, 'n2')).toMatchObject({ leader: 'n1', term: 1 });
    expect(nodeOf(network, 'n4').role).not.toBe('leader');
  });
});

describe("Etcd's scenario files on adding (raft.md 4.3)", () => {
  test.each(['simple', 'joint'] as const)(
    'confchange_v1_add_single, v2_add_single_auto: a single server becomes two (%s)',
    (transition) => {
      const network = cluster(2, 1, { snapshotEvery: 2 });
      propose(network, 'n1', { serial: 1, add: 1 });
      expect(nodeOf(network, 'n1').baseIndex).toBe(2);
      reconfigure(network, 'n1', { changes: 'v2', transition });
      settle(network, 'n1');
      expect(told(network)).toEqual([done]);
      expect(shown(network, 'n2')).toBe('1 2');
      expect(nodeOf(network, 'n2').state).toBe(1);
      const joint = configurationsIn(network, 'n2').filter((text) => text.includes('&'));
      expect(joint.length).toBeLessThanOrEqual(transition === 'joint' ? 1 : 0);
    },
  );

  test('confchange_v2_add_single_explicit: no other change while joint, left once', () => {
    const network = cluster(3, 1);
    reconfigure(network, 'n1', { changes: 'v2', transition: 'joint' });
    while (shown(network, 'n1') === '1') next(network);
    expect(shown(network, 'n1')).toBe('1 2 & 1');
    reconfigure(network, 'n1', { serial: 2, changes: 'v3', transition: 'joint' });
    expect(told(network)).toEqual([busy]);
    settle(network, 'n1');
    propose(network, 'n1', { serial: 1, add: 1 });
    settle(network, 'n1');
    expect(configurationsIn(network, 'n2')).toEqual(['1 2 & 1', '1 2']);
    reconfigure(network, 'n1', { serial: 2, changes: 'v3', transition: 'joint' });
    settle(network, 'n1');
    expect(shown(network, 'n3')).toBe('1 2 3');
  });

  test('confchange_v2_add_double_auto: two come, then two go', () => {
    const network = cluster(3, 1);
    reconfigure(network, 'n1', { changes: 'v2 v3', transition: 'joint' });
    settle(network, 'n1');
    expect(configurationsIn(network, 'n3')).toEqual(['1 2 3 & 1', '1 2 3']);
    reconfigure(network, 'n1', { serial: 2, changes: 'r2 r3', transition: 'joint' });
    settle(network, 'n1');
    expect(configurationsIn(network, 'n1').slice(2)).toEqual(['1 & 1 2 3', '1']);
    expect(told(network)).toEqual([done, done]);
    expect(nodeOf(network, 'n1').progress).toEqual([]);
    propose(network, 'n1', { serial: 1, add: 1 });
    expect(network.replies.at(-1)?.answer).toEqual({ kind: 'done', result: 1 });
  });

  test('confchange_v2_add_double_auto: two in one simple change are refused', () => {
    const network = cluster(3, 1);
    reconfigure(network, 'n1', { changes: 'v2 v3' });
    const reason = 'more than one voter changed without entering joint config';
    expect(told(network)).toEqual([{ kind: 'refused', reason }]);
  });

  test('confchange_v2_add_double_implicit: one change may go the joint way; it leaves itself', () => {
    const network = cluster(2, 1);
    reconfigure(network, 'n1', { changes: 'v2', transition: 'joint' });
    settle(network, 'n1');
    expect(configurationsIn(network, 'n2')).toEqual(['1 2 & 1', '1 2']);
  });
});

describe('Dissertation 4.1 as corrected in 2015: why a term first commits an entry of its own', () => {
  /** Four voters; n1 adds n5, alone with it; n2 is elected and removes n1; n1 comes back. */
  function story(subject: Subject): Network {
    const voters = ['n1', 'n2', 'n3', 'n4'];
    const network = led({ servers: 5, subject, options: { servers: voters } });
    apart(network, ['n1', 'n5'], ['n2', 'n3', 'n4']);
    reconfigure(network, 'n1', { changes: 'v5' });
    run(network);
    network.muted = 'AppendEntries';
    elect(network, 'n2');
    network.muted = null;
    link(network, 'cut', 'n2', 'n4');
    reconfigure(network, 'n2', { changes: 'r1' });
    beat(network, 'n2');
    beat(network, 'n2');
    network.cut.clear();
    apart(network, ['n2', 'n3'], ['n1', 'n4', 'n5']);
    // n4 tells n1 that its term is over; n1 stands again, with n4 and n5 behind it.
    beat(network, 'n1');
    elect(network, 'n1');
    return network;
  }

  function apart(network: Network, some: readonly ServerId[], others: readonly ServerId[]): void {
    for (const id of some) link(network, 'cut', id, ...others);
  }

  test('With the rule the second leader commits nothing that the third lacks', () => {
    const network = story(raft);
    expect(told(network)[0]).toEqual(busy);
    expect(nodeOf(network, 'n2').commitIndex).toBe(1);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 3 });
  });

  test('Without it two majorities do not meet', () => {
    const network = story(machine('hasty', brokenRules({ mayChangeInTerm: () => true })));
    const { commitIndex, log } = nodeOf(network, 'n2');
    expect(commitIndex).toBe(3);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'leader', term: 3 });
    expect(nodeOf(network, 'n1').log[2]).not.toEqual(log[2]);
    expect(machineOf(network, 'n1').disk.entries[2]?.term).toBe(3);
  });
});
