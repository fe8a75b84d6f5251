import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { firstDivergence, linesOfFile, linesOfRecords } from './identical.ts';
import type { TraceRecord } from './record.ts';
import { withScratch } from './scratch.ts';
import { toLine } from './write.ts';

const buffers = (lines: readonly string[]): readonly Buffer[] =>
  lines.map((line) => Buffer.from(line));

describe('two traces', () => {
  test.each([
    ['are the same', ['a\n', 'b\n'], ['a\n', 'b\n'], null],
    ['are both empty', [], [], null],
    ['part in a line', ['a\n', 'b\n'], ['a\n', 'c\n'], { line: 2, left: 'b\n', right: 'c\n' }],
    ['part in a blank', ['a \n'], ['a\n'], { line: 1, left: 'a \n', right: 'a\n' }],
    ['part where one ends', ['a\n'], ['a\n', 'b\n'], { line: 2, left: null, right: 'b\n' }],
    ['part where the other ends', ['a\n', 'b\n'], ['a\n'], { line: 2, left: 'b\n', right: null }],
    ['part in the last line end', ['a\n'], ['a'], { line: 1, left: 'a\n', right: 'a' }],
  ])('%s', (_, left, right, expected) => {
    expect(firstDivergence(buffers(left), buffers(right))).toEqual(expected);
  });

  test('of which one is a file and the other a run are compared line by line', async () => {
    const records: readonly TraceRecord[] = Array.from({ length: 9000 }, (_, seq) => ({
      kind: 'durable',
      seq,
      at: seq,
      cause: -1,
      server: 'Sé'.repeat(seq % 50),
      write: 1,
    }));
    await withScratch((path) => {
      const lines = records.map(toLine);
      writeFileSync(path('a'), lines.join(''));
      expect(firstDivergence(linesOfFile(path('a')), linesOfRecords(records))).toBeNull();
      writeFileSync(path('b'), lines.with(7000, 'x\n').join(''));
      expect(firstDivergence(linesOfFile(path('a')), linesOfFile(path('b')))).toEqual({
        line: 7001,
        left: lines[7000],
        right: 'x\n',
      });
      expect(() => [...linesOfFile(path('c'))]).toThrow('cannot be read. Check the path.');
    });
  });
});
