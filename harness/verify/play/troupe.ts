/**
 * A few servers on a stage: messages wait on their links until the play delivers them, timers run
 * out when it says so, disks obey it. What a command sets in motion is told in lines of words.
 */
import type { Entry, ServerId } from '../../raft/entry.ts';
import { raft } from '../../raft/machine.ts';
import type { ClientReply, RaftMessage, RequestPayload } from '../../raft/message.ts';
import { plainOptions } from '../../raft/node.ts';
import type { Node, NodeOptions, StateMachine } from '../../raft/node.ts';
import { done, refused } from '../../raft/outcome.ts';
import type { Effect, Input, Snapshot, Subject, Timer, Write } from '../../raft/step.ts';
import { effectText, linkText } from './telling.ts';

/** A few named values: `set` and `read`. Plain JSON, so that snapshots need no help. */
export const values: StateMachine<{ readonly [key: string]: number }> = {
  start: () => ({}),
  apply(state, { f, key, value }) {
    if (typeof key !== 'string') return refused('a command needs a key');
    if (f === 'read') return done(state, state[key] ?? null);
    if (typeof value !== 'number') return refused('a value is a number');
    return done({ ...state, [key]: value }, null);
  },
};

interface Disk {
  term: number;
  votedFor: ServerId | null;
  snapshot: Snapshot | null;
  entries: readonly Entry[];
}

interface Held {
  readonly message: RaftMessage | ClientReply;
  readonly after: number;
}

export interface Actor {
  readonly id: ServerId;
  node: Node;
  disk: Disk;
  /** Not confirmed yet, oldest first, and those of them that were reported ahead of others. */
  unsynced: Write[];
  early: Set<number>;
  held: Held[];
  starts: number;
}

export interface Setting {
  readonly servers: readonly ServerId[];
  readonly learners: readonly ServerId[];
  readonly spares: readonly ServerId[];
  readonly options: Partial<NodeOptions>;
  readonly slowDisks: boolean;
  /** What disks hold at the beginning; those left out are empty. */
  readonly disks: ReadonlyMap<ServerId, Disk>;
  readonly subject?: Subject;
}

const clients = ['c1', 'c2', 'c3'];
const deliveriesMax = 10_000;

export class Troupe {
  readonly actors: readonly Actor[];
  /** What was said since it was last asked. */
  told: string[] = [];
  private readonly subject: Subject;
  private readonly slowDisks: boolean;
  private readonly links = new Map<string, RaftMessage[]>();
  private readonly cuts = new Set<string>();
  private readonly serials = new Map<string, number>();

  constructor(setting: Setting) {
    const { servers, learners, spares, options, disks } = setting;
    this.subject = setting.subject ?? raft;
    this.slowDisks = setting.slowDisks;
    this.actors = [...servers, ...learners, ...spares].map((id): Actor => {
      const base = { ...plainOptions, ...options, id, servers, learners, sessions: clients };
      const disk = disks.get(id) ?? { term: 0, votedFor: null, snapshot: null, entries: [] };
      const node = this.subject.create(base, values);
      return { id, node, disk, unsynced: [], early: new Set(), held: [], starts: 0 };
    });
    for (const actor of this.actors) this.start(actor);
    this.told = [];
  }

  actor(id: ServerId): Actor | undefined {
    return this.actors.find((actor) => actor.id === id);
  }

  /** Comes on line with what its disk holds. */
  start(actor: Actor): void {
    const { disk, starts: incarnation } = actor;
    actor.starts += 1;
    this.give(actor, { kind: 'online', stored: disk, incarnation });
  }

  /** Memory and unsynced writes are gone. */
  crash(actor: Actor): void {
    actor.unsynced = [];
    actor.early.clear();
    actor.held = [];
    actor.node = this.subject.create(actor.node.options, values);
  }

  expire(actor: Actor, timer: Timer): void {
    const { electionGeneration, heartbeatGeneration, leaseGeneration } = actor.node;
    const generations = {
      election: electionGeneration,
      heartbeat: heartbeatGeneration,
      lease: leaseGeneration,
    };
    this.give(actor, { kind: 'expire', timer, generation: generations[timer] });
  }

