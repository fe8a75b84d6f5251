/**
 * One server by hand: events are pressed by name, and the server's answer is told port by port.
 * What an event leaves unsaid is filled in as a well-behaved cluster would say it.
 */
import type { Entry } from '../raft/entry.ts';
import { makeEntry } from '../raft/log.ts';
import { raft } from '../raft/machine.ts';
import type { ClientReply, RaftMessage } from '../raft/message.ts';
import type { Effect, Subject, Write } from '../raft/step.ts';
import { act } from './act.ts';
import type { Acted, Action } from './act.ts';
import { smallest } from './bounds.ts';
import { newLocal, serverName } from './local.ts';
import type { FeatureMessage, Local } from './local.ts';

/** Every event there is, with what may follow its name. */
export const eventHelp: Readonly<Record<string, string>> = {
  'ctrl.OnLine': '',
  'ctrl.OffLine': '',
  'ctrl.Crash': 'and come back with what the disk holds',
  'electionTimer.timeout': '[late]',
  'heartbeatTimer.timeout': '[late]',
  'rpcserver.RequestVote': 'FROM [term T] [log INDEX@TERM]',
  'rpcserver.AppendEntries': 'FROM [term T] [after INDEX@TERM] [entries N] [commit C]',
  'rpcserver.ClientRequest': '[serial N]',
  'rpcclient.RequestVoteGranted': 'FROM [term T]',
  'rpcclient.RequestVoteDenied': 'FROM [term T]',
  'rpcclient.AppendEntriesSuccess': 'FROM [term T] [match INDEX]',
  'rpcclient.AppendEntriesRefused': 'FROM [term T]',
  'storage.durable': '',
};

export interface Pressed {
  /** What the server said to its ports, in order. */
  readonly outputs: readonly string[];
  /** The server after it, in one line. */
  readonly state: string;
  /** The events that can happen next. */
  readonly next: string;
}

/** What was typed makes no sense, or makes none now. */
export class NoSuchEvent extends Error {
  override readonly name = 'NoSuchEvent';
}

export interface SimulatorOptions {
  readonly servers: number;
  /** An fsync is an event of its own. */
  readonly slowDisk: boolean;
  readonly subject?: Subject;
}

type Words = ReadonlyMap<string, string>;

export class Simulator {
  private readonly options: SimulatorOptions;
  private history: Local[];
  private serial = 0;

  constructor(options: SimulatorOptions) {
    this.options = options;
    const bounds = { ...smallest, servers: options.servers, entriesPerAppend: 64 };
    const stored = { term: 0, votedFor: null, snapshot: null, entries: [] };
    this.history = [newLocal(options.subject ?? raft, { server: 0, bounds, stored })];
  }

  /** Does what the line says. Throws `NoSuchEvent` when it says nothing sensible. */
  press(line: string): Pressed {
    const [name = '', ...rest] = line.trim().split(/\s+/u);
    if (!(name in eventHelp)) throw new NoSuchEvent(`there is no event "${name}"`);
    if (!this.enabled().includes(name)) {
      throw new NoSuchEvent(`${name} cannot happen to a server that is ${this.stateText()}`);
    }
    const subject = this.options.subject ?? raft;
    const driver = { subject, sync: !this.options.slowDisk, records: true };
    const acted = act(driver, this.local, this.actionFor(name, rest));
    this.history.push(acted.local);
    return { outputs: outputsOf(acted), state: this.stateText(), next: this.enabledText() };
  }

  /** Takes the last event back; false: there is none. */
  undo(): boolean {
    if (this.history.length < 2) return false;
    this.history.pop();
    return true;
  }

  get depth(): number {
    return this.history.length - 1;
  }

  /** Names of the events that can happen now. */
  enabled(): readonly string[] {
    const { local } = this;
    if (local.node.role === 'offline') return ['ctrl.OnLine'];
    return Object.keys(eventHelp).filter((name) => {
      if (name === 'ctrl.OnLine') return false;
      if (name === 'electionTimer.timeout') return local.electionArmed;
      if (name === 'heartbeatTimer.timeout') return local.heartbeatArmed;
      return name !== 'storage.durable' || local.pending.length > 0;
    });
  }

  /** The same for people: a server on line accepts every message at any time. */
  enabledText(): string {
    const own = this.enabled().filter((name) => !name.startsWith('rpc'));
    return this.local.node.role === 'offline' ? own.join(' ') : `${own.join(' ')} rpc…`;
  }

