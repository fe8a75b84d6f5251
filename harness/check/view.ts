/**
 * The cluster as the records so far describe it: one fold that all judges share. A record costs
 * O(1) amortised; only a start of a server reads its whole log. Entries are kept by reference.
 */
import type {
  Configuration,
  EntryRef,
  RecordKind,
  Role,
  SnapshotRef,
  TraceRecord,
  WriteRecord,
} from '../trace/record.ts';
import type { DiskView } from './logs.ts';
import { coverLog, replaceFrom, startingLog, tearOnDisk, writeToDisk } from './logs.ts';
import type { Changes, ConfigurationView } from './members.ts';
import {
  changeIn,
  changeLog,
  inForceAt,
  rememberChange,
  sameConfiguration,
  votersOnly,
} from './members.ts';

export interface ServerView {
  readonly id: string;
  /** Place in `ClusterView.servers`, from 0: judges keep their own arrays by it. */
  readonly position: number;
  up: boolean;
  paused: boolean;
  role: Role;
  term: number;
  /** The term in which `role` was taken; `term` may already be ahead of it within one step. */
  roleTerm: number;
  /** The highest term it was ever in, durable or not, over all incarnations. */
  highestTerm: number;
  votedFor: string | null;
  leader: string | null;
  /** The log in memory, compacted entries included; `log[0]` has index 1. */
  readonly log: EntryRef[];
  /** Configurations by its log, oldest first: the last one is in force. Never empty. */
  readonly configurations: ConfigurationView[];
  commitIndex: number;
  appliedIndex: number;
  stateDigest: number;
  /** Starts seen; 0 before the first `online`. */
  starts: number;
  readonly disk: DiskView;
  /** Writes asked for and not known durable: `pending[pendingHead]` is the oldest. */
  readonly pending: WriteRecord[];
  pendingHead: number;
}

export interface ClusterView {
  readonly servers: readonly ServerView[];
  /** The configuration of the beginning. */
  initial: Configuration;
  readonly changes: Changes;
  /** What the cluster has agreed on: at [i] the entry that was committed first at index i + 1. */
  readonly committed: EntryRef[];
  /** The server that committed it first, its term then, and the `seq` of that record. */
  readonly committedBy: ServerView[];
  readonly committedInTerm: number[];
  readonly committedAt: number[];
  /** Configurations that were committed, oldest first: the last one is agreed on. Never empty. */
  readonly agreed: ConfigurationView[];
  /** Throws when the header names no such server. */
  server(id: string): ServerView;
}

/** Applies a record; judges see the view before this happens. */
export type Absorb = (view: ClusterView, record: TraceRecord) => void;

function newServer(id: string, position: number): ServerView {
  return {
    id,
    position,
    up: false,
    paused: false,
    role: 'offline',
    term: 0,
    roleTerm: 0,
    highestTerm: 0,
    votedFor: null,
    leader: null,
    log: [],
    configurations: [],
    commitIndex: 0,
    appliedIndex: 0,
    stateDigest: 0,
    starts: 0,
    disk: { term: 0, votedFor: null, log: [], snapshot: null, file: null },
    pending: [],
    pendingHead: 0,
  };
}

/** The view before the first record: all servers off line, with empty disks. */
export function newView(ids: readonly string[]): ClusterView {
  const servers = ids.map(newServer);
  const byId = new Map(servers.map((server) => [server.id, server]));
  const initial = votersOnly(ids);
  const numbered = ids.length < 10 && ids.every((id, place) => id === `S${String(place + 1)}`);
  return {
    servers,
    initial,
    changes: new Map(),
    committed: [],
    committedBy: [],
    committedInTerm: [],
    committedAt: [],
    agreed: [{ index: 0, configuration: initial, cause: -1 }],
    server(id: string): ServerView {
      // S1, S2, … are found by their digit, which is faster than comparing or hashing strings.
      if (numbered && id.length === 2 && id.charCodeAt(0) === 83) {
        const server = servers[id.charCodeAt(1) - 49];
        if (server !== undefined) return server;
      }
      const found = byId.get(id);
      if (found !== undefined) return found;
      throw new Error(
        `a record names server "${id}", but the header lists ${ids.join(', ')}: ` +
          'the trace is damaged or its header belongs to another run',
      );
    },
  };
}

