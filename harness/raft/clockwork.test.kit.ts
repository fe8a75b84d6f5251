/**
 * A few servers in virtual time, for what depends on time-outs: protection, leases, transfers. All
 * clocks run alike. Messages are late, lost and doubled; servers crash, pause and are cut off. A
 * server that wakes learns of its timers first, as the machine's caller owes it.
 */
import { raft } from './machine.ts';
import type { ClientRequest, RaftMessage, RequestPayload } from './message.ts';
import type { Node, NodeOptions } from './node.ts';
import type { Effect, Input, Subject, Timer } from './step.ts';
import { counter, optionsFor } from './network.test.kit.ts';

interface Server {
  readonly id: string;
  node: Node;
  starts: number;
  /** Nothing reaches it before. */
  awakeAt: number;
  cutUntil: number;
  readonly timers: Map<Timer, { readonly at: number; readonly generation: number }>;
}

interface Flight {
  readonly at: number;
  readonly to: string;
  readonly from: string;
  readonly input: Input;
}

/** A read under way: the counter stood at least so high when it was asked. */
interface Asked {
  readonly floor: number;
  readonly via: 'index' | 'lease';
}

export interface Clockwork {
  readonly subject: Subject;
  readonly servers: readonly Server[];
  flights: Flight[];
  /** Links that lose messages, as `from>to`, and until when. */
  readonly cuts: Map<string, number>;
  now: number;
  seed: number;
  serial: number;
  /** The highest counter that any server has applied. */
  height: number;
  readonly asked: Map<number, Asked>;
  /** What came of it: reads by what vouched for them, terms that had leaders, hand-overs. */
  readonly tally: { index: number; lease: number; leaders: Set<number>; transfers: number };
}

export interface Plan {
  readonly seed: number;
  readonly options: Partial<NodeOptions>;
  readonly subject?: Subject;
  readonly servers?: number;
  readonly microseconds: number;
}

/** Runs a plan. Throws when a read misses what was applied somewhere before it was asked. */
export function runClockwork(plan: Plan): Clockwork {
  const subject = plan.subject ?? raft;
  const count = plan.servers ?? 3;
  const servers = optionsFor(count, 'n1').servers.map((id): Server => {
    const node = subject.create({ ...optionsFor(count, id), ...plan.options }, counter);
    return { id, node, starts: 0, awakeAt: 0, cutUntil: 0, timers: new Map() };
  });
  const tally = { index: 0, lease: 0, leaders: new Set<number>(), transfers: 0 };
  const rest = {
    flights: [],
    cuts: new Map(),
    now: 0,
    serial: 0,
    height: 0,
    asked: new Map(),
    tally,
  };
  const world: Clockwork = { subject, servers, seed: plan.seed | 0, ...rest };
  for (const server of servers) start(world, server, []);
  let nextWish = 0;
  while (world.now < plan.microseconds) {
    const due = nextDue(world);
    if (nextWish <= due.at) {
      world.now = nextWish;
      wish(world);
      nextWish += 2_000 + chance(world, 20_000);
    } else {
      world.now = due.at;
      due.happen();
    }
  }
  return world;
}

