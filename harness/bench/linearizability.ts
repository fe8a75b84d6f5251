/** How fast and how lean the judge of histories is, on families of generated histories. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistoryBuilder } from '../check/history-builder.ts';
import { History } from '../check/history.ts';
import type { Budget } from '../check/linearizability/budget.ts';
import { judgeHistory } from '../check/linearizability/check.ts';
import { judgeTold } from '../check/linearizability/judge.ts';
import { byKey } from '../check/linearizability/partition.ts';
import { takeHistory } from '../trace/foreign.ts';
import type { HistoryRecord } from '../trace/record.ts';
import type { Family } from './linearizability-history.ts';
import { playHistory } from './linearizability-history.ts';
import type { Benchmark, Figure } from './measure.ts';
import { median } from './measure.ts';

const budget: Budget = {
  configurations: 20_000_000,
  timeoutMs: 2_000,
  now: () => performance.now(),
};

const plain = ['read', 'write'] as const;
const swaps = ['read', 'write', 'cas'] as const;
const lists = ['read', 'append'] as const;
const mixes = { plain, swaps, lists } as const;

interface Shape {
  readonly operations: number;
  readonly clients: number;
  readonly values?: number;
  readonly mix?: keyof typeof mixes;
  readonly unknownPerMille?: number;
  readonly fault?: Family['fault'];
}

function family(shape: Shape): Family {
  const { operations, clients, values = 0, mix = 'plain' } = shape;
  const { unknownPerMille = 0, fault = 'none' } = shape;
  const size = operations >= 1e6 ? `${operations / 1e6} M` : `${operations / 1e3} k`;
  const parts = [`${size}, ${clients} clients`, values === 0 ? 'unique' : `${values} values`];
  if (mix === 'swaps') parts.push('cas');
  if (mix === 'lists') parts.push('append');
  if (unknownPerMille > 0) parts.push(`${unknownPerMille / 10} % unknown`);
  if (fault !== 'none') parts.push(fault === 'staleRead' ? 'stale read' : 'lost write');
  const name = parts.join(', ');
  return { name, operations, clients, values, mix: mixes[mix], unknownPerMille, fault };
}

/** Everything that is measured, smallest first. */
export const families: readonly Family[] = [
  ...[1e3, 1e4, 1e5, 1e6].flatMap((operations) =>
    [5, 20, 50].map((clients) => family({ operations, clients })),
  ),
  family({ operations: 1e5, clients: 20, fault: 'staleRead' }),
  family({ operations: 1e5, clients: 20, fault: 'lostWrite' }),
  family({ operations: 1e5, clients: 20, mix: 'swaps' }),
  family({ operations: 1e4, clients: 20, mix: 'swaps', unknownPerMille: 50 }),
  family({ operations: 1e4, clients: 20, unknownPerMille: 200 }),
  ...[5, 10, 20, 50].map((clients) =>
    family({ operations: 1e4, clients, values: 5, mix: 'swaps' }),
  ),
  family({ operations: 1e3, clients: 20, values: 5, mix: 'swaps' }),
  family({ operations: 1e3, clients: 10, values: 5, mix: 'swaps', unknownPerMille: 20 }),
  ...[5, 20, 100, 1000].flatMap((values) =>
    (['none', 'staleRead'] as const).map((fault) =>
      family({ operations: 1e4, clients: 50, values, fault }),
    ),
  ),
  family({ operations: 1e3, clients: 20, mix: 'lists', unknownPerMille: 20 }),
  family({ operations: 1e3, clients: 20, values: 5, mix: 'lists' }),
];

function built(of: Family, seed: number): History {
  const builder = new HistoryBuilder();
  playHistory(of, seed, (record) => builder.take(record));
  return new History(builder.finish());
}

/** A family: the time from columns to verdict, whether it was decided, and who decided. */
function measureFamily(of: Family): readonly Figure[] {
  const history = built(of, 1);
  const start = performance.now();
  const told = byKey(history).map((columns) => judgeTold(columns, budget));
  const ms = performance.now() - start;
  const decided = told.every(({ verdict }) => verdict.kind !== 'undecided');
  const engines = [...new Set(told.map(({ algorithm }) => algorithm))].join(', ');
  const verdicts = [...new Set(told.map(({ verdict }) => verdict.kind))].join(', ');
  const limit = of.values === 0 && of.mix === plain ? of.operations / 1e3 + 20 : 2_000;
  return [
    {
      name: of.name,
      value: decided ? ms : Number.POSITIVE_INFINITY,
      unit: `ms: ${verdicts} (${engines})`,
      target: { kind: 'most', value: limit },
    },
  ];
}

const etcdLike: Family = {
  ...family({ operations: 85, clients: 5, values: 5, mix: 'swaps', unknownPerMille: 150 }),
  name: 'etcd-sized',
};

/** Small histories, one hundred, each judged often; the median of them. */
function measureSmall(): readonly Figure[] {
  const histories = Array.from({ length: 100 }, (_, seed) =>
    built({ ...etcdLike, fault: seed % 2 === 0 ? 'none' : 'staleRead' }, seed),
  );
  const times = histories.map((history) => {
    const start = performance.now();
    for (let round = 0; round < 20; round += 1) {
      for (const columns of byKey(history)) judgeTold(columns, budget);
    }
    return (performance.now() - start) / 20;
  });
  return [
    {
      name: '85 operations as of etcd',
      value: median(times) * 1000,
      unit: 'µs',
      target: { kind: 'most', value: 40 },
    },
  ];
}

