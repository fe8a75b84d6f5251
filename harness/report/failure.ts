/**
 * The whole block about one failure, as a terminal shows it: which promise broke, what happened,
 * which faults are needed, how to see it again, where the files are.
 */
import type { Story } from './shape.ts';
import type { TextOptions } from './text.ts';
import { storyText, titleText } from './text.ts';
import { spelled, wrapped } from './layout.ts';
import type { Nearby } from './margins.ts';
import { nearbyText } from './margins.ts';
import { clean, counted, duration, grouped } from './words.ts';

export interface FailureReport {
  readonly story: Story;
  /** Faults that cannot be taken away without losing the failure; null when nobody looked. */
  readonly needed: { readonly of: number; readonly faults: readonly string[] } | null;
  /** What the explain phase found in the neighbourhood; null when nobody looked. */
  readonly nearby: Nearby | null;
  readonly schedule: {
    readonly servers: number;
    readonly operations: number;
    readonly faults: number;
    readonly seed: number;
  };
  /** What it was shrunk from, or null. */
  readonly shrunk: {
    readonly faults: number;
    readonly operations: number;
    readonly tries: number;
    /** Wall-clock milliseconds, or null when not measured. */
    readonly ms: number | null;
  } | null;
  /** The folder of the failure, or null when nothing was written. */
  readonly folder: string | null;
  readonly files: readonly string[];
  /** False when only the test itself knows the machine; true unless given. */
  readonly replayable?: boolean;
}

function entry(
  found: { readonly name: string; readonly text: string },
  options: TextOptions,
): string[] {
  return wrapped({ first: `  ${found.name.padEnd(16)}`, text: found.text }, options);
}

function neededLines(report: FailureReport, options: TextOptions): string[] {
  const { needed } = report;
  if (needed === null) return [];
  const { of, faults } = needed;
  const names = faults.map((fault) => clean(fault, 120));
  const text =
    names.length === 0
      ? 'none: it happens without any'
      : `${names.length} of ${of}   ${names.join('  ·  ')}`;
  return entry({ name: 'needed faults', text }, options);
}

function nearbyLines({ nearby }: FailureReport, options: TextOptions): string[] {
  if (nearby === null) return [];
  return entry({ name: 'other seeds', text: clean(nearbyText(nearby)) }, options);
}

/** What the failure needs, as lines; none when nobody looked. */
export function needsText(report: FailureReport, options: TextOptions = {}): readonly string[] {
  return [...neededLines(report, options), ...nearbyLines(report, options)];
}

function scheduleLines(report: FailureReport, options: TextOptions): string[] {
  const { schedule, shrunk } = report;
  const parts = [
    counted(schedule.servers, 'server'),
    counted(schedule.operations, 'client operation'),
    counted(schedule.faults, 'fault'),
    `seed ${schedule.seed}`,
  ];
  const lines = entry({ name: 'schedule', text: parts.join(' · ') }, options);
  if (shrunk === null) return lines;
  const { faults, operations, tries, ms } = shrunk;
  const from = `${counted(faults, 'fault')} and ${counted(operations, 'operation')}`;
  const took = ms === null ? '' : `, ${duration(ms)}`;
  const how = `shrunk in ${grouped(tries)} ${tries === 1 ? 'try' : 'tries'}${took}`;
  return [...lines, ...entry({ name: '', text: `(found with ${from}; ${how})` }, options)];
}

function folderLines(report: FailureReport, options: TextOptions): string[] {
  const { folder, files, replayable = true } = report;
  if (folder === null) return [];
  const quoted = shellWord(folder);
  const commands = [
    ...(replayable ? [{ name: 'replay', text: `npx whitewater replay ${quoted}` }] : []),
    { name: 'look', text: `npx whitewater view ${quoted}` },
    { name: 'explain', text: `npx whitewater explain ${quoted} --full` },
    { name: 'files', text: files.join(' · ') },
  ];
  // Commands are not wrapped, however long the path: they are there to be copied.
  return ['', ...commands.map(({ name, text }) => spelled(`  ${name.padEnd(16)}${text}`, options))];
}

/** A path as one word of a shell command. */
export function shellWord(path: string): string {
  const harmless = clean(path, 4_000);
  return /^[\w@%+=:,./-]+$/u.test(harmless) ? harmless : `'${harmless.replace(/'/gu, `'\\''`)}'`;
}

/** The block, without a line end at its end. */
export function failureText(report: FailureReport, options: TextOptions = {}): string {
  const { story } = report;
  const lines = wrapped({ first: '', text: titleText(story) }, options);
  lines.push('');
  if (story.promise !== '')
    lines.push(...wrapped({ first: '  ', text: story.promise }, options), '');
  lines.push(...storyText(story, options), '');
  lines.push(...needsText(report, options), ...scheduleLines(report, options));
  lines.push(...folderLines(report, options));
  return lines.join('\n');
}