/** Applies the pending writes up to the one named. */
function flush(view: ClusterView, server: ServerView, upTo: number): void {
  const { pending } = server;
  let head = server.pendingHead;
  for (;;) {
    const write = pending[head];
    if (write === undefined || write.write > upTo) break;
    writeToDisk(server.disk, write, view.committed);
    head += 1;
  }
  if (head === pending.length) {
    pending.length = 0;
    head = 0;
  } else if (head > 64 && head * 2 > pending.length) {
    pending.copyWithin(0, head);
    pending.length -= head;
    head = 0;
  }
  server.pendingHead = head;
}

function forgetMemory(server: ServerView): void {
  server.up = false;
  server.paused = false;
  server.role = 'offline';
  server.leader = null;
  server.log.length = 0;
  server.commitIndex = 0;
  server.appliedIndex = 0;
  server.stateDigest = 0;
  server.pending.length = 0;
  server.pendingHead = 0;
}

function enterTerm(server: ServerView, term: number): void {
  server.term = term;
  if (term > server.highestTerm) server.highestTerm = term;
}

function absorbWrite(view: ClusterView, record: TraceRecord): void {
  if (record.kind !== 'write') return;
  const server = view.server(record.server);
  if (record.hard !== null) {
    enterTerm(server, record.hard.term);
    server.votedFor = record.hard.votedFor;
  }
  if (record.snapshot !== null) absorbSnapshot(view, server, record);
  if (record.log !== null) {
    replaceFrom(server.log, record.log, record.log.entries.length);
    const { from, entries } = record.log;
    if (view.changes.size > 0) {
      changeLog(server.configurations, view.changes, { from, entries, cause: record.cause });
    }
  }
  server.pending.push(record);
}

/** Whatever was in force below the snapshot's index is now what the snapshot says. */
function absorbSnapshot(view: ClusterView, server: ServerView, record: WriteRecord): void {
  const { snapshot, cause } = record;
  if (snapshot === null) return;
  coverLog(server.log, snapshot, view.committed);
  const { index, configuration } = snapshot;
  const { configurations } = server;
  const known = inForceAt(configurations, index);
  const above = configurations.filter((each) => each.index > index);
  const same = known !== undefined && sameConfiguration(known.configuration, configuration);
  const base = same ? known : { index, configuration, cause };
  configurations.splice(0, configurations.length, base, ...above);
}

function absorbDurable(view: ClusterView, record: TraceRecord): void {
  if (record.kind === 'durable') flush(view, view.server(record.server), record.write);
}

function absorbCommit(view: ClusterView, record: TraceRecord): void {
  if (record.kind !== 'commit') return;
  const server = view.server(record.server);
  server.commitIndex = record.commitIndex;
  for (let index = view.committed.length; index < record.commitIndex; index += 1) {
    const entry = server.log[index];
    if (entry === undefined) return;
    view.committed.push(entry);
    view.committedBy.push(server);
    view.committedInTerm.push(record.term);
    view.committedAt.push(record.seq);
    const configuration = view.changes.size === 0 ? undefined : changeIn(view.changes, entry);
    if (configuration !== undefined) {
      view.agreed.push({ index: entry.index, configuration, cause: record.cause });
    }
  }
}

function absorbApply(view: ClusterView, record: TraceRecord): void {
  if (record.kind !== 'apply') return;
  const server = view.server(record.server);
  server.appliedIndex = record.index;
  server.stateDigest = record.stateDigest;
}

