/**
 * What is embedded when a trace is too long for one page, or when only a window of it is asked for;
 * and the sentence that says so at the top of the page.
 */
import type { TraceRecord } from '../trace/record.ts';
import type { ViewerData, ViewerInput, ViewerWindow } from './data.ts';

/** More records than this are cut down unless everything is asked for. */
export const recordsMax = 1_000_000;
/** More bytes than this do not go into a page, unless everything is asked for. */
export const bytesMax = 25_000_000;
/** Around so many of the story's last lines, too. */
const linesKept = 40;
/** So many records before and after each record of interest stay, fewer under a smaller limit. */
const aroundMax = 5_000;
const aroundMin = 50;

/** Kinds without which the servers' states could not be told. */
const kept: ReadonlySet<string> = new Set([
  'header',
  'online',
  'offline',
  'crash',
  'pause',
  'resume',
  'fault',
  'state',
  'configure',
  'quiet',
  'end',
  'verdict',
]);

/** Before a window, what logs and disks are made of stays as well. */
const keptBefore: ReadonlySet<string> = new Set([...kept, 'write', 'durable', 'commit', 'restore']);

type Embedded = Pick<ViewerData, 'records' | 'story' | 'note'>;

function interesting({ records, story }: ViewerInput): Set<number> {
  const seqs = new Set(story.lines.slice(-linesKept).map(({ seq }) => seq));
  for (const record of records) {
    if (record.kind === 'verdict') for (const seq of record.evidence) seqs.add(seq);
  }
  const last = records.at(-1);
  if (seqs.size === 0 && last !== undefined) seqs.add(last.seq);
  return seqs;
}

/** Marks the causes of what is marked, back to the start. */
function markCauses(records: readonly TraceRecord[], keep: Uint8Array): void {
  const placeOf = new Map<number, number>();
  records.forEach(({ seq }, place) => placeOf.set(seq, place));
  for (let place = records.length - 1; place >= 0; place -= 1) {
    const cause = placeOf.get(records[place]?.cause ?? -1);
    if (keep[place] === 1 && cause !== undefined) keep[cause] = 1;
  }
}

/** Marks the records near the interesting ones, and the causes of those. */
function marked(input: ViewerInput, around: number): Uint8Array {
  const { records } = input;
  const keep = new Uint8Array(records.length);
  const seqs = interesting(input);
  records.forEach(({ seq }, place) => {
    if (seqs.has(seq)) keep.fill(1, Math.max(0, place - around), place + around + 1);
  });
  markCauses(records, keep);
  return keep;
}

function embedded(
  { records, story }: Pick<ViewerInput, 'records' | 'story'>,
  keeps: (record: TraceRecord, place: number) => boolean,
  noteOf: (count: number) => string,
): Embedded {
  const some = records.filter(keeps);
  const seqs = new Set(some.map(({ seq }) => seq));
  const lines = story.lines.filter(({ seq }) => seqs.has(seq));
  return { records: some, story: { ...story, lines }, note: noteOf(some.length) };
}

const millis = (micros: number): string => `${micros / 1000} ms`;

/**
 * The records between two moments, in microseconds, with their causes and with what came before
 * and still matters: roles, logs, disks, faults.
 */
export function windowed(input: ViewerInput, { from, until }: ViewerWindow): Embedded {
  const { records } = input;
  const keep = new Uint8Array(records.length);
  records.forEach(({ at }, place) => {
    if (at >= from && at <= until) keep[place] = 1;
  });
  markCauses(records, keep);
  const end = Math.min(until, records.at(-1)?.at ?? until);
  const noteOf = (count: number): string =>
    `This page holds what happened from ${millis(from)} to ${millis(end)}: ${count} of the ` +
    `trace's ${records.length} records. Earlier messages are left out, and so is all that came later.`;
  const isBefore = ({ at, kind }: TraceRecord): boolean => at < from && keptBefore.has(kind);
  const isFrame = ({ kind }: TraceRecord): boolean => kind === 'verdict';
  const part = embedded(
    input,
    (record, place) => keep[place] === 1 || isBefore(record) || isFrame(record),
    noteOf,
  );
  const inside = input.story.lines.filter(({ at }) => at >= from && at <= until);
  return { ...part, story: { ...part.story, lines: inside } };
}

/** The records to embed when there are more than `limit`, and the note that says what is missing. */
export function capped(input: ViewerInput, limit: number = recordsMax): Embedded {
  const { records, all, story, window } = input;
  if (window !== null) {
    const part = windowed(input, window);
    if (all || part.records.length <= limit) return part;
    return capped({ ...input, ...part, window: null }, limit);
  }
  if (all || records.length <= limit) return { records, story, note: null };
  const around = Math.min(aroundMax, Math.max(aroundMin, Math.floor(limit / 100)));
  const keep = marked(input, around);
  const noteOf = (count: number): string =>
    `This page holds ${count} of the trace's ${records.length} records: those around the ` +
    'story and the violation with their causes, and all changes of role. Logs and messages ' +
    'elsewhere are incomplete. Make it with --from and --until for another part of the run, or ' +
    'with --all for everything.';
  return embedded(input, ({ kind }, place) => keep[place] === 1 || kept.has(kind), noteOf);
}
