/** OfficeRules: who may unseat a leader, and when it must leave by itself. */
import { describe, expect, test } from 'vitest';
import type { Json, MessageRecord } from '../trace/record.ts';
import { officeRules } from './office-rules.ts';
import { acknowledges, granted, judged, TraceBuilder, voters } from './trace-builder.ts';

const all = ['S1', 'S2', 'S3'];

function scenario(features: { readonly [name: string]: Json }): Json {
  return { cluster: { electionMs: { min: 150, max: 300 }, heartbeatMs: 50, features } };
}

/** S1 leads term 1 of three; an election time-out is three heartbeats. */
function led(features: { readonly [name: string]: Json } = { checkQuorum: true }): TraceBuilder {
  const trace = new TraceBuilder(...all);
  trace.header(voters(...all), scenario(features));
  trace.start();
  trace.lead('S1', 1);
  return trace;
}

const sentenceOf = (trace: TraceBuilder): string => {
  const outcome = judged(officeRules, trace);
  return outcome?.kind === 'fail' ? outcome.sentence : (outcome?.kind ?? '');
};

function preVoteReply(from: string, to: string, term: number, grants: boolean): MessageRecord {
  return { kind: 'PreVoteReply', from, to, term, granted: grants };
}

function asks(from: string, to: string, term: number, transfer: boolean): MessageRecord {
  return { kind: 'RequestVote', from, to, term, lastIndex: 0, lastTerm: 0, transfer };
}

function beat(trace: TraceBuilder, count: number): void {
  for (let left = count; left > 0; left -= 1) {
    trace.add({ kind: 'timer', server: 'S1', timer: 'heartbeat' });
  }
}

describe('OfficeRules: pre-votes (dissertation 9.6)', () => {
  test('is content with answers that change nothing', () => {
    const trace = led({ preVote: true });
    trace.send(preVoteReply('S1', 'S3', 1, false));
    trace.send(preVoteReply('S2', 'S3', 2, true));
    expect(sentenceOf(trace)).toBe('pass');
  });

  test('rejects a term adopted for a pre-vote', () => {
    const trace = led({ preVote: true });
    trace.cause = 5;
    trace.state('S2', 'follower', 2);
    trace.send(preVoteReply('S2', 'S3', 2, true));
    expect(sentenceOf(trace)).toBe('S2 went from term 0 to 2 because S3 asked it for a pre-vote');
  });

  test('rejects a pre-vote of the leader', () => {
    const trace = led({ preVote: true });
    trace.send(preVoteReply('S1', 'S3', 2, true));
    expect(sentenceOf(trace)).toBe('S1 granted S3 a pre-vote although it led term 1');
  });
});

describe('OfficeRules: leaders unseated (dissertation 3.10, 4.2.3)', () => {
  function unseated(trace: TraceBuilder): TraceBuilder {
    trace.cause = 9;
    trace.state('S1', 'follower', 2, { votedFor: 'S3' });
    trace.send(granted('S1', 'S3', 2));
    return trace;
  }

  test('rejects a leader that leaves because somebody asks for its vote', () => {
    const trace = led();
    trace.send(asks('S3', 'S1', 2, false));
    expect(sentenceOf(unseated(trace))).toBe(
      'S1 left its office of term 1 because S3 asked for its vote in term 2, ' +
        'which no leader had told it to do',
    );
  });

  test('allows it without check-quorum, and for a server told to campaign', () => {
    expect(sentenceOf(unseated(led({})))).toBe('notApplicable');
    const trace = led();
    trace.send({ kind: 'TimeoutNow', from: 'S1', to: 'S3', term: 1 });
    trace.send(asks('S3', 'S1', 2, true));
    expect(sentenceOf(unseated(trace))).toBe('pass');
  });

  test('rejects a campaign on the word of an older leader', () => {
    const trace = led({});
    trace.send({ kind: 'TimeoutNow', from: 'S1', to: 'S3', term: 1 });
    trace.send(asks('S3', 'S1', 3, true));
    expect(sentenceOf(trace)).toBe(
      'S3 asked for votes in term 3 in the name of the leader of term 2, ' +
        'which never told it to campaign',
    );
  });
});

describe('OfficeRules: quorums heard (dissertation 6.2)', () => {
  function hearing(trace: TraceBuilder, term: number): void {
    const id = trace.records.filter(({ kind }) => kind === 'send').length;
    trace.send(acknowledges('S2', 'S1', { term, matchIndex: 0 }));
    trace.deliver(id, 'S1');
  }

  test('is content with a leader that leaves within two election time-outs', () => {
    const trace = led();
    beat(trace, 6);
    trace.state('S1', 'follower', 1);
    beat(trace, 6);
    expect(sentenceOf(trace)).toBe('pass');
  });

  test('counts anew whenever a quorum was heard', () => {
    const trace = led();
    for (let rounds = 0; rounds < 5; rounds += 1) {
      beat(trace, 5);
      hearing(trace, 1);
    }
    expect(sentenceOf(trace)).toBe('pass');
  });

  test.each([
    ['hears of nobody', 0],
    ['hears answers to another term', 2],
  ])('rejects a leader that stays although it %s', (_what, term) => {
    const trace = led();
    beat(trace, 3);
    if (term > 0) hearing(trace, term);
    beat(trace, 4);
    expect(sentenceOf(trace)).toBe(
      'S1 still leads term 1 although it has heard of no quorum (2 of 3) for 6 heartbeats',
    );
  });

  test('begins anew with another configuration', () => {
    const trace = led();
    beat(trace, 5);
    trace.configure('S1', 1, voters('S1', 'S2'));
    beat(trace, 5);
    expect(sentenceOf(trace)).toBe('pass');
  });
});
