/**
 * Parts of campaigns put together: the shards of one, or campaigns of other seeds and strategies.
 * A part says which chunks it holds; each chunk counts once, whoever brings it.
 */
import { UserError } from '../trace/user-error.ts';
import type { Campaign, CampaignOptions } from './campaign.ts';
import type { CanaryState } from './canary.ts';
import type { Coverage } from './coverage.ts';
import { mergeCoverage, newCoverage } from './coverage.ts';
import type { CoverageJson } from './coverage-json.ts';
import { coverageFrom, coverageJson } from './coverage-json.ts';
import type { StrategyChoice } from './portfolio.ts';
import type { Tally } from './tally.ts';
import { merge, newTally } from './tally.ts';
import type { TallyJson } from './tally-json.ts';
import { tallyFrom, tallyJson } from './tally-json.ts';

export const partsSchema = 'whitewater.chunks/2';

/** What decides a chunk's result, beside its number and the commit. */
export interface PartOf {
  readonly subject: string;
  readonly invariants: readonly string[] | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly strategy: StrategyChoice;
  readonly runs: number;
}

export interface Part {
  readonly of: PartOf;
  /** Numbers of chunks, ascending. */
  readonly chunks: readonly number[];
  readonly stopped: boolean;
  readonly wallMs: number;
  readonly canaries: readonly CanaryState[];
  readonly tally: TallyJson;
  readonly coverage: CoverageJson;
}

export interface PartsDocument {
  readonly schema: typeof partsSchema;
  readonly whitewater: string;
  /** Of the working directory, or null where that is not known. */
  readonly commit: string | null;
  readonly parts: readonly Part[];
}

/** A campaign as a part of others. */
export function partOf(campaign: Campaign, of: PartOf, wallMs: number): Part {
  const { chunks, stopped, canaries, tally, coverage } = campaign;
  return {
    of,
    chunks,
    stopped,
    wallMs: Math.round(wallMs),
    canaries,
    tally: tallyJson(tally),
    coverage: coverageJson(coverage),
  };
}

/** A document and where it was read. */
export interface PartsFile {
  readonly file: string;
  readonly document: PartsDocument;
}

/** Which campaign a part belongs to, as a text that is the same for all its parts. */
export function campaignKey({ subject, invariants, options, seed, strategy }: PartOf): string {
  const sorted = Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([subject, invariants, sorted, seed, strategy]);
}

/**
 * All parts in a fixed order, each once. Throws a `UserError` for files of different commits, for
 * different machines or judges, and for parts that share some chunks and not others.
 */
export function gathered(files: readonly PartsFile[]): readonly Part[] {
  sameProgram(files);
  const kept = new Map<string, { readonly part: Part; readonly file: string }>();
  const held = new Map<string, string>();
  for (const { file, document } of files) {
    for (const part of document.parts) {
      const key = campaignKey(part.of);
      const id = `${key} ${part.chunks.join(',')}`;
      if (kept.has(id)) continue;
      for (const chunk of part.chunks) {
        const other = held.get(`${key} ${String(chunk)}`);
        if (other !== undefined) overlap({ chunk, part, file, other });
        held.set(`${key} ${String(chunk)}`, file);
      }
      kept.set(id, { part, file });
    }
  }
  const parts = [...kept].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, { part }]) => part);
  sameMachine(parts);
  return parts;
}

function overlap(found: {
  readonly chunk: number;
  readonly part: Part;
  readonly file: string;
  readonly other: string;
}): never {
  const { chunk, part, file, other } = found;
  const what = `chunk ${String(chunk)} of seed ${String(part.of.seed)} is also in ${other}`;
  throw new UserError(what, { file, remedy: 'Merge shards of one cut: 1/4, 2/4, 3/4 and 4/4' });
}

function sameProgram(files: readonly PartsFile[]): void {
  const [first] = files;
  if (first === undefined) return;
  const name = ({ whitewater, commit }: PartsDocument): string =>
    `whitewater ${whitewater}, commit ${commit?.slice(0, 12) ?? 'unknown'}`;
  for (const { file, document } of files) {
    if (name(document) === name(first.document)) continue;
    const what = `it is of ${name(document)}, and ${first.file} of ${name(first.document)}`;
    const remedy = 'Only results of one commit add up: run the others again';
    throw new UserError(what, { file, remedy });
  }
}

function sameMachine(parts: readonly Part[]): void {
  const judged = ({ of }: Part): string =>
    `${of.subject}, judged by ${of.invariants?.join(', ') ?? 'all promises'}`;
  const [first] = parts;
  if (first === undefined) return;
  const other = parts.find((part) => judged(part) !== judged(first));
  if (other === undefined) return;
  throw new UserError(`results of ${judged(first)} and of ${judged(other)} do not add up`, {
    remedy: 'Merge them apart',
  });
}

export interface Sum {
  readonly tally: Tally;
  readonly coverage: Coverage;
  readonly canaries: readonly CanaryState[];
  /** Numbers of chunks of whichever campaign, ascending, each once. */
  readonly chunks: readonly number[];
  readonly stopped: boolean;
  readonly wallMs: number;
}

/** What parts add up to; `file` is named if a scenario in one is broken. */
export function summed(parts: readonly Part[], file: string): Sum {
  const tally = newTally();
  const coverage = newCoverage();
  const canaries = new Map<string, CanaryState>();
  for (const part of parts) {
    merge(tally, tallyFrom(part.tally, file));
    mergeCoverage(coverage, coverageFrom(part.coverage));
    for (const state of part.canaries)
      canaries.set(state.name, sooner(canaries.get(state.name), state));
  }
  return {
    tally,
    coverage,
    canaries: [...canaries.values()],
    chunks: [...new Set(parts.flatMap(({ chunks }) => chunks))].toSorted((a, b) => a - b),
    stopped: parts.some(({ stopped }) => stopped),
    wallMs: parts.reduce((total, { wallMs }) => total + wallMs, 0),
  };
}

/** A canary that several parts fed was caught where its campaign caught it first. */
function sooner(one: CanaryState | undefined, other: CanaryState): CanaryState {
  if (one === undefined) return { ...other };
  if (one.killedAtRun === null && other.killedAtRun === null) {
    return { ...one, runs: one.runs + other.runs };
  }
  return (other.killedAtRun ?? Infinity) < (one.killedAtRun ?? Infinity) ? { ...other } : one;
}

/** The strategy of all parts, or a portfolio of several. */
export function strategyOfParts(parts: readonly Part[]): NonNullable<CampaignOptions['strategy']> {
  const names = new Set(parts.map(({ of }) => of.strategy));
  const [name] = names;
  return names.size === 1 && name !== undefined ? name : 'portfolio';
}
