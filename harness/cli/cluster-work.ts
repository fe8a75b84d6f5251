/** What the clients ask: writes, reads and comparisons on a few keys, every value written once. */
import { draw, purpose } from '../world/keyed.ts';
import type { Operation } from '../world/scenario.ts';

export interface WorkWish {
  readonly seed: number;
  readonly requests: number;
  readonly clients: number;
  /** They begin evenly spread over so long; 0: each client as fast as it can. */
  readonly spreadMs: number;
}

const keys = ['x', 'y'] as const;

/** The requests in order, the first of them a write. */
export function operationsFor({ seed, requests, clients, spreadMs }: WorkWish): Operation[] {
  const operations: Operation[] = [];
  for (let number = 0; number < requests; number += 1) {
    const drawn = draw(seed, purpose.client, 0, number);
    const key = keys[number % keys.length] ?? 'x';
    const atMs = Math.floor((number * spreadMs) / requests);
    const client = `c${1 + (number % clients)}`;
    const value = number + 1;
    const share = drawn % 10;
    if (number < keys.length || share < 5) {
      operations.push({ atMs, client, f: 'write', key, value });
    } else if (share < 8) {
      operations.push({ atMs, client, f: 'read', key, value: null });
    } else {
      // A value written lately is likely to stand: some comparisons hold, some fail.
      const old = value - keys.length * (1 + (drawn % 3));
      operations.push({ atMs, client, f: 'cas', key, value: [old < 1 ? null : old, value] });
    }
  }
  return operations;
}

/** Reads of every key, after everything unkind has ended. */
export function finalReads(atMs: number): readonly Operation[] {
  return keys.map((key) => ({ atMs, client: 'c1', f: 'read', key, value: null }) as const);
}

/** `write x = 3`, `read x`, `cas x: 3 → 4`. */
export function operationText({ f, key, value }: Pick<Operation, 'f' | 'key' | 'value'>): string {
  if (f === 'cas' && Array.isArray(value)) {
    const [old, next] = value.map((one) => JSON.stringify(one));
    return `cas ${key}: ${old ?? ''} → ${next ?? ''}`;
  }
  if (f === 'read' || f === 'delete') return `${f} ${key}`;
  return `${f} ${key} = ${JSON.stringify(value)}`;
}
