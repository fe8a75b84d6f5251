#!/usr/bin/env node
/**
 * `npm run corpus [-- --search] [NAME…]`: writes traces/caught/ anew from the scenarios it holds;
 * with `--search`, or where there is none, from freshly found ones.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseScenario } from '../../harness/world/scenario-schema.ts';
import type { Scenario } from '../../harness/world/scenario.ts';
import type { Exhibit } from './caught.ts';
import { caught, exhibits, rightMachinePasses } from './caught.ts';
import { findFor } from './find.ts';

const root = 'traces/caught';

function kept(folder: string): Scenario | null {
  const file = join(folder, 'scenario.json');
  return existsSync(file) ? parseScenario(JSON.parse(readFileSync(file, 'utf8')), file) : null;
}

/** Writes one folder; false when the scenario it holds no longer tells right from wrong. */
function write(exhibit: Exhibit, anew: boolean): boolean {
  const { name } = exhibit;
  const folder = join(root, name);
  const scenario = (anew ? null : kept(folder)) ?? findFor(exhibit);
  const found = caught(exhibit, scenario);
  if (found === null || !rightMachinePasses(scenario)) {
    console.error(`${name}: its scenario shows nothing any more; find another with --search`);
    return false;
  }
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(found.files)) writeFileSync(join(folder, file), text);
  const bytes = found.files['trace.ndjson']?.length ?? 0;
  console.log(`${name}: ${found.invariant}, ${String(bytes)} bytes of trace`);
  return true;
}

const words = process.argv.slice(2);
const asked = words.filter((word) => word !== '--search');
const names = exhibits.map(({ name }) => name);
const strangers = asked.filter((word) => !names.includes(word));
if (strangers.length > 0) {
  console.error(`error: not in the corpus: ${strangers.join(', ')} (${names.join(', ')})`);
  process.exitCode = 64;
} else {
  const wanted = exhibits.filter(({ name }) => asked.length === 0 || asked.includes(name));
  const written = wanted.map((exhibit) => write(exhibit, words.includes('--search')));
  if (written.includes(false)) process.exitCode = 1;
}
