/**
 * The real machine, asked once: servers and messages become numbers, and what a server does on an
 * input is remembered. A state of the cluster is then a short list of numbers, and most steps are
 * a look into a table. The machine is a pure function of its node and its input; the checks hold
 * it to that by asking twice.
 */
import type { ClientReply, RaftMessage } from '../raft/message.ts';
import type { NodeOptions, Role } from '../raft/node.ts';
import type { Subject } from '../raft/step.ts';
import { act } from './act.ts';
import type { Acted, Action, Driver } from './act.ts';
import type { Bounds } from './bounds.ts';
import type { Breach } from './breach.ts';
import { trespass } from './breach.ts';
import { Ledgers } from './ledger.ts';
import { localKey, readsText, messageText, newLocal, optionsFor, serverIndex } from './local.ts';
import type { Local } from './local.ts';
import { renameLocal, renameMessage, renamings } from './rename.ts';
import type { Renaming } from './rename.ts';
import { IntList, PairTable } from './tables.ts';

/** Inputs as numbers: these first, then proposals by serial, then messages from `firstMessage`. */
export const inputs = {
  election: 0,
  heartbeat: 1,
  fsync: 2,
  restart: 3,
  offline: 4,
  online: 5,
  lateElection: 6,
  lateHeartbeat: 7,
  /** The proposal of serial 0, which nobody makes. */
  propose: 8,
  read: 23,
} as const;
export const firstMessage = 24;

/** What a server's number stands for, and what the explorer needs to know of it at once. */
export interface Known {
  readonly local: Local;
  readonly server: number;
  readonly role: Role;
  readonly term: number;
  /** The term that a crash leaves. */
  readonly storedTerm: number;
  readonly logId: number;
  readonly storedId: number;
  readonly logLength: number;
  readonly commitIndex: number;
  readonly electionArmed: boolean;
  readonly heartbeatArmed: boolean;
  readonly writing: boolean;
  /** By server; 0 for itself and for all while no leader. */
  readonly match: readonly number[];
  /** Its number under each renaming, 0 and up; -1: not asked for yet. */
  readonly renamed: number[];
  /** The least of `renamed`: equal for all servers that differ only in names; -1: not known. */
  orbit: number;
  /** The action that first led here. */
  readonly from: { readonly local: number; readonly input: number };
}

export interface KnownMessage {
  readonly message: RaftMessage;
  readonly to: number;
  readonly term: number;
  /** The role in whose term a reply counts; null for requests. */
  readonly counts: 'candidate' | 'leader' | null;
  readonly renamed: number[];
}

/** What an action on a server comes to. */
export interface Outcome {
  readonly local: number;
  readonly messages: readonly number[];
  /** The server has just become leader. */
  readonly elected: boolean;
  /** Its commit index has risen. */
  readonly committed: boolean;
  readonly breach: Breach | null;
  /** How much of the log a read has seen that was answered; -1: none was. */
  readonly served: number;
  /** The machine asserts that nobody can say such a thing. */
  readonly absurd: boolean;
}

export class Space {
  readonly bounds: Bounds;
  readonly watches: ReadonlySet<Breach['watch']>;
  readonly renamings: readonly Renaming[];
  readonly ledgers: Ledgers = new Ledgers();
  readonly locals: Known[] = [];
  readonly messages: KnownMessage[] = [];
  readonly outcomes: Outcome[] = [];
  /** Cells of the declared table that answered, and the role afterwards: `role/input/role`. */
  readonly cells: Set<string> = new Set();
  private readonly driver: Driver;
  private readonly options: readonly NodeOptions[];
  private readonly localIds = new Map<string, number>();
  private readonly messageIds = new Map<string, number>();
  private readonly done = new PairTable(1 << 14);
  private readonly stepLocals = new IntList();
  private readonly stepInputs = new IntList();

  constructor(subject: Subject, bounds: Bounds, watches: readonly Breach['watch'][]) {
    this.bounds = bounds;
    this.driver = { subject, sync: bounds.disk === 'sync', records: false };
    this.watches = new Set(watches);
    this.renamings = renamings(bounds.servers);
    this.options = Array.from({ length: bounds.servers }, (_, at) => optionsFor(bounds, at));
  }

  /** Steps of the machine that were really taken. */
  get asked(): number {
    return this.outcomes.length;
  }

  /** Every step taken so far. */
  *steps(): IterableIterator<{ readonly id: number; readonly input: number; readonly at: number }> {
    for (let at = 0; at < this.stepLocals.length; at += 1) {
      yield { id: this.stepLocals.get(at), input: this.stepInputs.get(at), at };
    }
  }

  /** A server that has just come on line with this disk. */
  begin(server: number, stored: Local['stored']): number {
    const { subject } = this.driver;
    const fresh = newLocal(subject, { server, bounds: this.bounds, stored });
    const acted = act(this.driver, fresh, { kind: 'online' });
    for (const cell of acted.cells) this.cells.add(cell);
    return this.localId(acted.local, { local: -1, input: inputs.online });
  }

  known(id: number): Known {
    const found = this.locals[id];
    if (found === undefined) throw new RangeError(`no server has the number ${id}`);
    return found;
  }

  message(id: number): KnownMessage {
    const found = this.messages[id];
    if (found === undefined) throw new RangeError(`no message has the number ${id}`);
    return found;
  }