/** So many writes at once, all unknown or all open, then reads: what makes plain searches explode. */
function hurting(count: number, unknown: boolean): History {
  const builder = new HistoryBuilder();
  let seq = 0;
  const tell = (process: number, kind: HistoryRecord['kind'], write: number | null): void => {
    seq += 1;
    const value = write ?? process % 2;
    const f = write === null ? 'read' : 'write';
    builder.take({
      kind,
      seq,
      at: seq,
      cause: -1,
      process,
      client: `c${process}`,
      f,
      key: 'x',
      value,
      error: null,
    });
  };
  for (let i = 0; i < count; i += 1) tell(i, 'invoke', i % 2);
  for (let i = 0; i < count; i += 1) {
    tell(count + i, 'invoke', null);
    tell(count + i, 'ok', null);
  }
  if (!unknown) for (let i = 0; i < count; i += 1) tell(i, 'ok', i % 2);
  return new History(builder.finish());
}

function measureHurting(): readonly Figure[] {
  return [true, false].flatMap((unknown) =>
    [16, 64, 128].map((count): Figure => {
      const history = hurting(count, unknown);
      const start = performance.now();
      const verdict = judgeHistory(history, budget);
      const ms = performance.now() - start;
      return {
        name: `${count} ${unknown ? 'unknown' : 'concurrent'} writes`,
        value: verdict.kind === 'unknown' ? Number.POSITIVE_INFINITY : ms,
        unit: 'ms',
        target: { kind: 'most', value: 2 },
      };
    }),
  );
}

/** A stale read among 10,000 operations: finding it, and finding it with the whole explanation. */
function measureExplained(): readonly Figure[] {
  const history = built(family({ operations: 1e4, clients: 10, fault: 'staleRead' }), 1);
  const start = performance.now();
  for (let round = 0; round < 20; round += 1) {
    for (const columns of byKey(history)) judgeTold(columns, budget);
  }
  const middle = performance.now();
  for (let round = 0; round < 20; round += 1) judgeHistory(history, budget);
  const end = performance.now();
  return [
    {
      name: 'explained failure to plain check',
      value: (end - middle) / (middle - start),
      unit: 'times',
      target: { kind: 'most', value: 3 },
    },
  ];
}

/** One million operations of 20 clients, from a file to the verdict. */
function measureFile(): readonly Figure[] {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  const path = join(folder, 'history.ndjson');
  exportFamily(family({ operations: 1e6, clients: 20 }), 1, path);
  const start = performance.now();
  const builder = new HistoryBuilder({ file: path });
  takeHistory(path, { model: 'register' }, (record) => builder.take(record));
  judgeHistory(new History(builder.finish()), budget);
  const seconds = (performance.now() - start) / 1000;
  const mebibytes = process.memoryUsage().rss / 2 ** 20;
  rmSync(folder, { recursive: true });
  return [
    {
      name: '1 M operations, file to verdict',
      value: seconds,
      unit: 's',
      target: { kind: 'most', value: 1.5 },
    },
    {
      name: 'resident then',
      value: mebibytes,
      unit: 'MiB',
      target: { kind: 'most', value: 512 },
    },
  ];
}

/** Writes one history as NDJSON in Jepsen's shape, times in nanoseconds. */
export function exportFamily(of: Family, seed: number, path: string): void {
  const file = openSync(path, 'w');
  let lines: string[] = [];
  const flush = (): void => {
    writeSync(file, lines.join(''));
    lines = [];
  };
  playHistory(of, seed, ({ process: number, kind: type, f, key, value, at }) => {
    const row = { process: number, type, f, key, value, time: at * 1000 };
    lines.push(`${JSON.stringify(row)}\n`);
    if (lines.length === 20_000) flush();
  });
  flush();
  closeSync(file);
}

/** The same as the text of the etcd test, which Porcupine reads; only registers fit. */
export function exportText(of: Family, seed: number, path: string): void {
  const file = openSync(path, 'w');
  playHistory(of, seed, ({ process: number, kind, f, value }) => {
    const given = JSON.stringify(value).replace(',', ' ').replace('null', 'nil');
    const shown = kind === 'info' ? ':timed-out' : given;
    writeSync(file, `INFO  jepsen.util - ${number}\t:${kind}\t:${f}\t${shown}\n`);
  });
  closeSync(file);
}

/** Writes all families into a folder, for other checkers to be timed on. */
export function exportAll(folder: string): readonly string[] {
  return families.flatMap((of) => {
    const base = join(folder, of.name.replaceAll(/[ ,%]+/gu, '-'));
    exportFamily(of, 1, `${base}.ndjson`);
    if (of.mix === lists) return [`${base}.ndjson`];
    exportText(of, 1, `${base}.log`);
    return [`${base}.ndjson`, `${base}.log`];
  });
}

/** For the list of benchmarks. */
export const linearizabilityBenchmarks: readonly Benchmark[] = [
  {
    name: 'linearizability',
    summary: 'generated histories from columns to verdict, and 1 M operations from a file',
    warmUps: 2,
    runs: 5,
    measure: (): readonly Figure[] => [
      ...measureSmall(),
      ...measureHurting(),
      ...measureExplained(),
      ...families.flatMap(measureFamily),
      ...measureFile(),
    ],
  },
];
