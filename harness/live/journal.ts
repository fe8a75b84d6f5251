/**
 * What one process has to tell: its records, in its own order, in a file of its own. Numbers of
 * records (and with them ids of messages) are unique in the whole cluster, since every process
 * counts from a place of its own; `merge` makes one trace of all journals.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { RecordKind, TraceRecord } from '../trace/record.ts';
import { toLine } from '../trace/write.ts';
import type { Listener, Observer } from '../world/emitter.ts';
import type { WriteName } from './file-disk.ts';

export const journalSchema = 'whitewater.journal/1';

/** The first line. */
export interface JournalHead {
  readonly schema: typeof journalSchema;
  /** The server, `client`, or a guest. */
  readonly process: string;
  readonly incarnation: number;
  /** For a server: the last write that it found on its disk, or null. */
  readonly found: WriteName | null;
}

/** Records of one process that nobody else's numbers meet. */
const recordsMax = 2 ** 32;
/** Processes of one cluster, each start counted. */
export const processesMax: number = 2 ** 20;

/** The number of a process's first record; processes are numbered from 0. */
export function firstSeqOf(processNumber: number): number {
  if (processNumber >= processesMax) {
    throw new RangeError(`a cluster has at most ${processesMax} starts of processes`);
  }
  return processNumber * recordsMax + 1;
}

/** Where a process's records go. */
export interface Journal extends Observer {
  take(record: TraceRecord): void;
  /** Hands everything so far to the operating system. */
  flush(): void;
  close(): void;
}

/**
 * Written at the end of each turn, before anything leaves the process: killed at any moment, it has
 * told everything that others may have heard of.
 */
export class FileJournal implements Journal {
  readonly full = true;
  private readonly descriptor: number;
  private readonly hear: Listener | null;
  private pending: string;
  private isClosed: boolean;

  /** `hear` is shown every record, too. */
  constructor(path: string, head: JournalHead, hear: Listener | null = null) {
    this.descriptor = openSync(path, 'wx');
    this.hear = hear;
    this.pending = `${JSON.stringify(head)}\n`;
    this.isClosed = false;
    this.flush();
  }

  listen(): Listener {
    return (record) => this.take(record);
  }

  take(record: TraceRecord): void {
    this.pending += toLine(record);
    this.hear?.(record);
  }

  flush(): void {
    if (this.pending === '' || this.isClosed) return;
    const bytes = Buffer.from(this.pending, 'utf8');
    this.pending = '';
    for (let done = 0; done < bytes.length;) done += writeSync(this.descriptor, bytes, done);
  }

  close(): void {
    if (this.isClosed) return;
    this.flush();
    this.isClosed = true;
    closeSync(this.descriptor);
  }
}

/** Tells `hear` of records of these kinds and keeps nothing: for measurements. */
export function unwritten(kinds: readonly RecordKind[], hear: Listener): Journal {
  return {
    full: false,
    listen: (kind) => (kinds.includes(kind) ? hear : null),
    take: hear,
    flush: () => undefined,
    close: () => undefined,
  };
}
