/**
 * I5: (index, term) names one prefix. It is enough that (index, term) has one content and one
 * term before it, in all logs that ever were: by induction the whole prefix is then the same.
 */
import type { EntryRef, TraceRecord, WriteRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { entryName, proof } from './evidence.ts';
import type { ClusterView } from './view.ts';

interface Known {
  readonly term: number;
  readonly digest: number;
  /** Term of the entry before; 0 before the first. */
  readonly termBefore: number;
  readonly server: string;
  readonly seq: number;
}

interface State {
  examined: number;
  /** By index: one item for each term seen there. */
  readonly known: Known[][];
}

interface Holder {
  readonly server: string;
  readonly seq: number;
}

function place(
  state: State,
  entry: EntryRef,
  termBefore: number,
  holder: Holder,
): Failure | undefined {
  state.examined += 1;
  const here = state.known[entry.index];
  const { term, digest } = entry;
  if (here !== undefined) {
    for (let i = 0; i < here.length; i += 1) {
      const known = here[i];
      if (known === undefined || known.term !== term) continue;
      if (known.digest === digest && known.termBefore === termBefore) return undefined;
      return disagreement(known, entry, holder);
    }
  }
  const known = { term, digest, termBefore, server: holder.server, seq: holder.seq };
  if (here === undefined) state.known[entry.index] = [known];
  else here.push(known);
  return undefined;
}

function disagreement(known: Known, entry: EntryRef, holder: Holder): Failure {
  const evidence = proof(holder.seq, known.seq);
  const same = known.server === holder.server;
  if (known.digest !== entry.digest) {
    const sentence = same
      ? `${known.server} held two different entries at ${entryName(entry)}`
      : `${known.server} and ${holder.server} hold different entries at ${entryName(entry)}`;
    return { sentence, evidence };
  }
  const before = `index ${String(entry.index - 1)}`;
  const sentence = same
    ? `${known.server} held two different entries at ${before} below one ${entryName(entry)}`
    : `${known.server} and ${holder.server} disagree at ${before} ` +
      `although both have ${entryName(entry)}`;
  return { sentence, evidence };
}

/** Entries that stay behind a snapshot now follow its last entry. */
function behind(state: State, record: WriteRecord, view: ClusterView): Failure | undefined {
  const { snapshot, log } = record;
  if (snapshot === null) return undefined;
  const next = view.server(record.server).log[snapshot.index];
  if (next === undefined || (log !== null && log.from <= next.index)) return undefined;
  return place(state, next, snapshot.term, record);
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  let entries: readonly EntryRef[];
  let termBefore = 0;
  if (record.kind === 'write') {
    const failure = record.snapshot === null ? undefined : behind(state, record, view);
    if (failure !== undefined) return failure;
    if (record.log === null || record.log.entries.length === 0) return undefined;
    entries = record.log.entries;
    const { from } = record.log;
    if (from > 1) {
      const before = view.server(record.server).log[from - 2];
      // A gap in the log is LogTerms' affair.
      if (before === undefined) return undefined;
      termBefore = before.term;
    }
  } else if (record.kind === 'online') {
    entries = record.entries;
    const below = (entries[0]?.index ?? 1) - 1;
    if (below > 0) {
      // What a compacted log followed is only known where its snapshot ends.
      if (record.snapshot?.index !== below) entries = entries.slice(1);
      termBefore =
        record.snapshot?.index === below ? record.snapshot.term : (record.entries[0]?.term ?? 0);
    }
  } else {
    return undefined;
  }
  for (let i = 0; i < entries.length; i += 1) {
    const entry = entries[i];
    if (entry === undefined) break;
    const failure = place(state, entry, termBefore, record);
    if (failure !== undefined) return failure;
    termBefore = entry.term;
  }
  return undefined;
}

/** Log Matching (Raft §5.3, Figure 3). */
export const logMatching: Check<State> = {
  name: 'LogMatching',
  promise:
    'Two logs with an entry of the same index and term are equal up to that entry (Raft §5.3).',
  class: 'safety',
  kinds: ['write', 'online'],
  start: (): State => ({ examined: 0, known: [] }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (_state: State, view: ClusterView): string | undefined =>
    view.committed.length === 0 ? 'no server wrote an entry' : undefined,
};
