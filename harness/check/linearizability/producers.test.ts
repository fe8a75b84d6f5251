import { expect, test } from 'vitest';
import type { HistoryRecord } from '../../trace/record.ts';
import { historyOf } from '../history.ts';
import { columnsFor } from './agreement.test.kit.ts';
import { borrowingAtMost, bytesPeak } from './column.ts';
import { producersOf } from './producers.ts';

/** 100 reads of the beginning, then `write 1`, `read 1` and so on, of a client each; `?`: unknown. */
function recordsOf(words: readonly string[]): readonly HistoryRecord[] {
  const reads = Array.from({ length: 100 }, () => 'read null');
  return [...reads, ...words].flatMap((word, process): readonly HistoryRecord[] => {
    const [name, number = '', unknown] = word.split(' ');
    const f = name === 'read' ? 'read' : 'write';
    const value = number === 'null' ? null : Number(number);
    const common = { cause: -1, process, client: `c${process}`, key: 'x', f, error: null } as const;
    const [call, end] = [2 * process, 2 * process + 1];
    const asked = f === 'read' ? null : value;
    const invoke = { ...common, kind: 'invoke', seq: call, at: call, value: asked } as const;
    if (unknown !== undefined) return [invoke];
    return [invoke, { ...common, kind: 'ok', seq: end, at: end, value }];
  });
}

test.each([
  ['early: written twice, then read', ['write 1', 'write 1', 'read 1'], 'undecided', true],
  ['early: written, read, written', ['write 1', 'read 1', 'write 1'], 'undecided', true],
  ['early: written as it was at the beginning', ['write null'], 'undecided', true],
  ['late: one of the writers is unknown', ['write 1 ?', 'write 1', 'read 1'], 'undecided', false],
  ['not at all: written once', ['write 1', 'read 1'], 'unique', false],
  ['not at all: written twice, never read', ['write 1', 'write 1'], 'unique', false],
] as const)('that a value has several producers is found %s', (_, words, kind, early) => {
  const columns = columnsFor(historyOf(recordsOf(words)));
  borrowingAtMost(Infinity, () => {
    expect(producersOf(columns).kind).toBe(kind);
    // One number and one byte for each value, and nothing for each operation.
    expect(bytesPeak() < 64).toBe(early);
  });
});
