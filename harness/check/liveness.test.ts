/** The checks of the quiet period, each on a good and on a bad trace. */
import { describe, expect, test } from 'vitest';
import type { Answer } from '../raft/message.ts';
import type { MessageRecord } from '../trace/record.ts';
import type { Check } from './check.ts';
import { leaderElected, logsConverge } from './liveness.ts';
import { operationsComplete } from './operations-complete.ts';
import { entries, entry, judged, TraceBuilder } from './trace-builder.ts';

const all = ['S1', 'S2', 'S3'] as const;

interface Quiet {
  readonly trace: TraceBuilder;
  readonly quiet: number;
}

/** S1 leads term 2, the others follow; all have committed and applied one entry. */
function healthy(): Quiet {
  const trace = new TraceBuilder(...all).start();
  trace.lead('S1', 2);
  for (const server of ['S2', 'S3']) trace.state(server, 'follower', 2, { leader: 'S1' });
  trace.stored(all, ...entries(2));
  for (const server of all) {
    trace.commit(server, 1);
    trace.apply(server, entry(1, 2));
  }
  const quiet = trace.add({ kind: 'quiet' });
  trace.at += 1_000_000;
  return { trace, quiet };
}

function expectFailure(check: Check, { trace, quiet }: Quiet, sentence: string): void {
  const ended = trace.end('time');
  const verdict = judged(check, trace);
  expect(verdict).toMatchObject({ kind: 'fail', evidence: [quiet, ended] });
  expect(told(verdict)).toBe(sentence);
}

/** Without what is said of the temperature. */
function told(verdict: ReturnType<typeof judged>): string {
  const sentence = verdict?.kind === 'fail' ? verdict.sentence : '';
  return sentence.replace(/; (?:dead|live)lock: .*$/u, '');
}

const checks: readonly Check[] = [leaderElected, logsConverge, operationsComplete];

describe.each(checks.map((check) => [check.name, check] as const))('%s', (_name, check) => {
  test('passes when all is well at the end', () => {
    const { trace } = healthy();
    trace.operation('invoke', 1);
    trace.operation('ok', 1);
    trace.end('settled');
    expect(judged(check, trace)?.kind).toBe('pass');
  });

  test('does not apply without a quiet period', () => {
    const trace = new TraceBuilder(...all).start();
    trace.operation('invoke', 1);
    trace.end('time');
    expect(judged(check, trace)).toEqual({
      kind: 'notApplicable',
      reason: 'the run has no quiet period',
    });
  });

  test('cannot say when the limit on events, a violation, or a torn trace ended the run', () => {
    const reasons = (['events', 'violation', null] as const).map((reason) => {
      const { trace } = healthy();
      trace.operation('invoke', 1);
      if (reason !== null) trace.end(reason);
      const outcome = judged(check, trace);
      return outcome?.kind === 'unknown' ? outcome.reason : outcome?.kind;
    });
    expect(reasons).toEqual([
      'the limit on events ended the run in its quiet period',
      'a violation ended the run before its quiet period did',
      'the trace ends without saying how the run ended',
    ]);
  });
});

describe('LeaderElected', () => {
  test('fails when nobody leads, and says who is what', () => {
    const run = healthy();
    run.trace.state('S1', 'candidate', 7);
    run.trace.state('S2', 'candidate', 9);
    expectFailure(
      leaderElected,
      run,
      'no leader at the end of the quiet period: S1 candidate in term 7, ' +
        'S2 candidate in term 9, S3 follower in term 2',
    );
  });

  test('fails when one server does not follow', () => {
    const run = healthy();
    run.trace.state('S3', 'candidate', 5);
    expectFailure(
      leaderElected,
      run,
      'S1 leads term 2 at the end of the quiet period, but S3 follows nobody in term 5',
    );
  });

  test('cannot say when no majority is up', () => {
    const { trace } = healthy();
    trace.crash('S2', 1);
    trace.crash('S3', 1);
    trace.end('time');
    expect(judged(leaderElected, trace)).toEqual({
      kind: 'unknown',
      reason: 'only S1 up, 2 of 3 needed',
    });
  });
});

