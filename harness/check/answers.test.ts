/** The checks of what clients are told, each on a good and on a bad trace. */
import { describe, expect, test } from 'vitest';
import { answerAfterCommit } from './answer-after-commit.ts';
import { exactlyOnce } from './exactly-once.ts';
import { answers, asks, entries, entry, judged, TraceBuilder } from './trace-builder.ts';

const done = (result: number) => ({ kind: 'done', result }) as const;
const refused = { kind: 'refused', reason: 'compare-failed' } as const;
const command = (serial: number, result: number) => ({
  session: 'c1',
  serial,
  answer: done(result),
});

function committed(): TraceBuilder {
  const trace = new TraceBuilder('S1', 'S2', 'S3').start();
  trace.stored(['S1', 'S2', 'S3'], ...entries(1, 1, 1));
  for (const server of trace.servers) trace.commit(server, 3);
  return trace;
}

describe('ExactlyOnce', () => {
  test('passes when a retry hears the first answer, on every server and after a restart', () => {
    const trace = committed();
    for (const server of ['S1', 'S2'] as const) {
      trace.apply(server, entry(1, 1), command(1, 7));
      trace.apply(server, entry(2, 1), { ...command(1, 7), repeated: true });
      trace.apply(server, entry(3, 1), { session: 'c1', serial: 2, answer: refused });
    }
    trace.crash('S1', 1);
    trace.online('S1', { log: entries(1, 1, 1) });
    trace.commit('S1', 3);
    trace.apply('S1', entry(1, 1), command(1, 7));
    expect(judged(exactlyOnce, trace)).toEqual({ kind: 'pass', examined: 7 });
  });

  test('passes when a session that has expired runs nothing', () => {
    const trace = committed();
    const expired = { session: 'c9', serial: 1, answer: { kind: 'sessionExpired' } } as const;
    trace.apply('S1', entry(1, 1), expired);
    expect(judged(exactlyOnce, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  test('fails when a command runs at two indices', () => {
    const trace = committed();
    const first = trace.apply('S1', entry(1, 1), command(3, 7));
    const wrong = trace.apply('S1', entry(2, 1), command(3, 7));
    expect(judged(exactlyOnce, trace)).toEqual({
      kind: 'fail',
      sentence: 'command 3 of session c1 ran twice: at index 1 and at index 2',
      evidence: [first, wrong],
    });
  });

  test('fails when a retry hears another answer', () => {
    const trace = committed();
    const first = trace.apply('S1', entry(1, 1), command(3, 7));
    const wrong = trace.apply('S1', entry(2, 1), { ...command(3, 8), repeated: true });
    expect(judged(exactlyOnce, trace)).toEqual({
      kind: 'fail',
      sentence:
        'the repeat of command 3 of session c1 at index 2 was answered 8, but the first time 7',
      evidence: [first, wrong],
    });
  });

  test('fails when servers come to different answers', () => {
    const trace = committed();
    const first = trace.apply('S1', entry(1, 1), command(3, 7));
    const wrong = trace.apply('S2', entry(1, 1), { session: 'c1', serial: 3, answer: refused });
    expect(judged(exactlyOnce, trace)).toEqual({
      kind: 'fail',
      sentence: 'command 3 of session c1 came to 7 on S1 and to refused (compare-failed) on S2',
      evidence: [first, wrong],
    });
  });

  test('fails when a repeat is answered that never ran', () => {
    const trace = committed();
    const wrong = trace.apply('S1', entry(1, 1), { ...command(3, 7), repeated: true });
    expect(judged(exactlyOnce, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 answered command 3 of session c1 at index 1 as a repeat, but it never ran',
      evidence: [wrong],
    });
  });
});

describe('AnswerAfterCommit', () => {
  test('passes when the answer comes from a server that applied the command', () => {
    const trace = committed();
    trace.send(asks('c1', 'S1', 'c1', 1));
    trace.apply('S1', entry(1, 1), {
      session: 'c1',
      serial: 1,
      answer: { kind: 'done', result: { a: 1, b: [2] } },
    });
    trace.send(answers('S1', 'c1', 1, { kind: 'done', result: { b: [2], a: 1 } }));
    trace.send(answers('S2', 'c1', 1, { kind: 'notLeader', leader: 'S1' }));
    expect(judged(answerAfterCommit, trace)).toEqual({ kind: 'pass', examined: 1 });
  });

  test('finds the command of a registered session by the client’s requests', () => {
    const trace = committed();
    trace.apply('S1', entry(1, 1));
    trace.send(answers('S1', 'c1', 0, { kind: 'registered', session: '#1' }));
    trace.send(asks('c1', 'S1', '#1', 1));
    trace.apply('S1', entry(2, 1), { session: '#1', serial: 1, answer: refused });
    trace.send(answers('S1', 'c1', 1, refused));
    expect(judged(answerAfterCommit, trace)).toEqual({ kind: 'pass', examined: 2 });
  });

  test('fails when a command is answered that nobody applied', () => {
    const trace = committed();
    trace.send(asks('c2', 'S1', 'c2', 3));
    const wrong = trace.send(answers('S1', 'c2', 3, done(7)));
    expect(judged(answerAfterCommit, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 answered command 3 of c2 with 7 before any server applied it',
      evidence: [wrong],
    });
  });

  test('fails when a server answers what only another has applied', () => {
    const trace = committed();
    trace.send(asks('c1', 'S2', 'c1', 1));
    const applied = trace.apply('S1', entry(1, 1), command(1, 7));
    const wrong = trace.send(answers('S2', 'c1', 1, done(7)));
    expect(judged(answerAfterCommit, trace)).toEqual({
      kind: 'fail',
      sentence: 'S2 answered command 1 of c1 with 7 before it applied index 1: it is at 0',
      evidence: [applied, wrong],
    });
  });

  test('fails when the answer is not what applying came to', () => {
    const trace = committed();
    trace.send(asks('c1', 'S1', 'c1', 1));
    const applied = trace.apply('S1', entry(1, 1), command(1, 7));
    const wrong = trace.send(answers('S1', 'c1', 1, done(8)));
    expect(judged(answerAfterCommit, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 answered command 1 of c1 with 8, but applying it at index 1 came to 7',
      evidence: [applied, wrong],
    });
  });

  test('fails when a session is handed out before its entry is applied', () => {
    const trace = committed();
    const registered = { kind: 'registered', session: '#3' } as const;
    const wrong = trace.send(answers('S1', 'c1', 0, registered));
    expect(judged(answerAfterCommit, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 handed out session #3 before it applied index 3',
      evidence: [wrong],
    });
  });

  test('is vacuous when an operation succeeded without any answer on the bus', () => {
    const trace = committed();
    trace.operation('invoke', 1);
    trace.operation('ok', 1);
    expect(judged(answerAfterCommit, trace)?.kind).toBe('vacuous');
  });
});
