/**
 * Test support: traces by hand. Every method adds one record (or a few that belong together) and
 * returns the `seq` of the last one, so that tests can name their evidence.
 */
import type {
  ApplyRecord,
  Configuration,
  EntryRef,
  HistoryRecord,
  Json,
  MessageRecord,
  SnapshotRef,
  StateRecord,
  TraceRecord,
} from '../trace/record.ts';
import { traceSchema } from '../trace/record.ts';
import type { Check } from './check.ts';
import type { Outcome } from './panel.ts';
import { panel } from './panel.ts';

type Without<Item> = Item extends unknown ? Omit<Item, 'seq' | 'at' | 'cause'> : never;
/** A record without what the builder counts itself. */
export type Bare = Without<TraceRecord>;

/** An entry; its digest follows from index and term unless given. */
export function entry(
  index: number,
  term: number,
  digest: number = index * 1_000 + term,
): EntryRef {
  return { index, term, digest };
}

/** Entries 1, 2, 3, … of these terms. */
export function entries(...terms: readonly number[]): readonly EntryRef[] {
  return terms.map((term, i) => entry(i + 1, term));
}

export interface ApplyOptions {
  readonly session?: string | null;
  readonly serial?: number;
  readonly repeated?: boolean;
  readonly answer?: ApplyRecord['answer'];
  readonly stateDigest?: number;
}

interface Writer {
  last: number;
  readonly term: { role: StateRecord['role']; term: number };
}

export class TraceBuilder {
  readonly servers: readonly string[];
  readonly records: TraceRecord[] = [];
  /** Time of the next record; grows by 1 ms a record. */
  at = 0;
  /** Of the records that follow; -1: outside the trace. */
  cause = -1;
  private readonly writers = new Map<string, Writer>();
  private readonly incarnations = new Map<string, number>();
  private nextMessage = 0;

  constructor(...servers: readonly string[]) {
    this.servers = servers;
  }

  add(record: Bare): number {
    const seq = this.records.length;
    this.records.push({ ...record, seq, at: this.at, cause: this.cause });
    this.at += 1_000;
    return seq;
  }

  /** The first record, for those who look at it; without one all servers vote. */
  header({ voters: voting, learners }: Configuration, scenario: Json = {}): number {
    return this.add({
      kind: 'header',
      schema: traceSchema,
      whitewater: '0',
      subject: 'raft',
      adapter: 'memory',
      servers: this.servers,
      voters: voting,
      learners,
      clients: ['c1'],
      model: 'register',
      scenario,
    });
  }

  private writer(server: string): Writer {
    const known = this.writers.get(server);
    if (known !== undefined) return known;
    const made: Writer = { last: 0, term: { role: 'follower', term: 0 } };
    this.writers.set(server, made);
    return made;
  }

  online(
    server: string,
    stored: {
      term?: number;
      votedFor?: string;
      snapshot?: SnapshotRef;
      log?: readonly EntryRef[];
    } = {},
  ): number {
    const incarnation = (this.incarnations.get(server) ?? 0) + 1;
    this.incarnations.set(server, incarnation);
    const writer = this.writer(server);
    writer.last = 0;
    writer.term.term = stored.term ?? 0;
    return this.add({
      kind: 'online',
      server,
      incarnation,
      term: stored.term ?? 0,
      votedFor: stored.votedFor ?? null,
      snapshot: stored.snapshot ?? null,
      entries: stored.log ?? [],
    });
  }

  /** All servers come up, with the same disk. */
  start(stored: { term?: number; log?: readonly EntryRef[] } = {}): this {
    for (const server of this.servers) this.online(server, stored);
    return this;
  }

  state(
    server: string,
    role: StateRecord['role'],
    term: number,
    known: { votedFor?: string | null; leader?: string | null } = {},
  ): number {
    this.writer(server).term.term = term;
    const { votedFor = null, leader = role === 'leader' ? server : null } = known;
    return this.add({ kind: 'state', server, role, term, votedFor, leader });
  }

  /** Asks the disk to keep term and vote; not yet durable. */
  vote(server: string, term: number, votedFor: string | null): number {
    const write = (this.writer(server).last += 1);
    return this.add({
      kind: 'write',
      server,
      write,
      hard: { term, votedFor },
      log: null,
      snapshot: null,
    });
  }

  /** Replaces the log from the first entry's index on; not yet durable. */
  log(server: string, ...put: readonly EntryRef[]): number {
    return this.replace(server, put[0]?.index ?? 1, put);
  }

  replace(server: string, from: number, put: readonly EntryRef[], term?: number): number {
    const write = (this.writer(server).last += 1);
    const hard = term === undefined ? null : { term, votedFor: null };
    const log = { from, entries: put };
    return this.add({ kind: 'write', server, write, hard, log, snapshot: null });
  }

  /** Asks the disk to keep a snapshot; not yet durable. */
  snapshot(
    server: string,
    snapshot: SnapshotRef,
    also: { readonly discardThrough?: number; readonly cutFrom?: number } = {},
  ): number {
    const write = (this.writer(server).last += 1);
    const log = also.cutFrom === undefined ? null : { from: also.cutFrom, entries: [] };
    const { discardThrough = snapshot.index } = also;
    const kept = { ...snapshot, discardThrough };
    return this.add({ kind: 'write', server, write, hard: null, log, snapshot: kept });
  }

  /** A leader makes the entry that holds a configuration, and has it in its log. */
  change(server: string, at: EntryRef, configuration: Configuration): number {
    const what = { session: null, serial: 0, command: null, configuration };
    const seq = this.add({ kind: 'propose', server, ...at, ...what });
    this.log(server, at);
    return seq;
  }

