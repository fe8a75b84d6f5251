/** The checks of logs, each on a good and on a bad trace. */
import { describe, expect, test } from 'vitest';
import { leaderAppendOnly } from './leader-append-only.ts';
import { logMatching } from './log-matching.ts';
import { logTerms } from './log-terms.ts';
import { entries, entry, judged, TraceBuilder } from './trace-builder.ts';
import { truncateBelowCommit } from './truncate-below-commit.ts';

const cluster = (): TraceBuilder => new TraceBuilder('S1', 'S2', 'S3').start();

describe('LeaderAppendOnly', () => {
  test('passes when a leader appends, steps down, and then truncates', () => {
    const trace = cluster();
    trace.lead('S1', 1);
    trace.log('S1', entry(1, 1), entry(2, 1));
    trace.replace('S1', 2, [entry(2, 2)], 2);
    trace.state('S1', 'follower', 2);
    trace.log('S1', entry(2, 2));
    expect(judged(leaderAppendOnly, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  test('fails when a leader overwrites an entry', () => {
    const trace = cluster();
    const led = trace.lead('S1', 2);
    trace.log('S1', entry(1, 2), entry(2, 2));
    const wrong = trace.log('S1', entry(2, 2, 77));
    expect(judged(leaderAppendOnly, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 overwrote its entry at index 2 while it was leader of term 2',
      evidence: [led, wrong],
    });
  });

  test('fails when a leader removes an entry', () => {
    const trace = cluster();
    const led = trace.lead('S1', 2);
    trace.log('S1', entry(1, 2), entry(2, 2));
    const wrong = trace.replace('S1', 2, []);
    expect(judged(leaderAppendOnly, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 removed its entry at index 2 while it was leader of term 2',
      evidence: [led, wrong],
    });
  });

  test('is vacuous when a leader never wrote', () => {
    const trace = cluster();
    trace.lead('S1', 1);
    expect(judged(leaderAppendOnly, trace)?.kind).toBe('vacuous');
  });
});

describe('LogMatching', () => {
  test('passes when logs fork and are repaired', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1, 1, 2));
    trace.log('S2', ...entries(1, 1));
    trace.log('S2', entry(3, 3));
    trace.log('S1', entry(3, 3));
    trace.crash('S1', 2);
    trace.online('S1', { log: entries(1, 1, 3) });
    expect(judged(logMatching, trace)).toEqual({ kind: 'pass', examined: 10 });
  });

  test('fails when equal entries follow different ones', () => {
    const trace = new TraceBuilder('S0', 'S1', 'S2').start();
    const first = trace.log('S0', ...entries(1, 1, 2, 2, 3));
    trace.log('S2', ...entries(1, 1, 2));
    trace.log('S2', entry(4, 1));
    const second = trace.log('S2', entry(5, 3));
    expect(judged(logMatching, trace)).toEqual({
      kind: 'fail',
      sentence: 'S0 and S2 disagree at index 4 although both have (index 5, term 3)',
      evidence: [first, second],
    });
  });

  test('fails when one index and term has two contents', () => {
    const trace = cluster();
    const first = trace.log('S1', entry(1, 1, 5));
    const second = trace.log('S3', entry(1, 1, 6));
    expect(judged(logMatching, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 and S3 hold different entries at (index 1, term 1)',
      evidence: [first, second],
    });
  });

  test('fails when a server comes up with other content than before', () => {
    const trace = cluster();
    const first = trace.log('S1', entry(1, 1, 5));
    const second = trace.online('S1', { log: [entry(1, 1, 6)] });
    expect(judged(logMatching, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 held two different entries at (index 1, term 1)',
      evidence: [first, second],
    });
  });
});

describe('LogTerms', () => {
  test('passes on terms that never fall and never exceed the own term', () => {
    const trace = cluster();
    trace.state('S1', 'follower', 2);
    trace.log('S1', ...entries(1, 1, 2));
    trace.replace('S1', 4, [entry(4, 3)], 3);
    expect(judged(logTerms, trace)).toEqual({ kind: 'pass', examined: 5 });
  });

  const badWrites = [
    ['a falling term', [entry(3, 1)], 'S1 wrote (index 3, term 1) behind (index 2, term 2)'],
    ['a term ahead of its own', [entry(3, 4)], 'S1 wrote (index 3, term 4) while in term 2'],
    ['a gap', [entry(4, 2)], 'S1 wrote from index 4 on, but its log ends at 2'],
    ['a jump', [entry(3, 2), entry(5, 2)], 'S1 wrote index 5 where index 4 was due'],
  ] as const;
  for (const [what, put, sentence] of badWrites) {
    test(`fails on ${what}`, () => {
      const trace = cluster();
      trace.state('S1', 'follower', 2);
      trace.log('S1', ...entries(1, 2));
      const wrong = trace.log('S1', ...put);
      expect(judged(logTerms, trace)).toEqual({ kind: 'fail', sentence, evidence: [wrong] });
    });
  }

  test('lets a server come back with the term and the first entries of a torn write', () => {
    const trace = cluster();
    trace.replace('S1', 1, [entry(1, 3), entry(2, 3)], 3);
    trace.crash('S1', 0, { write: 1, entries: 1 });
    trace.online('S1', { term: 3, log: [entry(1, 3)] });
    expect(judged(logTerms, trace)?.kind).toBe('pass');
  });

  test('fails on a disk whose entries are ahead of its term', () => {
    const trace = new TraceBuilder('S1');
    const wrong = trace.online('S1', { term: 1, log: entries(1, 2) });
    expect(judged(logTerms, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 wrote (index 2, term 2) while in term 1',
      evidence: [wrong],
    });
  });
});

describe('TruncateBelowCommit', () => {
  test('passes when the same entries are written again, and others beyond the commit', () => {
    const trace = cluster();
    trace.log('S2', ...entries(1, 1, 1));
    trace.commit('S2', 2);
    trace.log('S2', entry(2, 1), entry(3, 2));
    expect(judged(truncateBelowCommit, trace)).toEqual({ kind: 'pass', examined: 2 });
  });

  test('fails when a committed entry is replaced', () => {
    const trace = cluster();
    trace.log('S2', ...entries(1, 1, 1));
    const committed = trace.commit('S2', 2);
    const wrong = trace.log('S2', entry(2, 2));
    expect(judged(truncateBelowCommit, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 replaced its entry at index 2, although it had committed up to index 2',
      evidence: [committed, wrong],
    });
  });

  test('fails when a committed entry is removed', () => {
    const trace = cluster();
    trace.log('S2', ...entries(1, 1, 1));
    const committed = trace.commit('S2', 3);
    const wrong = trace.replace('S2', 2, [entry(2, 1)]);
    expect(judged(truncateBelowCommit, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 removed its entry at index 3, although it had committed up to index 3',
      evidence: [committed, wrong],
    });
  });
});
