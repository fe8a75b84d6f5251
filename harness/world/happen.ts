/** What lay in wait comes about: a timer, an fsync's end, a fault, a client's moment, the quiet. */
import type { Timer } from '../raft/step.ts';
import { reopen } from './arrive.ts';
import { due, giveUp, retry } from './clients.ts';
import { mark } from './emitter.ts';
import { relieve, relieveAll, strike } from './strike.ts';
import { rings, timerOf } from './timers.ts';
import { drop, publish } from './transmit.ts';
import { ring, synced, tellDue } from './turn.ts';
import type { Envelope, World } from './world.ts';
import { codeOf, happening, indexOf, kindOf, sameStamp, stampOf } from './world.ts';

/** What lay in wait in the event queue comes about. */
export function happen(world: World, code: number, envelope: Envelope | undefined): void {
  const index = indexOf(code);
  switch (kindOf(code)) {
    case happening.electionTimer:
    case happening.heartbeatTimer:
    case happening.leaseTimer:
    case happening.told:
      onServer(world, kindOf(code), index);
      break;
    case happening.disk:
      onDisk(world, code);
      break;
    case happening.publish:
      if (envelope !== undefined) republish(world, envelope);
      break;
    case happening.faultStart:
      strike(world, index | (stampOf(code) << 9));
      break;
    case happening.faultEnd:
      relieve(world, index | (stampOf(code) << 9));
      break;
    case happening.reopen:
      reopen(world, index);
      break;
    case happening.quiet:
      quieten(world);
      break;
    case happening.finish:
      world.finished = true;
      break;
    default:
      onClient(world, code);
  }
}

function onClient(world: World, code: number): void {
  const client = world.clients[indexOf(code) - world.hosts.length];
  if (client === undefined) return;
  switch (kindOf(code)) {
    case happening.operation: {
      const { operations, operator } = world.scenario.workload;
      const isOperator = client.index === world.hosts.length + world.scenario.workload.clients;
      const task = (isOperator ? operator : operations)[stampOf(code)];
      if (task !== undefined) due(world, client, task);
      break;
    }
    case happening.retry:
      if (sameStamp(code, client.attempts)) retry(world, client);
      break;
    case happening.timeout:
      if (sameStamp(code, client.serial)) giveUp(world, client);
      break;
    default:
      throw new Error(`nothing happens by code ${code}`);
  }
}

/** An fsync is over, unless it is that of an earlier life. */
function onDisk(world: World, code: number): void {
  const host = world.hosts[indexOf(code)];
  if (host === undefined || !sameStamp(code, host.incarnation)) return;
  if (host.disk.syncing > 0) synced(world, host);
}

function onServer(world: World, kind: number, index: number): void {
  if (kind === happening.electionTimer) onTimer(world, index, 'election');
  else if (kind === happening.heartbeatTimer) onTimer(world, index, 'heartbeat');
  else if (kind === happening.leaseTimer) onTimer(world, index, 'lease');
  else {
    const host = world.hosts[index];
    if (host !== undefined) tellDue(world, host);
  }
}

function onTimer(world: World, index: number, timer: Timer): void {
  const host = world.hosts[index];
  if (host === undefined || !rings(world, host, timer)) return;
  // Where there are leases a server that stood still hears of these before anything else.
  if (host.paused && world.leases && timer !== 'election') timerOf(host, timer).armed = true;
  else if (host.paused) host.inbox.push({ kind: 'timer', timer });
  else ring(world, host, timer);
}

/** A message that a fault held back, or doubled, reaches the bus unless its link is cut now. */
function republish(world: World, envelope: Envelope): void {
  const link = envelope.from * world.participants + envelope.to;
  if (world.blocked[link] !== 0) drop(world, envelope, world.blockedBy[link] ?? -1);
  else publish(world, envelope);
}

function quieten(world: World): void {
  relieveAll(world);
  world.quiet = true;
  const { emitter } = world;
  const seq = emitter.take(mark.quiet, world.now, 0);
  emitter.on.quiet?.({ kind: 'quiet', seq, at: world.now, cause: -1 });
  world.queue.push(
    world.now + world.scenario.limits.quietMs * 1_000,
    codeOf(happening.finish, 0, 0),
    undefined,
  );
  const [probe] = world.clients;
  if (probe === undefined) return;
  for (const key of new Set(world.scenario.workload.operations.map((operation) => operation.key))) {
    due(world, probe, { atMs: 0, client: probe.id, f: 'read', key, value: null });
  }
}