  configure(server: string, index: number, configuration: Configuration): number {
    return this.add({ kind: 'configure', server, index, configuration });
  }

  restore(server: string, { index, term, stateDigest }: SnapshotRef): number {
    return this.add({ kind: 'restore', server, index, term, stateDigest });
  }

  serve(
    server: string,
    read: {
      readonly serial: number;
      readonly via?: 'index' | 'lease';
      readonly readIndex: number;
      readonly appliedIndex?: number;
    },
  ): number {
    const { serial, via = 'index', readIndex, appliedIndex = readIndex } = read;
    const served = { session: 'c1', serial, via, readIndex, appliedIndex };
    return this.add({ kind: 'serve', server, ...served });
  }

  /** Everything written so far (or up to `write`) is durable. */
  durable(server: string, write: number = this.writer(server).last): number {
    return this.add({ kind: 'durable', server, write });
  }

  /** Entries written and durable at once, on each of these servers. */
  stored(servers: readonly string[], ...put: readonly EntryRef[]): number {
    let seq = -1;
    for (const server of servers) {
      this.log(server, ...put);
      seq = this.durable(server);
    }
    return seq;
  }

  /** The server becomes leader, its own vote durable. */
  lead(server: string, term: number): number {
    this.state(server, 'candidate', term, { votedFor: server });
    this.vote(server, term, server);
    this.durable(server);
    return this.state(server, 'leader', term, { votedFor: server });
  }

  match(server: string, peer: string, matchIndex: number, nextIndex: number): number {
    const { term } = this.writer(server).term;
    return this.add({ kind: 'match', server, peer, term, matchIndex, nextIndex });
  }

  commit(server: string, commitIndex: number): number {
    const { term } = this.writer(server).term;
    return this.add({ kind: 'commit', server, term, commitIndex });
  }

  apply(server: string, applied: EntryRef, options: ApplyOptions = {}): number {
    const { index, term, digest } = applied;
    return this.add({
      kind: 'apply',
      server,
      index,
      term,
      digest,
      session: options.session ?? null,
      serial: options.serial ?? 0,
      repeated: options.repeated ?? false,
      answer: options.answer ?? null,
      stateDigest: options.stateDigest ?? index,
    });
  }

  send(message: MessageRecord): number {
    const id = this.nextMessage;
    this.nextMessage += 1;
    return this.add({ kind: 'send', id, from: message.from, to: message.to, message });
  }

  deliver(id: number, to: string, deliveryCount = 0): number {
    return this.add({ kind: 'deliver', id, to, deliveryCount });
  }

  crash(
    server: string,
    survived: number,
    tear: {
      readonly write: number;
      readonly entries: number;
      readonly snapshot?: boolean;
    } | null = null,
  ): number {
    const lost = this.writer(server).last - survived;
    const torn = tear === null ? null : { snapshot: false, ...tear };
    return this.add({ kind: 'crash', server, fault: 0, survived, torn, lost });
  }

  operation(kind: HistoryRecord['kind'], process: number, error: string | null = null): number {
    const client = `c${String(process)}`;
    return this.add({ kind, process, client, f: 'write', key: 'x', value: 1, error });
  }

  end(reason: 'settled' | 'time' | 'events' | 'violation'): number {
    return this.add({ kind: 'end', reason, online: this.servers });
  }
}

/** All of them vote. */
export function voters(...ids: readonly string[]): Configuration {
  return { voters: ids, outgoing: [], learners: [], learnersNext: [] };
}

/** A snapshot to the entry; its state is what applying that entry came to in `apply`. */
export function snapshotTo(
  { index, term }: EntryRef,
  configuration: Configuration = voters('S1', 'S2', 'S3'),
  stateDigest: number = index,
): SnapshotRef {
  return { index, term, stateDigest, configuration };
}

export function readsBy(client: string, to: string, serial: number): MessageRecord {
  const payload = { kind: 'read', session: client, serial, via: 'lease', command: {} } as const;
  return { kind: 'ClientRequest', from: client, to, payload };
}

export function granted(from: string, to: string, term: number): MessageRecord {
  return { kind: 'RequestVoteReply', from, to, term, granted: true };
}

export function asksVote(from: string, to: string, term: number): MessageRecord {
  return { kind: 'RequestVote', from, to, term, lastIndex: 0, lastTerm: 0, transfer: false };
}

export function acknowledges(
  from: string,
  to: string,
  what: { readonly term: number; readonly matchIndex: number },
): MessageRecord {
  return {
    kind: 'AppendEntriesReply',
    from,
    to,
    term: what.term,
    success: true,
    prevIndex: 0,
    matchIndex: what.matchIndex,
    hintIndex: 0,
    hintTerm: 0,
    round: 0,
  };
}

export function asks(from: string, to: string, session: string, serial: number): MessageRecord {
  const payload = { kind: 'command', session, serial, acknowledged: 0, command: {} } as const;
  return { kind: 'ClientRequest', from, to, payload };
}

export function answers(
  from: string,
  to: string,
  serial: number,
  answer: NonNullable<ApplyRecord['answer']>,
): MessageRecord {
  return { kind: 'ClientReply', from, to, serial, answer };
}

/** What one check says of a trace; a failure during the trace ends it. */
export function judged(check: Check, trace: TraceBuilder): Outcome | undefined {
  const seats = panel([check], trace.servers);
  for (const record of trace.records) seats.observe(record);
  return seats.finish().outcomes[0]?.outcome;
}
