/** The checks of terms, votes and elections, each on a good and on a bad trace. */
import { describe, expect, test } from 'vitest';
import { electedByQuorum } from './elected-by-quorum.ts';
import { electionSafety } from './election-safety.ts';
import { termMonotonic } from './term-monotonic.ts';
import { asksVote, granted, judged, TraceBuilder } from './trace-builder.ts';
import { voteOncePerTerm } from './vote-once-per-term.ts';

const cluster = (): TraceBuilder => new TraceBuilder('S1', 'S2', 'S3').start();

describe('ElectionSafety', () => {
  test('passes when each term has its own leader', () => {
    const trace = cluster();
    trace.lead('S1', 1);
    trace.lead('S3', 2);
    expect(judged(electionSafety, trace)).toEqual({ kind: 'pass', examined: 2 });
  });

  test('fails on a second leader of a term, even long after the first stepped down', () => {
    const trace = cluster();
    const first = trace.lead('S1', 2);
    trace.state('S1', 'follower', 3);
    const second = trace.lead('S3', 2);
    expect(judged(electionSafety, trace)).toEqual({
      kind: 'fail',
      sentence: 'two leaders in term 2 — S1 and S3',
      evidence: [first, second],
    });
  });

  test('is vacuous when nobody ever led', () => {
    expect(judged(electionSafety, cluster())?.kind).toBe('vacuous');
  });
});

describe('ElectedByQuorum', () => {
  test('passes with the votes of a quorum, in every term anew', () => {
    const trace = cluster();
    trace.send(granted('S2', 'S1', 1));
    trace.lead('S1', 1);
    trace.send(granted('S1', 'S3', 4));
    trace.lead('S3', 4);
    expect(judged(electedByQuorum, trace)).toEqual({ kind: 'pass', examined: 2 });
  });

  test('fails when one vote was told twice', () => {
    const trace = new TraceBuilder('S1', 'S2', 'S3', 'S4', 'S5').start();
    const vote = trace.send(granted('S2', 'S1', 1));
    trace.send(granted('S2', 'S1', 1));
    const led = trace.lead('S1', 1);
    expect(judged(electedByQuorum, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 leads term 1 with its own vote and that of S2, which is no quorum (3 of 5)',
      evidence: [vote, led],
    });
  });

  test('fails when the votes are of an earlier term, or refusals', () => {
    const trace = cluster();
    trace.send(granted('S2', 'S1', 1));
    const refused = { kind: 'RequestVoteReply', granted: false } as const;
    trace.send({ ...refused, from: 'S3', to: 'S1', term: 2 });
    const led = trace.lead('S1', 2);
    expect(judged(electedByQuorum, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 leads term 2 with no vote but its own, which is no quorum (2 of 3)',
      evidence: [led],
    });
  });

  test('is not asked when nobody ever led', () => {
    expect(judged(electedByQuorum, cluster())?.kind).toBe('notApplicable');
  });
});

describe('TermMonotonic', () => {
  test('passes over a restart that forgets only what was not durable', () => {
    const trace = cluster();
    trace.vote('S1', 1, 'S1');
    trace.durable('S1');
    trace.vote('S1', 2, 'S1');
    trace.crash('S1', 1);
    trace.online('S1', { term: 1, votedFor: 'S1' });
    expect(judged(termMonotonic, trace)).toEqual({ kind: 'pass', examined: 6 });
  });

  test('fails when a term falls', () => {
    const trace = cluster();
    const before = trace.state('S2', 'follower', 3);
    const after = trace.state('S2', 'follower', 2);
    expect(judged(termMonotonic, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 went back from term 3 to term 2',
      evidence: [before, after],
    });
  });

  test('fails when a restart forgets a durable term', () => {
    const trace = cluster();
    const before = trace.vote('S2', 3, null);
    trace.durable('S2');
    trace.crash('S2', 1);
    const after = trace.online('S2', { term: 2 });
    expect(judged(termMonotonic, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 came back in term 2, but its disk held term 3',
      evidence: [before, after],
    });
  });
});

describe('VoteOncePerTerm', () => {
  test('passes when a vote lost untold in a crash is given anew', () => {
    const trace = cluster();
    trace.vote('S2', 1, 'S1');
    trace.crash('S2', 0);
    trace.online('S2');
    trace.vote('S2', 1, 'S3');
    trace.durable('S2');
    trace.send(granted('S2', 'S3', 1));
    trace.send(granted('S2', 'S3', 1));
    expect(judged(voteOncePerTerm, trace)).toEqual({ kind: 'pass', examined: 4 });
  });

  test('fails when a vote changes within a term', () => {
    const trace = cluster();
    const first = trace.state('S2', 'follower', 1, { votedFor: 'S1' });
    const second = trace.state('S2', 'follower', 1, { votedFor: 'S3' });
    expect(judged(voteOncePerTerm, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 voted for S1 and then for S3 in term 1',
      evidence: [first, second],
    });
  });

  test('fails when a vote is dropped within a term', () => {
    const trace = cluster();
    const first = trace.vote('S2', 1, 'S1');
    const second = trace.vote('S2', 1, null);
    expect(judged(voteOncePerTerm, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 dropped its vote for S1 within term 1',
      evidence: [first, second],
    });
  });

  test('fails when a restart forgets a durable vote', () => {
    const trace = cluster();
    const first = trace.vote('S2', 1, 'S1');
    trace.durable('S2');
    trace.crash('S2', 1);
    const second = trace.online('S2', { term: 1 });
    expect(judged(voteOncePerTerm, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 came back without a vote in term 1, but its disk held its vote for S1',
      evidence: [first, second],
    });
  });

  test('fails when two candidates are told of a vote in one term, over restarts', () => {
    const trace = cluster();
    trace.vote('S2', 1, 'S1');
    const first = trace.send(granted('S2', 'S1', 1));
    trace.crash('S2', 0);
    trace.online('S2');
    const second = trace.send(granted('S2', 'S3', 1));
    expect(judged(voteOncePerTerm, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 gave its vote of term 1 to S1 and to S3',
      evidence: [first, second],
    });
  });

  test('counts asking for votes as a vote for oneself', () => {
    const trace = cluster();
    const first = trace.send(asksVote('S2', 'S1', 1));
    const second = trace.send(granted('S2', 'S3', 1));
    expect(judged(voteOncePerTerm, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 gave its vote of term 1 to S2 and to S3',
      evidence: [first, second],
    });
  });

  test('does not apply to a run without elections', () => {
    expect(judged(voteOncePerTerm, cluster())?.kind).toBe('notApplicable');
  });
});
