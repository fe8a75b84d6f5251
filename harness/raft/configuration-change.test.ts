/**
 * Changes of the configuration as tables (case 44; raft.md 4.2) and as properties. A row: the
 * configuration before, what is done to it (`simple`, `joint`, or `leave`, with `v`oter, `l`earner
 * and `r`emove), and the configuration after it or the reason why not.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enterJoint, leaveJoint, sameConfiguration, simple } from './configuration-change.ts';
import type { Changed } from './configuration-change.ts';
import type { Configuration } from './entry.ts';
import type { Change } from './message.ts';
import { changesOf, configurationFrom, show } from './membership.test.kit.ts';

const notInJoint = "can't apply simple config change in joint config";
const tooMany = 'more than one voter changed without entering joint config';
const nobody = 'removed all voters';
const already = 'config is already joint';
const notJoint = "can't leave a non-joint config";

type Row = readonly [before: string, done: string, after: string];

function resultOf([before, done]: Row): string {
  const [word = '', ...rest] = done.split(' ');
  const configuration = configurationFrom(before);
  const changed = apply(word, { configuration, changes: changesOf(rest.join(' ')) });
  return changed.kind === 'changed' ? show(changed.configuration) : changed.reason;
}

function apply(
  word: string,
  { configuration, changes }: { configuration: Configuration; changes: Change[] },
): Changed {
  if (word === 'simple') return simple(configuration, changes);
  return word === 'joint' ? enterJoint(configuration, changes) : leaveJoint(configuration);
}

const leaving: readonly Row[] = [
  ['1 & 1', 'leave', '1'],
  ['1 2 3 & 1', 'leave', '1 2 3'],
  ['1 & 1 2 3', 'leave', '1'],
  ['2 3 & 1', 'leave', '2 3'],
];

const jointTwice: readonly Row[] = [
  ['1', 'joint r1 r2 r9 v2 v3 v4 v2 v3 v4 l2 l2 r4 r4 l1 l1', '3 & 1, learners 2, next 1'],
  ['1', 'joint v1', '1 & 1'],
  ['1, learners 2', 'joint l2 l2 r3', '1 & 1, learners 2'],
];

const learnersNext: readonly Row[] = [
  ['1', 'joint v2 l1', '2 & 1, next 1'],
  ['2 & 1, next 1', 'leave', '2, learners 1'],
  ['2 3 & 1 2, learners 4, next 1', 'leave', '2 3, learners 4 1'],
];

const jointSafety: readonly Row[] = [
  ['1', 'leave', notJoint],
  ['', 'joint v1', "can't make a zero-voter config joint"],
  ['1', 'joint', '1 & 1'],
  ['1 & 1', 'joint v2', already],
  ['1 & 1', 'joint', already],
  ['1 & 1', 'simple v2', notInJoint],
  ['1 & 1', 'simple', notInJoint],
  ['1', 'joint v2 r1', '2 & 1'],
  ['1', 'joint r1', nobody],
  ['1 2 3', 'joint r1 r2 r3', nobody],
  ['1', 'joint l1', nobody],
  ['1 2 3', 'joint v4 v5 r1 r2', '3 4 5 & 1 2 3'],
  ['1 2 3', 'joint v4 r4', '1 2 3 & 1 2 3'],
  ['1 2, learners 3', 'joint v3 r1', '2 3 & 1 2'],
  ['1', 'joint v2 v3 l4', '1 2 3 & 1, learners 4'],
];

const simpleTwice: readonly Row[] = [
  ['1', 'simple v1', '1'],
  ['1', 'simple v2', '1 2'],
  ['1 2', 'simple v2', '1 2'],
  ['1 2', 'simple v2 v2 v1', '1 2'],
  ['1 2', 'simple l3', '1 2, learners 3'],
  ['1 2, learners 3', 'simple l3', '1 2, learners 3'],
  ['1 2, learners 3', 'simple l3 l3', '1 2, learners 3'],
  ['1 2, learners 3', 'simple r3', '1 2'],
  ['1 2', 'simple r3', '1 2'],
  ['1 2', 'simple r2', '1'],
  ['1', 'simple r2 r2', '1'],
];

const promotions: readonly Row[] = [
  ['1', 'simple l2', '1, learners 2'],
  ['1, learners 2', 'simple v2', '1 2'],
  ['1 2', 'simple l2', '1, learners 2'],
  ['1, learners 2', 'simple v2 l2', '1, learners 2'],
  ['1 2', 'simple l2 v2', '1 2'],
  ['1 2', 'simple l1 v1', '2 1'],
  ['1 2, learners 3', 'simple v3 l2', tooMany],
];

const simpleSafety: readonly Row[] = [
  ['1', 'simple r1', nobody],
  ['1', 'simple l1', nobody],
  ['', 'simple l1', nobody],
  ['', 'simple v1', '1'],
  ['1', 'simple v2 v3', tooMany],
  ['1 2 3', 'simple r2 r3', tooMany],
  ['1 2 3', 'simple r3 v4', tooMany],
  ['1 2 3', 'simple l3 v4', tooMany],
  ['1 2 3', 'simple v4 l5 l6', '1 2 3 4, learners 5 6'],
  ['1 2, learners 3 4', 'simple v3 v4', tooMany],
  ['1 2, learners 3 4', 'simple r3 r4', '1 2'],
];

const unchanged: readonly Row[] = [
  ['1', 'simple', '1'],
  ['1 2, learners 3', 'simple', '1 2, learners 3'],
  ['1 2', 'simple v1 v2', '1 2'],
];

const zero: readonly Row[] = [['1', 'simple v2 r2', '1']];

describe('Case 44: changes of the configuration (section 6; dissertation 4.1, 4.3)', () => {
  test.each(leaving)('Leaving: %s, %s: %s', (...row) => {
    expect(resultOf(row)).toBe(row[2]);
  });
  test.each(jointTwice)('What is so already, joint: %s, %s: %s', (...row) => {
    expect(resultOf(row)).toBe(row[2]);
  });
  test.each(learnersNext)('Learners next: %s, %s: %s', (...row) => {
    expect(resultOf(row)).toBe(row[2]);
  });
  test.each(jointSafety)('Joint safety: %s, %s: %s', (...row) => {
    expect(resultOf(row)).toBe(row[2]);
  });
  test.each(simpleTwice)('What is so already, simple: %s, %s: %s', (...row) => {
    expect(resultOf(row)).toBe(row[2]);
  });
  test.each(promotions)('Promotion and demotion: %s, %s: %s', (...row) => {
    expect(resultOf(row)).toBe(row[2]);
  });
  test.each(simpleSafety)('Simple safety: %s, %s: %s', (...row) => {
    expect(resultOf(row)).toBe(row[2]);
  });
  test.each(unchanged)('Nothing changes: %s, %s: %s', (...row) => {
    expect(resultOf(row)).toBe(row[2]);
  });
  test.each(zero)('Come and gone: %s, %s: %s', (...row) => {
    expect(resultOf(row)).toBe(row[2]);
  });

  test('The tables have as many rows as those of etcd', () => {
    const tables = [leaving, jointTwice, learnersNext, jointSafety, simpleTwice, promotions];
    const sizes = [...tables, simpleSafety, unchanged, zero].map((table) => table.length);
    expect(sizes).toEqual([4, 3, 3, 15, 11, 7, 11, 3, 1]);
  });
});

const servers = ['n1', 'n2', 'n3', 'n4', 'n5'];

const someChange: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('addVoter' as const, 'addLearner' as const, 'remove' as const),
  server: fc.constantFrom(...servers),
});

const someChanges = fc.array(someChange, { maxLength: 5 });

/** Configurations that can be: those that changes lead to. */
const someConfiguration: fc.Arbitrary<Configuration> = fc
  .array(fc.tuple(fc.boolean(), someChanges), { maxLength: 4 })
  .map((steps) => {
    let configuration = configurationFrom('1');
    for (const [joint, changes] of steps) {
      const changed = joint ? jointly(configuration, changes) : simple(configuration, changes);
      if (changed.kind === 'changed') configuration = changed.configuration;
    }
    return configuration;
  });

