/** Judges of reads without entries, and of leaders that stay. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../trace/record.ts';
import { answerAfterCommit } from './answer-after-commit.ts';
import { operationsComplete } from './operations-complete.ts';
import { quietLeader } from './quiet-leader.ts';
import { readFreshness } from './read-freshness.ts';
import { answers, asks, entry, judged, readsBy, TraceBuilder, voters } from './trace-builder.ts';

const all = ['S1', 'S2', 'S3'];

/** S1 leads; one entry is committed and applied on S1. */
function cluster(): TraceBuilder {
  const trace = new TraceBuilder(...all).start();
  trace.lead('S1', 1);
  trace.stored(['S1', 'S2'], entry(1, 1));
  trace.commit('S1', 1);
  trace.apply('S1', entry(1, 1));
  return trace;
}

const sentenceOf = (outcome: ReturnType<typeof judged>): string =>
  outcome?.kind === 'fail' ? outcome.sentence : (outcome?.kind ?? '');

describe('ReadFreshness', () => {
  test.each(['index', 'lease'] as const)('is content with a read by %s of all committed', (via) => {
    const trace = cluster();
    trace.send(readsBy('c1', 'S1', 1));
    trace.serve('S1', { serial: 1, via, readIndex: 1 });
    expect(sentenceOf(judged(readFreshness, trace))).toBe('pass');
  });

  test('is content with what was committed only after the read was asked for', () => {
    const trace = cluster();
    trace.send(readsBy('c1', 'S1', 1));
    trace.stored(['S1', 'S2'], entry(2, 1));
    trace.commit('S1', 2);
    trace.serve('S1', { serial: 1, readIndex: 1 });
    expect(sentenceOf(judged(readFreshness, trace))).toBe('pass');
  });

  test('rejects a read below what was committed before it was asked for', () => {
    const trace = cluster();
    trace.stored(['S1', 'S2'], entry(2, 1));
    trace.commit('S1', 2);
    trace.send(readsBy('c1', 'S2', 1));
    trace.serve('S2', { serial: 1, readIndex: 1 });
    expect(sentenceOf(judged(readFreshness, trace))).toBe(
      'S2 served the read c1 #1 as of index 1, ' +
        'although index 2 was committed before it was asked for',
    );
  });

  test('rejects a read from a state that lacks what the read needs', () => {
    const trace = cluster();
    trace.serve('S1', { serial: 1, readIndex: 1, appliedIndex: 0 });
    expect(sentenceOf(judged(readFreshness, trace))).toContain(
      'needs index 1, having applied only 0',
    );
  });

  test('rejects a lease that outlives the office', () => {
    const trace = cluster();
    trace.lead('S2', 2);
    trace.serve('S1', { serial: 1, via: 'lease', readIndex: 1 });
    expect(sentenceOf(judged(readFreshness, trace))).toContain('although S2 already led term 2');
  });

  test('rejects a lease in the hands of a follower', () => {
    const trace = cluster();
    trace.serve('S3', { serial: 1, via: 'lease', readIndex: 1 });
    expect(sentenceOf(judged(readFreshness, trace))).toContain('while it was follower');
  });

  test('has nothing to judge without reads', () => {
    expect(judged(readFreshness, cluster())?.kind).toBe('notApplicable');
  });
});

