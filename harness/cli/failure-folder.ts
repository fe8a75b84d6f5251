/** One folder a bug: scenario, trace, story, and how to do it again. */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fenced, markdownOf } from '../report/markdown.ts';
import type { Story } from '../report/shape.ts';
import type { TraceRecord } from '../trace/record.ts';
import { UserError } from '../trace/user-error.ts';
import { version } from '../trace/version.ts';
import { traceWriter } from '../trace/write.ts';
import type { Scenario } from '../world/scenario.ts';

export interface FailureFiles {
  /** `ElectionSafety-7c1e90` */
  readonly id: string;
  /** The folder of all results. */
  readonly out: string;
  readonly subject: string;
  readonly scenario: Scenario;
  readonly records: readonly TraceRecord[];
  readonly story: Story;
  /** What the failure needs, as lines; may be empty. */
  readonly needs: readonly string[];
  /** Judges that were on, or null: all. */
  readonly invariants: readonly string[] | null;
  /** fast-check's way to the unshrunk scenario, where a campaign found it. */
  readonly origin: { readonly seed: number; readonly path: string } | null;
  /** False when the command line does not know the machine. */
  readonly replayable: boolean;
}

export const fileNames: readonly string[] = [
  'trace.ndjson',
  'story.md',
  'scenario.json',
  'repro.json',
];

/** The commit of the working directory, if that can be had. */
export function commit(): string | null {
  try {
    const text = execFileSync('git', ['rev-parse', 'HEAD'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    });
    return text.trim();
  } catch {
    return null;
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** `latest` always names the last failure written; where links are not allowed it is left out. */
function link(out: string, id: string): void {
  const path = join(out, 'latest');
  try {
    const old = lstatSync(path, { throwIfNoEntry: false });
    if (old !== undefined && !old.isSymbolicLink()) return;
    rmSync(path, { force: true });
    symlinkSync(id, path, 'dir');
  } catch {
    // Without the right to make links (Windows) the folder itself still has its name.
  }
}

function repro(files: FailureFiles, folder: string): unknown {
  return {
    schema: 'whitewater.repro/1',
    subject: files.subject,
    invariants: files.invariants,
    seed: files.origin?.seed ?? files.scenario.seed,
    path: files.origin?.path ?? null,
    replay: files.replayable ? ['npx', 'whitewater', 'replay', folder] : null,
    whitewater: version,
    node: process.version,
    commit: commit(),
  };
}

function storyPage({ story, needs }: FailureFiles): string {
  const told = markdownOf(story, { full: true });
  return needs.length === 0 ? told : `${told}\n${fenced(needs)}\n`;
}

/** Writes the folder and returns its path. Throws a `UserError` when that cannot be done. */
export function writeFailure(files: FailureFiles): string {
  const folder = join(files.out, files.id);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'scenario.json'), json(files.scenario));
    writeFileSync(join(folder, 'story.md'), storyPage(files));
    writeFileSync(join(folder, 'repro.json'), json(repro(files, folder)));
  } catch (cause) {
    const what = `results cannot be written: ${cause instanceof Error ? cause.message : 'refused'}`;
    throw new UserError(what, { file: folder, remedy: 'Choose another place with --out', cause });
  }
  writeTrace(join(folder, 'trace.ndjson'), files.records);
  link(files.out, files.id);
  return folder;
}

/** Writes a trace file. */
export function writeTrace(path: string, records: readonly TraceRecord[]): void {
  const writer = traceWriter(path);
  for (const record of records) writer.write(record);
  writer.close();
}

/** Makes sure that a folder for results is there. */
export function ensureFolder(folder: string): void {
  if (existsSync(folder)) return;
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const remedy = 'Choose another place with --out';
    throw new UserError('the folder cannot be made', { file: folder, remedy, cause });
  }
}
