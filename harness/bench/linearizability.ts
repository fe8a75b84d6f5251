/** How fast and how lean the judge of histories is, on families of generated histories. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistoryBuilder } from '../check/history-builder.ts';
import { History } from '../check/history.ts';
import type { Budget } from '../check/linearizability/budget.ts';
import { judgeHistory } from '../check/linearizability/check.ts';
import type { Told } from '../check/linearizability/judge.ts';
import { judgeTold } from '../check/linearizability/judge.ts';
import { byKey } from '../check/linearizability/partition.ts';
import { takeHistory } from '../trace/foreign.ts';
import { exportFamily, families, family } from './linearizability-families.ts';
import type { Family } from './linearizability-history.ts';
import { playHistory } from './linearizability-history.ts';
import { hurting, shapes } from './linearizability-hurting.ts';
import type { Benchmark, Figure } from './measure.ts';
import { median } from './measure.ts';

/** Milliseconds of CPU: what else the machine does meanwhile does not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const budget: Budget = { configurations: 20_000_000, timeoutMs: 2_000, now: cpuMs };

const samples = 7;
const warmUpMs = 300;
/** Short work is repeated until it takes so long, for the clock is coarse. */
const sampleMs = 20;

function built(of: Family, seed: number): History {
  const builder = new HistoryBuilder();
  playHistory(of, seed, (record) => builder.take(record));
  return new History(builder.finish());
}

/** Milliseconds of CPU that `work` takes when it is warm: the median of the samples. */
function warmMs(work: () => void): number {
  const begun = cpuMs();
  let runs = 0;
  while (runs < 2 || (runs < 500 && cpuMs() - begun < warmUpMs)) {
    work();
    runs += 1;
  }
  const each = (cpuMs() - begun) / runs;
  const repeats = Math.max(1, Math.ceil(sampleMs / each));
  return median(
    Array.from({ length: samples }, () => {
      const start = cpuMs();
      for (let round = 0; round < repeats; round += 1) work();
      return (cpuMs() - start) / repeats;
    }),
  );
}

function judgeAll(history: History): readonly Told[] {
  return byKey(history).map((columns) => judgeTold(columns, budget));
}

/** Verdict, time, who decided, and the memory it took beside the history. */
function measured(name: string, history: History, limitMs: number): Figure {
  const told = judgeAll(history);
  const decided = told.every(({ verdict }) => verdict.kind !== 'undecided');
  const engines = [...new Set(told.map(({ algorithm }) => algorithm))].join(', ');
  const verdicts = [...new Set(told.map(({ verdict }) => verdict.kind))].join(', ');
  const mebibytes = Math.max(0, ...told.map(({ bytes }) => bytes)) / 2 ** 20;
  return {
    name,
    value: decided ? warmMs(() => judgeAll(history)) : Number.POSITIVE_INFINITY,
    unit: `ms: ${verdicts} (${engines}, ${mebibytes.toFixed(1)} MiB)`,
    target: { kind: 'most', value: limitMs },
  };
}

/** Where we want to be so many times as fast as Porcupine: what it takes, see FIGURES.md. */
const besidePorcupine: ReadonlyMap<string, { readonly ms: number; readonly times: number }> =
  new Map([
    ['10 k, 10 clients, 5 values, cas', { ms: 149, times: 50 }],
    ['1 k, 20 clients, 5 values, cas', { ms: 790, times: 2_000 }],
  ]);

/** From columns to verdict; reads and writes of unique values have to be fast at any size. */
function measureFamily(of: Family): Figure {
  const plain = of.values === 0 && !of.mix.includes('cas') && !of.mix.includes('append');
  const beside = besidePorcupine.get(of.name);
  const others = plain ? of.operations / 1e3 + 20 : 2_000;
  return measured(of.name, built(of, 1), beside === undefined ? others : beside.ms / beside.times);
}

const etcdLike: Family = {
  ...family({ operations: 85, clients: 5, values: 5, mix: 'swaps', unknownPerMille: 150 }),
  name: 'etcd-sized',
};

/** Small histories, one hundred; the median of them. */
function measureSmall(): Figure {
  const histories = Array.from({ length: 100 }, (_, seed) =>
    built({ ...etcdLike, fault: seed % 2 === 0 ? 'none' : 'staleRead' }, seed),
  );
  for (let round = 0; round < 50; round += 1) for (const history of histories) judgeAll(history);
  const times = histories.map((history) => {
    const start = cpuMs();
    for (let round = 0; round < 50; round += 1) judgeAll(history);
    return (cpuMs() - start) / 50;
  });
  const target = { kind: 'most', value: 40 } as const;
  return { name: '85 operations as of etcd', value: median(times) * 1000, unit: 'µs', target };
}

const seeds = 20;

/** Of 20 histories with few values and many clients, half of them wrong: how many are decided? */
function measureSeeds(values: number): Figure {
  let decided = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const fault = seed % 2 === 0 ? 'none' : 'staleRead';
    const history = built(family({ operations: 1e4, clients: 50, values, fault }), seed);
    if (judgeAll(history).every(({ verdict }) => verdict.kind !== 'undecided')) decided += 1;
  }
  return {
    name: `decided in 2 s: 50 clients, ${values} values`,
    value: (100 * decided) / seeds,
    unit: `% of ${seeds} seeds`,
    target: { kind: 'least', value: 95 },
  };
}

function measureHurting(): readonly Figure[] {
  return shapes.flatMap((shape) =>
    [16, 64, 128].map((count) => measured(`${count} ${shape}`, hurting(shape, count), 2)),
  );
}

/** A stale read among 10,000 operations: finding it, and finding it with the whole explanation. */
function measureExplained(mix: 'plain' | 'swaps'): Figure {
  const history = built(family({ operations: 1e4, clients: 10, mix, fault: 'staleRead' }), 1);
  const plain = warmMs(() => judgeAll(history));
  return {
    name: `explained failure to plain check${mix === 'swaps' ? ', cas' : ''}`,
    value: warmMs(() => judgeHistory(history, budget)) / plain,
    unit: 'times',
    target: { kind: 'most', value: 3 },
  };
}

/** One million operations of 20 clients, from a file to the verdict. */
function measureFile(): readonly Figure[] {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  const path = join(folder, 'history.ndjson');
  exportFamily(family({ operations: 1e6, clients: 20 }), 1, path);
  const times = Array.from({ length: 5 }, () => {
    const start = cpuMs();
    const builder = new HistoryBuilder({ file: path });
    takeHistory(path, { model: 'register' }, (record) => builder.take(record));
    judgeHistory(new History(builder.finish()), budget);
    return (cpuMs() - start) / 1000;
  });
  const mebibytes = process.memoryUsage().rss / 2 ** 20;
  rmSync(folder, { recursive: true });
  return [
    {
      name: '1 M operations, file to verdict',
      value: median(times),
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

/** For the list of benchmarks: each figure is the median of warm samples, so one run is enough. */
export const linearizabilityBenchmarks: readonly Benchmark[] = [
  {
    name: 'linearizability',
    summary: `generated histories from columns to verdict: CPU time, medians of ${samples} warm samples`,
    warmUps: 0,
    runs: 1,
    measure: (): readonly Figure[] => [
      ...measureFile(),
      measureSmall(),
      ...measureHurting(),
      measureExplained('plain'),
      measureExplained('swaps'),
      ...families.map(measureFamily),
      ...[5, 20, 100, 1000].map(measureSeeds),
    ],
  },
];
