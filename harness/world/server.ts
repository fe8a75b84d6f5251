/** A server process: started, crashed, taken off line and back, paused and resumed. */
import type { ReceiveMode } from '../bus/bus.ts';
import type { NodeOptions } from '../raft/node.ts';
import { entryRefs, snapshotRef } from './changes.ts';
import { flush, losePower, newDisk, storedOn } from './disk.ts';
import type { Loss, PendingWrite, Tear } from './disk.ts';
import { mark } from './emitter.ts';
import { draw, purpose } from './keyed.ts';
import type { Scenario } from './scenario.ts';
import { Fifo } from './fifo.ts';
import { numbered } from './names.ts';
import { newTimer, silence } from './timers.ts';
import { offlineInput, onlineInput } from './inputs.ts';
import { unheard } from './transmit.ts';
import { deliver, feed, ring, ringOverdue, tellDue, tellDurable } from './turn.ts';
import type { ActiveFault, Host, Outgoing, World } from './world.ts';
import { count } from './world.ts';

/** 0 where there are no leases: they trust clocks, and a schedule lets timers ring when it likes. */
export function leaseDriftBoundOf({ cluster, schedule }: Scenario): number {
  return schedule === undefined ? cluster.features.leaseDriftBound : 0;
}

export function nodeOptions(scenario: Scenario, id: string): NodeOptions {
  const { cluster, workload } = scenario;
  const { features } = cluster;
  const names = numbered('S', cluster.servers);
  const leaseDriftBound = leaseDriftBoundOf(scenario);
  const voters = cluster.servers - cluster.learners - cluster.spares;
  return {
    id,
    servers: names.slice(0, voters),
    learners: names.slice(voters, voters + cluster.learners),
    electionLowMicros: cluster.electionMs.min * 1_000,
    electionHighMicros: cluster.electionMs.max * 1_000 + 1,
    heartbeatMicros: cluster.heartbeatMs * 1_000,
    entriesPerAppendMax: cluster.entriesPerAppendMax,
    inflightMax: cluster.inflightMax,
    sessions: workload.sessions === 'given' ? numbered('c', workload.clients) : [],
    preVote: features.preVote,
    checkQuorum: features.checkQuorum,
    leaseMicros:
      leaseDriftBound === 0 ? 0 : Math.floor((cluster.electionMs.min * 1_000) / leaseDriftBound),
    snapshotEvery: features.snapshotEvery,
    snapshotKeep: features.snapshotKeep,
    snapshotChunkBytes: features.snapshotChunkBytes,
    bytesPerAppendMax: features.bytesPerAppendMax,
    uncommittedMax: features.uncommittedMax,
    sessionsMax: features.sessionsMax,
  };
}

export function openReceiver(
  world: World,
  who: { readonly id: string; readonly path: string },
  mode: ReceiveMode,
): void {
  world.bus.submit(
    {
      kind: 'openReceiver',
      token: 0,
      receiver: who.id,
      path: who.path,
      mode,
      prefetch: world.scenario.bus.prefetch,
    },
    world.now,
  );
}

/** Opens the server's receiver, unless it is open. */
export function connect(world: World, host: Host): void {
  if (!host.connected) openReceiver(world, host, world.scenario.bus.mode);
  host.connected = true;
}

/** The process starts (again): a new machine, and what the disk holds. */
export function start(world: World, host: Host): void {
  host.node = world.subject.create(nodeOptions(world.scenario, host.id), world.application);
  host.up = true;
  host.paused = false;
  connect(world, host);
  comeOnline(world, host);
}

/** The server joins with what its disk holds. */
export function comeOnline(world: World, host: Host): void {
  const stored = storedOn(host.disk);
  host.incarnation += 1;
  const { seen, incarnation } = host;
  seen.role = 'offline';
  seen.term = stored.term;
  seen.votedFor = stored.votedFor;
  seen.leader = null;
  seen.commitIndex = stored.snapshot?.index ?? 0;
  forgetTold(host);
  const { emitter } = world;
  const seq = emitter.take(mark.online, world.now, stored.term, host.index);
  const show = emitter.on.online;
  if (show !== null) {
    const { term, votedFor } = stored;
    const snapshot = stored.snapshot === null ? null : snapshotRef(stored.snapshot);
    const entries = entryRefs(stored.entries);
    const { id: server } = host;
    show({
      kind: 'online',
      seq,
      at: world.now,
      cause: world.cause,
      server,
      incarnation,
      term,
      votedFor,
      snapshot,
      entries,
    });
  }
  world.cause = seq;
  feed(world, host, onlineInput(stored, incarnation), 0);
}

/** Writes begin to count anew with each start: what was told belongs to the life before. */
function forgetTold(host: Host): void {
  host.telling.length = 0;
  host.toldEarly.clear();
  host.confirmed = 0;
}

/** Where the power may have gone while this record was written; null: it is there or it is not. */
function tearOf({ write }: PendingWrite, drawn: number): Tear | null {
  const cuts = write.log === null ? 0 : write.log.entries.length + 1;
  if (write.snapshot === null) {
    return cuts === 0 ? null : { snapshot: false, entries: drawn % cuts };
  }
  // Before it was renamed, after that, and anywhere in the log's change; nothing is discarded yet.
  const step = drawn % (cuts + 2);
  return { snapshot: step > 0, entries: Math.max(-1, step - 2) };
}

