/**
 * Every bug ever caught stays caught: from its scenario follow the same trace, verdict and story,
 * byte for byte, and the correct Raft passes it. `npm run corpus` writes the folders anew.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutantNamed } from '../harness/cli/lab.ts';
import { readTrace } from '../harness/trace/read.ts';
import { parseScenario } from '../harness/world/scenario-schema.ts';
import type { Scenario } from '../harness/world/scenario.ts';
import type { Exhibit } from './corpus/caught.ts';
import { mutants } from './mutants/mutants.ts';
import { caught, exhibits, rightMachinePasses, traceBytesMax } from './corpus/caught.ts';

const root = 'traces/caught';

function stored(name: string, file: string): string {
  return readFileSync(join(root, name, file), 'utf8');
}

function scenarioOf({ name }: Exhibit): Scenario {
  const file = join(root, name, 'scenario.json');
  return parseScenario(JSON.parse(readFileSync(file, 'utf8')), file);
}

/** The first line at which two texts part, or null. */
function parting(left: string, right: string): object | null {
  const now = right.split('\n');
  const line = left.split('\n').findIndex((text, i) => text !== now[i]);
  if (line < 0 && left.length === right.length) return null;
  return { line: line + 1, stored: left.split('\n')[line], now: now[line] };
}

describe('the corpus', () => {
  test('has one folder for each bug and nothing else', () => {
    expect(readdirSync(root).sort()).toEqual(exhibits.map(({ name }) => name).sort());
  });

  test('can be replayed: every trace names the mutant it was made with', () => {
    for (const { name, subject } of mutants) expect(subject.name).toBe(name);
  });

  test.each(exhibits)('$name is caught again in the same words', (exhibit) => {
    const { name, judges } = exhibit;
    const again = caught(exhibit, scenarioOf(exhibit));
    expect(judges ?? mutantNamed(name).expected).toContain(again?.invariant);
    for (const [file, text] of Object.entries(again?.files ?? {})) {
      expect([file, parting(stored(name, file), text)]).toEqual([file, null]);
    }
    expect(readdirSync(join(root, name)).sort()).toEqual(Object.keys(again?.files ?? {}).sort());
  });

  test.each(exhibits)('the correct Raft passes the scenario of $name', (exhibit) => {
    expect(rightMachinePasses(scenarioOf(exhibit))).toBe(true);
  });

  test.each(exhibits)(
    'the trace of $name is small, well-formed and ends in its verdict',
    async ({ name }) => {
      const { records, header, torn } = await readTrace(join(root, name, 'trace.ndjson'));
      const last = records.at(-1);
      if (last?.kind !== 'verdict') throw new Error('the trace has no verdict');
      const { verdict, invariant, sentence, evidence } = last;
      expect([verdict, torn, header.subject]).toEqual(['fail', null, name]);
      expect(JSON.parse(stored(name, 'verdict.json'))).toMatchObject({
        mutant: name,
        verdict,
        invariant,
        sentence,
        evidence,
      });
      expect(stored(name, 'trace.ndjson').length).toBeLessThanOrEqual(traceBytesMax);
    },
  );
});
