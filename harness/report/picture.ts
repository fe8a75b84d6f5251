/**
 * The cluster as a reader imagines it while the story goes on: roles, logs, who has which votes,
 * and which writes a crash would take away.
 */
import { votersOnly } from '../check/members.ts';
import type {
  Configuration,
  DeliverRecord,
  EntryRef,
  HistoryRecord,
  ProposeRecord,
  Role,
  SnapshotRef,
  TraceRecord,
  WriteRecord,
} from '../trace/record.ts';
import type { Plot } from './plot.ts';

export interface ServerPicture {
  readonly id: string;
  up: boolean;
  role: Role;
  term: number;
  votedFor: string | null;
  leader: string | null;
  /** `log[0]` has index 1. */
  log: EntryRef[];
  commitIndex: number;
  /** The one in force at it: what its log says last. */
  configuration: Configuration;
  /** Whose votes arrived in this candidacy, itself included. */
  readonly granted: Set<string>;
  /** How many votes arrived, repeated ones included. */
  grants: number;
  /** Writes not known to be durable. */
  unsynced: WriteRecord[];
}

export interface Picture {
  readonly servers: ReadonlyMap<string, ServerPicture>;
  /** Payloads by digest of their entries. */
  readonly proposals: Map<number, ProposeRecord>;
  /** Deliveries so far, by message and receiver. */
  readonly delivered: Map<string, number>;
  /** Operations under way, by process. */
  readonly calls: Map<number, HistoryRecord>;
}

/** An empty stage. */
export function blankPicture({ servers, header }: Pick<Plot, 'servers' | 'header'>): Picture {
  const first = votersOnly(header?.voters ?? servers);
  const configuration = { ...first, learners: header?.learners ?? [] };
  return {
    servers: new Map(servers.map((id) => [id, blankServer(id, configuration)])),
    proposals: new Map(),
    delivered: new Map(),
    calls: new Map(),
  };
}

function blankServer(id: string, configuration: Configuration): ServerPicture {
  return {
    id,
    up: false,
    role: 'offline',
    term: 0,
    votedFor: null,
    leader: null,
    log: [],
    commitIndex: 0,
    configuration,
    granted: new Set(),
    grants: 0,
    unsynced: [],
  };
}

/** The key under which deliveries are counted. */
function deliveryKey(record: DeliverRecord): string {
  return `${record.id} ${record.to}`;
}

function replaceLog(server: ServerPicture, log: WriteRecord['log']): void {
  if (log === null) return;
  server.log.length = Math.min(server.log.length, Math.max(0, log.from - 1));
  for (const entry of log.entries) server.log.push(entry);
}

/** A snapshot stands for the entries below its index, whatever they were. */
function coverLog(log: EntryRef[], snapshot: SnapshotRef | null): void {
  if (snapshot === null) return;
  const { index, term } = snapshot;
  if (log[index - 1]?.term === term) return;
  for (let at = 1; at <= index; at += 1) log[at - 1] = { index: at, term, digest: 0 };
}

function countVote(picture: Picture, record: DeliverRecord, plot: Plot): void {
  const message = plot.fates.get(record.id)?.send.message;
  const server = picture.servers.get(record.to);
  if (message?.kind !== 'RequestVoteReply' || server === undefined) return;
  if (!message.granted || server.role !== 'candidate' || message.term !== server.term) return;
  server.granted.add(message.from);
  server.grants += 1;
}

type Online = Extract<TraceRecord, { readonly kind: 'online' }>;

function absorbOnline(server: ServerPicture, record: Online): void {
  server.up = true;
  server.role = 'follower';
  server.term = record.term;
  server.votedFor = record.votedFor;
  server.leader = null;
  server.log = [];
  for (const entry of record.entries) server.log[entry.index - 1] = entry;
  coverLog(server.log, record.snapshot);
  server.commitIndex = record.snapshot?.index ?? 0;
  server.unsynced = [];
}

function absorbServer(server: ServerPicture, record: TraceRecord): void {
  switch (record.kind) {
    case 'online':
      absorbOnline(server, record);
      return;
    case 'crash':
    case 'offline':
      server.up = false;
      server.role = 'offline';
      server.unsynced = [];
      return;
    case 'state':
      if (
        record.role === 'candidate' &&
        (server.role !== 'candidate' || server.term < record.term)
      ) {
        server.granted.clear();
        server.grants = 0;
        if (record.votedFor === server.id) {
          server.granted.add(server.id);
          server.grants = 1;
        }
      }
      server.role = record.role;
      server.term = record.term;
      server.votedFor = record.votedFor;
      server.leader = record.leader;
      return;
    case 'write':
      server.unsynced.push(record);
      coverLog(server.log, record.snapshot);
      replaceLog(server, record.log);
      return;
    case 'durable':
      server.unsynced = server.unsynced.filter((write) => write.write > record.write);
      return;
    case 'configure':
      server.configuration = record.configuration;
      return;
    case 'commit':
      server.commitIndex = record.commitIndex;
      return;
    default:
      return;
  }
}

/** Takes one record in. */
export function absorbPicture(picture: Picture, record: TraceRecord, plot: Plot): void {
  if ('server' in record) {
    const server = picture.servers.get(record.server);
    if (server !== undefined) absorbServer(server, record);
  }
  switch (record.kind) {
    case 'deliver': {
      const key = deliveryKey(record);
      picture.delivered.set(key, (picture.delivered.get(key) ?? 0) + 1);
      countVote(picture, record, plot);
      return;
    }
    case 'propose':
      picture.proposals.set(record.digest, record);
      return;
    case 'invoke':
      picture.calls.set(record.process, record);
      return;
    default:
      return;
  }
}
