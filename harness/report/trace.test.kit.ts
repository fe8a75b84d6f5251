/** Writes small traces by hand, for tests: each call adds one record and returns its `seq`. */
import type {
  EntryRef,
  HistoryRecord,
  Json,
  MessageRecord,
  StateRecord,
  TraceRecord,
} from '../trace/record.ts';
import { traceSchema } from '../trace/record.ts';

type Body<Kind extends TraceRecord> = Kind extends TraceRecord
  ? Omit<Kind, 'seq' | 'at' | 'cause'>
  : never;

export class TraceScript {
  readonly records: TraceRecord[] = [];
  private atMicros = 0;
  private messages = 0;
  private writes = 0;

  constructor(servers: readonly string[]) {
    this.add({
      kind: 'header',
      schema: traceSchema,
      whitewater: '0.1.0',
      subject: 'raft',
      adapter: 'memory',
      servers,
      voters: servers,
      learners: [],
      clients: ['c1', 'c2'],
      model: 'cas-register',
      scenario: {},
    });
    for (const server of servers) {
      this.add({
        kind: 'online',
        server,
        incarnation: 1,
        term: 1,
        votedFor: null,
        snapshot: null,
        entries: [],
      });
    }
  }

  /** Sets the clock; the records that follow happen then. */
  at(ms: number): this {
    this.atMicros = ms * 1000;
    return this;
  }

  add(body: Body<TraceRecord>, cause: number = -1): number {
    const seq = this.records.length;
    const common = { seq, at: this.atMicros, cause };
    this.records.push({ ...common, ...body });
    return seq;
  }

  /** An election timer: candidate of `term`, voting for itself; returns the input's seq. */
  campaign(server: string, term: number): number {
    const timer = this.add({ kind: 'timer', server, timer: 'election' });
    this.state({ server, role: 'candidate', term, votedFor: server, leader: null }, timer);
    this.write({ server, hard: { term, votedFor: server } }, timer);
    return timer;
  }

  state(body: Omit<StateRecord, 'seq' | 'at' | 'cause' | 'kind'>, cause: number): number {
    return this.add({ kind: 'state', ...body }, cause);
  }

  write(
    body: {
      readonly server: string;
      readonly hard?: { readonly term: number; readonly votedFor: string | null };
      readonly log?: { readonly from: number; readonly entries: readonly EntryRef[] };
    },
    cause: number,
  ): number {
    this.writes += 1;
    const { server } = body;
    const { hard = null, log = null } = body;
    return this.add(
      { kind: 'write', server, write: this.writes, hard, log, snapshot: null },
      cause,
    );
  }

  /** The number of the last write. */
  get lastWrite(): number {
    return this.writes;
  }

  /** Sends a message; returns its id. */
  send(message: MessageRecord, cause: number): number {
    const id = this.messages;
    this.messages += 1;
    this.add({ kind: 'send', id, from: message.from, to: message.to, message }, cause);
    return id;
  }

  /** Delivers a message; returns the input's seq. */
  deliver(id: number, deliveryCount: number = 0): number {
    const sent = this.sent(id);
    return this.add({ kind: 'deliver', id, to: sent.to, deliveryCount }, sent.seq);
  }

  drop(id: number, fault: number): number {
    const sent = this.sent(id);
    return this.add({ kind: 'drop', id, to: sent.to, fault, reason: 'fault' }, sent.seq);
  }

  sent(id: number): Extract<TraceRecord, { kind: 'send' }> {
    const found = this.records.find((record) => record.kind === 'send' && record.id === id);
    if (found?.kind !== 'send') throw new Error(`no message ${id}`);
    return found;
  }

  fault(
    index: number,
    detail: { readonly [key: string]: Json } & { readonly kind: string },
  ): number {
    return this.add({ kind: 'fault', fault: index, name: detail.kind, phase: 'start', detail });
  }

  history(
    kind: HistoryRecord['kind'],
    body: Pick<HistoryRecord, 'process' | 'f' | 'value'> & { readonly key?: string },
  ): number {
    const client = `c${body.process}`;
    return this.add({ kind, client, key: 'x', error: null, ...body });
  }

  violated(invariant: string, sentence: string, evidence: readonly number[]): TraceRecord[] {
    const records = this.records.length;
    this.add({ kind: 'verdict', verdict: 'fail', invariant, sentence, evidence, records });
    return this.records;
  }
}

export const vote = (from: string, to: string, term: number): MessageRecord => ({
  kind: 'RequestVoteReply',
  from,
  to,
  term,
  granted: true,
});

export const ask = (from: string, to: string, term: number): MessageRecord => ({
  kind: 'RequestVote',
  from,
  to,
  term,
  lastIndex: 0,
  lastTerm: 0,
  transfer: false,
});

export const append = (
  route: { readonly from: string; readonly to: string },
  body: {
    readonly term: number;
    readonly entries: readonly EntryRef[];
    readonly prevIndex?: number;
    readonly prevTerm?: number;
    readonly leaderCommit?: number;
  },
): MessageRecord => ({
  kind: 'AppendEntries',
  ...route,
  prevIndex: 0,
  prevTerm: 0,
  leaderCommit: 0,
  round: 0,
  ...body,
});
