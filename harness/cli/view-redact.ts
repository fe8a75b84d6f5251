/** A trace for strangers: without its data, and with a verdict whose sentence is without it, too. */
import type { Trace } from '../trace/read.ts';
import type { TraceRecord, VerdictRecord } from '../trace/record.ts';
import type { Redactor } from '../view/redact.ts';
import { verdictOn } from './judge-trace.ts';

/** The old sentence may name a key or a value; the judge says it anew of the placeholders. */
function sentenceFor(record: VerdictRecord, trace: Pick<Trace, 'header' | 'records'>): string {
  const { invariant } = record;
  if (invariant === null) return record.sentence;
  const found = verdictOn(trace, { invariants: [invariant] });
  return found.check?.name === invariant
    ? found.sentence
    : `${invariant} did not hold; the sentence was left out with the data`;
}

/** The trace with placeholders; it cannot be replayed. */
export function redactedTrace<Read extends Pick<Trace, 'header' | 'records'>>(
  trace: Read,
  by: Redactor,
): Read {
  const records = by.records(trace.records);
  const [header] = records;
  if (header?.kind !== 'header') return trace;
  const redacted = { ...trace, header, records };
  const spoken = records.map((record): TraceRecord => {
    if (record.kind !== 'verdict') return record;
    return { ...record, sentence: sentenceFor(record, redacted) };
  });
  return { ...redacted, records: spoken };
}
