/**
 * Random histories in virtual time, everything on: no read misses what was applied before it was
 * asked (dissertation 6.4). Mutants show that the property can fail (raft.md 6.4).
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runClockwork } from './clockwork.test.kit.ts';
import { machine } from './machine.ts';
import { brokenRules } from './rules.ts';
import type { Rules } from './rules.ts';
import { everything } from './wishes.test.kit.ts';

const options = { ...everything, leaseMicros: 150_000 };
const microseconds = 4_000_000;

describe('Dissertation 6.4: reads in every history', () => {
  test.each([
    ['everything on', options],
    ['check-quorum and leases', { ...options, preVote: false }],
    ['pre-vote alone', { preVote: true }],
    ['nothing on', {}],
  ])('With %s no read is stale', (_, given) => {
    const tally = { index: 0, lease: 0, leaders: 0, transfers: 0 };
    const property = fc.property(fc.nat(), (seed) => {
      const done = runClockwork({ seed, options: given, microseconds }).tally;
      tally.index += done.index;
      tally.lease += done.lease;
      tally.leaders += done.leaders.size;
      tally.transfers += done.transfers;
    });
    fc.assert(property, { seed: 20_260_111, numRuns: 150 });
    // A run in which nothing happened proves nothing.
    expect(tally.index).toBeGreaterThan(500);
    expect(tally.lease > 500).toBe('leaseMicros' in given);
    expect(tally.leaders).toBeGreaterThan(500);
    expect(tally.transfers).toBeGreaterThan(50);
  });

  // Where a mutant is found rarely, the search begins near a seed that finds it.
  test.each<[string, Partial<Rules>, number]>([
    ['M33: serves before its term has committed', { readIndex: (node) => node.commitIndex }, 1],
    ['M34: does not ask whether it still leads', { confirmingRound: () => 0 }, 1],
    ['M35: counts answers to older heartbeats', { confirmingRound: (node) => node.round }, 300],
    ['M37: does not wait until it has applied', { readIsApplied: () => true }, 1],
    ['counts answers of older terms', { answeredRound: (_, { round }) => round }, 1_600],
    ['holds its lease for too long', { leaseMicros: (node) => node.options.leaseMicros * 2 }, 1],
    ['keeps its lease while it hands over', { transferEndsLease: () => false }, 100],
  ])('A server that %s is found out', (name, broken, from) => {
    const subject = machine(name, brokenRules(broken));
    let found = '';
    for (let seed = from; found === '' && seed < from + 15_000; seed += 1) {
      found = failure(() => runClockwork({ seed, options, subject, microseconds }));
    }
    expect(found).toContain('stale');
  });
});

function failure(run: () => unknown): string {
  try {
    run();
    return '';
  } catch (error) {
    return String(error);
  }
}