  /** The server in one line. */
  stateText(): string {
    const { node, electionArmed, heartbeatArmed, pending } = this.local;
    if (node.role === 'offline') return 'offline';
    const log = node.log.map(({ index, term }) => `${index}@${term}`).join(' ') || 'empty';
    const timers = [electionArmed ? 'election' : '', heartbeatArmed ? 'heartbeat' : ''];
    const running = timers.filter((timer) => timer !== '').join(' and ') || 'none';
    const parts = [
      `${node.role} in term ${node.term}`,
      `vote ${node.votedFor ?? 'for nobody'}`,
      `leader ${node.leader ?? 'unknown'}`,
      `log ${log}`,
      `commit ${node.commitIndex}`,
      `timers ${running}`,
    ];
    if (pending.length > 0) parts.push(`${pending.length} writes under way`);
    return parts.join(', ');
  }

  private get local(): Local {
    const last = this.history.at(-1);
    if (last === undefined) throw new NoSuchEvent('there is no server');
    return last;
  }

  private actionFor(name: string, rest: readonly string[]): Action {
    switch (name) {
      case 'ctrl.OnLine':
        return { kind: 'online' };
      case 'ctrl.OffLine':
        return { kind: 'offline' };
      case 'ctrl.Crash':
        return { kind: 'restart' };
      case 'storage.durable':
        return { kind: 'fsync' };
      case 'electionTimer.timeout':
      case 'heartbeatTimer.timeout': {
        const timer = name === 'electionTimer.timeout' ? 'election' : 'heartbeat';
        return { kind: rest[0] === 'late' ? 'expireLate' : 'expire', timer };
      }
      case 'rpcserver.ClientRequest': {
        const given = numberOf(wordsOf(rest), 'serial', this.serial + 1);
        this.serial = Math.max(this.serial, given);
        return { kind: 'propose', serial: given };
      }
      default:
        return { kind: 'receive', message: this.messageFor(name, rest) };
    }
  }

  private messageFor(name: string, rest: readonly string[]): RaftMessage {
    const [from = '', ...more] = rest;
    const { node } = this.local;
    const { servers, id: to } = node.options;
    if (!servers.includes(from) || from === to) {
      throw new NoSuchEvent(`${name} wants one of ${servers.slice(1).join(', ')}, not "${from}"`);
    }
    const words = wordsOf(more);
    const term = numberOf(words, 'term', node.term);
    const ends = { from, to, term } as const;
    switch (name) {
      case 'rpcserver.RequestVote': {
        const [lastIndex, lastTerm] = placeOf(words, 'log', node.log.at(-1));
        return { kind: 'RequestVote', ...ends, lastIndex, lastTerm, transfer: false };
      }
      case 'rpcserver.AppendEntries':
        return this.appendFor(ends, words);
      case 'rpcclient.RequestVoteGranted':
      case 'rpcclient.RequestVoteDenied':
        return { kind: 'RequestVoteReply', ...ends, granted: name.endsWith('Granted') };
      default:
        return this.ackFor(ends, words, name.endsWith('Success'));
    }
  }

  private appendFor(ends: Ends, words: Words): RaftMessage {
    const { node } = this.local;
    const [prevIndex, prevTerm] = placeOf(words, 'after', node.log.at(-1));
    const count = numberOf(words, 'entries', 0);
    const entries = Array.from({ length: count }, (_, at) =>
      makeEntry({ index: prevIndex + at + 1, term: ends.term }, { kind: 'noop' }),
    );
    const leaderCommit = numberOf(words, 'commit', 0);
    const what = { prevIndex, prevTerm, entries, leaderCommit, round: 0 };
    return { kind: 'AppendEntries', ...ends, ...what };
  }

  private ackFor(ends: Ends, words: Words, success: boolean): RaftMessage {
    const { node } = this.local;
    const progress = node.progress.find(({ peer }) => peer === ends.from);
    const matchIndex = success ? numberOf(words, 'match', node.log.length) : 0;
    const prevIndex = (progress?.nextIndex ?? 1) - 1;
    const hint = { hintIndex: 0, hintTerm: 0, round: 0 };
    return { kind: 'AppendEntriesReply', ...ends, success, prevIndex, matchIndex, ...hint };
  }
}

interface Ends {
  readonly from: string;
  readonly to: string;
  readonly term: number;
}

function wordsOf(rest: readonly string[]): Words {
  const words = new Map<string, string>();
  for (let at = 0; at + 1 < rest.length; at += 2) words.set(rest[at] ?? '', rest[at + 1] ?? '');
  return words;
}

function numberOf(words: Words, name: string, otherwise: number): number {
  const text = words.get(name);
  if (text === undefined) return otherwise;
  if (!/^\d{1,6}$/u.test(text)) throw new NoSuchEvent(`"${name}" wants a number, not "${text}"`);
  return Number(text);
}

