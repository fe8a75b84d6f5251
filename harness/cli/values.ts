/** Values of options: parsed strictly, refused with the accepted forms named. */
import { availableParallelism } from 'node:os';
import { InvalidArgumentError } from 'commander';

/** A seed: any integer, decimal or `0x…`, negative ones too; the low 32 bits count. */
export function seed(text: string): number {
  if (!/^-?(?:\d+|0x[0-9a-f]+)$/iu.test(text)) {
    throw new InvalidArgumentError('a seed is an integer: 42, -7 or 0x5eed.');
  }
  const negative = text.startsWith('-');
  const value = Number(negative ? text.slice(1) : text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('the seed is too large.');
  return (negative ? -value : value) >>> 0;
}

/** A whole number from 1 on. */
export function count(text: string): number {
  const value = Number(text.replace(/_/gu, ''));
  if (!/^[\d_]+$/u.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('a whole number from 1 on is needed.');
  }
  return value;
}

/** Processors to work with: of more than two all but one, which is left to everything else. */
export function processors(): number {
  const all = availableParallelism();
  return Math.max(Math.min(2, all), all - 1);
}

/** Threads: a number from 1 on, or `auto`. */
export function threads(text: string): number {
  return text === 'auto' ? processors() : count(text);
}

/** A whole number from 0 on. */
export function natural(text: string): number {
  return text === '0' ? 0 : count(text);
}

/** 1 to 100, of a hundred. */
export function percent(text: string): number {
  const value = count(text.replace(/%$/u, ''));
  if (value > 100) throw new InvalidArgumentError('a percentage is a number from 1 to 100.');
  return value;
}

/** A number above 0. */
export function amount(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/u.test(text) || !(value > 0)) {
    throw new InvalidArgumentError('a number above 0 is needed.');
  }
  return value;
}

/** A TCP port; 0 takes a free one. */
export function port(text: string): number {
  const value = text === '0' ? 0 : count(text);
  if (value > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return value;
}

/** Servers of a cluster: 1 to 7. */
export function servers(text: string): number {
  const value = count(text);
  if (value > 7) throw new InvalidArgumentError('a cluster has 1 to 7 servers.');
  return value;
}

const unitMs = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** A duration in milliseconds: `500ms`, `30s`, `10m`, `2h`. */
export function durationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/u.exec(text);
  const unit = unitMs.get(match?.[2] ?? '');
  const value = Number(match?.[1]) * (unit ?? Number.NaN);
  if (!Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('a duration looks like 500ms, 30s, 10m or 2h.');
  }
  return value;
}

/** Gathers a repeatable option; `earlier` is what this function returned before. */
export function gather(text: string, earlier: unknown): readonly string[] {
  const before = Array.isArray(earlier) ? earlier.filter((one) => typeof one === 'string') : [];
  return [...before, text];
}
