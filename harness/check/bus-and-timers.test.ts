/** The checks of the bus and of timers, each on a good and on a bad trace. */
import { describe, expect, test } from 'vitest';
import { deliveryIntegrity } from './delivery-integrity.ts';
import { oneTimerPerVoter } from './one-timer-per-voter.ts';
import { asks, asksVote, judged, TraceBuilder } from './trace-builder.ts';

const cluster = (): TraceBuilder => new TraceBuilder('S1', 'S2', 'S3').start();

describe('DeliveryIntegrity', () => {
  test('passes on duplicates, broadcasts, drops, dead letters, and what is still under way', () => {
    const trace = cluster();
    trace.send(asksVote('S1', 'S2', 1));
    trace.send(asks('c1', '*', 'c1', 1));
    trace.send(asksVote('S1', 'S3', 1));
    trace.send(asksVote('S1', 'S3', 2));
    trace.deliver(0, 'S2');
    trace.deliver(0, 'S2', 1);
    trace.deliver(1, 'S2');
    trace.deliver(1, 'S3');
    trace.add({ kind: 'drop', id: 2, to: 'S3', fault: 0, reason: 'fault' });
    trace.add({ kind: 'bus', what: 'deadLettered', id: 3, to: 'S3', text: 'too often' });
    trace.add({ kind: 'quiet' });
    trace.at += 6_000_000;
    trace.send(asksVote('S1', 'S2', 3));
    trace.end('settled');
    expect(judged(deliveryIntegrity, trace)).toEqual({ kind: 'pass', examined: 5 });
  });

  test('fails on a delivery of what was never sent', () => {
    const trace = cluster();
    trace.send(asksVote('S1', 'S2', 1));
    const wrong = trace.deliver(12, 'S2');
    expect(judged(deliveryIntegrity, trace)).toEqual({
      kind: 'fail',
      sentence: 'm12 was delivered to S2, but never sent',
      evidence: [wrong],
    });
  });

  test('fails on a delivery to somebody else', () => {
    const trace = cluster();
    const sent = trace.send(asksVote('S1', 'S2', 1));
    const wrong = trace.deliver(0, 'S3');
    expect(judged(deliveryIntegrity, trace)).toEqual({
      kind: 'fail',
      sentence: 'm0 was sent to S2, but delivered to S3',
      evidence: [sent, wrong],
    });
  });

  test('knows servers by long names too', () => {
    const trace = new TraceBuilder('node-a', 'node-b').start();
    trace.send(asksVote('node-b', 'node-a', 1));
    trace.deliver(0, 'node-a');
    const sent = trace.send(asksVote('node-a', 'node-b', 1));
    const wrong = trace.deliver(1, 'node-a');
    expect(judged(deliveryIntegrity, trace)).toEqual({
      kind: 'fail',
      sentence: 'm1 was sent to node-b, but delivered to node-a',
      evidence: [sent, wrong],
    });
  });

  test('fails on two messages under one id', () => {
    const trace = cluster();
    const first = trace.send(asksVote('S1', 'S2', 1));
    const message = asksVote('S1', 'S3', 1);
    const wrong = trace.add({ kind: 'send', id: 0, from: 'S1', to: 'S3', message });
    expect(judged(deliveryIntegrity, trace)).toEqual({
      kind: 'fail',
      sentence: 'two messages were sent as m0: to S2 and to S3',
      evidence: [first, wrong],
    });
  });

  function withLostMessage(reason: 'settled' | 'time'): {
    readonly trace: TraceBuilder;
    readonly evidence: readonly number[];
  } {
    const trace = cluster();
    const sent = trace.send(asksVote('S1', 'S2', 1));
    // The judge keeps a clock by every 256th message.
    for (let id = 1; id <= 256; id += 1) {
      trace.send(asksVote('S1', 'S3', id));
      trace.deliver(id, 'S3');
    }
    trace.add({ kind: 'quiet' });
    trace.at += 6_000_000;
    const ended = trace.end(reason);
    return { trace, evidence: [sent, ended] };
  }

  test('fails on a message that vanished, when the run was settled', () => {
    const { trace, evidence } = withLostMessage('settled');
    expect(judged(deliveryIntegrity, trace)).toEqual({
      kind: 'fail',
      sentence: 'm0 to S2 was sent, but neither delivered nor dropped',
      evidence,
    });
  });

  test('says nothing of lost messages when the run was cut short', () => {
    const { trace } = withLostMessage('time');
    expect(judged(deliveryIntegrity, trace)).toEqual({ kind: 'pass', examined: 257 });
  });

  test('allows for the slowest fault', () => {
    const { trace } = withLostMessage('settled');
    const detail = { kind: 'slowSubscription', byMs: 5_000 };
    trace.records.splice(0, 0, {
      kind: 'fault',
      seq: 0,
      at: 0,
      cause: -1,
      fault: 0,
      name: 'slowSubscription',
      phase: 'start',
      detail,
    });
    expect(judged(deliveryIntegrity, trace)?.kind).toBe('pass');
  });
});

describe('OneTimerPerVoter', () => {
  const arm = (trace: TraceBuilder, server: string, dueAt = 1): number =>
    trace.add({ kind: 'arm', server, timer: 'election', dueAt });

  function armed(): TraceBuilder {
    const trace = cluster();
    for (const server of trace.servers) arm(trace, server);
    return trace;
  }

  test('passes while every voter that is up waits for something', () => {
    const trace = armed();
    trace.add({ kind: 'timer', server: 'S1', timer: 'election' });
    arm(trace, 'S1');
    trace.deliver(0, 'S1');
    trace.crash('S2', 0);
    trace.end('settled');
    expect(judged(oneTimerPerVoter, trace)).toEqual({ kind: 'pass', examined: 4 });
  });

  test('fails when a step leaves a voter without a timer', () => {
    const trace = armed();
    const fired = trace.add({ kind: 'timer', server: 'S1', timer: 'election' });
    const wrong = trace.deliver(0, 'S1');
    expect(judged(oneTimerPerVoter, trace)).toEqual({
      kind: 'fail',
      sentence: 'S1 was up as follower without any timer running',
      evidence: [fired, wrong],
    });
  });

  test('fails at the end when a disarmed timer was never replaced', () => {
    const trace = armed();
    const disarmed = arm(trace, 'S3', -1);
    const wrong = trace.end('time');
    expect(judged(oneTimerPerVoter, trace)).toEqual({
      kind: 'fail',
      sentence: 'S3 was up as follower without any timer running',
      evidence: [disarmed, wrong],
    });
  });

  test('does not judge a step that a violation cut off', () => {
    const trace = armed();
    trace.online('S3');
    trace.end('violation');
    expect(judged(oneTimerPerVoter, trace)).toEqual({ kind: 'pass', examined: 3 });
  });

  test('fails when a timer fires that was not armed', () => {
    const trace = armed();
    const disarmed = arm(trace, 'S3', -1);
    const wrong = trace.add({ kind: 'timer', server: 'S3', timer: 'election' });
    expect(judged(oneTimerPerVoter, trace)).toEqual({
      kind: 'fail',
      sentence: "S3's election timer fired although it was not armed",
      evidence: [disarmed, wrong],
    });
  });

  test('does not apply to traces that do not tell of timers', () => {
    const trace = cluster();
    trace.deliver(0, 'S1');
    trace.end('settled');
    expect(judged(oneTimerPerVoter, trace)).toEqual({
      kind: 'notApplicable',
      reason: 'the trace does not tell of timers',
    });
  });
});
