/** The histories that the judge of histories is measured with, and how they are written for others. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Family } from './linearizability-history.ts';
import { playHistory } from './linearizability-history.ts';

type Mix = 'plain' | 'swaps' | 'lists' | 'store';

const mixes: { readonly [M in Mix]: Family['mix'] } = {
  plain: ['read', 'write'],
  swaps: ['read', 'write', 'cas'],
  lists: ['read', 'append'],
  store: ['read', 'read', 'append', 'append', 'cas', 'delete'],
};

export interface Shape {
  readonly operations: number;
  readonly clients: number;
  readonly values?: number;
  readonly mix?: Mix;
  readonly unknownPerMille?: number;
  readonly fault?: Family['fault'];
}

export function family(shape: Shape): Family {
  const { operations, clients, values = 0, mix = 'plain' } = shape;
  const { unknownPerMille = 0, fault = 'none' } = shape;
  const size = operations >= 1e6 ? `${operations / 1e6} M` : `${operations / 1e3} k`;
  const parts = [`${size}, ${clients} clients`, values === 0 ? 'unique' : `${values} values`];
  if (mix === 'swaps') parts.push('cas');
  if (mix === 'lists') parts.push('append');
  if (mix === 'store') parts.push('all of a store');
  if (unknownPerMille > 0) parts.push(`${unknownPerMille / 10} % unknown`);
  if (fault !== 'none') parts.push(fault === 'staleRead' ? 'stale read' : 'lost write');
  const name = parts.join(', ');
  return { name, operations, clients, values, mix: mixes[mix], unknownPerMille, fault };
}

/** Everything that is measured, smallest first. */
export const families: readonly Family[] = [
  ...[1e3, 1e4, 1e5, 1e6].flatMap((operations) =>
    [5, 10, 20, 50].map((clients) => family({ operations, clients })),
  ),
  ...[1e4, 1e5].flatMap((operations) =>
    (['staleRead', 'lostWrite'] as const).flatMap((fault) => [
      family({ operations, clients: 20, fault }),
      family({ operations, clients: 20, mix: 'swaps', fault }),
    ]),
  ),
  ...[5, 20, 50].map((clients) => family({ operations: 1e5, clients, mix: 'swaps' })),
  ...[50, 200].flatMap((unknownPerMille) => [
    family({ operations: 1e4, clients: 20, unknownPerMille }),
    family({ operations: 1e4, clients: 20, mix: 'swaps', unknownPerMille }),
  ]),
  ...[1e3, 1e4, 1e5].flatMap((operations) =>
    [5, 10, 20, 50].map((clients) => family({ operations, clients, values: 5, mix: 'swaps' })),
  ),
  family({ operations: 1e3, clients: 10, values: 5, mix: 'swaps', unknownPerMille: 20 }),
  ...[5, 20, 100, 1000].flatMap((values) =>
    (['none', 'staleRead'] as const).map((fault) =>
      family({ operations: 1e4, clients: 50, values, fault }),
    ),
  ),
  ...[0, 20].map((unknownPerMille) =>
    family({ operations: 1e3, clients: 20, mix: 'lists', unknownPerMille }),
  ),
  family({ operations: 1e3, clients: 20, mix: 'lists', fault: 'staleRead' }),
  family({ operations: 1e3, clients: 20, values: 5, mix: 'lists' }),
  family({ operations: 1e3, clients: 5, values: 5, mix: 'store' }),
];

/** Writes one history as NDJSON in Jepsen's shape, times in nanoseconds. */
export function exportFamily(of: Family, seed: number, path: string): void {
  const file = openSync(path, 'w');
  let lines: string[] = [];
  const flush = (): void => {
    writeSync(file, lines.join(''));
    lines = [];
  };
  playHistory(of, seed, ({ process: number, kind: type, f, key, value, at, error }) => {
    const told = error === null ? {} : { error };
    const row = { process: number, type, f, key, value, time: at * 1000, ...told };
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
    if (of.mix.includes('append')) return [`${base}.ndjson`];
    exportText(of, 1, `${base}.log`);
    return [`${base}.ndjson`, `${base}.log`];
  });
}