  /** What an input number means. */
  actionOf(input: number): Action {
    switch (input) {
      case inputs.election:
        return { kind: 'expire', timer: 'election' };
      case inputs.heartbeat:
        return { kind: 'expire', timer: 'heartbeat' };
      case inputs.fsync:
        return { kind: 'fsync' };
      case inputs.restart:
        return { kind: 'restart' };
      case inputs.offline:
        return { kind: 'offline' };
      case inputs.online:
        return { kind: 'online' };
      case inputs.lateElection:
        return { kind: 'expireLate', timer: 'election' };
      case inputs.lateHeartbeat:
        return { kind: 'expireLate', timer: 'heartbeat' };
      case inputs.read:
        return { kind: 'read' };
      default:
        return input < firstMessage
          ? { kind: 'propose', serial: input - inputs.propose }
          : { kind: 'receive', message: this.message(input - firstMessage).message };
    }
  }

  /** What the server does: from memory, or by asking the machine. */
  step(local: number, input: number): Outcome {
    const known = this.done.get(local, input);
    const outcome = known === -1 ? undefined : this.outcomes[known];
    return outcome ?? this.ask(local, input);
  }

  /** The server's number in the cluster renamed by the renaming of this number. */
  renameLocal(id: number, renaming: number): number {
    const known = this.known(id);
    const found = known.renamed[renaming] ?? -1;
    if (found !== -1) return found;
    const by = this.renamings[renaming] ?? [];
    const other = this.localId(renameLocal(known.local, by, this.options), known.from);
    known.renamed[renaming] = other;
    return other;
  }

  renameMessage(id: number, renaming: number): number {
    const known = this.message(id);
    const found = known.renamed[renaming] ?? -1;
    if (found !== -1) return found;
    const by = this.renamings[renaming] ?? [];
    const other = this.messageId(renameMessage(known.message, by));
    known.renamed[renaming] = other;
    return other;
  }

  /** Equal for two servers exactly if a renaming makes one of the other. */
  orbit(id: number): number {
    const known = this.known(id);
    if (known.orbit !== -1) return known.orbit;
    let least = id;
    for (let at = 0; at < this.renamings.length; at += 1) {
      least = Math.min(least, this.renameLocal(id, at));
    }
    for (let at = 0; at < this.renamings.length; at += 1) {
      this.known(this.renameLocal(id, at)).orbit = least;
    }
    return least;
  }

  messageId(message: RaftMessage): number {
    const round = this.bounds.reads > 0 && 'round' in message ? ` ${message.round}` : '';
    const key = `${messageText(message)}${round}`;
    const known = this.messageIds.get(key);
    if (known !== undefined) return known;
    const id = this.messages.length;
    this.messageIds.set(key, id);
    this.messages.push({
      message,
      to: serverIndex(message.to),
      term: message.term,
      counts: countsFor(message),
      renamed: this.renamings.map(() => -1),
    });
    return id;
  }

  private ask(local: number, input: number): Outcome {
    const before = this.known(local);
    const acted = act(this.driver, before.local, this.actionOf(input));
    const { node } = acted.local;
    for (const cell of acted.cells) this.cells.add(cell);
    const breaches = [...this.askAgain(before.local, input, acted), ...acted.breaches];
    const breach = breaches.find(({ watch }) => this.watches.has(watch)) ?? null;
    const travels = (message: RaftMessage | ClientReply): boolean =>
      this.bounds.appends || !message.kind.startsWith('AppendEntries');
    const outcome: Outcome = {
      local: breach === null ? this.localId(acted.local, { local, input }) : local,
      messages: acted.left.filter(travels).map((message) => this.messageId(message)),
      elected: node.role === 'leader' && (before.role !== 'leader' || before.term !== node.term),
      committed: node.commitIndex > before.commitIndex,
      breach,
      served: acted.served,
      absurd: acted.breaches.some(({ check }) => check === 'Assertion'),
    };
    this.done.set(local, input, this.outcomes.length);
    this.outcomes.push(outcome);
    this.stepLocals.push(local);
    this.stepInputs.push(input);
    return outcome;
  }

  /** The same question twice must have the same answer. */
  private askAgain(before: Local, input: number, first: Acted): readonly Breach[] {
    if (!this.watches.has('ports')) return [];
    const second = act(this.driver, before, this.actionOf(input));
    const told = ({ left }: Acted): string => left.map(messageText).join('\n');
    if (localKey(first.local) === localKey(second.local) && told(first) === told(second)) return [];
    const { id } = before.node.options;
    const sentence = `${id} answers one input in one state in two ways`;
    return [trespass('deterministic', 'rules', sentence)];
  }

  private localId(local: Local, from: Known['from']): number {
    const key = this.bounds.reads > 0 ? localKey(local) + readsText(local) : localKey(local);
    const known = this.localIds.get(key);
    if (known !== undefined) return known;
    const id = this.locals.length;
    this.localIds.set(key, id);
    const { node } = local;
    const match = this.options.map(() => 0);
    for (const { peer, matchIndex } of node.progress) match[serverIndex(peer)] = matchIndex;
    this.locals.push({
      local,
      server: local.server,
      role: node.role,
      term: node.term,
      storedTerm: local.stored.term,
      logId: this.ledgers.logId(node.log),
      storedId: this.ledgers.logId(local.stored.entries),
      logLength: node.log.length,
      commitIndex: node.commitIndex,
      electionArmed: local.electionArmed,
      heartbeatArmed: local.heartbeatArmed,
      writing: local.pending.length > 0,
      match,
      renamed: this.renamings.map(() => -1),
      orbit: -1,
      from,
    });
    return id;
  }
}

function countsFor({ kind }: RaftMessage): KnownMessage['counts'] {
  if (kind === 'RequestVoteReply') return 'candidate';
  return kind === 'AppendEntriesReply' ? 'leader' : null;
}
