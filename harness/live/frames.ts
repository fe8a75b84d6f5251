/**
 * How a log file holds its records: each is a frame of 12 bytes and a payload. The frame has the
 * payload's length, its checksum and a checksum of its own; the payload's checksum begins with that
 * of the record before, so that a record that is missing, doubled or moved shows.
 *
 * | bytes | holds                                                                  |
 * | ----- | ---------------------------------------------------------------------- |
 * | 0-3   | the payload's length                                                   |
 * | 4-7   | CRC-32 of the payload, begun with that of the record before (0 at first) |
 * | 8-11  | CRC-32 of the eight bytes before                                       |
 *
 * Numbers are unsigned, least byte first.
 */
import { crc32 } from 'node:zlib';

export const frameBytes = 12;
/** A torn write leaves whole pieces of this size unwritten. */
const sectorBytes = 512;
/** Less of a sector may be zero by chance. */
const holeBytesMin = 16;
/** Anything longer was never written by this program. */
export const payloadBytesMax: number = 256 * 1024 * 1024;

export interface Framed {
  readonly bytes: Buffer;
  /** For the record after this one. */
  readonly sum: number;
}

export function frame(payload: Buffer, sumBefore: number): Framed {
  const sum = crc32(payload, sumBefore);
  const bytes = Buffer.allocUnsafe(frameBytes + payload.length);
  bytes.writeUInt32LE(payload.length, 0);
  bytes.writeUInt32LE(sum, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 8)), 8);
  payload.copy(bytes, frameBytes);
  return { bytes, sum };
}

/** What is found at an offset of a file. */
export type Found =
  | {
      readonly kind: 'record';
      readonly payload: Buffer;
      readonly next: number;
      readonly sum: number;
    }
  | { readonly kind: 'end' }
  /** The last write was cut off: nothing behind this offset was ever confirmed. */
  | { readonly kind: 'torn' }
  /** Whole, and not what was written. */
  | { readonly kind: 'damaged'; readonly what: string };

/** Is a whole sector (or what the file holds of it) still as it was before anything was written? */
function hasHole(file: Buffer, from: number, to: number): boolean {
  for (let start = from; start < to;) {
    const end = Math.min(to, (Math.floor(start / sectorBytes) + 1) * sectorBytes);
    const sector = file.subarray(start, end);
    if (sector.length >= holeBytesMin && sector.every((byte) => byte === 0)) return true;
    start = end;
  }
  return false;
}

/** Nothing but zeros up to the end of the file. */
function endsInHole(file: Buffer, from: number): boolean {
  let start = file.length;
  while (start > from && file[start - 1] === 0) start -= 1;
  return file.length - start >= holeBytesMin;
}

/** Looks at the record that should begin at `offset`. */
export function look(file: Buffer, offset: number, sumBefore: number): Found {
  if (offset === file.length) return { kind: 'end' };
  if (file.length - offset < frameBytes) return { kind: 'torn' };
  const header = file.subarray(offset, offset + frameBytes);
  const length = header.readUInt32LE(0);
  if (crc32(header.subarray(0, 8)) !== header.readUInt32LE(8) || length > payloadBytesMax) {
    // The length cannot be believed: only a hole up to the end says that nothing came behind.
    if (endsInHole(file, offset)) return { kind: 'torn' };
    return { kind: 'damaged', what: 'the frame of a record has a wrong checksum' };
  }
  const from = offset + frameBytes;
  const to = from + length;
  if (to > file.length) return { kind: 'torn' };
  const payload = file.subarray(from, to);
  const sum = crc32(payload, sumBefore);
  if (sum === header.readUInt32LE(4)) return { kind: 'record', payload, next: to, sum };
  // A hole in the last record is a write that a power failure cut off; elsewhere it is damage.
  if (to === file.length && hasHole(file, from, to)) return { kind: 'torn' };
  return { kind: 'damaged', what: 'a record has a wrong checksum' };
}
