/**
 * A page with tables that takes long to make: it is written after every row, and a later call with
 * the same plan, which its beginning tells, goes on where it ended.
 */
import { existsSync, readFileSync } from 'node:fs';

/** The key of a row whose first cells are these. */
export function rowKey(...cells: readonly string[]): string {
  return cells.join(' | ');
}

/** Rows that a page with this beginning has already, by their first `keys` cells. */
export function knownRows(file: string, head: string, keys: number): Map<string, string> {
  const rows = new Map<string, string>();
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (!text.startsWith(head)) return rows;
  const lines = text.slice(head.length).split('\n');
  for (const [at, line] of lines.entries()) {
    const isHead = lines[at + 1]?.startsWith('| :-') === true;
    const cells = line.startsWith('| ') ? line.split('|').map((cell) => cell.trim()) : [];
    const key = cells.slice(1, keys + 1);
    if (!isHead && key.length === keys && key.every((cell) => /^[a-z0-9-]+$/iu.test(cell))) {
      rows.set(rowKey(...key), line);
    }
  }
  return rows;
}
