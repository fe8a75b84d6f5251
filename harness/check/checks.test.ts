/** The registry as a whole: names, promises, and that none of the checks passes on nothing. */
import { describe, expect, test } from 'vitest';
import { allChecks, campaignChecks, checkNamed, livenessChecks, safetyChecks } from './checks.ts';
import { panel } from './panel.ts';
import {
  acknowledges,
  answers,
  asks,
  asksVote,
  entries,
  entry,
  granted,
  judged,
  TraceBuilder,
} from './trace-builder.ts';

const all = ['S1', 'S2', 'S3'] as const;

test('names are unique, and each finds its check', () => {
  const names = allChecks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const check of allChecks) expect(checkNamed(check.name)).toBe(check);
  expect(checkNamed('Nonsense')).toBeUndefined();
});

test('a campaign asks for everything except what needs records of timers', () => {
  expect(campaignChecks).toEqual([...safetyChecks, ...livenessChecks]);
  expect(allChecks.filter((check) => !campaignChecks.includes(check)).map((c) => c.name)).toEqual([
    'OneTimerPerVoter',
  ]);
  expect(campaignChecks.some((check) => check.kinds.includes('arm'))).toBe(false);
});

describe.each(allChecks.map((check) => [check.name, check] as const))('%s', (_name, check) => {
  test('states its promise in a sentence with its source', () => {
    expect(check.promise).toMatch(/^[A-Z][^\n]+\.$/u);
    expect(check.kinds.length).toBeGreaterThan(0);
  });

  test('does not pass on an empty trace', () => {
    const outcome = judged(check, new TraceBuilder(...all));
    expect(['vacuous', 'notApplicable']).toContain(outcome?.kind);
  });

  test('starts anew for every run', () => {
    expect(check.start()).not.toBe(check.start());
  });
});

/** A whole run by hand: S1 is elected, replicates one command, S3 crashes and comes back. */
function wholeRun(): TraceBuilder {
  const trace = new TraceBuilder(...all).start();
  for (const server of all) {
    trace.add({ kind: 'arm', server, timer: 'election', dueAt: 1 });
  }
  trace.vote('S1', 1, 'S1');
  trace.durable('S1');
  trace.send(asksVote('S1', 'S2', 1));
  trace.deliver(0, 'S2');
  trace.vote('S2', 1, 'S1');
  trace.durable('S2');
  trace.send(granted('S2', 'S1', 1));
  trace.deliver(1, 'S1');
  trace.lead('S1', 1);
  trace.vote('S3', 1, null);
  trace.operation('invoke', 1);
  trace.send(asks('c1', 'S1', 'c1', 1));
  trace.deliver(2, 'S1');
  trace.stored(all, entry(1, 1));
  trace.send(acknowledges('S2', 'S1', { term: 1, matchIndex: 1 }));
  trace.deliver(3, 'S1');
  trace.match('S1', 'S2', 1, 2);
  const done = { kind: 'done', result: 1 } as const;
  for (const server of all) {
    trace.commit(server, 1);
    trace.apply(server, entry(1, 1), { session: 'c1', serial: 1, answer: done });
  }
  trace.send(answers('S1', 'c1', 1, done));
  trace.deliver(4, 'c1');
  trace.operation('ok', 1);
  trace.add({ kind: 'quiet' });
  trace.crash('S3', 2);
  trace.online('S3', { term: 1, log: entries(1) });
  trace.add({ kind: 'arm', server: 'S3', timer: 'election', dueAt: 1 });
  trace.commit('S3', 1);
  trace.apply('S3', entry(1, 1), { session: 'c1', serial: 1, answer: done });
  trace.state('S2', 'follower', 1, { votedFor: 'S1', leader: 'S1' });
  trace.state('S3', 'follower', 1, { leader: 'S1' });
  trace.end('settled');
  return trace;
}

test('a run in which everything happens passes every check, none of them vacuously', () => {
  const trace = wholeRun();
  const seats = panel(allChecks, trace.servers);
  for (const record of trace.records) expect(seats.observe(record)).toBeUndefined();
  const verdict = seats.finish();
  expect(verdict.kind).toBe('pass');
  const outcomes = verdict.outcomes.map(({ check, outcome }) => `${check.name} ${outcome.kind}`);
  // What features do has tests of its own, with traces in which they are on.
  const features = [
    'ConfigurationRules',
    'SnapshotSoundness',
    'ReadFreshness',
    'OfficeRules',
    'QuietLeader',
  ];
  expect(outcomes.filter((outcome) => !outcome.endsWith(' pass'))).toEqual(
    features.map((name) => `${name} notApplicable`),
  );
});
