import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { raft } from '../raft/machine.ts';
import { smallest } from '../verify/bounds.ts';
import { hunt, worlds as huntingGrounds } from '../verify/hunt.ts';
import { doubted, recovered } from '../verify/verify.ts';
import { Simulator } from '../verify/simulator.ts';
import { exits } from './exit.ts';
import { folder, ran } from './main.test.kit.ts';
import { recorded } from './failure.ts';
import { labFor, mutantNamed } from './lab.ts';
import { stagedPath } from './stage-path.ts';
import { completions, typed } from './simulate.ts';

describe('whitewater verify', () => {
  test('--mutant H8 names the check and the shortest way', async () => {
    const { code, out } = await ran(['verify', '--mutant', 'h8']);
    expect(code).toBe(exits.violation);
    expect(out).toContain('verify: component: check: deadlock: FAILED');
    expect(out).toContain('nothing will ever wake it');
  });

  test('--json is one document', async () => {
    const { code, out } = await ran(['verify', '--mutant', 'H10', '--json']);
    expect(code).toBe(exits.violation);
    expect(JSON.parse(out)).toMatchObject({ schema: 'whitewater.verify/1', ok: false });
  });

  test.each([
    'quorum-half',
    'vote-forgotten-on-restart',
    'leader-counts-itself-before-fsync',
    'next-below-match',
    'answer-before-commit',
    'no-dedup',
    'read-without-asking',
    'L1',
    'H8',
  ])(
    '--mutant %s --trace writes a trace that replays, explains and is judged alike',
    async (name) => {
      const file = join(folder(), 'trace.ndjson');
      const found = await ran(['verify', '--mutant', name, '--trace', file]);
      expect(found.code).toBe(exits.violation);
      const replayed = await ran(['replay', file]);
      expect(replayed.code).toBe(exits.violation);
      expect(replayed.out).toContain('byte for byte the same');
      expect((await ran(['explain', file])).code).toBe(exits.ok);
      expect((await ran(['check', file])).code).toBe(exits.violation);
      expect((await ran(['view', file, '--no-open', '--out', folder()])).code).toBe(exits.ok);
      const drawn = await ran(['diagram', 'sequence', file, '--mermaid']);
      expect(drawn.out).toMatch(/^sequenceDiagram/u);
      const chart = await ran(['diagram', 'statechart', file]);
      expect(chart.out).toMatch(/^<svg/u);
    },
  );

  test('what only a port was told is a trace, too, and the right machine keeps its word in it', async () => {
    const file = join(folder(), 'trace.ndjson');
    const found = await ran(['verify', '--mutant', 'H4', '--trace', file]);
    expect(found.code).toBe(exits.violation);
    expect(found.err).toContain('only a port was lied to');
    const replayed = await ran(['replay', file]);
    expect(replayed.code).toBe(exits.ok);
    expect(replayed.out).toContain('byte for byte the same');
    expect((await ran(['explain', file])).code).toBe(exits.ok);
  });

  test.each([
    ['H7', 'a late time-out cannot be staged'],
    ['T1', 'no sequence of events was found'],
    ['all', '--trace keeps the way to one planted bug'],
  ])('--mutant %s --trace: %s', async (name, sentence) => {
    const file = join(folder(), 'trace.ndjson');
    const { code, err } = await ran(['verify', '--mutant', name, '--trace', file]);
    expect(code).toBe(exits.usage);
    expect(err).toContain(sentence);
  });

  test.each(['vote-never-cleared', 'append-to-first-peer-only', 'next-below-match'])(
    'the right machine goes the way of %s and keeps every promise',
    (name) => {
      const { subject } = mutantNamed(name);
      const worlds = doubted([...recovered, ...huntingGrounds.slice(0, 1)], 40_000);
      const [last] = (['recovery', 'cluster'] as const)
        .map((watch) => hunt(subject, { worlds, watch, statesMax: 40_000 }).at(-1))
        .filter((hunted) => hunted?.path !== null);
      const scenario = stagedPath(
        raft,
        last?.world.bounds ?? smallest,
        last?.path?.happenings ?? [],
      );
      expect(last?.path?.happenings.length).toBeGreaterThan(0);
      expect(recorded(scenario, labFor({})).outcome.verdict).toBe('pass');
    },
  );

  test('a name that is none has a remedy', async () => {
    const { code, err } = await ran(['verify', '--mutant', 'H99']);
    expect(code).toBe(exits.usage);
    expect(err).toContain('no planted fault and no mutant "H99"');
  });
});

describe('whitewater simulate', () => {
  test('a script that differs is shown at its line, and rewritten on demand', async () => {
    const file = join(folder(), 'script.txt');
    writeFileSync(file, 'servers 3\n> ctrl.OnLine\n< nothing\n');
    const first = await ran(['simulate', file]);
    expect(first.code).toBe(exits.violation);
    expect(first.err).toContain(`${file}:3 differs`);
    expect((await ran(['simulate', file, '--rewrite'])).code).toBe(exits.ok);
    const again = await ran(['simulate', file, '--json']);
    expect(again.code).toBe(exits.ok);
    expect(JSON.parse(again.out)).toMatchObject({ same: true, events: 1 });
  });

  test('a bad line is named', async () => {
    const file = join(folder(), 'script.txt');
    writeFileSync(file, '> ctrl.Onlin\n');
    const { code, err } = await ran(['simulate', file]);
    expect(code).toBe(exits.usage);
    expect(err).toContain(`${file}:1`);
  });

  test('typed events are answered, taken back and completed', () => {
    const simulator = new Simulator({ servers: 3, slowDisk: false });
    expect(completions(simulator, 'ctrl.O')).toStrictEqual(['ctrl.OnLine']);
    expect(typed(simulator, 'ctrl.OnLine')).toContain('= follower in term 0');
    expect(completions(simulator, 'el')).toStrictEqual(['electionTimer.timeout']);
    expect(typed(simulator, 'electionTimer.timeout')).toContain('candidate in term 1');
    expect(typed(simulator, 'undo')).toContain('= follower in term 0');
    expect(typed(simulator, 'nonsense')).toContain('help names the events');
    expect(typed(simulator, 'help')).toContain('rpcclient.RequestVoteGranted FROM');
    expect(typed(simulator, 'quit')).toBeNull();
  });
});

test('whitewater diagram names its pictures when asked for another', async () => {
  const { code, err } = await ran(['diagram', 'sequense']);
  expect(code).toBe(exits.usage);
  expect(err).toContain('sequence');
});
