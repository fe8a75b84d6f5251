/** Which format a foreign history has, by its beginning; its name decides when that is no help. */
import { closeSync, openSync, readSync } from 'node:fs';
import { UserError } from './user-error.ts';

export type HistoryFormat = 'ndjson' | 'edn' | 'etcd' | 'operations';

const beginningBytes = 64 * 1024;

/** Looks at the first bytes of the file. */
export function formatOf(path: string): HistoryFormat {
  const beginning = beginningOf(path).replace(/^\uFEFF/u, '');
  if (/^INFO\s+jepsen\.util\s+-\s+\d+\s+:/mu.test(beginning)) return 'etcd';
  if (/^\s*(?:;|\[?\s*\{\s*:)/u.test(beginning)) return 'edn';
  if (/^\s*\[\s*(?:\{\s*"|\]\s*$)/u.test(beginning)) return 'operations';
  if (/^\s*\{/u.test(beginning)) return 'ndjson';
  if (path.endsWith('.log')) return 'etcd';
  return path.endsWith('.edn') ? 'edn' : 'ndjson';
}

function beginningOf(path: string): string {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(beginningBytes);
      return bytes.toString('utf8', 0, readSync(descriptor, bytes));
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw new UserError('cannot be read', { file: path, remedy: 'Check path and owner', cause });
  }
}
