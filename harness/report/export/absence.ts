/**
 * A key that was never written reads as null, which is an observation; in Jepsen's EDN nil says
 * that nothing is known. So that no observation is lost, a key whose absence somebody sees or wants
 * is written first of all, with a value that stands for nothing being there.
 */
import type { HistoryRecord, Json } from '../../trace/record.ts';

/** A value as EDN: a value of the history, or the keyword that no key holds. */
export type Shown = { readonly kind: 'value'; readonly value: Json } | { readonly kind: 'absent' };

export interface Absences {
  /** Keys to be written first, in the order of their first calls. */
  readonly keys: readonly string[];
  /** What stands for nothing at this key: the empty list where things are appended. */
  of(key: string): Shown;
}

/** Does the record show or want the absence of a value? */
function speaksOfNothing({ kind, f, value }: HistoryRecord): boolean {
  switch (f) {
    case 'read':
      return kind === 'ok' && value === null;
    case 'cas':
      return kind === 'invoke' && Array.isArray(value) && value.includes(null);
    case 'write':
      return value === null;
    case 'delete':
      return true;
    case 'append':
      return false;
  }
}

/** Looks through the history once. */
export function absencesIn(history: readonly HistoryRecord[]): Absences {
  const seen = new Set<string>();
  const appended = new Set<string>();
  for (const record of history) {
    if (speaksOfNothing(record)) seen.add(record.key);
    if (record.f === 'append') appended.add(record.key);
  }
  const keys = [...new Set(history.map(({ key }) => key))].filter((key) => seen.has(key));
  return {
    keys,
    of: (key) => (appended.has(key) ? { kind: 'value', value: [] } : { kind: 'absent' }),
  };
}
