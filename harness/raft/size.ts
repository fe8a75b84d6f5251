/** How many bytes things take on the wire: as JSON, in UTF-8, without building the text. */
import type { Entry, Json } from './entry.ts';

/** Bytes of one UTF-16 unit of a text inside JSON; a surrogate pair counts at its first half. */
function unitBytes(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0x80) return asciiBytes(unit);
  if (unit < 0x800) return 2;
  if (unit < 0xd800 || unit > 0xdfff) return 3;
  if (pairAt(text, at)) return 4;
  return at > 0 && pairAt(text, at - 1) ? 0 : 6;
}

/** Quotes, backslashes and control characters are escaped, five of the latter in a short form. */
function asciiBytes(unit: number): number {
  if (unit >= 0x20) return unit === 0x22 || unit === 0x5c ? 2 : 1;
  return (unit >= 8 && unit <= 10) || unit === 12 || unit === 13 ? 2 : 6;
}

/** Do the units at `at` and after it make one character? */
function pairAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  const next = text.charCodeAt(at + 1);
  return unit >= 0xd800 && unit <= 0xdbff && next >= 0xdc00 && next <= 0xdfff;
}

/** Bytes of a text as JSON, its quotes included. */
export function textBytes(text: string): number {
  let bytes = 2;
  for (let at = 0; at < text.length; at += 1) bytes += unitBytes(text, at);
  return bytes;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Bytes of a value as `JSON.stringify` writes it. */
export function jsonBytes(value: Json): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value).length : 4;
  if (value === null || value === true) return 4;
  if (value === false) return 5;
  let bytes = 1;
  if (isList(value)) {
    for (const item of value) bytes += jsonBytes(item) + 1;
    return Math.max(bytes, 2);
  }
  for (const key of Object.keys(value)) bytes += textBytes(key) + jsonBytes(value[key] ?? null) + 2;
  return Math.max(bytes, 2);
}

/** Bytes of what a client put into the entry; what Raft itself adds is small and the same for all. */
export function entryBytes({ payload }: Entry): number {
  switch (payload.kind) {
    case 'command':
      return jsonBytes(payload.command);
    case 'register':
      return textBytes(payload.client);
    case 'noop':
    case 'configuration':
      return 0;
  }
}

/**
 * Where a piece of `text` that begins at `from` ends, so that it takes at most `bytesMax` as JSON;
 * it holds one character at least and never half of one.
 */
export function pieceEnd(text: string, from: number, bytesMax: number): number {
  let bytes = 2;
  let at = from;
  while (at < text.length) {
    const units = pairAt(text, at) ? 2 : 1;
    bytes += unitBytes(text, at);
    if (bytes > bytesMax && at > from) return at;
    at += units;
  }
  return at;
}
