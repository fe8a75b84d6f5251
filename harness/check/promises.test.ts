/** The checks of disks: promises kept before they are given, and restarts. */
import { describe, expect, test } from 'vitest';
import { persistBeforeSend } from './persist-before-send.ts';
import { restartFromDisk } from './restart-from-disk.ts';
import { acknowledges, asksVote, entries, entry, granted } from './trace-builder.ts';
import { judged, TraceBuilder } from './trace-builder.ts';

const cluster = (): TraceBuilder => new TraceBuilder('S1', 'S2', 'S3').start();

describe('PersistBeforeSend', () => {
  test('passes when everything promised is durable', () => {
    const trace = cluster();
    trace.lead('S1', 1);
    trace.send(asksVote('S1', 'S2', 1));
    trace.vote('S2', 1, 'S1');
    trace.durable('S2');
    trace.send(granted('S2', 'S1', 1));
    trace.stored(['S2'], ...entries(1, 1));
    trace.send(acknowledges('S2', 'S1', { term: 1, matchIndex: 2 }));
    expect(judged(persistBeforeSend, trace)).toEqual({ kind: 'pass', examined: 3 });
  });

  test('passes when the disk has reached a later term, where the promise cannot be broken', () => {
    const trace = cluster();
    trace.vote('S2', 1, 'S1');
    trace.vote('S2', 2, 'S3');
    trace.durable('S2');
    trace.send(granted('S2', 'S1', 1));
    trace.send(acknowledges('S2', 'S1', { term: 1, matchIndex: 9 }));
    expect(judged(persistBeforeSend, trace)).toEqual({ kind: 'pass', examined: 2 });
  });

  test('passes when the memory is terms ahead of the disk that keeps the promise', () => {
    const trace = cluster();
    trace.vote('S2', 1, null);
    trace.stored(['S2'], ...entries(1));
    trace.replace('S2', 1, [entry(1, 3)], 3);
    trace.send(acknowledges('S2', 'S1', { term: 1, matchIndex: 1 }));
    expect(judged(persistBeforeSend, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  test('fails when a vote is asked for before the own vote is durable', () => {
    const trace = cluster();
    const pending = trace.vote('S1', 1, 'S1');
    const wrong = trace.send(asksVote('S1', 'S2', 1));
    expect(judged(persistBeforeSend, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 asked for votes in term 1, but its disk holds term 0 and no vote',
      evidence: [pending, wrong],
    });
  });

  test('fails when a vote is granted before it is durable', () => {
    const trace = cluster();
    trace.vote('S2', 1, 'S3');
    trace.durable('S2');
    const wrong = trace.send(granted('S2', 'S1', 1));
    expect(judged(persistBeforeSend, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 granted S1 its vote in term 1, but its disk holds term 1 and a vote for S3',
      evidence: [wrong],
    });
  });

  test('fails when entries are acknowledged before they are durable', () => {
    const trace = cluster();
    trace.vote('S2', 1, null);
    trace.stored(['S2'], ...entries(1, 1));
    const pending = trace.log('S2', entry(3, 1));
    const wrong = trace.send(acknowledges('S2', 'S1', { term: 1, matchIndex: 3 }));
    expect(judged(persistBeforeSend, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 acknowledged index 3 to S1, but its disk holds only 2 entries',
      evidence: [pending, wrong],
    });
  });

  test('fails when the disk is long enough but still holds the entries replaced', () => {
    const trace = cluster();
    trace.stored(['S2'], ...entries(1, 1));
    trace.vote('S2', 2, null);
    trace.durable('S2');
    const pending = trace.log('S2', entry(2, 2));
    const wrong = trace.send(acknowledges('S2', 'S1', { term: 2, matchIndex: 2 }));
    expect(judged(persistBeforeSend, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 acknowledged index 2 to S1 (term 2), but its disk still holds term 1 there',
      evidence: [pending, wrong],
    });
  });

  test('fails when an acknowledgement carries a term that is not durable', () => {
    const trace = cluster();
    const pending = trace.vote('S2', 4, null);
    const wrong = trace.send(acknowledges('S2', 'S1', { term: 4, matchIndex: 0 }));
    expect(judged(persistBeforeSend, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 acknowledged index 0 to S1 in term 4, but its disk holds only term 0',
      evidence: [pending, wrong],
    });
  });

  test('is vacuous when terms passed without a single promise', () => {
    const trace = cluster();
    trace.lead('S1', 1);
    expect(judged(persistBeforeSend, trace)?.kind).toBe('vacuous');
  });
});

describe('RestartFromDisk', () => {
  test('passes when a server comes back with what a torn write left', () => {
    const trace = cluster();
    trace.vote('S1', 1, 'S1');
    trace.log('S1', ...entries(1, 1, 1));
    trace.replace('S1', 2, [entry(2, 2), entry(3, 2)], 2);
    trace.crash('S1', 2, { write: 3, entries: 1 });
    trace.online('S1', { term: 2, log: entries(1, 2) });
    expect(judged(restartFromDisk, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  test('passes after an orderly stop, which loses nothing', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1, 1));
    trace.add({ kind: 'offline', server: 'S1', fault: 0 });
    trace.online('S1', { log: entries(1, 1) });
    expect(judged(restartFromDisk, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  const returns = [
    [{ term: 3, votedFor: 'S1' }, 'in term 3, but its disk held term 1'],
    [{ term: 1 }, 'with no vote, but its disk held a vote for S1'],
    [{ term: 1, votedFor: 'S1' }, 'with 0 entries, but its disk held 2'],
    [
      { term: 1, votedFor: 'S1', log: [entry(1, 1), entry(2, 1, 9)] },
      'with (index 2, term 1), but its disk held (index 2, term 1) of other content',
    ],
  ] as const;
  for (const [stored, what] of returns) {
    test(`fails when a server comes back ${what}`, () => {
      const trace = cluster();
      trace.vote('S1', 1, 'S1');
      trace.stored(['S1'], ...entries(1, 1));
      const crashed = trace.crash('S1', 2);
      const wrong = trace.online('S1', stored);
      expect(judged(restartFromDisk, trace)).toEqual({
        kind: 'fail',
        sentence: `S1 came back ${what}`,
        evidence: [crashed, wrong],
      });
    });
  }

  test('does not apply to a run without restarts', () => {
    expect(judged(restartFromDisk, cluster())?.kind).toBe('notApplicable');
  });
});
