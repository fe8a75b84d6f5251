import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Arbitrary, Value } from 'fast-check';
import type { Stream } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileNames } from '../harness/cli/failure-folder.ts';
import { mutantNamed } from '../harness/cli/lab.ts';
import type { PromiseProperty } from '../harness/vitest/property.ts';
import { everyPromiseHolds } from '../harness/vitest/property.ts';
import type { Scenario } from '../harness/world/scenario.ts';
import { exhibits } from './corpus/caught.ts';
import { scenarioArbitrary } from './generate/scenario.ts';
import type { Mutant } from './mutants/mutant.ts';
import { crash, cut, read, write } from './named/stage.ts';

/** Not where real failures go: this one is planted. */
const out = 'test-results/planted';

const anywhere: PromiseProperty = { options: { servers: 5 }, seed: 1, runs: 400, out, env: {} };
/** Other judges see it sooner; here it goes on until there are two leaders. */
const planted: PromiseProperty = {
  ...anywhere,
  mutant: 'votes-counted-as-integer',
  invariants: ['ElectionSafety'],
};

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

let broken: Error | undefined;

/** Found once, in whichever test asks first. */
function failure(): Error {
  broken ??= thrownBy(() => everyPromiseHolds(planted));
  return broken;
}

/** Draws one scenario, whatever the generator of the day would draw, and shrinks it as usual. */
class Only extends Arbitrary<Scenario> {
  private readonly scenario: Scenario;
  private readonly usual = scenarioArbitrary();

  constructor(scenario: Scenario) {
    super();
    this.scenario = scenario;
  }