function placeOf(words: Words, name: string, last: Entry | undefined): readonly [number, number] {
  const text = words.get(name);
  if (text === undefined) return [last?.index ?? 0, last?.term ?? 0];
  const found = /^(\d{1,6})@(\d{1,6})$/u.exec(text);
  if (found === null) throw new NoSuchEvent(`"${name}" wants INDEX@TERM, not "${text}"`);
  return [Number(found[1]), Number(found[2])];
}

/* ---- what the server says, port by port ---- */

function outputsOf({ steps, breaches }: Acted): readonly string[] {
  const said = steps.flatMap(({ effects, durable }) => [
    ...(durable > 0 ? ['(durable)'] : []),
    ...effects.map(effectText),
  ]);
  return [...said, ...breaches.map(({ sentence }) => `BROKEN: ${sentence}`)];
}

function effectText(effect: Effect): string {
  switch (effect.kind) {
    case 'persist':
      return `storage.write ${writeText(effect.write)}`;
    case 'send':
      return `${messageText(effect.message)}${effect.after > 0 ? ' (once durable)' : ''}`;
    case 'answer':
      return answerText(effect.message);
    case 'arm':
      return `${effect.timer}Timer.start`;
    case 'disarm':
      return `${effect.timer}Timer.cancel`;
    case 'apply': {
      const { index, term } = effect.entry;
      return `rules.apply ${index}@${term}`;
    }
    case 'restore':
      return `rules.restore ${effect.snapshot.index}@${effect.snapshot.term}`;
    case 'serve':
      return `rules.serve serial ${effect.serial} by ${effect.via}`;
  }
}

function writeText({ hard, log }: Write): string {
  const vote = hard === null ? [] : [`term ${hard.term}, vote ${hard.votedFor ?? 'for nobody'}`];
  const entries = log?.entries.map(({ index, term }) => `${index}@${term}`).join(' ') ?? '';
  const change = log === null ? [] : [`log from ${log.from}: ${entries || 'cut'}`];
  return [...vote, ...change].join('; ');
}

/** What the exhaustive explorations never see. */
function featureText(message: FeatureMessage): string {
  const { to, term } = message;
  switch (message.kind) {
    case 'PreVote':
      return `rpcclient.PreVote ${to} term ${term} log ${message.lastIndex}@${message.lastTerm}`;
    case 'PreVoteReply':
      return `rpcserver.PreVote${message.granted ? 'Granted' : 'Denied'} ${to} term ${term}`;
    case 'InstallSnapshot': {
      const { lastIndex, lastTerm, offset } = message;
      return `rpcclient.InstallSnapshot ${to} term ${term} ${lastIndex}@${lastTerm} from ${offset}`;
    }
    case 'InstallSnapshotReply':
      return `rpcserver.InstallSnapshotReply ${to} term ${term} match ${message.matchIndex}`;
    case 'TimeoutNow':
      return `rpcclient.TimeoutNow ${to} term ${term}`;
    case 'ReadIndex':
      return `rpcclient.ReadIndex ${to} term ${term} read ${message.read}`;
    case 'ReadIndexReply':
      return `rpcserver.ReadIndexReply ${to} term ${term} index ${message.index}`;
  }
}

function messageText(message: RaftMessage): string {
  const { to, term } = message;
  switch (message.kind) {
    case 'RequestVote':
      return `rpcclient.RequestVote ${to} term ${term} log ${message.lastIndex}@${message.lastTerm}`;
    case 'RequestVoteReply':
      return `rpcserver.RequestVote${message.granted ? 'Granted' : 'Denied'} ${to} term ${term}`;
    case 'AppendEntries': {
      const { prevIndex, prevTerm, entries, leaderCommit } = message;
      const what = entries.map(({ index, term: of }) => `${index}@${of}`).join(' ') || 'nothing';
      const where = `after ${prevIndex}@${prevTerm}: ${what}; commit ${leaderCommit}`;
      return `rpcclient.AppendEntries ${to} term ${term} ${where}`;
    }
    case 'AppendEntriesReply':
      return message.success
        ? `rpcserver.AppendEntriesSuccess ${to} term ${term} match ${message.matchIndex}`
        : `rpcserver.AppendEntriesRefused ${to} term ${term}`;
    default:
      return featureText(message);
  }
}

function answerText({ to, serial, answer }: ClientReply): string {
  switch (answer.kind) {
    case 'done':
      return `rpcserver.ClientRequestSuccess ${to} serial ${serial}`;
    case 'notLeader':
      return `rpcserver.ClientRequestFailed ${to} leader ${answer.leader ?? 'unknown'}`;
    default:
      return `rpcserver.ClientRequestFailed ${to} ${answer.kind}`;
  }
}

/** The name of the server that is simulated. */
export const simulated: string = serverName(0);
