import { describe, expect, test } from 'vitest';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { raft } from '../raft/machine.ts';
import { explore } from './explore.ts';
import { hunt } from './hunt.ts';
import { pathOf } from './path.ts';
import { doubted, recovered } from './verify.ts';

describe('whatever state a cluster is in, kindness brings it to rest', () => {
  test.each(recovered)('$name', ({ bounds }) => {
    const found = explore(raft, bounds, { watches: ['recovery'] });
    expect(found.breach).toBeNull();
    expect(found.complete).toBe(true);
    expect(found.states).toBeGreaterThan(10_000);
  });

  test.each([
    ['vote-never-cleared', 2, 'nobody leads'],
    ['log-check-by-conjunction', 1, 'nobody leads'],
    ['append-to-first-peer-only', 1, 'the logs never become alike'],
    ['commit-scan-stops-at-old-term', 3, 'the logs never become alike'],
    ['leader-ignores-newer-terms', 3, 'the logs never become alike'],
    ['window-not-released', 5, 'the logs never become alike'],
  ])('but not with %s, after %d steps: %s', (name, depth, sentence) => {
    const subject = mutants.find((mutant) => mutant.name === name)?.subject;
    if (subject === undefined) throw new Error(`no mutant ${name}`);
    const worlds = doubted(recovered, 20_000);
    const last = hunt(subject, { worlds, watch: 'recovery', statesMax: 20_000 }).at(-1);
    expect(last?.path?.breach).toMatchObject({ watch: 'recovery', check: 'Recovery' });
    expect(last?.path?.breach?.sentence).toContain(sentence);
    expect(last?.path?.happenings).toHaveLength(depth);
  });

  test('the servers of the sentence are those of the path', () => {
    const subject = mutants.find(({ name }) => name === 'append-to-first-peer-only')?.subject;
    const [, three] = recovered;
    if (subject === undefined || three === undefined) throw new Error('no such mutant or world');
    const found = explore(subject, three.bounds, { watches: ['recovery'] });
    const path = pathOf(found.space, found.path);
    expect(path.happenings.map(({ server }) => server)).toStrictEqual([0]);
    expect(path.breach?.sentence).toContain('S1 leads term 1');
  });
});
