import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Check, TraceRecord } from './index.ts';
import { everyPromiseHolds } from './index.ts';
import { brokenRules, done, machine, refused } from '../raft/index.ts';
import type { Command, Json, Outcome, StateMachine } from '../raft/index.ts';
import type { PromiseProperty } from './property.ts';

const place = (): string => mkdtempSync(join(tmpdir(), 'whitewater-vitest-'));

function brokenBy(property: PromiseProperty): Error {
  try {
    everyPromiseHolds({ seed: 1, env: {}, ...property });
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('every promise held');
}

type Shelf = ReadonlyMap<string, Json>;

/** Reads and writes; its comparison forgets to compare. */
const blind: StateMachine<Shelf> = {
  start: () => new Map(),
  apply(state: Shelf, { f, key, value }: Command): Outcome<Shelf> {
    if (typeof key !== 'string' || value === undefined) return refused('no key');
    if (f === 'read') return done(state, state.get(key) ?? null);
    const next = f === 'cas' && Array.isArray(value) ? (value[1] ?? null) : value;
    return done(new Map([...state, [key, next]]), null);
  },
};

describe('a state machine of one’s own', () => {
  const out = place();
  const error = brokenBy({ application: blind, options: { model: 'cas-register' }, out });

  test('is judged by what its clients see', () => {
    expect(error.name).toBe('Linearizability');
    expect(error.message).toMatch(/^c\d replaced x = 1 by 2/u);
  });

  test('is not sent to the command line, which does not know it', () => {
    expect(error.message).not.toContain('whitewater replay');
    expect(error.message).toContain('whitewater explain');
    const [folder = ''] = readdirSync(out).filter((name) => name.startsWith('Linearizability-'));
    const file = join(out, folder, 'repro.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      replay: null,
      subject: 'raft with its own state',
    });
  });
});

describe('a machine of one’s own', () => {
  const careless = machine('careless', brokenRules({ voteIsFree: () => true }));

  test('is found out, and only by the promises that were asked for', () => {
    const options = { servers: 3 };
    expect(brokenBy({ subject: careless, options, out: place() }).name).toBe('VoteOncePerTerm');
    const invariants = ['ElectionSafety'];
    const other = brokenBy({ subject: careless, options, invariants, out: place(), runs: 2_000 });
    expect(other.name).toBe('ElectionSafety');
  });

  test('cannot be a mutant, too', () => {
    expect(() => everyPromiseHolds({ subject: careless, mutant: 'no-dedup' })).toThrow(/not both/u);
  });
});

/** A promise of one's own: terms stay small. */
const smallTerms: Check<{ seen: number }> = {
  name: 'SmallTerms',
  promise: 'No term is above 3.',
  class: 'safety',
  kinds: ['state'],
  start: () => ({ seen: 0 }),
  observe(state, record: TraceRecord) {
    state.seen += 1;
    if (record.kind !== 'state' || record.term <= 3) return undefined;
    return { sentence: `${record.server} is in term ${record.term}`, evidence: [record.seq] };
  },
  verdict: ({ seen }) => ({ kind: 'pass', examined: seen }),
};

test('a promise of one’s own is judged with the others', () => {
  const { name, message } = brokenBy({ checks: [smallTerms], out: place() });
  expect(name).toBe('SmallTerms');
  expect(message).toMatch(/^S\d is in term 4\n/u);
});

describe('WHITEWATER_TRACE', () => {
  const planted = { mutant: 'vote-without-checking-votedFor', options: { servers: 3 } } as const;

  test('retain-on-failure keeps the failure, and nothing of runs that passed', () => {
    const out = place();
    everyPromiseHolds({ runs: 2, seed: 1, out, env: {} });
    expect(readdirSync(out)).toEqual([]);
    brokenBy({ ...planted, out });
    expect(readdirSync(out).filter((name) => name !== 'latest')).toHaveLength(1);
  });

  test('off writes nothing and still tells the story', () => {
    const out = place();
    const error = brokenBy({ ...planted, out, env: { WHITEWATER_TRACE: 'off' } });
    expect(readdirSync(out)).toEqual([]);
    expect(error.message).toContain('✖');
    expect(error.message).not.toContain('trace.ndjson');
  });

  test('on keeps every run up to the failure, each a whole trace', async () => {
    const out = place();
    const env = { WHITEWATER_TRACE: 'on', WHITEWATER_SEED: '7' };
    everyPromiseHolds({ runs: 3, out, env });
    expect(readdirSync(join(out, 'runs-7'))).toEqual(['1.ndjson', '2.ndjson', '3.ndjson']);
    await expect(join(out, 'runs-7', '3.ndjson')).toHold();
    brokenBy({ ...planted, out, env: { WHITEWATER_TRACE: 'on' } });
    expect(existsSync(join(out, 'runs-1', '1.ndjson'))).toBe(true);
  });

  test('is one of three words', () => {
    const env = { WHITEWATER_TRACE: 'perhaps' };
    expect(() => everyPromiseHolds({ env })).toThrow(/WHITEWATER_TRACE.*"perhaps"/u);
  });
});

test('without a seed one is drawn, and printed', () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  everyPromiseHolds({ runs: 1, env: {} });
  everyPromiseHolds({ runs: 1, env: {} });
  const said = log.mock.calls.map(([text]) => String(text));
  log.mockRestore();
  expect(said[0]).toMatch(/^seed -?\d+, 1 runs, profile swarm$/u);
  expect(new Set(said).size).toBe(2);
});