describe('LogsConverge', () => {
  test('fails when a follower lags in its log', () => {
    const run = healthy();
    run.trace.stored(['S1', 'S2'], entry(2, 2));
    run.trace.at += 5_000_000;
    expectFailure(logsConverge, run, 'S1 lags at commit 1 of 2');
  });

  test('fails when a log is too short', () => {
    const run = healthy();
    run.trace.stored(['S1', 'S2'], entry(2, 2));
    run.trace.commit('S1', 2);
    run.trace.apply('S1', entry(2, 2));
    run.trace.commit('S2', 2);
    run.trace.apply('S2', entry(2, 2));
    run.trace.at += 5_000_000;
    expectFailure(logsConverge, run, 'the log of S3 ends at index 1 of 2');
  });

  test('fails when logs differ', () => {
    const run = healthy();
    run.trace.log('S1', entry(2, 2));
    run.trace.commit('S1', 2);
    run.trace.apply('S1', entry(2, 2));
    run.trace.log('S2', entry(2, 1));
    run.trace.at += 5_000_000;
    expectFailure(logsConverge, run, 'S2 and S1 still disagree at index 2');
  });

  test('fails when entries are committed but not applied', () => {
    const run = healthy();
    for (const server of all) {
      run.trace.log(server, entry(2, 2));
      run.trace.commit(server, 2);
      if (server !== 'S3') run.trace.apply(server, entry(2, 2));
    }
    run.trace.at += 5_000_000;
    expectFailure(logsConverge, run, 'S3 has applied only 1 of 2');
  });

  test('passes when time is up while the newest entry is still on its way', () => {
    const { trace } = healthy();
    trace.at += 5_000_000;
    trace.log('S1', entry(2, 2));
    trace.end('time');
    expect(judged(logsConverge, trace)).toEqual({ kind: 'pass', examined: 3 });
  });

  test('does not take a claim to be settled on trust', () => {
    const { trace, quiet } = healthy();
    trace.log('S3', entry(2, 2));
    const ended = trace.end('settled');
    expect(judged(logsConverge, trace)).toEqual({
      kind: 'fail',
      sentence: 'the log of S3 ends at index 2, that of leader S1 at 1',
      evidence: [quiet, ended],
    });
  });

  test('fails without a leader', () => {
    const run = healthy();
    run.trace.state('S1', 'follower', 3);
    expectFailure(logsConverge, run, 'without a leader the logs cannot become equal');
  });
});

const command = { f: 'write', key: 'x', value: 1 };

function asks(to: string): MessageRecord {
  const payload = { kind: 'command', session: 'c2', serial: 1, acknowledged: 0, command } as const;
  return { kind: 'ClientRequest', from: 'c2', to, payload };
}

function answers(answer: Answer): MessageRecord {
  return { kind: 'ClientReply', from: 'S1', to: 'c2', serial: 1, answer };
}

describe('OperationsComplete', () => {
  test('fails when an operation has no answer', () => {
    const run = healthy();
    run.trace.operation('invoke', 2);
    run.trace.operation('invoke', 1);
    run.trace.at += 5_000_000;
    expectFailure(
      operationsComplete,
      run,
      "c2's write of x has no answer at the end of the quiet period (and 1 more like it)",
    );
  });

  test('passes when time is up while the last operation has just begun', () => {
    const { trace } = healthy();
    trace.operation('invoke', 1);
    trace.operation('ok', 1);
    trace.at += 5_000_000;
    trace.operation('invoke', 1);
    trace.end('time');
    expect(judged(operationsComplete, trace)).toEqual({ kind: 'pass', examined: 2 });
  });

  test('fails when a leader stands, is asked, and every operation times out', () => {
    const run = healthy();
    run.trace.operation('invoke', 2);
    run.trace.send(asks('S1'));
    run.trace.send(answers({ kind: 'notLeader', leader: 'S1' }));
    run.trace.operation('info', 2, 'timeout');
    expectFailure(
      operationsComplete,
      run,
      'a leader stood, but none of the operations begun after the faults had stopped was answered (1), ' +
        "the first being c2's write of x",
    );
  });

  test('accepts that a client does not get as far as the leader in its time', () => {
    const { trace } = healthy();
    trace.operation('invoke', 2);
    trace.send(asks('S2'));
    trace.operation('info', 2, 'timeout');
    trace.end('settled');
    expect(judged(operationsComplete, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  test('accepts that a leader with much to do answers late', () => {
    const { trace } = healthy();
    trace.operation('invoke', 2);
    trace.send(asks('S1'));
    trace.operation('info', 2, 'timeout');
    trace.send(answers({ kind: 'done', result: null }));
    trace.end('settled');
    expect(judged(operationsComplete, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  test('accepts that nobody answers while leaders change', () => {
    const { trace } = healthy();
    trace.operation('invoke', 2);
    trace.send(asks('S1'));
    trace.state('S1', 'follower', 3);
    trace.state('S2', 'leader', 3);
    trace.operation('info', 2, 'timeout');
    trace.end('settled');
    expect(judged(operationsComplete, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  test('accepts a time-out beside operations that were answered', () => {
    const { trace } = healthy();
    trace.operation('invoke', 2);
    trace.operation('info', 2, 'timeout');
    trace.operation('invoke', 1);
    trace.operation('fail', 1, 'compare-failed');
    trace.end('settled');
    expect(judged(operationsComplete, trace)).toEqual({ kind: 'pass', examined: 2 });
  });

  test('does not apply to a run without clients', () => {
    const { trace } = healthy();
    trace.end('settled');
    expect(judged(operationsComplete, trace)).toEqual({
      kind: 'notApplicable',
      reason: 'no client asked for anything',
    });
  });
});