/** What of the unsynced writes survives: the scenario says how, the fault's key decides how much. */
function lossOf(world: World, host: Host, active: ActiveFault): Loss {
  const { pending } = host.disk;
  const how = active.fault.kind === 'crash' ? active.fault.disk : 'lose';
  if (how === 'lose' || pending.length === 0) return { kept: 0, torn: null };
  const { seed } = world.scenario;
  const kept = draw(seed, purpose.crash, active.key, host.incarnation) % (pending.length + 1);
  const next = pending.at(kept);
  if (how === 'some' || next === undefined) return { kept, torn: null };
  return { kept, torn: tearOf(next, draw(seed, purpose.torn, active.key, host.incarnation)) };
}

/** The process dies; memory is gone, and what was not synced may be. */
export function crash(world: World, host: Host, active: ActiveFault): void {
  fall(world, host, { loss: lossOf(world, host, active), fault: active.index });
}

/** The process dies with just this loss. */
export function fall(
  world: World,
  host: Host,
  { loss, fault }: { readonly loss: Loss; readonly fault: number },
): void {
  const { pending } = host.disk;
  const first = pending.at(0)?.write.id ?? host.node.lastWrite + 1;
  const survived = first - 1 + loss.kept;
  const tornWrite = pending.at(loss.kept)?.write.id;
  const torn =
    loss.torn === null || tornWrite === undefined ? null : { write: tornWrite, ...loss.torn };
  const lost = losePower(host.disk, loss);
  stop(world, host);
  const { emitter } = world;
  const seq = emitter.take(mark.crash, world.now, survived, host.index);
  if (lost > 0) count(world, torn === null ? 'lostWrites' : 'tornWrite');
  const show = emitter.on.crash;
  if (show === null) return;
  show({
    kind: 'crash',
    seq,
    at: world.now,
    cause: world.cause,
    server: host.id,
    fault,
    survived,
    torn,
    lost,
  });
}

function stop(world: World, host: Host): void {
  host.up = false;
  host.paused = false;
  host.outbox.clear();
  host.inbox.length = 0;
  forgetTold(host);
  silence(host);
  if (host.connected) world.bus.submit({ kind: 'closeReceiver', receiver: host.id }, world.now);
  host.connected = false;
  world.pool?.forget(host.index);
}

/** The server leaves in good order; the process keeps running and ignores what it receives. */
export function goOffline(world: World, host: Host, fault: number): void {
  const { cause } = world;
  feed(world, host, offlineInput, 0);
  if (!host.up) return;
  const last = host.disk.pending.last();
  const { emitter } = world;
  if (last !== undefined) {
    flush(host.disk);
    const seq = emitter.take(mark.durable, world.now, last.write.id, host.index);
    const show = emitter.on.durable;
    if (show !== null) {
      const { id: write } = last.write;
      const { id: server } = host;
      show({ kind: 'durable', seq, at: world.now, cause: last.seq, server, write });
    }
  }
  host.outbox.clear();
  silence(host);
  const seq = emitter.take(mark.offline, world.now, host.index);
  const show = emitter.on.offline;
  if (show === null) return;
  show({ kind: 'offline', seq, at: world.now, cause, server: host.id, fault });
}

function notePause(
  world: World,
  host: Host,
  what: { readonly kind: 'pause' | 'resume'; readonly fault: number },
): number {
  const { emitter } = world;
  const seq = emitter.take(mark[what.kind], world.now, host.index);
  const show = emitter.on[what.kind];
  if (show !== null) {
    const { kind, fault } = what;
    const { cause } = world;
    show({ kind, seq, at: world.now, cause, server: host.id, fault });
  }
  return seq;
}

/** Timers and deliveries wait, memory stays, the bus's locks go on expiring. */
export function pause(world: World, host: Host, fault: number): void {
  host.paused = true;
  notePause(world, host, { kind: 'pause', fault });
}

export function resume(world: World, host: Host, fault: number): void {
  host.paused = false;
  notePause(world, host, { kind: 'resume', fault });
  const inbox = host.inbox;
  host.inbox = [];
  ringOverdue(world, host);
  tellDue(world, host);
  for (const waiting of inbox) {
    switch (waiting.kind) {
      case 'message':
        if (host.up) deliver(world, host, waiting.envelope, waiting);
        else unheard(world, waiting.envelope, waiting.lock);
        break;
      case 'timer':
        if (host.up) ring(world, host, waiting.timer);
        break;
      case 'durable':
        if (host.up) tellDurable(world, host, waiting.write, waiting.seq);
        break;
      default: {
        const never: never = waiting;
        throw new Error(`nothing waits like ${JSON.stringify(never)}`);
      }
    }
  }
}

export function newHost(
  world: { readonly scenario: Scenario; readonly participants: number },
  made: Pick<Host, 'index' | 'id' | 'path' | 'node'> & {
    readonly stored: Parameters<typeof newDisk>[0];
  },
): Host {
  // Field by field: copying `made` with a spread would give every server a shape of its own.
  const { index, id, path, node } = made;
  return {
    index,
    id,
    path,
    node,
    election: newTimer(),
    heartbeat: newTimer(),
    lease: newTimer(),
    disk: newDisk(made.stored),
    up: false,
    paused: false,
    connected: false,
    incarnation: 0,
    seen: {
      role: 'offline',
      term: 0,
      votedFor: null,
      leader: null,
      commitIndex: 0,
      configuration: node.configurations.at(-1)?.configuration ?? null,
      configurationIndex: 0,
    },
    matchSeen: new Int32Array(world.participants),
    nextSeen: new Int32Array(world.participants),
    outbox: new Fifo<Outgoing>(),
    inbox: [],
    skewPerMille: 0,
    slowDiskMicros: 0,
    telling: [],
    toldEarly: new Set(),
    confirmed: 0,
  };
}
