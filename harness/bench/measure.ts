/** Measuring: several runs after warming up, the median told with its spread, targets beside it. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it should reach, if anything; `least` wants more, `most` wants less. */
  readonly target?: { readonly kind: 'least' | 'most'; readonly value: number };
}

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** It takes minutes: only when asked for. */
  readonly onlyByName?: boolean;
  /** Runs thrown away first. */
  readonly warmUps: number;
  readonly runs: number;
  /** One run; always the same figures in the same order. */
  measure(): readonly Figure[] | Promise<readonly Figure[]>;
}

/** CPU seconds that `work` takes, and the wall-clock seconds beside them. */
export function timed<Result>(work: () => Result): {
  readonly result: Result;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
} {
  const wall = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(cpu);
  const wallSeconds = Number(process.hrtime.bigint() - wall) / 1e9;
  return { result, cpuSeconds: (user + system) / 1e6, wallSeconds };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

function written(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`;
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function verdict(figure: Figure): string {
  const { target, value } = figure;
  if (target === undefined) return '';
  const reached = target.kind === 'least' ? value >= target.value : value <= target.value;
  const bound = target.kind === 'least' ? 'at least' : 'at most';
  const share = `${(value / target.value).toFixed(2)}x`;
  return `  target ${bound} ${written(target.value)}: ${reached ? 'reached' : `not reached, ${share}`}`;
}

/** Runs the benchmark and prints each figure's median, least and greatest. */
export async function report(bench: Benchmark): Promise<void> {
  for (let i = 0; i < bench.warmUps; i++) await bench.measure();
  const runs: (readonly Figure[])[] = [];
  while (runs.length < bench.runs) runs.push(await bench.measure());
  console.log(`\n${bench.name}: ${bench.summary} (median of ${bench.runs} runs)`);
  const [first] = runs;
  for (const [at, { name, unit, target }] of (first ?? []).entries()) {
    const values = runs.map((figures) => figures[at]?.value ?? NaN);
    const figure: Figure = {
      name,
      unit,
      value: median(values),
      ...(target === undefined ? {} : { target }),
    };
    const spread = `${written(Math.min(...values))} to ${written(Math.max(...values))}`;
    const line = `  ${name.padEnd(38)}${written(figure.value).padStart(10)} ${unit.padEnd(14)}`;
    console.log(`${line} (${spread})${verdict(figure)}`);
  }
}
