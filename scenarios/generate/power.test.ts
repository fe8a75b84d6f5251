/** Crashes wait for writes, or come in pairs. */
import { expect, test } from 'vitest';
import type { Fault } from '../../harness/world/scenario.ts';
import { Dice } from './dice.ts';
import { withPowerFailures } from './power.ts';

const crash: Fault = { kind: 'crash', server: 'S2', atMs: 100, forMs: 50, disk: 'lose' };
const pause: Fault = { kind: 'pause', server: 'S1', atMs: 120, forMs: 50 };
const extent = { servers: 5, runMs: 1_000 };
const drawn = Array.from({ length: 400 }, (_, seed) =>
  withPowerFailures(new Dice(seed), [crash, pause], extent),
);
const crashes = drawn.map((faults) => faults.flatMap((one) => (one.kind === 'crash' ? [one] : [])));

test('some crashes wait for each side of a write, most strike at once', () => {
  const of = (boundary: string | undefined): number =>
    crashes.filter(([first]) => first?.boundary === boundary).length;
  expect(of('write')).toBeGreaterThan(30);
  expect(of('durable')).toBeGreaterThan(30);
  expect(of(undefined)).toBeGreaterThan(200);
});

test('some are followed by a short one of the same server, or of another while it is away', () => {
  const seconds = crashes.flatMap(([, second]) => second ?? []);
  expect(seconds.length).toBeGreaterThan(20);
  const again = seconds.filter(({ server, atMs }) => server === 'S2' && atMs >= 150);
  const others = seconds.filter(({ server }) => server !== 'S2');
  expect(again.length).toBeGreaterThan(5);
  expect(others.length).toBeGreaterThan(5);
  for (const { atMs } of others) expect(atMs).toBeLessThanOrEqual(150);
  for (const { forMs } of seconds) expect(forMs).toBeLessThanOrEqual(40);
});

test('nothing else changes, and all stays in order and within the run', () => {
  for (const faults of drawn) {
    expect(faults.filter(({ kind }) => kind === 'pause')).toEqual([pause]);
    const times = faults.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const one of faults) if ('forMs' in one) expect(one.atMs + one.forMs).toBeLessThan(1_001);
  }
});
