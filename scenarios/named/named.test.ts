import { describe, expect, test } from 'vitest';
import { memoryBus } from '../../adapters/memory/memory.ts';
import { campaignChecks } from '../../harness/check/checks.ts';
import { countsByName, sometimesNames } from '../../harness/check/sometimes.ts';
import { raft } from '../../harness/raft/machine.ts';
import { record } from '../../harness/search/execute.ts';
import type { Lab, Outcome } from '../../harness/search/execute.ts';
import type { TraceRecord } from '../../harness/trace/record.ts';
import { parseScenario } from '../../harness/world/scenario-schema.ts';
import type { Scenario } from '../../harness/world/scenario.ts';
import { named, scenarioNamed } from './named.ts';
import type { Sight } from './sights.ts';

const lab: Lab = {
  subject: raft,
  bus: (wish) => memoryBus({ ...wish, messageSizeBytesMax: 262_144, entityMessagesMax: 1_000_000 }),
  checks: campaignChecks,
};

function played(scenario: Scenario): {
  readonly outcome: Outcome;
  readonly records: readonly TraceRecord[];
} {
  const records: TraceRecord[] = [];
  const outcome = record(scenario, lab, (each) => records.push(each));
  return { outcome, records };
}

/** What the run does not show although it should. */
function missing(shows: readonly Sight[], scenario: Scenario): readonly string[] {
  const { outcome, records } = played(scenario);
  const counts = countsByName(outcome.sometimes);
  return shows.flatMap((sight) => {
    if (typeof sight === 'string') return (counts[sight] ?? 0) > 0 ? [] : [sight];
    return sight.seen(records) ? [] : [sight.what];
  });
}

describe('the named scenarios', () => {
  test('have distinct names, and each is found by its name', () => {
    expect(new Set(named.map(({ name }) => name)).size).toBe(named.length);
    for (const each of named) expect(scenarioNamed(each.name)).toBe(each);
    expect(scenarioNamed('figure-9')).toBeUndefined();
  });

  test.each(named)('$name is a scenario and asks for known events only', ({ scenario, shows }) => {
    expect(parseScenario(JSON.parse(JSON.stringify(scenario)), scenario.name)).toEqual(scenario);
    const events = shows.filter((sight) => typeof sight === 'string');
    expect(events.filter((event) => !sometimesNames.includes(event))).toEqual([]);
    expect(shows.length).toBeGreaterThan(2);
  });

  test.each(named)('$name ends as expected', ({ scenario, expect: expected }) => {
    const { failure, verdict, unknown } = played(scenario).outcome;
    expect([failure, verdict, unknown]).toEqual([null, expected.verdict, []]);
  });

  test.each(named)('$name shows what it promises', ({ scenario, shows }) => {
    expect(missing(shows, scenario)).toEqual([]);
  });

  const staged = named.filter(({ scenario }) => scenario.faults.length > 1);

  test.each(staged)('$name shows less without its faults', ({ scenario, shows }) => {
    expect(missing(shows, { ...scenario, faults: [] })).not.toEqual([]);
  });
});
