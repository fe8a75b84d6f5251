/** The checks of commits and of what leaders believe, each on a good and on a bad trace. */
import { describe, expect, test } from 'vitest';
import { commitDurability } from './commit-durability.ts';
import { commitMonotonic } from './commit-monotonic.ts';
import { leaderCompleteness } from './leader-completeness.ts';
import { matchSoundness, nextAboveMatch } from './match-soundness.ts';
import { stateMachineSafety } from './state-machine-safety.ts';
import { entries, entry, judged, TraceBuilder } from './trace-builder.ts';

const all = ['S1', 'S2', 'S3'] as const;
const cluster = (): TraceBuilder => new TraceBuilder(...all).start();

describe('CommitMonotonic', () => {
  test('passes on steps forward, and from the beginning after a restart', () => {
    const trace = cluster();
    trace.stored(['S1'], ...entries(1, 1));
    trace.commit('S1', 2);
    trace.apply('S1', entry(1, 1));
    trace.apply('S1', entry(2, 1));
    trace.crash('S1', 1);
    trace.online('S1', { log: entries(1, 1) });
    trace.commit('S1', 1);
    trace.apply('S1', entry(1, 1));
    expect(judged(commitMonotonic, trace)).toEqual({ kind: 'pass', examined: 5 });
  });

  test('fails when the commit index falls', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1, 1, 1));
    const before = trace.commit('S1', 3);
    const wrong = trace.commit('S1', 2);
    expect(judged(commitMonotonic, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 took its commit index back from 3 to 2',
      evidence: [before, wrong],
    });
  });

  test('fails when the commit index passes the end of the log', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1, 1, 1));
    const wrong = trace.commit('S1', 7);
    expect(judged(commitMonotonic, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 committed up to index 7, but its log ends at 3',
      evidence: [wrong],
    });
  });

  test('fails when an entry is applied out of order', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1, 1, 1));
    const committed = trace.commit('S1', 3);
    const before = trace.apply('S1', entry(1, 1));
    const wrong = trace.apply('S1', entry(3, 1));
    expect(judged(commitMonotonic, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 applied index 3 right after index 1',
      evidence: [committed, before, wrong],
    });
  });

  test('fails when an entry is applied before it is committed', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1));
    const wrong = trace.apply('S1', entry(1, 1));
    expect(judged(commitMonotonic, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 applied index 1, but it has committed only up to 0',
      evidence: [wrong],
    });
  });
});

describe('StateMachineSafety', () => {
  test('passes when all servers commit and apply alike', () => {
    const trace = cluster();
    for (const server of all) {
      trace.log(server, ...entries(1, 1));
      trace.commit(server, 2);
      trace.apply(server, entry(1, 1));
    }
    expect(judged(stateMachineSafety, trace)).toEqual({ kind: 'pass', examined: 9 });
  });

  test('fails when two servers commit different entries', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1, 2));
    const first = trace.commit('S1', 2);
    trace.log('S3', ...entries(1, 3));
    const second = trace.commit('S3', 2);
    expect(judged(stateMachineSafety, trace)).toEqual({
      kind: 'fail',
      sentence: 'S3 committed (index 2, term 3), but S1 had committed (index 2, term 2)',
      evidence: [first, second],
    });
  });

  test('fails when an entry of other content is applied', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1));
    const first = trace.commit('S1', 1);
    const second = trace.apply('S2', entry(1, 1, 9));
    expect(judged(stateMachineSafety, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 applied a different entry at (index 1, term 1) than S1 had committed',
      evidence: [first, second],
    });
  });

  test('fails when equal entries lead to different states', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1));
    trace.commit('S1', 1);
    const first = trace.apply('S1', entry(1, 1), { stateDigest: 5 });
    const second = trace.apply('S3', entry(1, 1), { stateDigest: 6 });
    expect(judged(stateMachineSafety, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 and S3 are in different states after applying index 1',
      evidence: [first, second],
    });
  });
});

