/**
 * Small words: how numbers, names and foreign strings are spelled in everything people read.
 * Nothing that came from a trace reaches a line without passing through `clean`.
 */
import type { Json } from '../trace/record.ts';

const houseGlyphs = new Set('–—→←★✖⚠✓↯…×·│─├┤╌█░§≤≥≠“”‘’');

/** Letters that take one column everywhere: ASCII, Latin, Greek, Cyrillic, and our own glyphs. */
function isPlain(point: number, glyph: string): boolean {
  if (point < 0x20 || (point >= 0x7f && point <= 0xa0) || point === 0xad) return false;
  return (
    point < 0x250 ||
    (point >= 0x391 && point <= 0x3ff) ||
    (point >= 0x400 && point <= 0x481) ||
    houseGlyphs.has(glyph)
  );
}

/**
 * Makes a string harmless: control characters, escape sequences, line breaks, bidirectional marks
 * and wide letters become visible escapes, so that one character is one column; longer strings than
 * `max` columns end in `…`.
 */
export function clean(text: string, max: number = 400): string {
  let out = '';
  for (const glyph of text) {
    const point = glyph.codePointAt(0) ?? 0;
    out += isPlain(point, glyph) ? glyph : `\\u{${point.toString(16)}}`;
    if (out.length > max) return `${out.slice(0, max - 1)}…`;
  }
  return out;
}

/** A value from a client, as short JSON. */
export function shown(value: Json, max: number = 24): string {
  return clean(JSON.stringify(value), max);
}

/** Microseconds as milliseconds: `12.3 ms`. */
export function milliseconds(micros: number): string {
  return `${(micros / 1000).toFixed(1)} ms`;
}

/** Wall-clock milliseconds for people: `850 ms`, `12.3 s`, `4m 05s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, '0')}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
  return `${Math.floor(hours / 24)}d ${String(hours % 24).padStart(2, '0')}h`;
}

/** `12,345` */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/gu, ',');
}

/** `1 vote`, `2 votes` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `4` or `4–9` */
export function span(range: { readonly from: number; readonly to: number }): string {
  return range.from === range.to ? String(range.from) : `${range.from}–${range.to}`;
}

/** `S1`, `S1 and S2`, `S1, S2 and S3` */
export function joined(names: readonly string[]): string {
  const last = names.at(-1);
  if (last === undefined) return 'nobody';
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** Neighbours joined: `S1–S5`, otherwise `S1, S3 and S4`. */
export function crowd(names: readonly string[]): string {
  const numbers = names.map((name) => Number(/^S(\d+)$/u.exec(name)?.[1] ?? Number.NaN));
  const inRow = numbers.every((number, index) => number === (numbers[0] ?? 0) + index);
  return names.length > 2 && inRow ? `${names[0]}–${names.at(-1)}` : joined(names);
}