describe('AnswerAfterCommit', () => {
  const done = { kind: 'done', result: 1 } as const;

  test('takes a served read for an answer', () => {
    const trace = cluster();
    trace.send(readsBy('c1', 'S1', 1));
    trace.serve('S1', { serial: 1, readIndex: 1 });
    trace.send(answers('S1', 'c1', 1, done));
    expect(sentenceOf(judged(answerAfterCommit, trace))).toBe('pass');
  });

  test('rejects the answer of a server that did not serve the read', () => {
    const trace = cluster();
    trace.send(readsBy('c1', 'S1', 1));
    trace.serve('S1', { serial: 1, readIndex: 1 });
    trace.send(answers('S2', 'c1', 1, done));
    expect(sentenceOf(judged(answerAfterCommit, trace))).toContain('before any server applied it');
  });

  test('takes a refusal of what fits no message, and no other one without an entry', () => {
    const refusal = (reason: string): TraceBuilder => {
      const trace = cluster();
      trace.send(asks('c1', 'S1', 'c1', 1));
      trace.send(answers('S1', 'c1', 1, { kind: 'refused', reason }));
      return trace;
    };
    const long = refusal('the command takes 900 bytes, and 100 are allowed');
    expect(sentenceOf(judged(answerAfterCommit, long))).toBe('pass');
    const other = sentenceOf(judged(answerAfterCommit, refusal('no')));
    expect(other).toContain('before any server applied it');
  });

  test('leaves an operator to itself', () => {
    const trace = cluster();
    const payload = { kind: 'transfer', serial: 1, target: 'S2' } as const;
    trace.send({ kind: 'ClientRequest', from: 'operator', to: 'S1', payload });
    trace.send(answers('S1', 'operator', 1, done));
    expect(judged(answerAfterCommit, trace)?.kind).toBe('notApplicable');
  });
});

describe('OperationsComplete', () => {
  const wish = { kind: 'transfer', serial: 1, target: 'S2' } as const;
  const asked = (...phases: readonly ('invoke' | 'ok' | 'fail')[]): TraceBuilder => {
    const trace = cluster();
    trace.operation('invoke', 1);
    trace.operation('ok', 1);
    trace.add({ kind: 'quiet' });
    for (const phase of phases) {
      trace.add({ kind: 'operate', client: 'operator', phase, wish, error: null });
    }
    trace.end('settled');
    return trace;
  };

  test('is content with wishes that were answered, one way or the other', () => {
    expect(judged(operationsComplete, asked('invoke', 'ok', 'invoke', 'fail'))?.kind).toBe('pass');
  });

  test('rejects a wish that nobody answers', () => {
    expect(sentenceOf(judged(operationsComplete, asked('invoke')))).toBe(
      "operator's transfer to S2 has no answer at the end of the quiet period",
    );
  });
});

describe('QuietLeader', () => {
  const scenario = (features: object, more: object = {}): Json => ({
    cluster: {
      electionMs: { min: 150, max: 300 },
      heartbeatMs: 50,
      diskMicros: { min: 0, max: 1_000 },
      features: { preVote: true, checkQuorum: true, ...features },
    },
    bus: { latencyMicros: { min: 0, max: 5_000 } },
    faults: [],
    workload: { operator: [] },
    ...more,
  });

  function unseated(given: Json, afterMs: number): TraceBuilder {
    const trace = new TraceBuilder(...all);
    trace.header(voters(...all), given);
    trace.start();
    trace.lead('S1', 1);
    trace.add({ kind: 'quiet' });
    trace.at += afterMs * 1_000;
    trace.state('S2', 'candidate', 2);
    trace.state('S2', 'leader', 2);
    trace.end('settled');
    return trace;
  }

  test('rejects an election that nothing called for', () => {
    expect(sentenceOf(judged(quietLeader, unseated(scenario({}), 2_000)))).toBe(
      'S2 became leader of term 2 in the quiet period, ' +
        'although S1 led term 1 and nothing was unkind any more',
    );
  });

  test('allows what the unkind part may still cause', () => {
    expect(judged(quietLeader, unseated(scenario({}), 100))?.kind).toBe('pass');
  });

  test.each([
    ['without pre-vote', scenario({ preVote: false })],
    ['without check-quorum', scenario({ checkQuorum: false })],
    ['with slow messages', scenario({}, { bus: { latencyMicros: { min: 0, max: 90_000 } } })],
    ['with an operator', scenario({}, { workload: { operator: [{ kind: 'transfer' }] } })],
  ])('does not judge %s', (_what, given) => {
    expect(judged(quietLeader, unseated(given, 2_000))?.kind).toBe('notApplicable');
  });
});
