/**
 * A trace as the lines that etcd's raft prints when built with tracing, for validators of that
 * format (raft.md 5.1). A message's line stands where the step made it, as there; ours may have
 * left later, when the disk was done. Entries travel as counts, servers keep their names.
 */
import type { ClusterView, ServerView } from '../../check/view.ts';
import { absorb, newView } from '../../check/view.ts';
import type { MessageRecord, SendRecord, TraceRecord } from '../../trace/record.ts';
import { plainJson } from './plain.ts';

interface Line {
  readonly name: string;
  readonly server: ServerView;
  readonly message?: object;
}

type Take = (line: string) => void;

/** Shows the lines to `take`, in order. */
export function etcdLines(records: readonly TraceRecord[], take: Take): void {
  const [header] = records;
  if (header === undefined || header.kind !== 'header') return;
  const view = newView(header.servers);
  const made = byStep(records);
  const out = (line: Line, at: number): void => take(textOf(line, at, header.servers));
  for (const record of records) {
    for (const line of before(view, record, made.messages)) out(line, record.at);
    absorb(view, record);
    for (const line of after(view, record)) out(line, record.at);
    for (const sent of made.sends.get(record.seq) ?? []) {
      out(sendLine(view.server(sent.from), sent.message), record.at);
    }
  }
}

interface Steps {
  /** Messages of servers by the record after which their step is complete. */
  readonly sends: ReadonlyMap<number, readonly SendRecord[]>;
  readonly messages: ReadonlyMap<number, MessageRecord>;
}

/** Which messages belong behind which record: a step ends with its last effect. */
function byStep(records: readonly TraceRecord[]): Steps {
  const last = new Map<number, number>();
  const messages = new Map<number, MessageRecord>();
  for (const record of records) {
    if (record.kind === 'send') messages.set(record.id, record.message);
    if (isEffect(record)) last.set(record.cause, record.seq);
  }
  const sends = new Map<number, SendRecord[]>();
  for (const record of records) {
    if (record.kind !== 'send' || wire(record.message) === null) continue;
    const place = last.get(record.cause) ?? record.cause;
    const known = sends.get(place);
    if (known === undefined) sends.set(place, [record]);
    else known.push(record);
  }
  return { sends, messages };
}

function isEffect({ kind }: TraceRecord): boolean {
  return kind === 'state' || kind === 'write' || kind === 'commit' || kind === 'propose';
}

/** Lines that show the state before the record. */
function before(
  view: ClusterView,
  record: TraceRecord,
  messages: ReadonlyMap<number, MessageRecord>,
): readonly Line[] {
  if (record.kind === 'propose') {
    return [{ name: 'Replicate', server: view.server(record.server) }];
  }
  if (record.kind !== 'deliver' || !isUp(view, record.to)) return [];
  const body = messages.get(record.id);
  const message = body === undefined ? null : wire(body);
  if (message === null) return [];
  return [{ name: `Receive${message.of}`, server: view.server(record.to), message: message.text }];
}

/** Clients have no lines, and what reaches a server that is down is lost. */
function isUp(view: ClusterView, id: string): boolean {
  return view.servers.some((server) => server.id === id && server.up);
}

/** Lines that show the state after the record. */
function after(view: ClusterView, record: TraceRecord): readonly Line[] {
  switch (record.kind) {
    case 'online':
      return [{ name: 'InitState', server: view.server(record.server) }];
    case 'state':
      return [{ name: becoming(record.role), server: view.server(record.server) }];
    case 'commit': {
      const server = view.server(record.server);
      return server.role === 'leader' ? [{ name: 'Commit', server }] : [];
    }
    case 'durable':
      return ownAck(view.server(record.server));
    default:
      return [];
  }
}

function becoming(role: ServerView['role']): string {
  if (role === 'leader') return 'BecomeLeader';
  return role === 'candidate' ? 'BecomeCandidate' : 'BecomeFollower';
}

/** A leader acknowledges to itself what its disk holds. */
function ownAck(server: ServerView): readonly Line[] {
  if (server.role !== 'leader') return [];
  const { id, term, disk } = server;
  const message = { ...blank(id, id, term), type: 'MsgAppResp', index: disk.log.length };
  return [
    { name: 'SendAppendEntriesResponse', server, message },
    { name: 'ReceiveAppendEntriesResponse', server, message },
  ];
}

function sendLine(server: ServerView, body: MessageRecord): Line {
  const message = wire(body);
  return { name: `Send${message?.of ?? ''}`, server, message: message?.text ?? {} };
}

/** The fields of every message, all without meaning. */
function blank(from: string, to: string, term: number): object {
  return {
    type: '',
    term,
    from,
    to,
    entries: 0,
    logTerm: 0,
    index: 0,
    commit: 0,
    vote: '0',
    reject: false,
    rejectHint: 0,
  };
}

/** The message in that format, with the words its lines begin with; null for what it lacks. */
function wire(message: MessageRecord): { readonly of: string; readonly text: object } | null {
  switch (message.kind) {
    case 'RequestVote': {
      const { from, to, term, lastIndex: index, lastTerm: logTerm } = message;
      const text = { ...blank(from, to, term), type: 'MsgVote', index, logTerm };
      return { of: 'RequestVoteRequest', text };
    }
    case 'RequestVoteReply': {
      const { from, to, term, granted } = message;
      const text = { ...blank(from, to, term), type: 'MsgVoteResp', reject: !granted };
      return { of: 'RequestVoteResponse', text };
    }
    case 'AppendEntries': {
      const { from, to, term, prevIndex: index, prevTerm: logTerm, leaderCommit } = message;
      const { length: entries } = message.entries;
      const place = { type: 'MsgApp', index, logTerm, entries, commit: leaderCommit };
      return { of: 'AppendEntriesRequest', text: { ...blank(from, to, term), ...place } };
    }
    case 'AppendEntriesReply': {
      const { from, to, term, success, matchIndex, prevIndex, hintIndex, hintTerm } = message;
      const place = success
        ? { index: matchIndex }
        : { index: prevIndex, rejectHint: hintIndex, logTerm: hintTerm };
      const text = { ...blank(from, to, term), type: 'MsgAppResp', reject: !success, ...place };
      return { of: 'AppendEntriesResponse', text };
    }
    default:
      return null;
  }
}

const roles = {
  offline: 'StateFollower',
  follower: 'StateFollower',
  preCandidate: 'StatePreCandidate',
  candidate: 'StateCandidate',
  leader: 'StateLeader',
} as const;

function textOf({ name, server, message }: Line, at: number, ids: readonly string[]): string {
  const { term, votedFor, commitIndex, log } = server;
  return plainJson({
    ts: at / 1e6,
    tag: 'trace',
    event: {
      name,
      nid: server.id,
      state: { term, vote: votedFor ?? '0', commit: commitIndex },
      role: roles[server.role],
      log: log.length,
      conf: [ids, []],
      ...(message === undefined ? {} : { msg: message }),
    },
  });
}
