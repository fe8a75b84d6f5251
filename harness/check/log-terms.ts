/** I10: a log has no gaps, its terms never fall, and none is ahead of the server's own term. */
import type { EntryRef, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { entryName } from './evidence.ts';
import type { ClusterView } from './view.ts';

interface State {
  examined: number;
}

function wrong(
  server: string,
  entries: readonly EntryRef[],
  start: { readonly index: number; readonly termBefore: number; readonly ownTerm: number },
): string | undefined {
  let { index, termBefore } = start;
  for (let i = 0; i < entries.length; i += 1) {
    const entry = entries[i];
    if (entry === undefined) break;
    if (entry.index !== index) {
      return `${server} wrote index ${String(entry.index)} where index ${String(index)} was due`;
    }
    if (entry.term < termBefore) {
      const before = { index: index - 1, term: termBefore };
      return `${server} wrote ${entryName(entry)} behind ${entryName(before)}`;
    }
    if (entry.term > start.ownTerm) {
      return `${server} wrote ${entryName(entry)} while in term ${String(start.ownTerm)}`;
    }
    termBefore = entry.term;
    index += 1;
  }
  return undefined;
}

function sentenceFor(record: TraceRecord, view: ClusterView): string | undefined {
  if (record.kind === 'online') {
    const first = record.snapshot === null ? 1 : (record.entries[0]?.index ?? 1);
    const start = { index: first, termBefore: 0, ownTerm: record.term };
    return wrong(record.server, record.entries, start);
  }
  if (record.kind !== 'write' || record.log === null) return undefined;
  const server = view.server(record.server);
  const { from, entries } = record.log;
  const end = Math.max(server.log.length, record.snapshot?.index ?? 0);
  if (from < 1 || from > end + 1) {
    const last = String(end);
    return `${server.id} wrote from index ${String(from)} on, but its log ends at ${last}`;
  }
  return wrong(server.id, entries, {
    index: from,
    termBefore: server.log[from - 2]?.term ?? 0,
    ownTerm: record.hard === null ? server.term : record.hard.term,
  });
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'write' ? record.log === null : record.kind !== 'online') return undefined;
  state.examined += 1;
  const sentence = sentenceFor(record, view);
  return sentence === undefined ? undefined : { sentence, evidence: [record.seq] };
}

/** Lemmas 6 and 7 of the proof (dissertation, appendix B). */
export const logTerms: Check<State> = {
  name: 'LogTerms',
  promise: "A log's terms never decrease and never exceed the server's own term (Raft §5.3).",
  class: 'safety',
  kinds: ['write', 'online'],
  start: (): State => ({ examined: 0 }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (_state: State, view: ClusterView): string | undefined =>
    view.committed.length === 0 ? 'no server wrote an entry' : undefined,
};
