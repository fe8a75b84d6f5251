/** What is embedded when a trace is too long for one page: the violation's surroundings, and why. */
import type { ViewerData, ViewerInput } from './data.ts';

/** More records than this are cut down unless everything is asked for. */
export const recordsMax = 1_000_000;
/** Around so many of the story's last lines, too. */
const linesKept = 40;
/** So many records before and after each record of interest stay. */
const around = 5_000;

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
  'quiet',
  'end',
  'verdict',
]);

function interesting({ records, story }: ViewerInput): Set<number> {
  const seqs = new Set(story.lines.slice(-linesKept).map(({ seq }) => seq));
  for (const record of records) {
    if (record.kind === 'verdict') for (const seq of record.evidence) seqs.add(seq);
  }
  const last = records.at(-1);
  if (seqs.size === 0 && last !== undefined) seqs.add(last.seq);
  return seqs;
}

/** Marks the records near the interesting ones, and the causes of those, back to the start. */
function marked(input: ViewerInput): Uint8Array {
  const { records } = input;
  const keep = new Uint8Array(records.length);
  const placeOf = new Map<number, number>();
  records.forEach(({ seq }, place) => placeOf.set(seq, place));
  for (const seq of interesting(input)) {
    const place = placeOf.get(seq);
    if (place === undefined) continue;
    keep.fill(1, Math.max(0, place - around), place + around + 1);
  }
  for (let place = records.length - 1; place >= 0; place -= 1) {
    const cause = placeOf.get(records[place]?.cause ?? -1);
    if (keep[place] === 1 && cause !== undefined) keep[cause] = 1;
  }
  return keep;
}

/** The records to embed, and the note that says what is missing, or null. */
export function capped(
  input: ViewerInput,
  limit: number = recordsMax,
): Pick<ViewerData, 'records' | 'story' | 'note'> {
  const { records, all, story } = input;
  if (all || records.length <= limit) return { records, story, note: null };
  const keep = marked(input);
  const some = records.filter(({ kind }, place) => keep[place] === 1 || kept.has(kind));
  const note =
    `This page holds ${some.length} of the trace's ${records.length} records: those around the ` +
    'story and the violation with their causes, and all changes of role. Logs and messages ' +
    'elsewhere are incomplete. Make it with --all to embed everything.';
  const seqs = new Set(some.map(({ seq }) => seq));
  const lines = story.lines.filter(({ seq }) => seqs.has(seq));
  return { records: some, story: { ...story, lines }, note };
}
