/** The specification as judge: of golden and generated runs, of every mutant, of single wrong steps. */
import { describe, expect, test } from 'vitest';
import { recorded } from '../../cli/failure.ts';
import { labFor } from '../../cli/lab.ts';
import { expandScenario } from '../../../scenarios/generate/expand.ts';
import { benign } from '../../../scenarios/mutants/benign.ts';
import { mutants } from '../../../scenarios/mutants/mutants.ts';
import type { TraceRecord } from '../../trace/record.ts';
import type { Failure } from '../check.ts';
import { panel } from '../panel.ts';
import { acknowledges, asksVote, entry, granted, judged, TraceBuilder } from '../trace-builder.ts';
import { actionsOf, specification } from './specification.ts';
import { actions } from './state.ts';

function serversOf(records: readonly TraceRecord[]): readonly string[] {
  const [header] = records;
  return header?.kind === 'header' ? header.servers : [];
}

/** The first wrong step of a whole run, or undefined. */
function wrongStep(records: readonly TraceRecord[]): Failure | undefined {
  const seats = panel([specification], serversOf(records));
  for (const record of records) {
    const found = seats.observe(record);
    if (found !== undefined) return found.failure;
  }
  const { kind, sentence, evidence } = seats.finish();
  return kind === 'fail' ? { sentence, evidence } : undefined;
}

describe('runs of the built-in Raft', () => {
  const seeds = Array.from({ length: 60 }, (_, at) => at + 1);

  test.each(seeds)('seed %i: every step is an action of the specification', (seed) => {
    const { records } = recorded(expandScenario(seed), labFor({}));
    expect(wrongStep(records)).toBeUndefined();
  });

  test('take every action there is', () => {
    const taken = new Set<string>();
    for (const seed of seeds) {
      const { records } = recorded(expandScenario(seed), labFor({}));
      for (const [action, times] of actionsOf(records, serversOf(records))) {
        if (times > 0) taken.add(action);
      }
    }
    expect(actions.filter((action) => !taken.has(action))).toEqual([]);
  });

  test.each(benign)('$name breaks no step', ({ subject }) => {
    for (const seed of [3, 4, 5]) {
      const { records } = recorded(expandScenario(seed), { ...labFor({}), subject });
      expect(wrongStep(records)).toBeUndefined();
    }
  });
});

/**
 * Mutants whose witness takes a step that Raft does not have. The others break what the
 * specification leaves open: disks, clients, reads, the bus, who is probed, and that things go on.
 */
const spoken: readonly string[] = [
  'votes-counted-as-integer',
  'vote-without-checking-votedFor',
  'vote-check-awaits-disk',
  'stale-vote-replies-counted',
  'log-check-by-length-only',
  'log-check-by-conjunction',
  'quorum-half',
  'vote-never-cleared',
  'vote-cleared-on-step-down',
  'leader-ignores-newer-terms',
  'vote-forgotten-on-restart',
  'term-forgotten-on-restart',
  'tail-forgotten-on-restart',
  'leader-counts-itself-before-fsync',
  'prev-term-unchecked',
  'stale-append-accepted',
  'truncation-on-every-append',
  'no-truncation',
  'ack-claims-leader-commit',
  'match-is-own-log-length',
  'commit-old-term',
  'commit-to-last-index',
  'heartbeat-commits-to-last-index',
  'commit-assigned',
  'one-global-success-counter',
  'last-term-lost-by-compaction',
  'snapshot-keeps-conflicting-log',
  'old-snapshot-installed',
  'snapshot-pieces-mixed',
  'snapshot-term-adopted',
  'granted-pre-vote-adopted',
  'pre-vote-adopts-term',
  'removed-leader-counts-itself',
  'learners-counted',
  'learner-refuses-to-vote',
  'truncated-configuration-kept',
];

describe('mutants', () => {
  test.each(spoken)('%s: its first wrong step is found', (name) => {
    const mutant = mutants.find((one) => one.name === name);
    if (mutant === undefined) throw new Error(`${name} is gone`);
    const { records } = recorded(mutant.witness, labFor({ mutant: name }));
    const failure = wrongStep(records);
    expect(failure?.sentence).toMatch(/^S\d took a step that Raft does not have: /u);
    expect(failure?.evidence.length).toBeGreaterThan(0);
  });

  test('the step is found before the harm that follows from it', () => {
    const mutant = mutants.find(({ name }) => name === 'commit-old-term');
    if (mutant === undefined) throw new Error('the mutant is gone');
    const { records, outcome } = recorded(mutant.witness, labFor({ mutant: mutant.name }));
    const harm = outcome.failure?.evidence.at(-1) ?? 0;
    expect(wrongStep(records)?.evidence.at(-1)).toBeLessThan(harm);
  });
});

