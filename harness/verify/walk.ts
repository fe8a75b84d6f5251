/**
 * Walks of a small cluster with every feature on: what is too large to be explored in full is at
 * least walked through, by a drawn but fixed way, until the declared table has answered every input
 * in every role that can meet it.
 */
import { machine } from '../raft/machine.ts';
import type { ClientRequest, RaftMessage, RequestPayload } from '../raft/message.ts';
import { plainOptions } from '../raft/node.ts';
import type { Node, NodeOptions } from '../raft/node.ts';
import type { Effect, Input, Stored, Subject, Timer, Write } from '../raft/step.ts';
import { inputName } from '../raft/table.ts';
import { draw } from './draw.ts';
import { application, serverNames } from './local.ts';

const servers = 4;
const messagesMax = 40;
const staleMax = 20;
const names = serverNames(servers);

/** Three voters and a spare, all features on, snapshots as often as can be. */
function optionsOf(id: string): NodeOptions {
  return {
    ...plainOptions,
    id,
    servers: names.slice(0, servers - 1),
    sessions: ['c1'],
    entriesPerAppendMax: 2,
    inflightMax: 2,
    preVote: true,
    checkQuorum: true,
    leaseMicros: 120_000,
    snapshotEvery: 2,
    snapshotChunkBytes: 120,
    bytesPerAppendMax: 400,
    uncommittedMax: 4,
    sessionsMax: 3,
  };
}

interface Walker {
  readonly node: Node;
  stored: Stored;
  readonly pending: Write[];
  readonly timers: Map<Timer, number>;
  starts: number;
}

const empty: Stored = { term: 0, votedFor: null, snapshot: null, entries: [] };

/** The disk after a whole write: term and vote, snapshot, log, and what is needless is discarded. */
function written(stored: Stored, { hard, log, snapshot }: Write): Stored {
  let { entries } = stored;
  if (log !== null) {
    entries = [...entries.filter(({ index }) => index < log.from), ...log.entries];
  }
  if (snapshot !== null) entries = entries.filter(({ index }) => index > snapshot.discardThrough);
  const { term, votedFor } = hard ?? stored;
  return { term, votedFor, snapshot: snapshot?.snapshot ?? stored.snapshot, entries };
}

class Walk {
  /** `role/input/role`, as in the explorations. */
  readonly cells: Set<string> = new Set();
  private readonly walkers: readonly Walker[];
  private readonly messages: RaftMessage[] = [];
  private readonly stale: RaftMessage[] = [];
  private readonly subject: Subject;
  private readonly seed: number;
  private drawn = 0;
  private serial = 0;

  constructor(subject: Subject, seed: number) {
    this.subject = subject;
    this.seed = seed;
    this.walkers = names.map((id) => ({
      node: subject.create(optionsOf(id), application),
      stored: empty,
      pending: [],
      timers: new Map(),
      starts: 0,
    }));
  }

  /** One drawn happening. */
  step(): void {
    const walker = this.pick(this.walkers);
    if (walker === undefined) return;
    const chance = this.below(100);
    if (chance < 52) this.receive();
    else if (chance < 70) this.fsync(walker);
    else if (chance < 84) this.expire(walker);
    else if (chance < 96) this.request(walker);
    else this.comeAndGo(walker);
  }

  private below(limit: number): number {
    this.drawn += 1;
    return draw(this.seed, this.drawn) % limit;
  }

