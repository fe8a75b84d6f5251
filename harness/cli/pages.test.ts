/** Pages made from the code say what the code says; `-u` writes them anew. */
import { describe, expect, test } from 'vitest';
import { allChecks } from '../check/checks.ts';
import { memoryLab } from './lab.ts';
import { raft } from '../raft/machine.ts';
import { record } from '../search/execute.ts';
import { parseScenario } from '../world/scenario-schema.ts';
import { calm } from '../world/scenario.ts';
import { faultFields } from '../world/fault-fields.test.kit.ts';
import { faultExamples, faultsPage, toldKinds } from './faults-page.test.kit.ts';
import { judgesPage } from './judges-page.test.kit.ts';
import { referencePage } from './reference.test.kit.ts';

test('the reference of the command line is what the program says of itself', async () => {
  await expect(referencePage()).toMatchFileSnapshot('REFERENCE.md');
});

describe('the page of faults', () => {
  test('is what the schema and the stories say', async () => {
    await expect(faultsPage()).toMatchFileSnapshot('../world/FAULTS.md');
  });

  test('tells of every kind that a scenario may hold', () => {
    expect([...toldKinds()].sort()).toEqual([...faultFields().keys()].sort());
  });

  test.each(faultExamples)('shows a $kind that strikes', (fault) => {
    const { kind, ...detail } = fault;
    expect(Object.keys(detail).sort()).toEqual([...(faultFields().get(kind)?.keys() ?? [])].sort());
    const limits = { ...calm.limits, runMs: 600 };
    const scenario = parseScenario({ ...calm, limits, faults: [fault] }, 'the page');
    const struck: string[] = [];
    const atMs = 'server' in fault && fault.server === 'leader' ? 500 : fault.atMs;
    const timely = { ...scenario, faults: [{ ...fault, atMs }] };
    record(timely, memoryLab(raft), (one) => {
      if (one.kind === 'fault') struck.push(one.name);
    });
    expect(struck).toContain(kind);
  });
});

describe('the page of judges', () => {
  test('is what the checks and the explanations say', async () => {
    await expect(judgesPage()).toMatchFileSnapshot('../check/JUDGES.md');
  });

  test('tells of every check', () => {
    const page = judgesPage();
    for (const { name } of allChecks) expect(page).toContain(`\n## ${name}\n`);
  });
});
