/**
 * The clients' history in Clojure's notation, as Jepsen and Knossos keep it: a vector of maps, times
 * in nanoseconds. A deletion is a write of nothing; what stands for nothing is written first where
 * it matters. A failed comparison names itself, which our own reader understands; for Knossos it
 * did not happen.
 */
import type { HistoryRecord, Json, TraceRecord } from '../../trace/record.ts';
import type { Absences, Shown } from './absence.ts';
import { absencesIn } from './absence.ts';
import { historyOf } from './history.ts';
import { ednOf } from './plain.ts';
import type { Take } from './take.ts';

/** Room for the first writes, before anything else. */
const beginMicros = 1;

interface Row {
  readonly process: number;
  readonly type: HistoryRecord['kind'];
  readonly f: HistoryRecord['f'];
  readonly key: string;
  readonly value: string;
  readonly error: string | null;
  readonly atMicros: number;
}

/** Shows the file to `take`, line by line. */
export function ednLines(records: readonly TraceRecord[], take: Take): void {
  const history = historyOf(records);
  const absences = absencesIn(history);
  const shift = absences.keys.length === 0 ? 0 : beginMicros;
  const rows = [...beginnings(history, absences), ...history.map((one) => rowOf(one, absences))];
  take('; The history of a Whitewater trace; whitewater check --model kv judges it.');
  take('[');
  rows.forEach((row, index) => {
    const late = index < 2 * absences.keys.length ? 0 : shift;
    take(textOf(row, { index, atMicros: row.atMicros + late }));
  });
  take(']');
}

/** One process more than there are writes nothing to the keys that need it. */
function beginnings(history: readonly HistoryRecord[], absences: Absences): readonly Row[] {
  const process = history.reduce((most, record) => Math.max(most, record.process), -1) + 1;
  return absences.keys.flatMap((key) => {
    const value = shownAs(absences.of(key));
    const row = { process, f: 'write', key, value, error: null, atMicros: 0 } as const;
    return [{ ...row, type: 'invoke' } as const, { ...row, type: 'ok' } as const];
  });
}

function rowOf(record: HistoryRecord, absences: Absences): Row {
  const { process, kind: type, key, error, at: atMicros } = record;
  const f = record.f === 'delete' ? 'write' : record.f;
  return { process, type, f, key, value: valueText(record, absences), error, atMicros };
}

/** Only where nothing is a value: a read that has not been answered saw nothing at all. */
function valueText({ kind, f, key, value }: HistoryRecord, absences: Absences): string {
  const show = (one: Json): string => (one === null ? shownAs(absences.of(key)) : ednOf(one));
  switch (f) {
    case 'read':
      return kind === 'ok' ? show(value) : 'nil';
    case 'cas': {
      const [from, to]: readonly Json[] = Array.isArray(value) ? value : [];
      return `[${show(from ?? null)} ${show(to ?? null)}]`;
    }
    case 'write':
      return show(value);
    case 'delete':
      return show(null);
    case 'append':
      return ednOf(value);
  }
}

function shownAs(shown: Shown): string {
  return shown.kind === 'absent' ? ':absent' : ednOf(shown.value);
}

function textOf(
  row: Row,
  { index, atMicros }: { readonly index: number; readonly atMicros: number },
): string {
  const fields = [
    `:process ${row.process}`,
    `:type :${row.type}`,
    `:f :${row.f}`,
    `:key ${ednOf(row.key)}`,
    `:value ${row.value}`,
    ...(row.error === null ? [] : [`:error ${ednOf(row.error)}`]),
    `:time ${atMicros * 1_000}`,
    `:index ${index}`,
  ];
  return `{${fields.join(', ')}}`;
}