/** 0 … below - 1. */
function chance(world: Clockwork, below: number): number {
  world.seed = (world.seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(world.seed ^ (world.seed >>> 15), 1 | world.seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

interface Due {
  readonly at: number;
  happen(): void;
}

/** What happens next; of what is due at once, timers come first. */
function nextDue(world: Clockwork): Due {
  let best: Due = { at: Infinity, happen: () => undefined };
  for (const server of world.servers) {
    for (const [timer, { at, generation }] of server.timers) {
      const when = Math.max(at, server.awakeAt);
      if (when >= best.at) continue;
      best = {
        at: when,
        happen() {
          server.timers.delete(timer);
          feed(world, server, { kind: 'expire', timer, generation });
        },
      };
    }
  }
  for (const flight of world.flights) {
    const server = serverOf(world, flight.to);
    const when = Math.max(flight.at, server.awakeAt);
    if (when >= best.at) continue;
    best = {
      at: when,
      happen() {
        world.flights = world.flights.filter((known) => known !== flight);
        if (server.cutUntil <= world.now) feed(world, server, flight.input);
      },
    };
  }
  return best;
}

function serverOf(world: Clockwork, id: string): Server {
  const server = world.servers.find((known) => known.id === id);
  if (server === undefined) throw new Error(`no server ${id}`);
  return server;
}

function start(world: Clockwork, server: Server, entries: Node['log']): void {
  const { term, votedFor } = server.node;
  const { subject } = world;
  server.node = subject.create(server.node.options, counter);
  server.timers.clear();
  const stored = { term, votedFor, snapshot: null, entries };
  server.starts += 1;
  feed(world, server, { kind: 'online', stored, incarnation: server.starts });
}

function feed(world: Clockwork, server: Server, input: Input): void {
  let effects = world.subject.step(server.node, input);
  const sends: RaftMessage[] = [];
  // Disks are immediate: messages leave after the writes of their step.
  for (;;) {
    let write = 0;
    for (const effect of effects) {
      if (effect.kind === 'persist') write = effect.write.id;
      else if (effect.kind === 'send') sends.push(effect.message);
      else note(world, server, effect);
    }
    if (write === 0) break;
    effects = world.subject.step(server.node, { kind: 'persisted', write });
  }
  const { role, term, state } = server.node;
  if (role === 'leader') world.tally.leaders.add(term);
  if (typeof state === 'number') world.height = Math.max(world.height, state);
  for (const message of sends) post(world, server, message);
}

function note(world: Clockwork, server: Server, effect: Effect): void {
  if (effect.kind === 'arm') {
    const { timer, generation, lowMicros, highMicros } = effect;
    const at = world.now + lowMicros + chance(world, highMicros - lowMicros);
    server.timers.set(timer, { at, generation });
  } else if (effect.kind === 'disarm') server.timers.delete(effect.timer);
  else if (effect.kind === 'serve') world.tally[effect.via] += 1;
  else if (effect.kind === 'answer') {
    const { serial, answer } = effect.message;
    const read = world.asked.get(serial);
    if (answer.kind !== 'done') return;
    if (effect.message.to === 'ops') world.tally.transfers += 1;
    if (read === undefined || typeof answer.result !== 'number') return;
    if (answer.result < read.floor) {
      throw new Error(`stale: ${read.via} read ${serial} at ${server.id}, ${world.now} µs`);
    }
  }
}

function post(world: Clockwork, server: Server, message: RaftMessage): void {
  const cutUntil = world.cuts.get(`${message.from}>${message.to}`) ?? 0;
  if (Math.max(server.cutUntil, cutUntil) > world.now || chance(world, 30) === 0) return;
  const copies = chance(world, 30) === 0 ? 2 : 1;
  for (let left = copies; left > 0; left -= 1) {
    // Mostly quick, some as late as an election takes, few much later than that.
    const slow = [300, 300, 300, 20_000, 20_000, 200_000, 900_000][chance(world, 7)] ?? 0;
    const late = chance(world, 3) === 0 ? slow : 3_000;
    const at = world.now + 200 + chance(world, late);
    const { from, to } = message;
    world.flights.push({ at, from, to, input: { kind: 'receive', message } });
  }
}

/** A client's or an operator's wish, or a fault. */
function wish(world: Clockwork): void {
  const server = world.servers[chance(world, world.servers.length)];
  if (server === undefined) throw new Error('a cluster has servers');
  const which = chance(world, 1_000);
  if (which < 480) read(world, server, chance(world, 3) > 0 ? 'lease' : 'index');
  else if (which < 920) add(world);
  else if (which < 940) hand(world);
  else if (which < 950) server.awakeAt = world.now + chance(world, 400_000);
  else if (which < 965) isolate(world, server);
  else if (which < 985) cutLink(world, server);
  else start(world, server, server.node.log);
}

function ask(world: Clockwork, server: Server, payload: RequestPayload): void {
  const from = payload.kind === 'transfer' ? 'ops' : 'c1';
  const request: ClientRequest = { kind: 'ClientRequest', from, to: server.id, payload };
  // Clients are not cut off: that a server is, is what makes its reads interesting.
  if (server.awakeAt <= world.now) feed(world, server, { kind: 'propose', request });
}

/** Reads go to whoever leads, or believes so, more often than not. */
function read(world: Clockwork, server: Server, via: 'index' | 'lease'): void {
  world.serial += 1;
  const { serial } = world;
  world.asked.set(serial, { floor: world.height, via });
  const leaders = world.servers.filter(({ node }) => node.role === 'leader');
  const chosen = chance(world, 4) === 0 ? server : leaders[chance(world, leaders.length || 1)];
  const payload = { kind: 'read', session: 'c1', serial, via, command: { add: 0 } } as const;
  ask(world, chosen ?? server, payload);
}

/** One of those who lead, or believe so, is asked. */
function add(world: Clockwork): void {
  world.serial += 1;
  const { serial } = world;
  const leaders = world.servers.filter(({ node }) => node.role === 'leader');
  const chosen = leaders[chance(world, leaders.length || 1)];
  const payload = { kind: 'command', session: 'c1', serial, acknowledged: 0 } as const;
  if (chosen !== undefined) ask(world, chosen, { ...payload, command: { add: 1 } });
}

function hand(world: Clockwork): void {
  world.serial += 1;
  const target = world.servers[chance(world, world.servers.length)]?.id ?? 'n1';
  for (const server of world.servers) {
    if (server.node.role !== 'leader') continue;
    ask(world, server, { kind: 'transfer', serial: world.serial, target });
  }
}

/** A follower and its leader hear each other no more, everyone else hears both. */
function cutLink(world: Clockwork, { id }: Server): void {
  const leader = world.servers.find(({ node }) => node.role === 'leader');
  if (leader === undefined) return;
  const until = world.now + chance(world, 600_000);
  world.cuts.set(`${id}>${leader.id}`, until);
  world.cuts.set(`${leader.id}>${id}`, until);
}

/** A leader is cut off sooner than others. */
function isolate(world: Clockwork, server: Server): void {
  const leader = world.servers.find(({ node }) => node.role === 'leader');
  const chosen = chance(world, 3) === 0 ? server : (leader ?? server);
  chosen.cutUntil = world.now + chance(world, 400_000);
}
