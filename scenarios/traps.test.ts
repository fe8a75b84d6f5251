import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryBus } from '../adapters/memory/memory.ts';
import type { Ordering } from '../harness/bus/bus.ts';
import { campaignChecks } from '../harness/check/checks.ts';
import { raft } from '../harness/raft/machine.ts';
import type { Subject } from '../harness/raft/step.ts';
import { inputName, table } from '../harness/raft/table.ts';
import { execute } from '../harness/search/execute.ts';
import type { Lab } from '../harness/search/execute.ts';
import type { Scenario } from '../harness/world/scenario.ts';
import type { ScenarioOptions } from './generate/options.ts';
import { scenarioArbitrary } from './generate/scenario.ts';
import { mutantNamed } from './mutants/mutants.ts';
import { featureCells } from '../harness/verify/cells.ts';
import type { Mutant } from './mutants/mutants.ts';

const seed = 20_260_203;

function labOf(subject: Subject): Lab {
  return {
    subject,
    bus: (wish) =>
      memoryBus({ ...wish, messageSizeBytesMax: 262_144, entityMessagesMax: 1_000_000 }),
    checks: campaignChecks,
  };
}

function known(name: string): Mutant {
  const mutant = mutantNamed(name);
  if (mutant === undefined) throw new Error(`no mutant is called ${name}`);
  return mutant;
}

function drawn(numRuns: number, options: ScenarioOptions): readonly Scenario[] {
  return fc.sample(scenarioArbitrary(options), { seed, numRuns });
}

/** In how many of the scenarios some judge reports the subject. */
function timesFound(subject: Subject, scenarios: readonly Scenario[]): number {
  const lab = labOf(subject);
  return scenarios.filter((scenario) => execute(scenario, lab).verdict === 'fail').length;
}

describe('trap 1: a mocked bus that keeps everything in order hides bugs', () => {
  const scenarios = drawn(150, { profile: 'none', features: 'none' });
  const inOrder = (ordering: Ordering): readonly Scenario[] =>
    scenarios.map((scenario) => ({ ...scenario, bus: { ...scenario.bus, ordering } }));

  test.each(['truncation-on-every-append', 'next-below-match'])(
    '%s never shows with total order and often without',
    (name) => {
      const { subject } = known(name);
      expect(timesFound(subject, inOrder('total'))).toBe(0);
      expect(timesFound(subject, inOrder('none'))).toBeGreaterThan(10);
    },
  );
});

describe('trap 2: three servers hide the vote bug of the seed', () => {
  const { subject } = known('votes-counted-as-integer');
  const faults = ['duplicate', 'drop', 'clockJump'] as const;

  test('it cannot show with three: one foreign vote is a majority already', () => {
    expect(timesFound(subject, drawn(500, { servers: 3, faults, features: 'none' }))).toBe(0);
  });

  test('it shows with five', () => {
    expect(
      timesFound(subject, drawn(500, { servers: 5, faults, features: 'none' })),
    ).toBeGreaterThan(0);
  });
});

/** The subject, noting which cells of the declared table (role and input) its steps answer. */
function watched(subject: Subject, cells: Set<string>): Subject {
  return {
    name: subject.name,
    create: (options, application) => subject.create(options, application),
    step(node, input) {
      cells.add(`${node.role} ${inputName(input)}`);
      return subject.step(node, input);
    },
  };
}

interface Unjudged {
  readonly cells: readonly string[];
  /** Runs in which the clients' histories alone gave something away. */
  readonly noticed: number;
}

/** The cells reached when nobody judges but the clients, until `enough` are. */
function unjudged(
  subject: Subject,
  scenarios: readonly Scenario[],
  enough: readonly string[] | null = null,
): Unjudged {
  const cells = new Set<string>();
  const lab = { ...labOf(watched(subject, cells)), checks: [] };
  let noticed = 0;
  for (const scenario of scenarios) {
    if (enough?.every((cell) => cells.has(cell)) === true) break;
    if (execute(scenario, lab).verdict === 'fail') noticed += 1;
  }
  return { cells: [...cells].sort(), noticed };
}

/** What this world never does: tell the living to come on line, ring timers that are not armed. */
const impossible: readonly string[] = [
  'offline offline',
  'offline electionTimeout',
  'offline heartbeatTimeout',
  'follower online',
  'candidate online',
  'leader online',
  'offline persisted',
  'follower heartbeatTimeout',
  'candidate heartbeatTimeout',
  'leader electionTimeout',
];

/** Features are another matter: these runs need not have them. */
const ofFeatures = new Set(featureCells.map((cell) => cell.replace('/', ' ')));

const possible = Object.entries(table)
  .flatMap(([role, row]) => Object.keys(row).map((name) => `${role} ${name}`))
  .filter((cell) => !impossible.includes(cell) && !ofFeatures.has(cell));

describe('trap 3: full coverage of events says nothing about data', () => {
  const kind = drawn(150, { profile: 'none', features: 'none' });
  // The rarest cell takes 20 to 200 runs, depending on the seed.
  const rough = drawn(600, { features: 'none' });
  const right = unjudged(raft, kind).cells;

  test.each(['match-is-own-log-length', 'prev-term-unchecked', 'dedup-only-on-one-leader'])(
    'in kind runs %s reaches what the right machine reaches, and is wrong',
    (name) => {
      const { subject, witness, expected } = known(name);
      expect(unjudged(subject, kind).cells).toEqual(right);
      expect(expected).toContain(execute(witness, labOf(subject)).failure?.invariant);
    },
  );

  test.each(['commit-old-term', 'stale-vote-replies-counted'])(
    'in rough runs %s reaches every cell there is, no client notices, and it is wrong',
    (name) => {
      const { subject, witness, expected } = known(name);
      const { cells, noticed } = unjudged(subject, rough, possible);
      expect(possible.filter((cell) => !cells.includes(cell))).toEqual([]);
      expect(noticed).toBe(0);
      expect(expected).toContain(execute(witness, labOf(subject)).failure?.invariant);
    },
  );

  test('the cells to be reached are not few', () => {
    expect(possible.length).toBe(30);
    expect(right.length).toBeGreaterThan(15);
  });
});
