import { describe, expect, test } from 'vitest';
import {
  configurationAt,
  configurationOf,
  forgetConfigurations,
  isJoint,
  isMember,
  isVoter,
  otherVoters,
  restoreConfigurations,
  revertConfigurations,
} from './configuration.ts';
import { createNode } from './life.ts';
import { makeEntry } from './log.ts';
import { configurationFrom, serversOf, show } from './membership.test.kit.ts';
import { counter, logOf, optionsFor } from './network.test.kit.ts';
import type { Node } from './node.ts';
import { raftRules } from './rules.ts';

/** A server whose log holds configurations at 2 (joint), 3, and 5. */
function node(): Node {
  const created = createNode(optionsFor(3, 'n1'), counter);
  created.log = logOf(1, 1, 1, 1, 1);
  for (const [index, text] of [
    [2, '1 2 & 1 2 3'],
    [3, '1 2'],
    [5, '2, learners 1'],
  ] as const) {
    const payload = { kind: 'configuration', configuration: configurationFrom(text) } as const;
    created.log[index - 1] = makeEntry({ index, term: 1 }, payload);
  }
  restoreConfigurations(created, { index: 0, configuration: configurationFrom('1 2 3') });
  return created;
}

const stackOf = ({ configurations }: Node): string[] =>
  configurations.map(({ index, configuration }) => `${index}: ${show(configuration)}`);

describe('Dissertation 4.1: the configuration is what the log says (2.5)', () => {
  test('The newest one is in force', () => {
    expect(stackOf(node())).toEqual(['0: 1 2 3', '2: 1 2 & 1 2 3', '3: 1 2', '5: 2, learners 1']);
    expect(show(configurationOf(node()))).toBe('2, learners 1');
  });

  test.each([
    [6, 4],
    [5, 3],
    [4, 3],
    [3, 2],
    [1, 1],
  ])('Without the entries from %i on, %i are left', (from, left) => {
    const cut = node();
    revertConfigurations(cut, from);
    expect(cut.configurations).toHaveLength(left);
  });

  test('The one of the beginning, or of a snapshot, is never removed', () => {
    const cut = node();
    restoreConfigurations(cut, { index: 5, configuration: configurationFrom('4') });
    revertConfigurations(cut, 1);
    expect(stackOf(cut)).toEqual(['5: 4']);
  });

  test.each([
    [0, '1 2 3'],
    [1, '1 2 3'],
    [2, '1 2 & 1 2 3'],
    [4, '1 2'],
    [9, '2, learners 1'],
  ])('At %i it is %s: for a snapshot (2.4-R1)', (index, text) => {
    expect(show(configurationAt(node(), index).configuration)).toBe(text);
  });

  test('A compacted log keeps the one in force at its end, and all later ones', () => {
    const compacted = node();
    forgetConfigurations(compacted, 4);
    expect(stackOf(compacted)).toEqual(['3: 1 2', '5: 2, learners 1']);
    forgetConfigurations(compacted, 4);
    expect(stackOf(compacted)).toEqual(['3: 1 2', '5: 2, learners 1']);
  });

  test('Who takes part, and who votes', () => {
    const configuration = configurationFrom('1 2 & 2 3, learners 4, next 3');
    const all = serversOf('1 2 3 4 5');
    expect(all.filter((id) => isVoter(configuration, id))).toEqual(serversOf('1 2 3'));
    expect(all.filter((id) => isMember(configuration, id))).toEqual(serversOf('1 2 3 4'));
    expect(isJoint(configuration)).toBe(true);
    expect(isJoint(configurationFrom('1 2'))).toBe(false);
  });

  test('The others that vote are asked once each, in the order of the configuration', () => {
    const asking = node();
    asking.configurations.push({ index: 6, configuration: configurationFrom('4 1 2 & 1 2 3') });
    expect(otherVoters(asking)).toEqual(serversOf('4 2 3'));
  });
});

describe('Dissertation 4.2.2: who may campaign (2.17)', () => {
  test.each([
    [0, true],
    [2, true],
    [4, true],
    [5, false],
  ])('Removed at 5, with %i known to be committed: %s', (commitIndex, may) => {
    const removed = node();
    removed.commitIndex = commitIndex;
    expect(raftRules.mayCampaign(removed)).toBe(may);
  });

  test.each([
    ['n1', '1 2', true],
    ['n3', '1 2', false],
    ['n3', '1 2, learners 3', false],
    ['n3', '1 2 & 1 2 3, next 3', true],
    ['n3', '1 3 & 1 2', true],
  ])('%s in %s: %s', (id, text, may) => {
    const created = createNode({ ...optionsFor(3, 'n1'), id }, counter);
    restoreConfigurations(created, { index: 0, configuration: configurationFrom(text) });
    expect(raftRules.mayCampaign(created)).toBe(may);
  });
});
