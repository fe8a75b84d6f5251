/**
 * Random interleavings with changes of the configuration, crashes and partitions: Figure 3's
 * properties hold, and in peace every cluster comes to rest (dissertation, chapter 4; section 6).
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configurationOf, isMember, isVoter } from './configuration.ts';
import { machine } from './machine.ts';
import { show } from './membership.test.kit.ts';
import { elect, expire, propose, run, sync } from './network.test.kit.ts';
import type { Machine, Network, Setup } from './network.test.kit.ts';
import { brokenRules, raftRules } from './rules.ts';
import type { Rules } from './rules.ts';
import { play, rank, syncs } from './safety.test.kit.ts';
import type { Happening } from './safety.test.kit.ts';

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('calm' as const) },
    { weight: 8, arbitrary: fc.constant('deliver' as const) },
    { weight: 6, arbitrary: fc.constantFrom('sync' as const, 'propose' as const) },
    { weight: 6, arbitrary: fc.constant('beat' as const) },
    { weight: 3, arbitrary: fc.constant('elect' as const) },
    { weight: 4, arbitrary: fc.constant('reconfigure' as const) },
    { weight: 3, arbitrary: fc.constantFrom('crash' as const, 'cut' as const) },
    { weight: 1, arbitrary: fc.constantFrom('double' as const, 'drop' as const) },
  ),
  which: fc.nat(),
  whom: fc.nat(4),
});

const runs = fc.array(happening, { minLength: 50, maxLength: 200, size: 'max' });

const setup: Setup = {
  servers: 5,
  options: { servers: ['n1', 'n2', 'n3'], learners: ['n4'], entriesPerAppendMax: 2 },
};

/** With everything that may get in the way of membership. */
const full: Setup = {
  servers: 5,
  options: {
    servers: ['n1', 'n2', 'n3', 'n4'],
    entriesPerAppendMax: 2,
    preVote: true,
    checkQuorum: true,
    snapshotEvery: 6,
    snapshotKeep: 2,
    snapshotChunkBytes: 300,
  },
};

const setups: readonly (readonly [string, Setup])[] = [
  ['plain', setup],
  ['with pre-vote, check-quorum and snapshots', full],
];

/** No links are cut, disks are quick, and whoever can lead is given the chance. */
function peace(network: Network): Machine {
  network.cut.clear();
  const calm: Network = { ...network, slowDisks: false };
  for (const { id } of calm.machines) while (syncs(calm, id)) sync(calm, id);
  run(calm);
  for (let tries = 0; tries < 12; tries += 1) {
    const order = calm.machines
      .filter(({ node }) => raftRules.mayCampaign(node))
      .toSorted((left, right) => rank(right) - rank(left));
    const next = order[tries % Math.max(1, order.length)];
    if (next === undefined) break;
    // Twice: whoever is behind in terms learns it by the first attempt.
    for (let attempts = 0; next.node.role !== 'leader' && attempts < 2; attempts += 1) {
      // Time goes by for all: nobody protects a leader that nobody hears any more.
      for (const { id, node } of calm.machines) if (node.heardLeader) expire(calm, id, 'election');
      elect(calm, next.id);
    }
    for (let beats = 0; beats < 40; beats += 1) {
      if (next.node.role === 'leader') expire(calm, next.id, 'heartbeat');
      run(calm);
    }
    const settled = raftRules.changeIsSettled(next.node) && next.node.role === 'leader';
    if (!settled) continue;
    propose(calm, next.id, { session: 'c1', serial: 9_999, add: 1 });
    run(calm);
    expire(calm, next.id, 'heartbeat');
    run(calm);
    if (calm.replies.at(-1)?.serial === 9_999) return next;
  }
  throw new Error('nobody leads');
}

describe('Section 6; dissertation, chapter 4: configurations change in every interleaving', () => {
  test.each(setups)('The properties of Figure 3 hold, %s', (_, given) => {
    const entered = new Set<string>();
    const property = fc.property(runs, (happenings) => {
      const network = play(given, happenings);
      for (const { node } of network.machines) {
        for (const { configuration } of node.configurations) entered.add(show(configuration));
      }
    });
    fc.assert(property, { seed: 20_260_201, numRuns: 300 });
    // Runs in which nothing changes prove nothing.
    expect(entered.size).toBeGreaterThan(100);
    expect([...entered].some((known) => known.includes('&'))).toBe(true);
  });

  test.each(setups)('In peace somebody leads and all members have the same, %s', (_, given) => {
    const property = fc.property(runs, (happenings) => {
      const network = play(given, happenings);
      const leader = peace(network);
      const configuration = configurationOf(leader.node);
      expect(configuration.outgoing).toEqual([]);
      for (const { id, node } of network.machines) {
        if (!isMember(configuration, id)) continue;
        expect(node.stateDigest).toBe(leader.node.stateDigest);
      }
    });
    fc.assert(property, { seed: 20_260_202, numRuns: 200 });
  });

  test.each<[string, Partial<Rules>]>([
    [
      'M27: commits with the new majority alone',
      {
        electorate: (configuration, purpose) =>
          purpose === 'commit' ? { ...configuration, outgoing: [] } : configuration,
      },
    ],
    [
      'M28: forgets the change that waits in its log',
      { changeIsSettled: () => true, mayChangeInTerm: () => true },
    ],
    ['M29: counts itself while it is removed', { countsItself: () => true }],
    [
      'M30: counts learners',
      {
        electorate: (configuration, purpose) =>
          purpose === 'election'
            ? configuration
            : { ...configuration, voters: [...configuration.voters, ...configuration.learners] },
      },
    ],
    ['leaves a joint configuration before it is committed', { mayLeaveJoint: () => true }],
    ['keeps configurations that were removed', { revertsConfigurations: () => false }],
  ])('A server that %s is found out', (name, broken) => {
    const subject = machine(name, brokenRules(broken));
    const property = fc.property(runs, (happenings) => {
      play({ ...setup, subject }, happenings);
    });
    const details = fc.check(property, { seed: 20_260_203, numRuns: 4_000, endOnFailure: true });
    expect(details.failed).toBe(true);
  });

  test.each<[string, Partial<Rules>]>([
    [
      'M32: never campaigns once its removal is in its log',
      { mayCampaign: (node) => isVoter(configurationOf(node), node.options.id) },
    ],
    [
      'M32: steps down as soon as its removal is in its log',
      {
        mayCampaign: (node) => isVoter(configurationOf(node), node.options.id),
        retires: (node) => !isVoter(configurationOf(node), node.options.id),
      },
    ],
    ['stays in the joint configuration', { mayLeaveJoint: () => false }],
  ])('A server that %s is found out, in peace', (name, broken) => {
    const subject = machine(name, brokenRules(broken));
    const property = fc.property(runs, (happenings) => {
      peace(play({ ...setup, subject }, happenings));
    });
    const details = fc.check(property, { seed: 20_260_204, numRuns: 2_000, endOnFailure: true });
    expect(details.failed).toBe(true);
  });
});
