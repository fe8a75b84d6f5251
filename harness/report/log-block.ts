/** Two logs side by side, with the first place where they disagree. */
import { commandText } from './clients.ts';
import type { EntryRef, TraceRecord } from '../trace/record.ts';
import type { Picture, ServerPicture } from './picture.ts';
import type { Plot } from './plot.ts';
import type { Block } from './shape.ts';
import { milliseconds } from './words.ts';

interface Scene {
  readonly plotted: Plot;
  readonly picture: Picture;
  /** The violating record last. */
  readonly evidence: readonly TraceRecord[];
}

const columnsMax = 9;
const cellWidth = 7;

function serverOf(record: TraceRecord | undefined): string | null {
  return record !== undefined && 'server' in record ? record.server : null;
}

function differs(left: EntryRef | undefined, right: EntryRef | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  return left.term !== right.term || left.digest !== right.digest;
}

function firstDifference(left: readonly EntryRef[], right: readonly EntryRef[]): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) if (differs(left[at], right[at])) return at + 1;
  return left.length === right.length ? 0 : length + 1;
}

/** The two servers that disagree: the violating one, and the first other that differs from it. */
function rivals({ picture, evidence }: Scene): [ServerPicture, ServerPicture] | null {
  const names = evidence.map(serverOf).filter((name) => name !== null);
  const last = picture.servers.get(names.at(-1) ?? '');
  if (last === undefined) return null;
  const named = names.map((name) => picture.servers.get(name)).filter((one) => one !== undefined);
  for (const other of [...named, ...picture.servers.values()]) {
    if (other !== last && firstDifference(other.log, last.log) > 0) return [other, last];
  }
  return null;
}

/** Entries get letters in the order in which the rows mention them. */
function letters(): (entry: EntryRef) => string {
  const known = new Map<string, string>();
  return (entry) => {
    const key = `${entry.index} ${entry.term} ${entry.digest}`;
    const letter = known.get(key) ?? String.fromCharCode(97 + (known.size % 26));
    known.set(key, letter);
    return letter;
  };
}

function row(
  server: ServerPicture,
  shape: { readonly from: number; readonly to: number; readonly split: number },
  letter: (entry: EntryRef) => string,
): string {
  const crown = server.role === 'leader' ? ` ★T${server.term}` : '';
  let text = `${server.id}${crown}`.padEnd(10);
  for (let index = shape.from; index <= shape.to; index += 1) {
    const entry = server.log[index - 1];
    const cell = entry === undefined ? '' : `${entry.term}:${letter(entry)}`;
    text += (index === shape.split ? '✖ ' : '  ').concat(cell).padEnd(cellWidth);
  }
  return `${text} commit ${server.commitIndex}`;
}

function origin(scene: Scene, entry: EntryRef): string {
  const proposal = scene.plotted.records.find(
    (record) => record.kind === 'propose' && record.digest === entry.digest,
  );
  if (proposal?.kind !== 'propose') return 'from before the run';
  const what = proposal.command === null ? 'no-op' : commandText(proposal.command);
  return `made by ${proposal.server} in term ${proposal.term} at ${milliseconds(
    proposal.at,
  )}: ${what}`;
}

/** Some of what is equal, unless that would hide the end: the entry that gives it away is there. */
function firstColumn(split: number, longest: number): number {
  const usual = Math.max(1, Math.min(split - 4, longest - columnsMax + 1));
  return usual + columnsMax > longest ? usual : Math.max(1, split - 1);
}

/** The block, or null when no two logs differ. */
export function logBlock(scene: Scene): Block | null {
  const pair = rivals(scene);
  if (pair === null) return null;
  const [left, right] = pair;
  const split = firstDifference(left.log, right.log);
  const longest = Math.max(left.log.length, right.log.length);
  const from = firstColumn(split, longest);
  const to = Math.min(longest, from + columnsMax - 1);
  const letter = letters();
  let head = 'index'.padEnd(10);
  for (let index = from; index <= to; index += 1) head += `  ${index}`.padEnd(cellWidth);
  const shape = { from, to, split: 0 };
  const rows = [head.trimEnd(), row(left, shape, letter), row(right, { ...shape, split }, letter)];
  for (const server of pair) {
    const entry = server.log[split - 1];
    if (entry === undefined) continue;
    rows.push(
      `  ${entry.term}:${letter(entry)} at ${split} on ${server.id}: ${origin(scene, entry)}`,
    );
  }
  return { title: `${left.id} and ${right.id} disagree from index ${split} on`, rows };
}
