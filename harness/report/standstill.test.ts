import { describe, expect, test } from 'vitest';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { recorded } from '../cli/failure.ts';
import { labFor } from '../cli/lab.ts';
import type { Scenario } from '../world/scenario.ts';
import { calm } from '../world/scenario.ts';
import { faultSentence } from './fault-sentence.ts';
import { tell } from './story.ts';

const progress = ['LeaderElected', 'LogsConverge', 'OperationsComplete'];

function storyOf(mutant: string, scenario: Scenario): ReturnType<typeof tell> {
  return tell(recorded(scenario, labFor({ mutant })).records);
}

describe('a story of standstill', () => {
  /** S1 and S2 stand for election at nearly the same time. */
  const servers = (count: number): Scenario => ({
    ...calm,
    cluster: { ...calm.cluster, servers: count },
    bus: { ...calm.bus, latencyMicros: { min: 5_000, max: 5_000 } },
    faults: [
      { kind: 'clockJump', server: 'S1', atMs: 100, byMs: 1_000 },
      { kind: 'clockJump', server: 'S2', atMs: 102, byMs: 1_000 },
    ],
    limits: { ...calm.limits, runMs: 200 },
  });

  test.each([
    ['vote-never-cleared', 2],
    ['append-to-first-peer-only', 3],
  ])('of %s tells how it begins, one round, and how often there was one', (mutant, count) => {
    const story = storyOf(mutant, servers(count));
    expect(progress).toContain(story.invariant);
    expect(story.steps).toBeLessThanOrEqual(25);
    const texts = story.lines.map(({ text }) => text);
    expect(
      texts.filter((text) => /until \d+\.\d ms: \d+ elections more: S1/u.test(text)),
    ).toHaveLength(1);
    expect(story.lines.at(-1)?.mark).toBe('✖');
    expect(texts.at(-2)).toMatch(/S\d/u);
  });

  test('says who never wins, and why', () => {
    const { lines } = storyOf('vote-never-cleared', servers(2));
    const texts = lines.map(({ text }) => text).join('\n');
    expect(texts).toMatch(/S1 stands \d+ times, has at best 1\/2 votes, is never elected/u);
    expect(texts.split('\n').slice(-4).join('\n')).toMatch(/\(keeps its vote for S\d\)/u);
  });
});

/** What the story of a planted bug has to say, so that a reader understands it. */
const needed: readonly (readonly [string, RegExp])[] = [
  ['read-without-asking', /S3 acknowledges up to 4 → S2 commits 4/u],
  ['read-without-asking', /S1 serves c1's read as of entry 2, by index/u],
  ['lease-too-long', /★ S1 becomes leader of term 2/u],
  ['quorum-never-forgotten', /the network splits for 900 ms: partition \{S3\} \| \{S1,S2\}/u],
  ['learners-keep-leader', /S4 is a learner in term 0/u],
  ['joint-never-left', /the operator asks to remove S3, jointly/u],
  ['joint-commit-by-new-majority', /goes by the voters S1, S4 and S5, jointly with S1–S3/u],
  ['removed-leader-counts-itself', /S2 acknowledges up to 2 → S1 commits 2 and steps down in/u],
  ['leader-grants-pre-vote', /S1 hears that S2 would vote for it and stands for term 1/u],
  ['granted-pre-vote-adopted', /until \d+\.\d ms: \d+ pre-votes asked for/u],
  [
    'learner-refuses-to-vote',
    /S2's election timer fires → hears of no leader, and does not stand/u,
  ],
  ['snapshot-pieces-mixed', /keeps the snapshot to 2 and its state/u],
  ['bus-loses-accepted', /neither delivered nor dropped: S\d's answer, sent at \d/u],
];

describe('the story of', () => {
  test.each(needed)('%s says %s', (name, words) => {
    const mutant = mutants.find((each) => each.name === name) ?? expect.fail(`no mutant ${name}`);
    const { lines } = storyOf(name, mutant.witness);
    expect(lines.map(({ text }) => text).join('\n')).toMatch(words);
  });
});

describe('every story', () => {
  const told = mutants.map(({ name, witness }) => ({ name, story: storyOf(name, witness) }));

  test.each(told)('of $name goes forward in time', ({ story }) => {
    const times = story.lines.slice(0, -1).map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test.each(told)(
    'of $name that begins late begins with one leader whom all follow',
    ({ story }) => {
      const [first] = story.lines;
      if (first === undefined || first.at === 0 || story.verdict !== 'fail') return;
      if (/Election|Vote|Term|Timer/u.test(story.invariant ?? '')) return;
      expect(first.text).toMatch(/leads term \d+.*; logs equal: .*commit \d+$/u);
    },
  );

  test('begins late somewhere', () => {
    expect(told.filter(({ story }) => (story.lines[0]?.at ?? 0) > 0).length).toBeGreaterThan(0);
  });
});

describe('a fault in words', () => {
  test.each([
    ['clockJump', { server: 'S5', byMs: 130 }, "S5's clock jumps ahead by 130 ms"],
    [
      'clockSkew',
      { server: 'S1', perMille: -50, forMs: 200 },
      "S1's clock runs 50 per mille slow for 200 ms",
    ],
    [
      'slowDisk',
      { server: 'S2', byMs: 20, forMs: 300 },
      "S2's disk takes 20 ms longer for each fsync for 300 ms",
    ],
    [
      'drop',
      { from: 'any', to: 'S2', message: 'any', percent: 82, forMs: 5 },
      '82 of 100 messages any → S2 are lost for 5 ms',
    ],
    [
      'drop',
      { from: 'S1', to: 'any', message: 'AppendEntries', percent: 100, forMs: 5 },
      'every AppendEntries S1 → any is lost for 5 ms',
    ],
    [
      'delay',
      { from: 'S1', to: 'any', message: 'any', percent: 100, byMs: 7, forMs: 5 },
      'every message S1 → any arrives 7 ms late for 5 ms',
    ],
    ['throttle', { forMs: 310 }, 'the namespace throttles for 310 ms'],
    ['redeliver', { server: 'S3', count: 2 }, 'S3 is given 2 messages again'],
    ['lockExpiry', { server: 'S3' }, "S3's peek-locks expire"],
    ['brokerRestart', {}, 'the broker restarts'],
    ['deadLetter', { server: 'S3' }, 'what waits for S3 is dead-lettered'],
    [
      'slowSubscription',
      { server: 'S3', byMs: 9, forMs: 5 },
      "S3's subscription delivers 9 ms late for 5 ms",
    ],
    [
      'partition',
      { shape: 'halves', side: ['S1'], forMs: 40 },
      'the network splits for 40 ms: partition {S1} | {S2}',
    ],
    ['earthquake', {}, 'earthquake'],
  ])('%s %j', (name, detail, text) => {
    expect(faultSentence({ name, detail }, ['S1', 'S2'])).toBe(text);
  });
});
