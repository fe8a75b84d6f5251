/** Histories written by hand, an operation a line. */
import type { HistoryRecord, Json } from '../../trace/record.ts';

/** Called and returned at these times. */
export type Line = readonly [f: HistoryRecord['f'], value: Json, call: number, end: number];

/** Each of a client of its own, in the order of the calls; a time for each event. */
export function recordsOf(lines: readonly Line[]): readonly HistoryRecord[] {
  const events = lines.flatMap(([f, value, call, end], process) => {
    const common = { cause: -1, process, client: `c${process}`, f, key: 'x', error: null };
    const asked = f === 'read' ? null : value;
    const invoke = { ...common, kind: 'invoke', at: call, value: asked } as const;
    return [invoke, { ...common, kind: 'ok', at: end, value } as const];
  });
  const sorted = events.toSorted((a, b) => a.at - b.at);
  return sorted.map((event, seq): HistoryRecord => ({ ...event, seq }));
}
