/**
 * One value for all runs of a campaign, so that two campaigns are compared by one field. Each run
 * leaves 64 bits of what it did and of how it was judged; they are summed, so it makes no difference
 * who ran it, or when.
 */
import { mix } from '../world/keyed.ts';
import type { Outcome } from './execute.ts';
import { fingerprint } from './size.ts';

/** Two sums modulo 2^32. */
export interface RunsHash {
  low: number;
  high: number;
}

export function newRunsHash(): RunsHash {
  return { low: 0, high: 0 };
}

const word = 0x1_0000_0000;
const lowSeed = 0x3c6ef372;
const highSeed = 0x510e527f;

function verdictOf({ verdict, failure, unknown }: Outcome): number {
  const said = failure === null ? unknown.join('\n') : `${failure.invariant}\n${failure.sentence}`;
  return fingerprint(`${verdict}\n${said}`);
}

function folded(seed: number, words: readonly number[]): number {
  let hash = seed;
  for (const value of words) hash = mix(mix(hash, value | 0), Math.floor(value / word));
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Adds one run: `seed` is its chunk's, `run` its number in the campaign. */
export function addRun(
  hash: RunsHash,
  { seed, run }: { readonly seed: number; readonly run: number },
  outcome: Outcome,
): void {
  const { digest, events, messages, simMicros } = outcome.stats;
  const words = [seed, run, digest, events, messages, simMicros, verdictOf(outcome)];
  hash.low = (hash.low + folded(lowSeed, words)) >>> 0;
  hash.high = (hash.high + folded(highSeed, words)) >>> 0;
}

/** Adds the runs of `other`; the order does not matter. */
export function mergeRunsHash(into: RunsHash, other: RunsHash): void {
  into.low = (into.low + other.low) >>> 0;
  into.high = (into.high + other.high) >>> 0;
}

const digitsEach = 8;

/** 16 hexadecimal digits. */
export function runsHashText({ high, low }: RunsHash): string {
  const hex = (value: number): string => value.toString(16).padStart(digitsEach, '0');
  return `${hex(high)}${hex(low)}`;
}

export function isRunsHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{16}$/u.test(value);
}

/** What `runsHashText` wrote. */
export function runsHashFrom(text: string): RunsHash {
  return {
    high: Number.parseInt(text.slice(0, digitsEach), 16),
    low: Number.parseInt(text.slice(digitsEach), 16),
  };
}
