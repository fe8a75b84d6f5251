/**
 * One trace of many journals. Each process's records keep their order; a delivery comes after its
 * send, a crash after all that the process told, a start after the crash before it; what is left
 * open, the common clock decides. Records are numbered anew, and messages by their sends.
 */
import type { CrashRecord, DropRecord, TraceRecord } from '../trace/record.ts';
import type { ReadJournal } from './journals.ts';

interface Stream {
  readonly journal: ReadJournal;
  next: number;
}

/** What is known of all journals before the first record is placed. */
interface Facts {
  /** Messages that some journal says were sent, and those that arrived or were dropped. */
  readonly sent: ReadonlySet<number>;
  readonly settled: ReadonlySet<number>;
}

interface Sent {
  readonly id: number;
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

class Merge {
  readonly records: TraceRecord[];
  private readonly streams: readonly Stream[];
  private readonly facts: Facts;
  private readonly place: (record: TraceRecord) => void;
  /** Old numbers of placed records to new ones; a message has the number of its send. */
  private readonly seqs: Map<number, number>;
  /** By server: how many of its lives have ended. */
  private readonly ended: Map<string, number>;
  private readonly unsettled: Sent[];
  /** Who was not there at some time, and when that was last so. */
  private readonly absent: Map<string, number>;
  private at: number;

  constructor(journals: readonly ReadJournal[]) {
    this.records = [];
    this.streams = journals.map((journal) => ({ journal, next: 0 }));
    this.facts = factsOf(journals);
    this.place = (record) => void this.records.push(record);
    this.seqs = new Map();
    this.ended = new Map();
    this.unsettled = [];
    this.absent = new Map();
    this.at = 0;
  }

  run(): readonly TraceRecord[] {
    for (;;) {
      const stream = this.first();
      if (stream === undefined) break;
      const record = stream.journal.records[stream.next];
      stream.next += 1;
      if (record !== undefined) this.take(record);
    }
    const left = this.streams.filter(({ journal, next }) => next < journal.records.length);
    if (left.length > 0) throw new Error(`the journals contradict each other: ${told(left)}`);
    this.giveUp();
    return this.records;
  }

  /** Of the records that may come next, the earliest. */
  private first(): Stream | undefined {
    let first: Stream | undefined;
    let firstAt = Infinity;
    for (const stream of this.streams) {
      const record = stream.journal.records[stream.next];
      if (record === undefined || record.at >= firstAt || this.mustWait(record, stream)) continue;
      first = stream;
      firstAt = record.at;
    }
    return first;
  }

  private mustWait(record: TraceRecord, { journal }: Stream): boolean {
    switch (record.kind) {
      case 'deliver':
        return this.facts.sent.has(record.id) && !this.seqs.has(record.id);
      case 'online':
        return this.livesOf(record.server) < journal.head.incarnation - 1;
      case 'crash': {
        const life = this.life(record.server, this.livesOf(record.server) + 1);
        return life !== undefined && life.next < life.journal.records.length;
      }
      default:
        return false;
    }
  }

  private livesOf(server: string): number {
    return this.ended.get(server) ?? 0;
  }

  private life(server: string, incarnation: number): Stream | undefined {
    return this.streams.find(
      ({ journal: { head } }) => head.process === server && head.incarnation === incarnation,
    );
  }

  private take(record: TraceRecord): void {
    const { seq: old } = record;
    const seq = this.number();
    this.seqs.set(old, seq);
    this.at = Math.max(this.at, record.at);
    const { at } = this;
    const cause = this.seqs.get(record.cause) ?? -1;
    if ('id' in record) {
      const id = this.seqs.get(record.id) ?? record.id;
      this.place({ ...record, seq, at, cause: record.kind === 'send' ? cause : id, id });
      if (record.kind === 'bus' && record.what === 'disconnected') this.absent.set(record.to, at);
      if (record.kind === 'send' && !this.facts.settled.has(old)) {
        const { from, to } = record;
        this.unsettled.push({ id, at, from, to });
      }
    } else if (record.kind === 'crash') {
      this.place({ ...this.crashed(record), seq, at, cause });
      this.ended.set(record.server, this.livesOf(record.server) + 1);
      this.absent.set(record.server, at);
      this.lose((sent) => sent.to === record.server, 'offline');
    } else {
      this.place({ ...record, seq, at, cause });
      if (record.kind === 'pause' || record.kind === 'resume' || record.kind === 'online') {
        this.absent.set(record.server, at);
      }
    }
  }

  private number(): number {
    return this.records.length + 1;
  }

  /** What the dead process had on its disk is told by the next one, or else by its own journal. */
  private crashed(record: CrashRecord): CrashRecord {
    const incarnation = this.livesOf(record.server) + 1;
    const own = this.life(record.server, incarnation)?.journal.records ?? [];
    const next = this.life(record.server, incarnation + 1)?.journal.head;
    const last = own.findLast((one) => one.kind === 'write');
    const durable = own.findLast((one) => one.kind === 'durable');
    const lastWrite = last?.kind === 'write' ? last.write : 0;
    let survived = durable?.kind === 'durable' ? durable.write : 0;
    if (next !== undefined) {
      survived = next.found?.incarnation === incarnation ? next.found.write : 0;
    }
    return { ...record, survived, lost: Math.max(0, lastWrite - survived) };
  }

  /** Messages that will not arrive any more, and why. */
  private lose(isLost: (sent: Sent) => boolean, reason: DropRecord['reason']): void {
    let kept = 0;
    for (const sent of this.unsettled) {
      if (!isLost(sent)) {
        this.unsettled[kept] = sent;
        kept += 1;
        continue;
      }
      const { id, to } = sent;
      const { at } = this;
      this.place({ kind: 'drop', seq: this.number(), at, cause: id, id, to, fault: -1, reason });
    }
    this.unsettled.length = kept;
  }

  /** At the end: what one end of the link was not there for has run out, or was dropped as stale. */
  private giveUp(): void {
    const leftAt = (who: string): number => this.absent.get(who) ?? -1;
    this.lose(({ from, to, at }) => at <= leftAt(to) || at <= leftAt(from), 'expired');
  }
}

function factsOf(journals: readonly ReadJournal[]): Facts {
  const sent = new Set<number>();
  const settled = new Set<number>();
  for (const { records } of journals) {
    for (const record of records) {
      if (record.kind === 'send') sent.add(record.id);
      else if (record.kind === 'deliver' || record.kind === 'drop') settled.add(record.id);
    }
  }
  return { sent, settled };
}

function told(streams: readonly Stream[]): string {
  return streams
    .map(({ journal, next }) => {
      const { process, incarnation } = journal.head;
      const record = journal.records[next];
      return `${process} (start ${incarnation}) waits before its ${record?.kind ?? ''}`;
    })
    .join(', ');
}

/**
 * The records of all journals in one order that no cause contradicts, numbered from 1; without
 * header, end and verdict. Throws when there is no such order: then some journal lies.
 */
export function mergeJournals(journals: readonly ReadJournal[]): readonly TraceRecord[] {
  return new Merge(journals).run();
}
