import { describe, expect, test } from 'vitest';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { benign } from '../../scenarios/mutants/benign.ts';
import { raft } from '../raft/machine.ts';
import { smallest } from './bounds.ts';
import type { Bounds } from './bounds.ts';
import { explore } from './explore.ts';
import { hunt, worlds } from './hunt.ts';
import { happeningText, pathOf } from './path.ts';
import { settledHolds } from './settled.ts';

const both = { watches: ['cluster', 'ports'] } as const;
const elections: Bounds = { ...smallest, servers: 3, appends: false, drops: Infinity, messages: 4 };

describe('the correct Raft', () => {
  test.each([
    ['two servers, two terms', smallest, 236],
    ['two servers off and on line', { ...smallest, control: true, crashes: 1, terms: 1 }, 73],
    [
      'elections of three, two terms',
      { ...elections, messages: 20, drops: 0, forgetSettled: true },
      162_445,
    ],
    [
      'three servers, a read that costs no entry',
      { ...smallest, servers: 3, drops: Infinity, messages: 2, reads: 1, entriesPerAppend: 4 },
      24_732,
    ],
    ['elections of three, three terms', { ...elections, terms: 3, forgetSettled: true }, 249_322],
  ] as const)('keeps every promise: %s', (_, bounds, states) => {
    const found = explore(raft, bounds, both);
    expect(found.breach).toBeNull();
    expect(found.complete).toBe(true);
    expect(found.states).toBe(states);
  });

  test('with slow disks, crashes and copies, as far as the limit on states allows', () => {
    const bounds: Bounds = {
      ...smallest,
      servers: 3,
      requests: 1,
      heartbeats: 1,
      crashes: 1,
      duplicates: 1,
      disk: 'async',
      drops: Infinity,
      messages: 4,
      statesMax: 150_000,
    };
    const found = explore(raft, bounds, both);
    expect(found.breach).toBeNull();
    expect(found.states).toBeGreaterThanOrEqual(150_000);
  });

  test.each(benign)('$name breaks nothing', ({ subject }) => {
    const [small] = worlds;
    const bounds = { ...(small?.bounds ?? smallest), statesMax: 60_000 };
    expect(explore(subject, bounds, { watches: ['cluster'] }).breach).toBeNull();
  });
});

describe('what makes explorations small changes nothing that is found', () => {
  test('a state stands for all its renamings: without symmetry there are up to six times more', () => {
    const bounds = { ...elections, terms: 1 };
    const folded = explore(raft, bounds, both);
    const whole = explore(raft, { ...bounds, symmetry: false }, both);
    expect(whole.states).toBeGreaterThan(folded.states * 3);
    expect(whole.states).toBeLessThanOrEqual(folded.states * 6);
    expect(whole.depth).toBe(folded.depth);
  });

  test('settled replies mean nothing to any server met, ever again', () => {
    const bounds = { ...smallest, requests: 1, crashes: 1, heartbeats: 1, duplicates: 1 };
    const proof = settledHolds(explore(raft, bounds, both).space);
    expect(proof.counterexample).toBeNull();
    expect(proof.pairs).toBeGreaterThan(1_000);
  });

  test('the proof fails for a machine that counts stale votes', () => {
    const mutant = mutants.find(({ name }) => name === 'stale-vote-replies-counted');
    if (mutant === undefined) throw new Error('no such mutant');
    const { space } = explore(mutant.subject, { ...smallest, terms: 2 }, { watches: [] });
    expect(settledHolds(space).counterexample).toContain('RequestVoteReply');
  });
});

describe('mutants are found at their least depth', () => {
  test.each([
    ['quorum-half', 'CommitDurability', 1],
    ['vote-sent-before-durable', 'PersistBeforeSend', 2],
    ['term-forgotten-on-restart', 'TermMonotonic', 2],
    ['vote-without-checking-votedFor', 'VoteOncePerTerm', 3],
    ['ack-before-fsync', 'PersistBeforeSend', 4],
    ['vote-forgotten-on-restart', 'VoteOncePerTerm', 4],
    ['apply-before-commit', 'CommitMonotonic', 4],
    ['answer-before-commit', 'AnswerAfterCommit', 4],
    ['vote-cleared-on-step-down', 'VoteOncePerTerm', 5],
    ['match-is-own-log-length', 'MatchSoundness', 6],
    ['stale-vote-replies-counted', 'ElectionSafety', 7],
    ['commit-assigned', 'CommitMonotonic', 8],
    ['truncation-on-every-append', 'MatchSoundness', 9],
    ['no-dedup', 'ExactlyOnce', 10],
    ['next-below-match', 'NextAboveMatch', 11],
    ['commit-old-term', 'LeaderCompleteness', 14],
  ])('%s breaks %s after %d steps', (name, check, depth) => {
    const subject = mutants.find((mutant) => mutant.name === name)?.subject;
    if (subject === undefined) throw new Error(`no mutant ${name}`);
    const deep = name === 'commit-old-term';
    const chosen = deep ? worlds.slice(8) : worlds;
    const statesMax = deep ? 2_000_000 : 200_000;
    const last = hunt(subject, { worlds: chosen, watch: 'cluster', statesMax }).at(-1);
    expect(last?.path).toMatchObject({ breach: { check } });
    expect(last?.path?.happenings).toHaveLength(depth);
  });

  test.each([
    ['read-without-asking', 14],
    ['read-before-own-commit', 15],
    ['read-confirmed-by-older-heartbeat', 14],
  ])('%s: a read misses what was committed, after %d steps', (name, depth) => {
    const subject = mutants.find((mutant) => mutant.name === name)?.subject;
    const world = worlds.find(({ bounds }) => bounds.reads > 0);
    if (subject === undefined || world === undefined) throw new Error('no such mutant or world');
    const found = explore(subject, world.bounds, { watches: ['cluster'] });
    expect(found.breach?.check).toBe('ReadFreshness');
    expect(found.depth).toBe(depth);
  });

  test('a path keeps each server under one name', () => {
    const subject = mutants.find(({ name }) => name === 'stale-vote-replies-counted')?.subject;
    if (subject === undefined) throw new Error('no such mutant');
    const bounds: Bounds = { ...elections, messages: 6 };
    const found = explore(subject, bounds, { watches: ['cluster'] });
    const path = pathOf(found.space, found.path);
    expect(path.happenings.map(happeningText)).toMatchInlineSnapshot(`
      [
        "S1: the election timer runs out",
        "S1: the election timer runs out",
        "S2 gets RequestVote of term 1 from S1 (log 0@0)",
        "S2: the election timer runs out",
        "S1 gets RequestVoteReply of term 1 from S2 (granted)",
        "S3 gets RequestVote of term 2 from S2 (log 0@0)",
        "S2 gets RequestVoteReply of term 2 from S3 (granted)",
      ]
    `);
    expect(path.breach?.sentence).toMatchInlineSnapshot(`"two leaders in term 2: S1 and S2"`);
  });
});
