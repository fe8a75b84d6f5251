import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryBus } from '../../adapters/memory/memory.ts';
import { campaignChecks, checkNamed } from '../../harness/check/checks.ts';
import { raft } from '../../harness/raft/machine.ts';
import type { Subject } from '../../harness/raft/step.ts';
import { execute } from '../../harness/search/execute.ts';
import type { Lab, Outcome } from '../../harness/search/execute.ts';
import { parseScenario } from '../../harness/world/scenario-schema.ts';
import type { BusFactory } from '../../harness/world/setup.ts';
import { scenarioArbitrary } from '../generate/scenario.ts';
import { benign } from './benign.ts';
import { catalogue } from './catalogue.ts';
import { mutantNamed, mutants } from './mutants.ts';
import type { Mutant } from './mutants.ts';
import { reads } from './reads.ts';

const seed = 20_260_202;

const bus: BusFactory = (wish) =>
  memoryBus({ ...wish, messageSizeBytesMax: 262_144, entityMessagesMax: 1_000_000 });

function labOf(subject: Subject, wrong?: Mutant['bus']): Lab {
  return { subject, bus: wrong === undefined ? bus : wrong(bus), checks: campaignChecks };
}

function found(outcome: Outcome): string {
  return outcome.failure === null ? outcome.verdict : outcome.failure.invariant;
}

function known(name: string): Mutant {
  const mutant = mutantNamed(name);
  if (mutant === undefined) throw new Error(`no mutant is called ${name}`);
  return mutant;
}

describe('the list of mutants', () => {
  test('has distinct names, and each is found by its name', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    for (const mutant of mutants) expect(mutantNamed(mutant.name)).toBe(mutant);
    expect(mutantNamed('no-such-mutant')).toBeUndefined();
  });

  test('leaves nothing of the catalogue out: planted, harmless, or argued away', () => {
    expect(catalogue).toHaveLength(54);
    const untreated = catalogue.filter(
      ({ planted, harmless, argued }) => planted.length + harmless.length === 0 && argued === null,
    );
    expect(untreated.map(({ id }) => id)).toEqual([]);
    const absent = catalogue.filter(
      ({ planted, harmless }) => planted.length + harmless.length === 0,
    );
    expect(absent.map(({ id }) => id)).toEqual(['M50']);
  });

  test('holds the bugs of the seed', () => {
    for (const name of [
      'votes-counted-as-integer',
      'match-is-own-log-length',
      'one-global-success-counter',
      'answer-before-commit',
      'dedup-only-on-one-leader',
    ]) {
      expect(mutantNamed(name)?.source).toMatch(/seed|M44/u);
    }
  });

  test.each(mutants)('$name says who may report it, and its witness is a scenario', (mutant) => {
    const names = mutant.expected.filter(
      (name) => checkNamed(name) === undefined && !['Assertion', 'Linearizability'].includes(name),
    );
    expect(names).toEqual([]);
    expect(parseScenario(JSON.parse(JSON.stringify(mutant.witness)), mutant.name)).toEqual(
      mutant.witness,
    );
    expect(mutant.witness.cluster.servers).toBeGreaterThanOrEqual(mutant.serversMin);
  });
});

describe('a witness proves its mutant wrong', () => {
  test.each(mutants)('$name fails in its witness and the right machine passes', (mutant) => {
    expect(mutant.expected).toContain(
      found(execute(mutant.witness, labOf(mutant.subject, mutant.bus))),
    );
    expect(found(execute(mutant.witness, labOf(raft)))).toBe('pass');
  });

  test.each(['answer-before-commit', 'stale-read', ...reads.map(({ name }) => name)])(
    '%s shows in the clients’ history alone',
    (name) => {
      const { subject, witness } = known(name);
      const lab: Lab = { subject, bus, checks: [] };
      expect(found(execute(witness, lab))).toBe('Linearizability');
    },
  );
});

describe('benign mutants', () => {
  const scenarios = fc.sample(scenarioArbitrary(), { seed, numRuns: 80 });

  test.each(benign)('no judge reports $name', ({ subject, bus: wrong }) => {
    for (const scenario of scenarios) {
      expect([scenario.name, found(execute(scenario, labOf(subject, wrong)))]).toEqual([
        scenario.name,
        'pass',
      ]);
    }
  });
});
