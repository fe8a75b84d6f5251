/**
 * The text that Jepsen's test of etcd printed, one event a line among others: `INFO  jepsen.util -
 * 4  :invoke  :cas  [1 4]`. The order of the lines is the time. A failed compare-and-set is an
 * observation; nil is the value of a register that was never written.
 */
import { eachLine } from './history-lines.ts';
import type { ForeignOptions, TakeRecord } from './history-rows.ts';
import { RowReader } from './history-rows.ts';
import type { Json } from './record.ts';

const event =
  /^INFO\s+jepsen\.util\s+-\s+(\d+)\s+:(invoke|ok|fail|info)\s+:(read|write|cas)\s+(.*)$/u;

/** Reads the file; lines that are no events are passed over. */
export function readEtcd(path: string, options: ForeignOptions, take: TakeRecord): void {
  const failedCas = options.failedCas ?? 'observed';
  const rows = new RowReader(path, { ...options, failedCas }, take);
  eachLine(path, ({ buffer, start, end, number }) => {
    const found = event.exec(buffer.toString('utf8', start, end));
    if (found === null) return;
    const [, process = '', type = '', f = '', given = ''] = found;
    rows.row({ process: Number(process), type, f, value: valueOf(given.trim()) }, number);
  });
}

function valueOf(given: string): Json {
  if (given === 'nil') return null;
  if (/^-?\d+$/u.test(given)) return Number(given);
  const pair = /^\[(.*)\]$/u.exec(given)?.[1];
  return pair === undefined
    ? given
    : pair
        .trim()
        .split(/[\s,]+/u)
        .map(valueOf);
}
