/**
 * How failures are explained, by families of histories: what proves them, how many judgements it
 * takes to find the first one, how many records are shown, and where the watch speaks up. What merely
 * guesses where to look, or leaves out of a proof what need not be in it, changes no verdict, but it
 * changes these numbers.
 */
import type { HistoryRecord } from '../../trace/record.ts';
import { HistoryBuilder } from '../history-builder.ts';
import { historyOf } from '../history.ts';
import { columnsFor } from './agreement.test.kit.ts';
import { explain } from './explain.ts';
import { firstFailure } from './first-failure.ts';
import { judge } from './judge.ts';
import { ordersOf } from './orders.ts';
import { randomHistory } from './random-history.ts';
import { Watch } from './watch.ts';

type F = HistoryRecord['f'];

interface Family {
  readonly name: string;
  readonly mix: readonly F[];
  readonly values: number;
  /** Two clients, or up to so many more. */
  readonly more?: number;
  readonly unknowns?: number;
}

const families: readonly Family[] = [
  { name: 'unique', mix: ['read', 'write'], values: 0 },
  { name: 'unique, many clients', mix: ['read', 'write'], values: 0, more: 6, unknowns: 0.05 },
  { name: 'unique swaps', mix: ['read', 'read', 'write', 'cas', 'cas'], values: 0 },
  { name: 'few values', mix: ['read', 'write', 'cas'], values: 4 },
  { name: 'removals', mix: ['read', 'write', 'cas', 'delete'], values: 3 },
  { name: 'unique lists', mix: ['read', 'append'], values: 0 },
  { name: 'lists', mix: ['read', 'append'], values: 4 },
  { name: 'stores', mix: ['read', 'read', 'write', 'cas', 'append', 'delete'], values: 3 },
];

/**
 * In 103 a value is read long before its write returns; in 810 that of the beginning comes back; among
 * the unique swaps of 116 the watch knows the first failure, which no conflict shows.
 */
const seeds: readonly number[] = [...Array.from({ length: 43 }, (_, each) => 61 + each), 116, 810];

/** Proofs by their kind, and numbers by their name; a semicolon ends a line. */
class Tally {
  private readonly counts = new Map<string, number>();

  add(name: string, many: number = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + many);
  }

  toString(): string {
    const told = [...this.counts].map(([name, many]) => `${many} ${name}`);
    return `${told.slice(0, 5).join(', ')}; ${told.slice(5).join(', ')}`;
  }
}

/** A few lines a family. */
export function explained(): readonly string[] {
  return families.flatMap(({ name, mix, values, more = 3, unknowns = 0.02 }) => {
    const tally = new Tally();
    for (const seed of seeds) {
      const shared = { seed, mix, values, keys: 1, unknowns, ties: seed % 3 === 0 ? 0.3 : 0 };
      const size = { operations: 20 + ((seed * 37) % 80), clients: 2 + (seed % (more + 1)) };
      explainOne(randomHistory({ ...shared, ...size, lies: 0.03 }), tally);
    }
    return `${name}: ${tally.toString()}`.split('; ');
  });
}

function explainOne(records: readonly HistoryRecord[], tally: Tally): void {
  const history = historyOf(records);
  const columns = columnsFor(history);
  let judgements = 0;
  // Each judgement asks once what the time is, and these are too short for it to look again.
  const now = (): number => (judgements += 1);
  const budget = { configurations: 1_000_000, timeoutMs: Infinity, now };
  const verdict = judge(columns, budget);
  if (verdict.kind !== 'illegal') return;
  const failure = firstFailure(columns, verdict, budget);
  const { evidence } = explain(failure);
  tally.add(failure.verdict.conflict?.kind ?? 'stuck');
  tally.add('possible values', failure.verdict.possible?.length ?? 0);
  tally.add('judgements', judgements);
  tally.add('records', evidence.length);
  for (const { order, next } of ordersOf(history, budget)) {
    tally.add('in order', order.length);
    tally.add('next', next.length);
  }
  const alarm = alarmIn(records);
  if (alarm >= 0) tally.add('alarms at', alarm);
}

/** The record at which the watch speaks up, or -1. */
function alarmIn(records: readonly HistoryRecord[]): number {
  const history = new HistoryBuilder();
  const watch = new Watch(history);
  return records.findIndex((record) =>
    watch.suspects(history.take(record), record.kind === 'invoke', record.at),
  );
}
