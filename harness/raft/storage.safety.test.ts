/**
 * Random interleavings with compaction, snapshots in pieces, disks that are late and out of order,
 * and crashes between any two steps of a write: Figure 3's properties hold, nothing counts as
 * durable that is not on the disk, and equal entries lead to equal states, installed or applied.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lastIndex } from './log.ts';
import { machine, raft } from './machine.ts';
import { expire, propose, run, sync } from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import type { NodeOptions } from './node.ts';
import { brokenRules } from './rules.ts';
import type { Rules } from './rules.ts';
import { play, rank, syncs } from './safety.test.kit.ts';
import type { Happening } from './safety.test.kit.ts';
import { byUse } from './session.ts';
import type { Subject } from './step.ts';

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.oneof(
    { weight: 40, arbitrary: fc.constant('deliver' as const) },
    { weight: 12, arbitrary: fc.constant('sync' as const) },
    { weight: 12, arbitrary: fc.constant('syncOne' as const) },
    { weight: 8, arbitrary: fc.constant('propose' as const) },
    { weight: 4, arbitrary: fc.constantFrom('double' as const, 'drop' as const) },
    { weight: 3, arbitrary: fc.constantFrom('beat' as const, 'calm' as const) },
    { weight: 1, arbitrary: fc.constantFrom('elect' as const, 'tear' as const, 'cut' as const) },
  ),
  which: fc.nat(),
  whom: fc.nat(4),
});

const runs = fc.tuple(
  fc.integer({ min: 3, max: 5 }),
  fc.array(happening, { minLength: 150, maxLength: 500, size: 'max' }),
  fc.record({
    snapshotEvery: fc.integer({ min: 1, max: 6 }),
    snapshotKeep: fc.integer({ min: 0, max: 3 }),
    snapshotChunkBytes: fc.constantFrom(60, 200, 10_000),
    entriesPerAppendMax: fc.integer({ min: 1, max: 4 }),
    bytesPerAppendMax: fc.constantFrom(0, 20),
  }),
);

type Run = readonly [number, readonly Happening[], Partial<NodeOptions>];

function played([servers, happenings, options]: Run, subject: Subject = raft): Network {
  const every = { inflightMax: 2, sessionsMax: 2, uncommittedMax: 8, ...options };
  return play({ servers, subject, options: every }, happenings);
}

/** All disks finish, all messages arrive, and the best server leads. */
function settled(network: Network): Network {
  const calm: Network = { ...network, slowDisks: false };
  calm.cut.clear();
  for (const { id } of calm.machines) while (syncs(calm, id)) sync(calm, id);
  run(calm);
  const best = calm.machines.toSorted((left, right) => rank(right) - rank(left))[0];
  if (best === undefined) throw new Error('a cluster has servers');
  // A heartbeat may meet a newer term, and end the office of the best.
  for (let rounds = 0; rounds < 8; rounds += 1) {
    expire(calm, best.id, best.node.role === 'leader' ? 'heartbeat' : 'election');
    run(calm);
  }
  propose(calm, best.id, { session: 'c1', serial: 99_999, add: 1 });
  run(calm);
  expire(calm, best.id, 'heartbeat');
  run(calm);
  return calm;
}

describe('Sections 5 and 7: with compaction and any disk, in every interleaving', () => {
  test('The properties of Figure 3 hold, and what counts as durable is on the disk', () => {
    let snapshots = 0;
    let restored = 0;
    const property = fc.property(runs, (given) => {
      for (const { node, disk } of played(given).machines) {
        snapshots += node.snapshot === null ? 0 : 1;
        restored += disk.snapshot !== null && disk.snapshot.index > node.baseIndex ? 1 : 0;
      }
    });
    fc.assert(property, { seed: 20_260_401, numRuns: 150 });
    // A run in which nothing was compacted proves nothing.
    expect(snapshots).toBeGreaterThan(180);
    expect(restored).toBeGreaterThan(20);
  });

  test('Left in peace, everyone comes to the same state', () => {
    let installed = 0;
    const property = fc.property(runs, (given) => {
      const network = played(given);
      const before = network.machines.map(({ node }) => node.appliedIndex);
      const calm = settled(network);
      const [first, ...others] = calm.machines.map(({ node }) => ({
        stateDigest: node.stateDigest,
        state: node.state,
        applied: node.appliedIndex,
        sessions: byUse(node).map(([session]) => session),
        end: lastIndex(node),
      }));
      expect(first?.applied).toBe(first?.end);
      for (const other of others) expect(other).toEqual(first);
      installed += calm.machines.filter(
        ({ node, applied }, at) => node.appliedIndex > (before[at] ?? 0) + applied.length,
      ).length;
    });
    fc.assert(property, { seed: 20_260_402, numRuns: 120 });
    expect(installed).toBeGreaterThan(5);
  });

  test.each<[string, Partial<Rules>]>([
    ['takes snapshots of what is committed (M47)', { snapshotIndex: (node) => node.commitIndex }],
    [
      'keeps any log behind a snapshot (M40)',
      { holdsEnd: (node, end) => end.index <= lastIndex(node) },
    ],
    ['drops the log that goes on (M41)', { holdsEnd: () => false }],
    ['installs old snapshots (M42)', { isOldSnapshot: () => false, holdsEnd: () => false }],
    [
      'applies an entry again after a restart (M46)',
      { appliedAfterRestore: ({ index }) => index - 1 },
    ],
    ['leaves the sessions out', { restoredSessions: () => [] }],
    ['confirms with a gap', { confirms: () => true }],
    ['confirms what was cut (case 42)', { coversAfterCut: (last) => last }],
    ['acknowledges before it is durable (M21)', { sendWaitsFor: (node) => node.hardWrite }],
  ])('A server that %s is found out', (name, broken) => {
    const subject = machine(name, brokenRules(broken));
    const property = fc.property(runs, (given) => {
      settled(played(given, subject)).machines.forEach(({ node }, _, [first]) => {
        if (node.stateDigest !== first?.node.stateDigest) throw new Error('states differ');
      });
    });
    const details = fc.check(property, { seed: 20_260_403, numRuns: 1_500, endOnFailure: true });
    expect(details.failed).toBe(true);
  });
});
