/** The search on the real machine, bus and judges: what is right passes, what is wrong shrinks. */
import { describe, expect, test } from 'vitest';
import { memoryBus } from '../../adapters/memory/memory.ts';
import { expandScenario } from '../../scenarios/generate/expand.ts';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import { campaignChecks } from '../check/checks.ts';
import { raft, machine } from '../raft/machine.ts';
import type { Rules } from '../raft/rules.ts';
import { brokenRules } from '../raft/rules.ts';
import type { Subject } from '../raft/step.ts';
import type { TraceRecord } from '../trace/record.ts';
import type { BusFactory } from '../world/setup.ts';
import { campaign } from './campaign.ts';
import type { Lab } from './execute.ts';
import { execute, record } from './execute.ts';
import { neededFaults } from './explain-phase.ts';
import { shrink } from './shrink.ts';
import { actionCount } from './size.ts';

const bus: BusFactory = (wish) =>
  memoryBus({ ...wish, messageSizeBytesMax: 262_144, entityMessagesMax: 1_000_000 });

function labOf(subject: Subject): Lab {
  return { subject, bus, checks: campaignChecks };
}
function wrongLab(name: string, rules: Partial<Rules>): Lab {
  return labOf(machine(name, brokenRules(rules)));
}

const right = labOf(raft);
const arbitrary = scenarioArbitrary();
const commitsOldTerms = wrongLab('commits entries of earlier terms', { mayCommit: () => true });

describe('a campaign against the real machine', () => {
  test('passes the right one and catches a wrong one beside it', () => {
    const canaries = [
      {
        name: 'half a quorum',
        lab: wrongLab('half', { quorum: (_node, voters) => Math.ceil(voters / 2) }),
        runs: 500,
      },
    ];
    const result = campaign({ lab: right, arbitrary, seed: 2_026, runs: 200, canaries });
    const found = [...result.tally.found.values()];
    expect(found.map(({ failure, scenario }) => `${scenario.name}: ${failure.sentence}`)).toEqual(
      [],
    );
    expect(result.gates).toEqual([]);
    expect(result.verdict).toBe('ok');
    expect(result.canaries[0]?.killedAtRun).toBeLessThan(200);
    expect(result.tally.events).toBeGreaterThan(100_000);
  });

  test('finds and shrinks the commit of an earlier term (Figure 8)', () => {
    const safety = ['LeaderCompleteness', 'StateMachineSafety', 'CommitDurability', 'LogMatching'];
    const result = campaign({
      lab: commitsOldTerms,
      arbitrary: scenarioArbitrary({
        servers: 5,
        faults: ['drop', 'crash', 'partition'],
        features: 'none',
      }),
      seed: 4,
      runs: 6_000,
      failFast: true,
      shrinkTries: 600,
    });
    const [bug] = result.bugs;
    expect(bug === undefined ? '' : bug.failure.invariant).toBeOneOf(safety);
    if (bug === undefined) return;
    expect(actionCount(bug.shrunk.scenario)).toBeLessThanOrEqual(10);
    expect(execute(bug.shrunk.scenario, commitsOldTerms).verdict).toBe('fail');
    expect(execute(bug.shrunk.scenario, right).verdict).toBe('pass');
    const options = { keep: bug.failure.invariant };
    expect(neededFaults(bug.shrunk.scenario, commitsOldTerms, options)).toEqual(bug.needed);
  });
});

describe('execute and record', () => {
  test('come to the same verdict and counts', () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const scenario = expandScenario(seed);
      const records: TraceRecord[] = [];
      const recorded = record(scenario, right, (seen) => records.push(seen));
      const executed = execute(scenario, right);
      expect(recorded.stats).toEqual(executed.stats);
      expect(recorded.verdict).toBe(executed.verdict);
      expect(records[0]?.kind).toBe('header');
      expect(records.at(-1)?.kind).toBe('verdict');
      expect(records.map(({ seq }) => seq)).toEqual(records.map((_, i) => i));
    }
  });

  test('shrinking a scenario that passes leaves it as it is', () => {
    const scenario = expandScenario(3);
    const shrunk = shrink(scenario, right, arbitrary, { tries: 10 });
    expect(shrunk.scenario).toBe(scenario);
    expect(shrunk.tries).toBe(1);
  });
});