function absorbState(view: ClusterView, record: TraceRecord): void {
  if (record.kind !== 'state') return;
  const server = view.server(record.server);
  enterTerm(server, record.term);
  server.role = record.role;
  server.roleTerm = record.term;
  server.votedFor = record.votedFor;
  server.leader = record.leader;
}

/** The torn write leaves its term and vote, its truncation and its first entries. */
function absorbCrash(view: ClusterView, record: TraceRecord): void {
  if (record.kind !== 'crash') return;
  const server = view.server(record.server);
  flush(view, server, record.survived);
  const torn = server.pending[server.pendingHead];
  if (record.torn !== null && torn !== undefined && torn.write === record.torn.write) {
    tearOnDisk(server.disk, torn, { torn: record.torn, committed: view.committed });
  }
  forgetMemory(server);
}

function absorbOffline(view: ClusterView, record: TraceRecord): void {
  if (record.kind !== 'offline') return;
  const server = view.server(record.server);
  flush(view, server, Number.POSITIVE_INFINITY);
  forgetMemory(server);
}

function absorbOnline(view: ClusterView, record: TraceRecord): void {
  if (record.kind !== 'online') return;
  const server = view.server(record.server);
  forgetMemory(server);
  server.up = true;
  server.starts += 1;
  server.role = 'follower';
  enterTerm(server, record.term);
  server.roleTerm = record.term;
  server.votedFor = record.votedFor;
  server.disk.term = record.term;
  server.disk.votedFor = record.votedFor;
  server.disk.log.length = 0;
  server.disk.snapshot = record.snapshot;
  server.disk.file = record.snapshot === null ? null : [...record.entries];
  for (const entry of startingLog(record.snapshot, record.entries, view.committed)) {
    server.log.push(entry);
    server.disk.log.push(entry);
  }
  startConfigurations(view, server, record.snapshot);
}

function startConfigurations(
  view: ClusterView,
  server: ServerView,
  snapshot: SnapshotRef | null,
): void {
  const { configurations, log: entries } = server;
  const { index, configuration } = snapshot ?? { index: 0, configuration: view.initial };
  configurations.splice(0, configurations.length, { index, configuration, cause: -1 });
  const later = { from: index + 1, entries: entries.slice(index), cause: -1 };
  if (view.changes.size > 0) changeLog(configurations, view.changes, later);
}

function absorbHeader(view: ClusterView, record: TraceRecord): void {
  if (record.kind !== 'header') return;
  const { voters, learners } = record;
  const initial = { voters, outgoing: [], learners, learnersNext: [] };
  view.initial = initial;
  view.agreed[0] = { index: 0, configuration: initial, cause: -1 };
}

function absorbPropose(view: ClusterView, record: TraceRecord): void {
  if (record.kind === 'propose') rememberChange(view.changes, record);
}

function absorbRestore(view: ClusterView, record: TraceRecord): void {
  if (record.kind !== 'restore') return;
  const server = view.server(record.server);
  server.commitIndex = Math.max(server.commitIndex, record.index);
  server.appliedIndex = record.index;
  server.stateDigest = record.stateDigest;
}

function absorbPause(view: ClusterView, record: TraceRecord): void {
  if (record.kind !== 'pause' && record.kind !== 'resume') return;
  view.server(record.server).paused = record.kind === 'pause';
}

/** The kinds of records that change the view, and how. All others leave it as it is. */
export const absorbers: ReadonlyMap<RecordKind, Absorb> = new Map<RecordKind, Absorb>([
  ['header', absorbHeader],
  ['propose', absorbPropose],
  ['restore', absorbRestore],
  ['write', absorbWrite],
  ['durable', absorbDurable],
  ['commit', absorbCommit],
  ['apply', absorbApply],
  ['state', absorbState],
  ['crash', absorbCrash],
  ['offline', absorbOffline],
  ['online', absorbOnline],
  ['pause', absorbPause],
  ['resume', absorbPause],
]);

/** Folds one record into the view. */
export function absorb(view: ClusterView, record: TraceRecord): void {
  absorbers.get(record.kind)?.(view, record);
}
