/**
 * The clients' operations as a JSON array of Porcupine's `Operation`, which Go's `encoding/json`
 * decodes into `[]porcupine.Operation` as it is. Times are nanoseconds. An operation that definitely
 * did not happen is left out; one whose outcome is unknown returns after everything else, with an
 * output that says so.
 */
import type { TraceRecord } from '../../trace/record.ts';
import type { CalledOperation } from './history.ts';
import { operationsOf } from './history.ts';
import { plainJson } from './plain.ts';
import type { Take } from './take.ts';

const compareFailed = 'compare-failed';

/** Shows the file to `take`, one operation a line. */
export function operationLines(records: readonly TraceRecord[], take: Take): void {
  const last = records.at(-1)?.at ?? 0;
  const lines = operationsOf(records)
    .filter(mayHaveHappened)
    .map((one) => lineOf(one, last + 1));
  take('[');
  lines.forEach((line, index) => take(index + 1 < lines.length ? `${line},` : line));
  take(']');
}

function mayHaveHappened({ end }: CalledOperation): boolean {
  return end?.kind !== 'fail' || end.error === compareFailed;
}

function lineOf({ call, end }: CalledOperation, afterAll: number): string {
  const { process, f, key, value } = call;
  const isKnown = end !== null && end.kind !== 'info';
  return plainJson({
    ClientId: process,
    Input: { F: f, Key: key, Value: value },
    Call: call.at * 1_000,
    Output: {
      Known: isKnown,
      Ok: end?.kind === 'ok',
      Value: end?.kind === 'ok' && f === 'read' ? end.value : null,
    },
    Return: (isKnown ? end.at : afterAll) * 1_000,
  });
}
