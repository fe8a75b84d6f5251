/**
 * The same scenario, the same bytes: in another process, without the optimising compiler, in another
 * time zone, under another Node; by time and by every strategy that picks what comes next. And the
 * same campaign, the same hash of its runs, by however many threads.
 *
 * WHITEWATER_NODE=/path/to/another/node runs that one as well; WHITEWATER_RUNS says how many
 * scenarios (20). The child processes run what `npm test` has compiled into dist/.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BusCommand, BusEvent, BusFault, FaultyBus, Micros } from '../harness/bus/bus.ts';
import { labFor } from '../harness/cli/lab.ts';
import type { Lab } from '../harness/search/execute.ts';
import { execute, record } from '../harness/search/execute.ts';
import { settingsFrom } from '../harness/search/property.ts';
import type { ResultDocument } from '../harness/search/result.ts';
import type { Envelope } from '../harness/world/world.ts';
import { exhibits } from './corpus/caught.ts';
import { choosing, fingerprint } from './corpus/fingerprints.ts';
import { scenarioArbitrary } from './generate/scenario.ts';

const { seed, runs } = settingsFrom(process.env, { seed: 20_261_123, runs: 20 });
console.log(`seed ${String(seed)}, ${String(runs)} scenarios`);

const compiled = 'dist/scenarios/corpus/fingerprints.js';
const run = promisify(execFile);

const scenarios = fc.sample(scenarioArbitrary(), { seed, numRuns: Math.max(40, runs) });

/** What a process of its own makes of the same scenarios. */
async function inProcess(
  node: string,
  options: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<readonly string[]> {
  if (!existsSync(compiled)) throw new Error(`${compiled} is missing: run npm test, or npx tsc -b`);
  const program = `
    const { fingerprints } = await import('./${compiled}');
    console.log(fingerprints(${String(seed)}, ${String(runs)}).join('\\n'));`;
  const argv = [...options, '--input-type=module', '--eval', program];
  const { stdout } = await run(node, argv, { env: { ...process.env, ...env }, maxBuffer: 2 ** 26 });
  return stdout.trimEnd().split('\n');
}

describe('another process writes the same traces, byte for byte', () => {
  test('as this one, twice; without the optimising compiler; in another place', async () => {
    const elsewhere = { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
    const [first, second, third] = await Promise.all([
      inProcess(process.execPath),
      inProcess(process.execPath),
      inProcess(process.execPath, ['--no-opt', '--max-lazy'], elsewhere),
    ]);
    expect(first).toHaveLength(2 * runs);
    expect(new Set(first).size).toBe(2 * runs);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });

  test('under the Node that WHITEWATER_NODE names, if it names one', async () => {
    const other = process.env['WHITEWATER_NODE'] ?? process.execPath;
    expect(await inProcess(other)).toEqual(await inProcess(process.execPath));
  });
});

/** A chunk of runs and a bit, with every strategy of the portfolio. */
const campaign = ['campaign', '--runs', '40', '--seed', String(seed), '--json', '-q'];

/** What a campaign in a process of its own prints, but for what a clock said. */
async function resultOf(node: string, workers: number, options: readonly string[] = []) {
  const out = mkdtempSync(join(tmpdir(), 'whitewater-determinism-'));
  const words = [...campaign, '--workers', String(workers), '--out', out];
  const argv = [...options, 'dist/harness/main.js', ...words];
  const { stdout } = await run(node, argv, { maxBuffer: 2 ** 26 });
  const { runsHash, stats, ...rest }: ResultDocument = JSON.parse(stdout);
  return { runsHash, rest, stats: { ...stats, wallMs: 0, runsPerSec: 0 } };
}

describe('a campaign has the same result, and one hash that says so', () => {
  test('by one thread, by two, without the optimising compiler, under another Node', async () => {
    const other = process.env['WHITEWATER_NODE'] ?? process.execPath;
    const [one, ...others] = await Promise.all([
      resultOf(process.execPath, 1),
      resultOf(process.execPath, 2),
      resultOf(other, 2, ['--no-opt', '--max-lazy']),
    ]);
    expect(one?.runsHash).toMatch(/^[0-9a-f]{16}$/u);
    for (const result of others) expect(result).toEqual(one);
  });
});

test.each(choosing)('a schedule that $name made replays to the same digest', ({ name, begin }) => {
  const lab = labFor({ mutant: 'vote-sent-before-durable' });
  const learns = name === 'qLearning' || name === 'exhaustive';
  const tactic = begin(seed);
  for (const scenario of scenarios.slice(0, 6)) {
    const { scenario: alone, outcome } = tactic.play({ scenario, lab, perform: execute });
    // Of a learner's runs only those that fail are handed on with their decisions.
    if (learns && outcome.failure === null) continue;
    expect(execute(alone, lab).stats).toEqual(outcome.stats);
  }
});

type HandOver = (body: Envelope) => Envelope;

/** A bus that hands over each body in another way. */
class Handing implements FaultyBus<Envelope> {
  private readonly inner: FaultyBus<Envelope>;
  private readonly handOver: HandOver;

  constructor(inner: FaultyBus<Envelope>, handOver: HandOver) {
    this.inner = inner;
    this.handOver = handOver;
  }

  submit(command: BusCommand<Envelope>, now: Micros): void {
    if (command.kind !== 'publish') return this.inner.submit(command, now);
    const { message } = command;
    const body = this.handOver(message.body);
    return this.inner.submit({ ...command, message: { ...message, body } }, now);
  }

  poll(now: Micros): readonly BusEvent<Envelope>[] {
    return this.inner.poll(now);
  }

  wakeAt(): Micros | undefined {
    return this.inner.wakeAt();
  }

  inject(fault: BusFault, now: Micros): void {
    this.inner.inject(fault, now);
  }
}

function handing(handOver: HandOver, lab: Lab = labFor({})): Lab {
  return { ...lab, bus: (wish) => new Handing(lab.bus(wish), handOver) };
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) frozen(inner);
  return value;
}

function copied(body: Envelope): Envelope {
  const copy: Envelope = JSON.parse(JSON.stringify(body));
  return copy;
}

describe('nobody changes a message', () => {
  test.each([
    ['frozen', frozen],
    ['copied through JSON', copied],
  ])('that is %s on its way: the trace is the same', (_, handOver) => {
    for (const scenario of scenarios) {
      const usual = fingerprint(scenario, labFor({}));
      expect([scenario.name, fingerprint(scenario, handing(handOver))]).toEqual([
        scenario.name,
        usual,
      ]);
    }
  });

  test('and this would be noticed', () => {
    const [scenario] = scenarios;
    if (scenario === undefined) throw new Error('no scenario');
    const late = handing((body) => ({ ...body, key: body.key ^ 1 }));
    expect(fingerprint(scenario, late)).not.toBe(fingerprint(scenario, labFor({})));
  });
});

describe('a run without a trace comes to the same as one with it', () => {
  test.each([{ name: 'raft' }, ...exhibits])('for $name', ({ name }) => {
    const lab = labFor({ mutant: name });
    let failures = 0;
    for (const scenario of scenarios) {
      const lean = execute(scenario, lab);
      expect(record(scenario, lab, () => undefined)).toEqual(lean);
      if (lean.failure !== null) failures += 1;
    }
    if (name === 'raft') expect(failures).toBe(0);
  });

  test('and some of these runs fail, with evidence', () => {
    const lab = labFor({ mutant: 'vote-sent-before-durable' });
    const failures = scenarios.map((scenario) => execute(scenario, lab).failure);
    expect(failures.some((failure) => (failure?.evidence.length ?? 0) > 0)).toBe(true);
  });
});
