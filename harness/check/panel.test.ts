/** The panel: who sees what, what becomes of a failure, and how outcomes add up. */
import { describe, expect, test } from 'vitest';
import type { TraceRecord } from '../trace/record.ts';
import type { Check, Verdict } from './check.ts';
import { panel, wanted } from './panel.ts';
import { asks, asksVote, TraceBuilder } from './trace-builder.ts';

interface Seen {
  readonly records: TraceRecord[];
}

function spy(name: string, parts: Partial<Check<Seen>> = {}): Check<Seen> {
  return {
    name,
    promise: 'Nothing.',
    class: 'safety',
    kinds: ['state'],
    start: () => ({ records: [] }),
    observe: (state, record): undefined => {
      state.records.push(record);
    },
    verdict: (state): Verdict => ({ kind: 'pass', examined: state.records.length }),
    ...parts,
  };
}

const failing = (name: string, seq: number): Check<Seen> =>
  spy(name, {
    observe: (_state, record) =>
      record.seq === seq ? { sentence: `${name} broke`, evidence: [seq] } : undefined,
  });

function elections(): TraceBuilder {
  const trace = new TraceBuilder('S1', 'S2').start();
  trace.state('S1', 'candidate', 1);
  trace.state('S1', 'leader', 1);
  return trace;
}

function run(checks: readonly Check[], trace: TraceBuilder) {
  const seats = panel(checks, trace.servers);
  const found = trace.records.map((record) => seats.observe(record)?.check.name);
  return { found, verdict: seats.finish() };
}

describe('dispatch', () => {
  test('shows a check only the kinds it asked for', () => {
    const { verdict } = run([spy('a'), spy('b', { kinds: ['online', 'state'] })], elections());
    expect(verdict.outcomes.map(({ outcome }) => outcome)).toEqual([
      { kind: 'pass', examined: 2 },
      { kind: 'pass', examined: 4 },
    ]);
  });

  test('shows a check only the messages it asked for', () => {
    const trace = elections();
    trace.send(asksVote('S1', 'S2', 1));
    trace.send(asks('c1', 'S1', 'c1', 1));
    const all = spy('all', { kinds: ['send'] });
    const votes = spy('votes', { kinds: ['send'], messages: ['RequestVote'] });
    const { verdict } = run([all, votes], trace);
    expect(verdict.outcomes.map(({ outcome }) => outcome)).toEqual([
      { kind: 'pass', examined: 2 },
      { kind: 'pass', examined: 1 },
    ]);
  });

  test('shows the view as it was before the record', () => {
    const terms: number[] = [];
    const check = spy('a', {
      observe: (_state, _record, view): undefined => {
        terms.push(view.server('S1').term);
      },
    });
    const trace = elections();
    trace.state('S1', 'follower', 5);
    run([check], trace);
    expect(terms).toEqual([0, 1, 1]);
  });

  test('wants the kinds of its checks and those of the view, and no others', () => {
    const kinds = wanted([spy('a', { kinds: ['send', 'state'] })]);
    for (const kind of ['send', 'state', 'write', 'durable', 'online'] as const) {
      expect(kinds).toContain(kind);
    }
    expect(kinds.has('deliver')).toBe(false);
  });
});

describe('failures', () => {
  test('are reported once, with the record that proves them, and do not stop the others', () => {
    const { found, verdict } = run([failing('x', 2), failing('y', 3), spy('z')], elections());
    expect(found).toEqual([undefined, undefined, 'x', 'y']);
    expect(verdict).toMatchObject({ kind: 'fail', sentence: 'x broke', evidence: [2] });
    expect(verdict.check?.name).toBe('x');
    expect(verdict.outcomes.map(({ outcome }) => outcome.kind)).toEqual(['fail', 'fail', 'pass']);
  });

  test('of one record are named by the check asked first, and each is kept', () => {
    const { found, verdict } = run([failing('x', 2), failing('y', 2)], elections());
    expect(found[2]).toBe('x');
    expect(verdict.outcomes.map(({ outcome }) => outcome.kind)).toEqual(['fail', 'fail']);
  });
});

describe('the overall verdict', () => {
  const verdicts = (name: string, verdict: Verdict): Check<Seen> =>
    spy(name, { verdict: () => verdict });
  const good = verdicts('good', { kind: 'pass', examined: 3 });
  const bad = verdicts('bad', { kind: 'fail', sentence: 'no leader', evidence: [1, 2] });
  const unsure = verdicts('unsure', { kind: 'unknown', reason: 'budget' });
  const empty = verdicts('empty', { kind: 'pass', examined: 0 });
  const excused = spy('excused', { kinds: ['quiet'], exempt: () => 'no quiet period' });

  const table = [
    ['pass', [good], null, '1 of 1 checks examined the run'],
    ['pass', [good, excused], null, '1 of 2 checks examined the run'],
    ['vacuous', [good, empty], 'empty', 'the run gave it nothing to examine'],
    ['vacuous', [excused], null, 'no check found anything to examine'],
    ['vacuous', [], null, 'no check found anything to examine'],
    ['unknown', [good, empty, unsure], 'unsure', 'budget'],
    ['fail', [good, empty, unsure, bad], 'bad', 'no leader'],
  ] as const;
  for (const [kind, checks, name, sentence] of table) {
    const of = checks.map((check) => check.name).join(', ') || 'no checks';
    test(`of ${of} is ${kind}`, () => {
      const { verdict } = run(checks, elections());
      expect([verdict.kind, verdict.check?.name ?? null, verdict.sentence]).toEqual([
        kind,
        name,
        sentence,
      ]);
    });
  }
});