  private pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(Math.max(1, items.length))];
  }

  private feed(walker: Walker, input: Input): void {
    const { role } = walker.node;
    const effects = this.subject.step(walker.node, input);
    this.cells.add(`${role}/${inputName(input)}/${walker.node.role}`);
    for (const effect of effects) this.carryOut(walker, effect);
  }

  private carryOut(walker: Walker, effect: Effect): void {
    if (effect.kind === 'persist') walker.pending.push(effect.write);
    else if (effect.kind === 'arm') walker.timers.set(effect.timer, effect.generation);
    else if (effect.kind === 'disarm') walker.timers.delete(effect.timer);
    else if (effect.kind === 'send') {
      // Whoever waits for the disk is let out by it: here the disk is never in the way of a message.
      this.post(effect.message);
    }
  }

  private receive(): void {
    const again = this.below(6) === 0;
    const from = again ? this.stale : this.messages;
    const at = this.below(Math.max(1, from.length));
    const message = from[at];
    const walker = this.walkers.find(({ node }) => node.options.id === message?.to);
    if (message === undefined || walker === undefined) return;
    if (!again && this.below(10) > 1) from.splice(at, 1);
    this.feed(walker, { kind: 'receive', message });
  }

  /** Messages with entries and votes are many; of the others a copy may arrive much later. */
  private post(message: RaftMessage): void {
    this.messages.push(message);
    if (this.messages.length > messagesMax) this.messages.splice(this.below(messagesMax), 1);
    if (message.kind.startsWith('AppendEntries') || message.kind.includes('Vote')) return;
    if (this.stale.length < staleMax) this.stale.push(message);
    else this.stale[this.below(staleMax)] = message;
  }

  private fsync(walker: Walker): void {
    const { pending } = walker;
    const last = pending.at(-1);
    if (last === undefined) return;
    for (const write of pending) walker.stored = written(walker.stored, write);
    pending.length = 0;
    this.feed(walker, { kind: 'persisted', write: last.id });
  }

  private expire(walker: Walker): void {
    const timer = this.pick([...walker.timers.keys()]);
    const generation = timer === undefined ? undefined : walker.timers.get(timer);
    if (timer === undefined || generation === undefined) return;
    walker.timers.delete(timer);
    this.feed(walker, { kind: 'expire', timer, generation });
  }

  private request(walker: Walker): void {
    const { id } = walker.node.options;
    const request: ClientRequest = {
      kind: 'ClientRequest',
      from: 'c1',
      to: id,
      payload: this.payload(),
    };
    this.feed(walker, { kind: 'propose', request });
  }

  private payload(): RequestPayload {
    this.serial += 1;
    const { serial } = this;
    const other = this.pick(names) ?? '';
    const command = { serial };
    switch (this.below(10)) {
      case 0:
        return { kind: 'read', session: 'c1', serial, via: 'index', command };
      case 1:
        return { kind: 'read', session: 'c1', serial, via: 'lease', command };
      case 2:
        return { kind: 'transfer', serial, target: other };
      case 3: {
        const kind = this.pick(['addVoter', 'addLearner', 'remove'] as const) ?? 'remove';
        const changes = [{ kind, server: other }];
        const transition = this.below(2) === 0 ? 'simple' : 'joint';
        return { kind: 'reconfigure', serial, changes, transition };
      }
      default:
        return { kind: 'command', session: 'c1', serial, acknowledged: serial - 1, command };
    }
  }

  private comeAndGo(walker: Walker): void {
    if (walker.node.role === 'offline') {
      walker.starts += 1;
      this.feed(walker, { kind: 'online', stored: walker.stored, incarnation: walker.starts });
      return;
    }
    this.feed(walker, { kind: 'offline' });
    walker.timers.clear();
    this.fsync(walker);
  }
}

/** Each walk begins with empty disks: a cluster that removed all but one server shows little. */
const walkSteps = 1_000;

/** The cells that so many walks reach; machines that assert assert on the way. */
export function walk(options: {
  readonly subject?: Subject;
  readonly seed: number;
  readonly walks: number;
}): ReadonlySet<string> {
  const { subject = machine('walked'), seed, walks } = options;
  const cells = new Set<string>();
  for (let each = 0; each < walks; each += 1) {
    const walked = new Walk(subject, seed + each);
    for (let at = 0; at < walkSteps; at += 1) walked.step();
    for (const cell of walked.cells) cells.add(cell);
  }
  return cells;
}
