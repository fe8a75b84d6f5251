/**
 * I5: (index, term) names one prefix. It is enough that (index, term) has one content and one
 * term before it, in all logs that ever were: by induction the whole prefix is then the same.
 */
import type { EntryRef, OnlineRecord, TraceRecord, WriteRecord } from '../trace/record.ts';
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

interface Chain {
  readonly entries: readonly EntryRef[];
  readonly termBefore: number;
}

const nothing: readonly EntryRef[] = [];

/** What the write adds to the log. */
function written(record: WriteRecord, view: ClusterView): Chain | undefined {
  if (record.log === null || record.log.entries.length === 0) return undefined;
  const { from, entries } = record.log;
  if (from <= 1) return { entries, termBefore: 0 };
  const before = view.server(record.server).log[from - 2];
  // A gap in the log is LogTerms' affair.
  return before === undefined ? undefined : { entries, termBefore: before.term };
}

/** What a disk holds; what its first entry follows is only known where the snapshot ends. */
function stored({ entries, snapshot }: OnlineRecord): Chain {
  const [first] = entries;
  if (first === undefined) return { entries: nothing, termBefore: 0 };
  if (first.index === 1) return { entries, termBefore: 0 };
  if (snapshot?.index === first.index - 1) return { entries, termBefore: snapshot.term };
  return { entries: entries.slice(1), termBefore: first.term };
}

function chain(
  state: State,
  record: WriteRecord | OnlineRecord,
  found: Chain,
): Failure | undefined {
  const { entries } = found;
  let { termBefore } = found;
  for (let i = 0; i < entries.length; i += 1) {
    const entry = entries[i];
    if (entry === undefined) break;
    const failure = place(state, entry, termBefore, record);
    if (failure !== undefined) return failure;
    termBefore = entry.term;
  }
  return undefined;
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'online') return chain(state, record, stored(record));
  if (record.kind !== 'write') return undefined;
  const failure = record.snapshot === null ? undefined : behind(state, record, view);
  if (failure !== undefined) return failure;
  const added = written(record, view);
  return added === undefined ? undefined : chain(state, record, added);
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