describe('CommitDurability', () => {
  test('passes when a majority holds the entry, the committing server not among them', () => {
    const trace = cluster();
    trace.stored(['S2', 'S3'], ...entries(1));
    trace.log('S1', ...entries(1));
    trace.commit('S1', 1);
    expect(judged(commitDurability, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  test('fails when the leader counts what is not yet on its own disk', () => {
    const trace = cluster();
    trace.stored(all, ...entries(1, 1, 1));
    trace.commit('S1', 3);
    trace.stored(['S2'], entry(4, 2));
    const pending = trace.log('S1', entry(4, 2));
    const wrong = trace.commit('S1', 4);
    expect(judged(commitDurability, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 committed index 4 (term 2), but only S2 has it on disk; 2 of 3 needed',
      evidence: [pending, wrong],
    });
  });

  test('does not count a disk that holds another entry there', () => {
    const trace = cluster();
    trace.stored(['S1', 'S2'], entry(1, 1));
    const pending = [trace.log('S1', entry(1, 2)), trace.log('S2', entry(1, 2))];
    const wrong = trace.commit('S1', 1);
    expect(judged(commitDurability, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 committed index 1 (term 2), but no server has it on disk; 2 of 3 needed',
      evidence: [...pending, wrong],
    });
  });
});

describe('LeaderCompleteness', () => {
  const committedByS1 = (): { trace: TraceBuilder; committed: number } => {
    const trace = cluster();
    trace.lead('S1', 2);
    trace.stored(['S1', 'S2'], ...entries(1, 2));
    const committed = trace.commit('S1', 2);
    return { trace, committed };
  };

  test('passes when the new leader has it all, and when a late one of an old term has not', () => {
    const { trace } = committedByS1();
    trace.lead('S3', 1);
    trace.lead('S2', 3);
    expect(judged(leaderCompleteness, trace)).toEqual({ kind: 'pass', examined: 3 });
  });

  test('fails when the new leader lacks a committed entry', () => {
    const { trace, committed } = committedByS1();
    const wrong = trace.lead('S3', 4);
    expect(judged(leaderCompleteness, trace)).toEqual({
      kind: 'fail',
      sentence: 'S3 became leader of term 4 without (index 1, term 1), which S1 had committed',
      evidence: [committed, wrong],
    });
  });

  test('fails when the new leader holds another entry in its place', () => {
    const { trace, committed } = committedByS1();
    trace.stored(['S3'], ...entries(1, 3, 3));
    const wrong = trace.lead('S3', 4);
    expect(judged(leaderCompleteness, trace)).toEqual({
      kind: 'fail',
      sentence:
        'S3 became leader of term 4 with (index 2, term 3) where S1 had committed (index 2, term 2)',
      evidence: [committed, wrong],
    });
  });
});

describe('MatchSoundness', () => {
  test('passes when the follower has it on disk, or has moved on to a later term', () => {
    const trace = cluster();
    trace.lead('S1', 1);
    trace.log('S1', ...entries(1, 1));
    trace.stored(['S2'], ...entries(1, 1));
    trace.match('S1', 'S2', 2, 3);
    trace.match('S1', 'S3', 0, 1);
    trace.state('S2', 'follower', 2);
    trace.replace('S2', 1, []);
    trace.match('S1', 'S2', 2, 3);
    expect(judged(matchSoundness, trace)).toEqual({ kind: 'pass', examined: 3 });
  });

  test('fails when the follower has it only in memory', () => {
    const trace = cluster();
    trace.lead('S1', 1);
    trace.log('S1', ...entries(1, 1, 1));
    trace.stored(['S3'], ...entries(1, 1));
    const pending = trace.log('S3', entry(3, 1));
    const wrong = trace.match('S1', 'S3', 3, 4);
    expect(judged(matchSoundness, trace)).toEqual({
      kind: 'fail',
      sentence: "S1 believes S3 has its log up to index 3, but on S3's disk only the first 2 agree",
      evidence: [pending, wrong],
    });
  });

  test('is vacuous when entries were committed and no belief was told', () => {
    const trace = cluster();
    trace.stored(all, ...entries(1));
    trace.commit('S1', 1);
    expect(judged(matchSoundness, trace)?.kind).toBe('vacuous');
  });

  test('does not apply to a cluster of one', () => {
    const trace = new TraceBuilder('S1').start();
    trace.stored(['S1'], ...entries(1));
    trace.commit('S1', 1);
    expect(judged(matchSoundness, trace)).toEqual({
      kind: 'notApplicable',
      reason: 'a cluster of one has no followers',
    });
  });
});

describe('NextAboveMatch', () => {
  test('passes while next is above match', () => {
    const trace = cluster();
    trace.match('S1', 'S3', 4, 5);
    expect(judged(nextAboveMatch, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  test('fails when next falls to match', () => {
    const trace = cluster();
    const wrong = trace.match('S1', 'S3', 5, 5);
    expect(judged(nextAboveMatch, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 would send S3 index 5 next, although it believes S3 has its log up to 5',
      evidence: [wrong],
    });
  });
});