  /** A client (or an operator) asks; serials count by themselves, `serial` repeats an old one. */
  ask(
    actor: Actor,
    client: string,
    payload: (serial: number) => RequestPayload,
    serial?: number,
  ): void {
    const next = serial ?? (this.serials.get(client) ?? 0) + 1;
    this.serials.set(client, Math.max(next, this.serials.get(client) ?? 0));
    const request = {
      kind: 'ClientRequest',
      from: client,
      to: actor.id,
      payload: payload(next),
    } as const;
    this.give(actor, { kind: 'propose', request });
  }

  /** Messages on the way from one server to another, oldest first. */
  link(from: ServerId, to: ServerId): RaftMessage[] {
    const key = `${from} ${to}`;
    const known = this.links.get(key);
    if (known !== undefined) return known;
    const made: RaftMessage[] = [];
    this.links.set(key, made);
    return made;
  }

  deliver(message: RaftMessage): void {
    const actor = this.actor(message.to);
    if (actor !== undefined) this.give(actor, { kind: 'receive', message });
  }

  /** Delivers everything, one message of each link in turn, until nothing is on its way. */
  settle(): number {
    let delivered = 0;
    for (let moved = true; moved;) {
      moved = false;
      for (const from of this.actors) {
        for (const to of this.actors) {
          const message = this.link(from.id, to.id).shift();
          if (message === undefined) continue;
          this.deliver(message);
          delivered += 1;
          moved = true;
        }
      }
      if (delivered > deliveriesMax) throw new Error('the messages never end');
    }
    return delivered;
  }

  /** Nothing that is on its way arrives; returns how many those were. */
  dropAll(): number {
    let dropped = 0;
    for (const link of this.links.values()) dropped += link.splice(0).length;
    return dropped;
  }

  cut(from: ServerId, to: ServerId): void {
    this.cuts.add(`${from} ${to}`);
  }

  heal(): void {
    this.cuts.clear();
  }

  /** The write at this place of those under way becomes durable; 0 is the oldest. */
  sync(actor: Actor, at: number = 0): boolean {
    const write = actor.unsynced[at];
    if (write === undefined || actor.early.has(write.id)) return false;
    actor.early.add(write.id);
    for (let next = actor.unsynced[0]; next !== undefined; next = actor.unsynced[0]) {
      if (!actor.early.delete(next.id)) break;
      store(actor.disk, next);
      actor.unsynced.shift();
    }
    this.give(actor, { kind: 'persisted', write: write.id, first: write.id });
    return true;
  }

  private give(actor: Actor, input: Input): void {
    for (const effect of this.subject.step(actor.node, input)) this.take(actor, effect);
    this.release(actor);
    while (!this.slowDisks && this.sync(actor));
  }

  private take(actor: Actor, effect: Effect): void {
    if (effect.kind === 'persist') actor.unsynced.push(effect.write);
    if (effect.kind === 'send' || effect.kind === 'answer') actor.held.push(effect);
    const text = effectText(actor.id, effect);
    if (text !== null) this.told.push(text);
  }

  /** What waited for the disk leaves, as far as the disk is. */
  private release(actor: Actor): void {
    const oldest = actor.unsynced[0]?.id ?? Infinity;
    const ready = actor.held.filter(({ after }) => after < oldest);
    actor.held = actor.held.filter(({ after }) => after >= oldest);
    for (const { message } of ready) this.leave(message);
  }

  private leave(message: RaftMessage | ClientReply): void {
    const isCut = this.cuts.has(`${message.from} ${message.to}`);
    this.told.push(linkText(message, isCut));
    if (message.kind === 'ClientReply' || isCut) return;
    this.link(message.from, message.to).push(message);
  }
}

/** The disk after a write, its steps in order: term and vote, snapshot, log, what may go. */
function store(disk: Disk, { hard, log, snapshot }: Write): void {
  if (hard !== null) {
    disk.term = hard.term;
    disk.votedFor = hard.votedFor;
  }
  if (snapshot !== null) disk.snapshot = snapshot.snapshot;
  if (log !== null) {
    disk.entries = [...disk.entries.filter(({ index }) => index < log.from), ...log.entries];
  }
  if (snapshot !== null) {
    disk.entries = disk.entries.filter(({ index }) => index > snapshot.discardThrough);
  }
}
