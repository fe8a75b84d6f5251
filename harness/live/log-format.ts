/**
 * What the records of a log file say: a title first, then (in a log that was compacted) what
 * everything before came to, then one write each.
 */
import type { Stored, Write } from '../raft/step.ts';
import type { Framed } from './frames.ts';
import { frame } from './frames.ts';

export const logFormat = 'whitewater.log/1';

/** Whose log it is. */
export interface Owner {
  readonly server: string;
  readonly cluster: string;
}

/** Which write of which life of the server. */
export interface WriteName {
  readonly incarnation: number;
  readonly write: number;
}

/** What all writes up to some point came to. */
export interface Base {
  readonly stored: Stored;
  /** The last of those writes, or null: there never was one. */
  readonly last: WriteName | null;
}

export interface LogRecord {
  readonly incarnation: number;
  readonly write: Write;
}

function framed(value: object, sumBefore: number): Framed {
  return frame(Buffer.from(JSON.stringify(value)), sumBefore);
}

export function titleFrame(owner: Owner): Framed {
  return framed({ format: logFormat, ...owner }, 0);
}

export function writeFrame(record: LogRecord, sumBefore: number): Framed {
  return framed(record, sumBefore);
}

/** A whole log with nothing needless in it. Its title says that a base follows. */
export function compactLog(owner: Owner, base: Base): Framed {
  const title = framed({ format: logFormat, ...owner, compacted: true }, 0);
  const { bytes, sum } = framed({ base }, title.sum);
  return { bytes: Buffer.concat([title.bytes, bytes]), sum };
}

/** Those below vouch for the shape only: the checksum vouches that this program wrote the rest. */
export function isLogRecord(value: unknown): value is LogRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'incarnation' in value &&
    typeof value.incarnation === 'number' &&
    'write' in value &&
    typeof value.write === 'object' &&
    value.write !== null &&
    'id' in value.write
  );
}

export function isBaseRecord(value: unknown): value is { readonly base: Base } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'base' in value &&
    typeof value.base === 'object' &&
    value.base !== null &&
    'stored' in value.base &&
    'last' in value.base
  );
}

export function isCompacted(title: unknown): boolean {
  return (
    typeof title === 'object' && title !== null && 'compacted' in title && title.compacted === true
  );
}
