/* Strategies on whole clusters: a correct Raft passes, planted bugs are found, traces replay. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../../scenarios/generate/scenario.ts';
import { labFor } from '../../cli/lab.ts';
import type { TraceRecord } from '../../trace/record.ts';
import { toLine } from '../../trace/write.ts';
import { parseScenario } from '../../world/scenario-schema.ts';
import type { Scenario } from '../../world/scenario.ts';
import type { Lab, Outcome } from '../execute.ts';
import { execute, record } from '../execute.ts';
import { childSeed } from '../size.ts';
import { defaults } from './decisions.ts';
import { recorded } from './recorded.ts';
import { strategies } from './strategy.ts';
import type { Played, StrategyName } from './tactic.ts';

const seed = 20_261_122;
const chunkRuns = 25;
const all = Object.values(strategies);
const choosing = all.filter(({ name }) => name !== 'timed');

/** Plays chunks of generated scenarios, all told until `isOver` says so. */
function play(
  name: StrategyName,
  lab: Lab,
  isOver: (played: Played, run: number) => boolean,
): void {
  for (let chunk = 0; ; chunk += 1) {
    const tactic = strategies[name].begin(childSeed(seed, chunk));
    const chunkSeed = seed + chunk;
    for (const [k, scenario] of fc
      .sample(scenarioArbitrary(), { seed: chunkSeed, numRuns: chunkRuns })
      .entries()) {
      const played = tactic.play({ scenario, lab, perform: execute });
      if (isOver(played, chunk * chunkRuns + k + 1)) return;
    }
  }
}

const broken = labFor({ mutant: 'commit-to-last-index' });
const runsMax = 150;
const finds = new Map<StrategyName, Played>();

/** The first run in which the planted bug shows under that strategy. */
function findOf(name: StrategyName): Played {
  if (!finds.has(name)) {
    play(name, broken, (played, run) => {
      if (played.outcome.failure !== null) finds.set(name, played);
      return finds.has(name) || run >= runsMax;
    });
  }
  const found = finds.get(name);
  if (found === undefined) throw new Error(`${name} did not find it in ${String(runsMax)} runs`);
  return found;
}

/** The whole trace as lines, and what came of it. */
function traced(scenario: Scenario, lab: Lab): readonly [readonly string[], Outcome] {
  const lines: string[] = [];
  const write = (line: TraceRecord): void => {
    lines.push(toLine(line));
  };
  const outcome = record(scenario, lab, write);
  return [lines, outcome];
}

describe('a correct Raft keeps every promise', () => {
  test.each(all)('under $name', ({ name }) => {
    let busy = 0;
    play(name, labFor({}), ({ outcome, scenario }, run) => {
      expect(outcome.failure).toBeNull();
      expect(outcome.unknown).toEqual([]);
      if (outcome.stats.messages > 100) busy += 1;
      expect('schedule' in scenario).toBe(name !== 'timed');
      return run >= 40;
    });
    expect(busy).toBeGreaterThan(chunkRuns);
  });
});

describe('a planted bug', () => {
  test.each(all)('is found under $name, and its trace replays byte for byte', ({ name }) => {
    const { scenario, outcome } = findOf(name);
    const kept = parseScenario(JSON.parse(JSON.stringify(scenario)), name);
    const [lines, again] = traced(kept, broken);
    expect(again.failure).toEqual(outcome.failure);
    expect(again.stats).toEqual(outcome.stats);
    expect(traced(kept, broken)[0]).toEqual(lines);
    expect(execute(kept, labFor({})).failure).toBeNull();
  });

  test('found by a learner is handed on with the decisions that led to it', () => {
    for (const name of ['qLearning', 'exhaustive'] as const) {
      expect(findOf(name).scenario.schedule?.strategy).toBe('recorded');
    }
  });

  test.each(choosing)('found under $name can be told by its decisions alone', ({ name }) => {
    const { scenario } = findOf(name);
    const written = recorded(scenario, broken);
    expect(written.schedule?.strategy).toBe('recorded');
    expect(traced(written, broken)[0].slice(1)).toEqual(traced(scenario, broken)[0].slice(1));
  });

  test('keeps few decisions when its schedule is made kinder', () => {
    const { scenario, outcome } = findOf('pctcp');
    const invariant = outcome.failure?.invariant;
    const written = recorded(scenario, broken);
    let tries = 0;
    const smallest = defaults(written, (candidate) => {
      tries += 1;
      if (candidate.schedule === undefined || tries > 400) return false;
      return execute(candidate, broken).failure?.invariant === invariant;
    });
    const count = ({ schedule }: Scenario): number =>
      schedule?.strategy === 'recorded' ? schedule.decisions.length : Infinity;
    expect(execute(smallest, broken).failure?.invariant).toBe(invariant);
    expect(count(smallest)).toBeLessThan(count(written) / 5);
  });
});

describe('a strategy', () => {
  test.each(all)('$name does the same in each chunk with the same seed', ({ name }) => {
    const runs = (): readonly string[] => {
      const seen: string[] = [];
      play(name, labFor({}), ({ scenario, outcome }, run) => {
        seen.push(JSON.stringify([scenario.schedule, outcome.stats]));
        return run >= 12;
      });
      return seen;
    };
    expect(runs()).toEqual(runs());
  });
});