/** Entered and left at once. */
function jointly(configuration: Configuration, changes: readonly Change[]): Changed {
  const entered = enterJoint(configuration, changes);
  return entered.kind === 'changed' ? leaveJoint(entered.configuration) : entered;
}

/** What a server is, change by change, in the plainest words: the last word counts. */
function naivePart(configuration: Configuration, changes: readonly Change[], id: string): string {
  let part = 'none';
  if (configuration.voters.includes(id)) part = 'addVoter';
  if (configuration.learners.includes(id)) part = 'addLearner';
  for (const { kind, server } of changes) if (server === id) part = kind;
  return part === 'remove' ? 'none' : part;
}

describe('Section 6: changes agree with a naive reading', () => {
  test('Joint, entered and left, makes of every server what was asked of it last', () => {
    const property = fc.property(someConfiguration, someChanges, (configuration, changes) => {
      const changed = jointly(configuration, changes);
      const naive = servers.map((id) => naivePart(configuration, changes, id));
      if (!naive.includes('addVoter')) {
        expect(changed).toEqual({ kind: 'refused', reason: nobody });
        return;
      }
      if (changed.kind === 'refused') throw new Error(changed.reason);
      const parts = servers.map((id) => naivePart(changed.configuration, [], id));
      expect(parts).toEqual(naive);
      expect(changed.configuration.learnersNext).toEqual([]);
    });
    fc.assert(property, { seed: 20_260_221, numRuns: 2_000 });
  });

  test('A simple change is a joint one, entered and left, wherever it may be', () => {
    let taken = 0;
    const property = fc.property(someConfiguration, someChanges, (configuration, changes) => {
      const changed = simple(configuration, changes);
      if (changed.kind === 'refused') return;
      taken += 1;
      const other = jointly(configuration, changes);
      if (other.kind === 'refused') throw new Error(other.reason);
      expect(sameConfiguration(changed.configuration, other.configuration)).toBe(true);
    });
    fc.assert(property, { seed: 20_260_222, numRuns: 2_000 });
    expect(taken).toBeGreaterThan(500);
  });

  test('The same changes again change nothing', () => {
    const property = fc.property(someConfiguration, someChanges, (configuration, changes) => {
      const once = jointly(configuration, changes);
      if (once.kind === 'refused') return;
      const again = simple(once.configuration, changes);
      if (again.kind === 'refused') throw new Error(again.reason);
      expect(sameConfiguration(once.configuration, again.configuration)).toBe(true);
    });
    fc.assert(property, { seed: 20_260_223, numRuns: 2_000 });
  });

  test('No server has two parts, but for an old voter that will be a learner', () => {
    const property = fc.property(someConfiguration, someChanges, (configuration, changes) => {
      const entered = enterJoint(configuration, changes);
      if (entered.kind === 'refused') return;
      const { voters, outgoing, learners, learnersNext } = entered.configuration;
      const parts = [...voters, ...learners, ...learnersNext];
      expect(new Set(parts).size).toBe(parts.length);
      expect(learners.filter((id) => outgoing.includes(id))).toEqual([]);
      expect(learnersNext.filter((id) => !outgoing.includes(id))).toEqual([]);
      expect(outgoing).toEqual(configuration.voters);
    });
    fc.assert(property, { seed: 20_260_224, numRuns: 2_000 });
  });
});
