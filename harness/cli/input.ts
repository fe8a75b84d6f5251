/** What the user named: a scenario file, a trace, a failure's folder, or a built-in scenario. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { named, scenarioNamed } from '../../scenarios/named/named.ts';
import type { HeaderRecord } from '../trace/record.ts';
import type { Trace } from '../trace/read.ts';
import { readTrace } from '../trace/read.ts';
import { UserError } from '../trace/user-error.ts';
import { parseScenario } from '../world/scenario-schema.ts';
import type { Scenario } from '../world/scenario.ts';
import { remedyFor } from './suggest.ts';

export interface ScenarioInput {
  readonly scenario: Scenario;
  /** The machine it was run with, where a trace says so. */
  readonly subject: string | null;
  /** Where it came from, for people. */
  readonly source: string;
}

/** A folder stands for the trace inside it. Throws a `UserError` for what does not exist. */
export function tracePath(path: string): string {
  if (!existsSync(path)) {
    const remedy =
      'Name a trace (.ndjson) or the folder of a failure; whitewater campaign makes them';
    throw new UserError('no such file or folder', { file: path, remedy });
  }
  if (!statSync(path).isDirectory()) return path;
  const inside = join(path, 'trace.ndjson');
  if (existsSync(inside)) return inside;
  const remedy = 'Name a folder that a failed run wrote, or a trace file';
  throw new UserError('the folder holds no trace.ndjson', { file: path, remedy });
}

/** The judges that the failure's folder says were on, or undefined: all of them. */
export function recordedInvariants(path: string): readonly string[] | undefined {
  const folder = statSync(path).isDirectory() ? path : join(path, '..');
  const file = join(folder, 'repro.json');
  if (!existsSync(file)) return undefined;
  const repro = parseJson(file);
  if (typeof repro !== 'object' || repro === null || !('invariants' in repro)) return undefined;
  const { invariants } = repro;
  if (!Array.isArray(invariants)) return undefined;
  return invariants.filter((name) => typeof name === 'string');
}

/** The scenario that a trace begins with. Throws a `UserError` when there is none to run again. */
export function scenarioOf(header: HeaderRecord, source: string): Scenario {
  if (header.adapter !== 'memory') {
    throw new UserError(`the trace was recorded on the ${header.adapter} bus, not in simulation`, {
      file: source,
      remedy: 'Judge it with whitewater check, or read it with whitewater explain',
    });
  }
  return parseScenario(header.scenario, source);
}

/** The whole trace behind a path. */
export async function traceAt(path: string): Promise<Trace & { readonly path: string }> {
  const file = tracePath(path);
  return { ...(await readTrace(file)), path: file };
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) {
      const remedy = 'Check the file; a scenario is one JSON object';
      throw new UserError(`not JSON: ${cause.message}`, { file, remedy, cause });
    }
    throw new UserError('cannot be read', { file, remedy: 'Check the path', cause });
  }
}

/** A scenario by file, trace, folder or name. */
export async function scenarioAt(word: string): Promise<ScenarioInput> {
  if (word.endsWith('.json')) {
    if (!existsSync(word)) {
      throw new UserError('no such file', { file: word, remedy: 'Check the path' });
    }
    return { scenario: parseScenario(parseJson(word), word), subject: null, source: word };
  }
  if (existsSync(word)) {
    const { header, path } = await traceAt(word);
    return { scenario: scenarioOf(header, path), subject: header.subject, source: path };
  }
  const found = scenarioNamed(word);
  if (found !== undefined) return { scenario: found.scenario, subject: null, source: word };
  throw new UserError(`there is no scenario "${word}", as a file or built in`, {
    remedy: remedyFor(
      word,
      named.map(({ name }) => name),
    ),
  });
}