  override generate(): Value<Scenario> {
    return new Value(this.scenario, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Scenario {
    return this.usual.canShrinkWithoutContext(value);
  }

  override shrink(value: Scenario, context: unknown): Stream<Value<Scenario>> {
    return this.usual.shrink(value, context);
  }
}

/** The witness of the planted bug among things that have nothing to do with it. */
function amongNoise({ name, witness }: Mutant): Scenario {
  const { workload } = witness;
  const operations = [write('c1', 20, 1), read('c2', 130), write('c1', 260, 2)];
  const noise = [crash('S5', { atMs: 10, forMs: 20 }), cut(['S3'], { atMs: 300, forMs: 50 })];
  const faults = [...witness.faults, ...noise];
  return { ...witness, name, faults, workload: { ...workload, operations } };
}

test('a property that breaks says what a person wants to know, and nothing else', () => {
  const mutant = mutantNamed(planted.mutant ?? '');
  const arbitrary = new Only(amongNoise(mutant));
  const error = thrownBy(() => everyPromiseHolds({ ...planted, arbitrary }));
  expect(`${error.name}: ${error.message}`).toMatchInlineSnapshot(`
    "ElectionSafety: two leaders in term 1 — S2 and S1

      A term has at most one leader (Raft §5.2).

      what happened   (11 steps, from 64 of 109 events; the rest does not influence the violation)
           0.0 ms  S1–S5 are followers in term 0; logs empty
     ⚠   100.0 ms  S1's clock jumps ahead by 150 ms · the VM's clock is stepped (resume, time sync)
     ⚠   100.0 ms  S2's clock jumps ahead by 190 ms · the VM's clock is stepped (resume, time sync)
         100.0 ms  S1's election timer fires → candidate, term 1, votes for itself (1/5)
         100.0 ms  S2's election timer fires → candidate, term 1, votes for itself (1/5)
     ⚠   101.0 ms  S1's RequestVote T1 to S3 is sent again · by the SDK's retry after a lost
                   acknowledgement
     ⚠   101.0 ms  S1 → S4 and S5: RequestVote T1 ↯ not reached: message lost (SDK gave up:
                   ServiceTimeout)
         104.0 ms  S3 grants its vote to S1 → S1 has 2/5
         104.0 ms  S4 grants its vote to S2 → S2 has 2/5
         104.0 ms  S5 grants its vote to S2 → S2 has 3/5  ★ S2 becomes leader of term 1
     ✖   105.0 ms  S1 counts S3's vote again → S1 has “3/5”  ★ S1 becomes leader of term 1

      needed faults   5 of 5   drop of RequestVote S1 → S4 (at 90 to 101 ms)  ·  drop of RequestVote S1
                      → S5 (at 90 to 101 ms)  ·  duplicate of RequestVote any → any (at 90 to 101 ms)  ·
                      clockJump of S1 by 150 ms (at 100 ms)  ·  clockJump of S2 by 190 ms (at 100 ms)
      other seeds     fails in 38 of 64 neighbouring schedules
      schedule        5 servers · 0 client operations · 5 faults · seed 1
                      (found with 9 faults and 3 operations; shrunk in 769 tries)

      replay          npx whitewater replay test-results/planted/ElectionSafety-aa2104
      look            npx whitewater view test-results/planted/ElectionSafety-aa2104
      explain         npx whitewater explain test-results/planted/ElectionSafety-aa2104 --full
      files           trace.ndjson · story.md · scenario.json · repro.json
      in vitest       WHITEWATER_SEED=1 WHITEWATER_PATH=0 \\
                      npx vitest run scenarios/property.test.ts \\
                        -t 'a property that breaks says what a person wants to know, and nothing'"
  `);
});

describe('a property that breaks', () => {
  test.each(exhibits)('fits a terminal, also when $name is found', ({ name }) => {
    const arbitrary = new Only(mutantNamed(name).witness);
    const error = thrownBy(() => everyPromiseHolds({ ...anywhere, mutant: name, arbitrary }));
    const lines = `${error.name}: ${error.message}`.split('\n');
    expect(lines.length).toBeLessThanOrEqual(45);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  test('names one place, in the test, and no library', () => {
    const error = failure();
    const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /u.test(line));
    expect(frames).toHaveLength(1);
    expect(frames[0]).toContain('property.test.ts');
    expect(`${error.stack ?? ''}${error.message}`).not.toMatch(/node_modules|fast-check/u);
    expect(error.cause).toBeUndefined();
  });

  test('leaves everything in a folder', () => {
    const error = failure();
    const folder = /whitewater replay (\S+)/u.exec(error.message)?.[1] ?? '';
    expect(folder.startsWith(`${out}/${error.name}-`)).toBe(true);
    for (const name of fileNames) expect(existsSync(join(folder, name))).toBe(true);
  });

  test('breaks in the same words from the seed and the path that it printed', () => {
    const error = failure();
    const seed = /WHITEWATER_SEED=(\S+)/u.exec(error.message)?.[1];
    const path = /WHITEWATER_PATH=(\S+)/u.exec(error.message)?.[1];
    const env = { WHITEWATER_SEED: seed, WHITEWATER_PATH: path };
    const again = thrownBy(() => everyPromiseHolds({ ...planted, seed: 99, env }));
    const story = (text: string): string => text.slice(0, text.indexOf('  in vitest'));
    expect(story(again.message)).toBe(story(error.message));
    expect(story(error.message).length).toBeGreaterThan(1_000);
  });
});

describe('a property that holds', () => {
  test('counts the runs it was told to make by the environment', () => {
    const env = { WHITEWATER_RUNS: '3', WHITEWATER_PROFILE: 'crash', WHITEWATER_SEED: '5' };
    const { runs, planned } = everyPromiseHolds({ runs: 50, seed: 1, env });
    expect(runs).toBe(3);
    expect(Object.keys(planned)).toContain('crash');
    expect(Object.keys(planned)).not.toContain('partition');
  });

  test('refuses a profile that does not exist', () => {
    const env = { WHITEWATER_PROFILE: 'storm' };
    expect(() => everyPromiseHolds({ runs: 1, seed: 1, env })).toThrow(
      /WHITEWATER_PROFILE.*storm/u,
    );
  });
});
