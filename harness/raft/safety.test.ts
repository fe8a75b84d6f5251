/**
 * Random interleavings with losses, doubles, reordering, slow disks and crashes: whatever happens,
 * section 5's properties (Figure 3) hold. Mutants show that the property can fail.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { machine } from './machine.ts';
import { expire, propose, run, sync } from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import { brokenRules } from './rules.ts';
import type { Rules } from './rules.ts';
import { play, rank, syncs } from './safety.test.kit.ts';
import type { Happening } from './safety.test.kit.ts';

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.oneof(
    { weight: 40, arbitrary: fc.constant('deliver' as const) },
    { weight: 20, arbitrary: fc.constant('sync' as const) },
    { weight: 6, arbitrary: fc.constant('propose' as const) },
    { weight: 4, arbitrary: fc.constantFrom('double' as const, 'drop' as const) },
    { weight: 3, arbitrary: fc.constant('beat' as const) },
    { weight: 1, arbitrary: fc.constantFrom('elect' as const, 'crash' as const) },
  ),
  which: fc.nat(),
  whom: fc.nat(4),
});

const options = { entriesPerAppendMax: 2, inflightMax: 2 };

const runs = fc.tuple(
  fc.integer({ min: 3, max: 5 }),
  fc.array(happening, { minLength: 100, maxLength: 400, size: 'max' }),
);

describe('Figure 3: the properties hold in every interleaving', () => {
  test('Election safety, log matching, leader completeness and state machine safety', () => {
    let elections = 0;
    let applies = 0;
    const property = fc.property(runs, ([servers, happenings]) => {
      const network = play({ servers, options }, happenings);
      for (const { node } of network.machines) {
        elections += node.role === 'leader' ? 1 : 0;
        applies += node.appliedIndex;
      }
    });
    fc.assert(property, { seed: 20_260_101, numRuns: 300 });
    // A run in which nothing happened proves nothing.
    expect(elections).toBeGreaterThan(100);
    expect(applies).toBeGreaterThan(300);
  });

  test('Left in peace, any cluster elects a leader, converges and answers', () => {
    const property = fc.property(runs, ([servers, happenings]) => {
      const network = play({ servers, options }, happenings);
      const calm: Network = { ...network, slowDisks: false };
      for (const { id } of calm.machines) while (syncs(calm, id)) sync(calm, id);
      run(calm);
      const best = calm.machines.toSorted((left, right) => rank(right) - rank(left))[0];
      if (best === undefined) throw new Error('a cluster has servers');
      for (let tries = 0; best.node.role !== 'leader' && tries < 3; tries += 1) {
        expire(calm, best.id, 'election');
        run(calm);
      }
      for (let beats = 0; beats < 3; beats += 1) {
        expire(calm, best.id, 'heartbeat');
        run(calm);
      }
      propose(calm, best.id, { session: 'c1', serial: 999, add: 1 });
      run(calm);
      expire(calm, best.id, 'heartbeat');
      run(calm);
      expect(calm.replies.at(-1)).toMatchObject({ serial: 999, answer: { kind: 'done' } });
      for (const { node } of calm.machines) {
        expect(node.appliedIndex).toBe(best.node.log.length);
        expect(node.stateDigest).toBe(best.node.stateDigest);
      }
    });
    fc.assert(property, { seed: 20_260_102, numRuns: 150 });
  });

  test.each<[string, Partial<Rules>]>([
    ['votes twice', { voteIsFree: () => true }],
    ['takes half for a majority', { quorum: (node) => node.options.servers.length >> 1 }],
    ['votes regardless of the log', { isUpToDate: () => true }],
    [
      'accepts any previous entry',
      { logMatches: (node, given) => node.log.length >= given.prevIndex },
    ],
    ['keeps conflicting entries', { conflicts: () => false }],
    ['sends before writing', { sendWaitsFor: () => 0, restored: forgetful }],
  ])('A server that %s is found out', (name, broken) => {
    const subject = machine(name, brokenRules(broken));
    const property = fc.property(runs, ([servers, happenings]) => {
      play({ servers, subject, options }, happenings);
    });
    const details = fc.check(property, { seed: 20_260_103, numRuns: 1_000, endOnFailure: true });
    expect(details.failed).toBe(true);
  });
});

/** A disk that keeps the log and the term, but not the vote. */
function forgetful(stored: Parameters<Rules['restored']>[0]): ReturnType<Rules['restored']> {
  return { ...stored, votedFor: null };
}
