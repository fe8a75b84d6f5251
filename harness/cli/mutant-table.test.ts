/** The table of planted bugs: made once, and kept. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exits } from './exit.ts';
import { folder, ran } from './main.test.kit.ts';
import { rowText } from './mutant-table.ts';

const plan = { seed: 1, runs: 2_000, seeds: 3 };
const mutant = { name: 'some-mutant', source: 'Raft §5.2; M01 (somebody #1); M02' };

describe('a row', () => {
  test('names judges by how often, the middle hunt and the sizes of what was shrunk', () => {
    const hits = [
      { judge: 'LogMatching', run: 7 },
      { judge: 'ElectionSafety', run: 1_200 },
      { judge: 'ElectionSafety', run: 30 },
    ];
    const row = rowText(mutant, { hits, shrunk: { steps: 9, actions: 2 } }, plan);
    expect(row).toBe(
      '| some-mutant | M01 M02 | ElectionSafety ×2, LogMatching ×1 | 3/3 | 30 | 7 … 1,200 | 9 | 2 |',
    );
  });

  test('counts a hunt without a find as longer than all others', () => {
    const found = { judge: 'LogMatching', run: 7 };
    const shrunk = { steps: 9, actions: 2 };
    expect(rowText(mutant, { hits: [null, found, found], shrunk }, plan)).toContain(
      '| 2/3 | 7 | 7 … > 2,000 | 9 |',
    );
    expect(rowText(mutant, { hits: [null, null, found], shrunk }, plan)).toContain(
      '| 1/3 | > 2,000 | 7 … > 2,000 | 9 |',
    );
    expect(rowText(mutant, { hits: [null, null, null], shrunk: null }, plan)).toContain(
      '| none | 0/3 | > 2,000 | > 2,000 |  |  |',
    );
  });
});

describe('the table', () => {
  test('is written, and rows that it has already are kept', async () => {
    const file = join(folder(), 'table.md');
    const make = (name: string): ReturnType<typeof ran> =>
      ran(['mutants', name, '--table', file, '--runs', '3', '--seeds', '1', '-q']);
    expect((await make('log-check-by-conjunction')).code).toBe(exits.vacuous);
    const once = readFileSync(file, 'utf8');
    expect(once).toMatch(/\| log-check-by-conjunction \| M04 \| none \| 0\/1 \| > 3 \|/u);
    expect((await make('log-check-by-conjunction')).out).toMatch(/: 1 row, \d+ to go\n$/u);
    expect(readFileSync(file, 'utf8')).toBe(once);
    expect((await make('ack-before-fsync')).out).toMatch(/PersistBeforeSend/u);
    const rows = readFileSync(file, 'utf8').split('\n').slice(-3);
    expect(rows[0]).toBe(once.split('\n').at(-2));
    expect(rows[1]).toContain('ack-before-fsync');
  });
});
