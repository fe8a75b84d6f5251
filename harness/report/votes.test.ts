import { describe, expect, test } from 'vitest';
import { memoryLab } from '../cli/lab.ts';
import { raft } from '../raft/machine.ts';
import { record } from '../search/execute.ts';
import type { TraceRecord } from '../trace/record.ts';
import type { Configuration } from '../trace/record.ts';
import type { OperatorStep, Scenario } from '../world/scenario.ts';
import { calm } from '../world/scenario.ts';
import { tell } from './story.ts';
import { votesText, winningVotesText } from './votes.ts';

const three: Configuration = {
  voters: ['S1', 'S2', 'S3'],
  outgoing: [],
  learners: ['S4'],
  learnersNext: [],
};
const joint: Configuration = { ...three, voters: ['S1', 'S4', 'S5'], outgoing: three.voters };

describe('votes', () => {
  test('count against the voters, and those of others count for nothing', () => {
    expect(votesText(three, new Set(['S1', 'S4']))).toBe('1/3');
    expect(votesText(three, new Set(['S5']))).toBe('0/3');
  });

  test('count in both halves while the configuration is joint', () => {
    expect(votesText(joint, new Set(['S1', 'S2', 'S4']))).toBe('2/3 new, 2/3 old');
  });

  test.each([
    [three, ['S1', 'S2'], 2, '2/3'],
    [three, ['S1'], 2, '“2/3”'],
    [three, ['S1', 'S4'], 2, 'only 1/3'],
    [joint, ['S1', 'S4'], 2, 'only 2/3 new, 1/3 old'],
    [joint, ['S1', 'S2', 'S4'], 3, '2/3 new, 2/3 old'],
  ])('that made a leader are told as what they are: %#', (configuration, ids, arrived, text) => {
    expect(winningVotesText(configuration, { granted: new Set(ids), arrived })).toBe(text);
  });
});

function storyOf(scenario: Scenario): string {
  const records: TraceRecord[] = [];
  record(scenario, memoryLab(raft), (each) => void records.push(each));
  return tell(records)
    .lines.map(({ text }) => text)
    .join('\n');
}

/** S1 leads; the operator's wish is granted; then S2 is handed the leadership. */
function storyAfter(wish: OperatorStep, cluster: Partial<Scenario['cluster']>): string {
  const scenario: Scenario = {
    ...calm,
    cluster: { ...calm.cluster, ...cluster },
    workload: {
      ...calm.workload,
      operator: [wish, { kind: 'transfer', atMs: 1_500, target: 'S2' }],
    },
  };
  return storyOf(scenario);
}

const change = { kind: 'reconfigure', atMs: 600, transition: 'simple' } as const;

describe('a story', () => {
  test('counts against more voters when one was added', () => {
    const changes = [{ kind: 'addVoter', server: 'S4' }] as const;
    const text = storyAfter({ ...change, changes }, { servers: 4, spares: 1 });
    expect(text).toMatch(/candidate, term 1, votes for itself \(1\/3\)/u);
    expect(text).toMatch(/S2 is told by S\d to take over and stands for term 2.* \(1\/4\)/u);
    expect(text).toMatch(/S2 has 3\/4 {2}★ S2 becomes leader of term 2/u);
  });

  test('counts against fewer voters when one was removed', () => {
    const changes = [{ kind: 'remove', server: 'S5' }] as const;
    const text = storyAfter({ ...change, changes }, { servers: 5 });
    expect(text).toMatch(/candidate, term 1, votes for itself \(1\/5\)/u);
    expect(text).toMatch(/S2 has 3\/4 {2}★ S2 becomes leader of term 2/u);
  });

  test('says who takes no part and who learns', () => {
    const changes = [{ kind: 'addVoter', server: 'S5' }] as const;
    const text = storyAfter({ ...change, changes }, { servers: 5, spares: 1, learners: 1 });
    expect(text).toContain('S4 is a learner in term 0; S5 takes no part');
    expect(text).toContain('goes by the voters S1, S2, S3 and S5 (learning: S4)');
  });

  test('says how a server wins that needs no other vote', () => {
    const scenario = { ...calm, cluster: { ...calm.cluster, servers: 1 } };
    expect(storyOf(scenario)).toMatch(
      /S1's own vote is on its disk → S1 has 1\/1 {2}★ S1 becomes leader of term 1/u,
    );
  });
});