/* ---- single steps ---- */

function begun(): TraceBuilder {
  const trace = new TraceBuilder('S1', 'S2', 'S3');
  trace.add({
    kind: 'header',
    schema: 'whitewater.trace/1',
    whitewater: '0',
    subject: 'by hand',
    adapter: 'memory',
    servers: trace.servers,
    voters: trace.servers,
    learners: [],
    clients: [],
    model: 'register',
    scenario: null,
  });
  return trace.start();
}

/** Puts the cause of everything after `from` right, as the builder knows of none. */
function causedBy(trace: TraceBuilder, from: number): void {
  for (let at = from + 1; at < trace.records.length; at += 1) {
    const record = trace.records[at];
    if (record !== undefined) trace.records[at] = { ...record, cause: from };
  }
}

interface Wrong {
  readonly name: string;
  readonly sentence: string;
  readonly play: (trace: TraceBuilder) => number;
}

/** S1 campaigns in term 2 by the book; its request to S2 is message 0. */
function stands(trace: TraceBuilder): void {
  trace.online('S1', { term: 1 });
  const timer = trace.add({ kind: 'timer', server: 'S1', timer: 'election' });
  trace.state('S1', 'candidate', 2, { votedFor: 'S1' });
  trace.send(asksVote('S1', 'S2', 2));
  causedBy(trace, timer);
}

const delivered = (trace: TraceBuilder, id: number, to: string): number => trace.deliver(id, to);

const wrongs: readonly Wrong[] = [
  {
    name: 'a time-out that skips a term',
    sentence: 'it is in term 2 instead of 1',
    play(trace) {
      const timer = trace.add({ kind: 'timer', server: 'S1', timer: 'election' });
      trace.state('S1', 'candidate', 2, { votedFor: 'S1' });
      return timer;
    },
  },
  {
    name: 'a vote for a candidate with a shorter log',
    sentence: 'its vote is for S1 instead of nobody',
    play(trace) {
      trace.online('S2', { term: 1, log: [entry(1, 1)] });
      stands(trace);
      const receipt = delivered(trace, 0, 'S2');
      trace.state('S2', 'follower', 2, { votedFor: 'S1' });
      return receipt;
    },
  },
  {
    name: 'a vote refused although it is due',
    sentence: 'its vote is for nobody instead of S1',
    play(trace) {
      stands(trace);
      const receipt = delivered(trace, 0, 'S2');
      trace.state('S2', 'follower', 2);
      return receipt;
    },
  },
  {
    name: 'a leader with one vote of three',
    sentence: 'it became leader with the votes of S1 only',
    play(trace) {
      const timer = trace.add({ kind: 'timer', server: 'S1', timer: 'election' });
      trace.state('S1', 'leader', 1, { votedFor: 'S1' });
      return timer;
    },
  },
  {
    name: 'a follower that commits by itself',
    sentence: 'its commit index is 1 instead of 0',
    play(trace) {
      const timer = trace.add({ kind: 'timer', server: 'S1', timer: 'heartbeat' });
      trace.commit('S1', 1);
      return timer;
    },
  },
  {
    name: 'an acknowledgement of entries it was not sent',
    sentence: 'it answered what calls for no AppendEntriesReply',
    play(trace) {
      const timer = trace.add({ kind: 'timer', server: 'S2', timer: 'heartbeat' });
      trace.send(acknowledges('S2', 'S1', { term: 0, matchIndex: 1 }));
      return timer;
    },
  },
];

describe('one wrong step', () => {
  test.each(wrongs)('$name', ({ play, sentence }) => {
    const trace = begun();
    causedBy(trace, play(trace));
    const outcome = judged(specification, trace);
    expect(outcome).toMatchObject({ kind: 'fail' });
    expect(outcome?.kind === 'fail' ? outcome.sentence : '').toContain(sentence);
  });

  test('an election by the book passes', () => {
    const trace = begun();
    const timer = trace.add({ kind: 'timer', server: 'S1', timer: 'election' });
    trace.state('S1', 'candidate', 1, { votedFor: 'S1' });
    trace.send(asksVote('S1', 'S2', 1));
    causedBy(trace, timer);
    const request = delivered(trace, 0, 'S2');
    trace.state('S2', 'follower', 1, { votedFor: 'S1' });
    trace.send(granted('S2', 'S1', 1));
    causedBy(trace, request);
    const reply = delivered(trace, 1, 'S1');
    trace.state('S1', 'leader', 1, { votedFor: 'S1' });
    causedBy(trace, reply);
    expect(judged(specification, trace)).toEqual({ kind: 'pass', examined: 3 });
  });
});
