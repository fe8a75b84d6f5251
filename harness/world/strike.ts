/** Faults begin and end: each is looked up in the scenario, resolved to servers, recorded, done. */
import type { BusFault } from '../bus/bus.ts';
import type { Json } from '../raft/entry.ts';
import { mark } from './emitter.ts';
import { draw, keyOf, purpose } from './keyed.ts';
import { cutsOf } from './partition.ts';
import type { Fault } from './scenario.ts';
import { comeOnline, crash, goOffline, pause, resume, start } from './server.ts';
import { jump } from './timers.ts';
import type { ActiveFault, Host, World } from './world.ts';
import { codeOf, count, happening } from './world.ts';

/** The server a target names now, or -1: a leader that does not exist cannot be hit. */
function resolve(world: World, target: string, key: number): number {
  if (target === 'any') return -1;
  const named = world.names.indexOf(target);
  if (named >= 0) return named;
  let best = -1;
  const fitting: number[] = [];
  for (const host of world.hosts) {
    if (!host.up || host.node.role === 'offline') continue;
    const { role, term } = host.node;
    if (role === target) fitting.push(host.index);
    if (role === 'leader' && target === 'leader') {
      const bestTerm = world.hosts[best]?.node.term ?? -1;
      if (term > bestTerm) best = host.index;
    }
  }
  if (target === 'leader') return best;
  return fitting.length === 0
    ? -1
    : (fitting[draw(world.scenario.seed, purpose.target, key, 0) % fitting.length] ?? -1);
}

function targetsOf(fault: Fault): readonly string[] {
  if ('server' in fault) return [fault.server];
  return fault.kind === 'partition' ? fault.side : [];
}

/** Records the phase; what follows from it names this record as its cause. */
function note(world: World, active: ActiveFault, phase: 'start' | 'end'): void {
  const { emitter } = world;
  const seq = emitter.take(mark.fault, world.now, phase === 'start' ? active.index : ~active.index);
  const show = emitter.on.fault;
  if (show !== null) {
    const { fault, index } = active;
    const detail: { [name: string]: Json } = { ...fault };
    const names = active.hosts.map((at) => world.hosts[at]?.id ?? '');
    if ('server' in fault) detail['server'] = names[0] ?? null;
    if (fault.kind === 'partition') detail['side'] = names;
    if ('percent' in fault) {
      detail['from'] = nameOf(world, active.from);
      detail['to'] = nameOf(world, active.to);
    }
    show({
      kind: 'fault',
      seq,
      at: world.now,
      cause: -1,
      fault: index,
      name: fault.kind,
      phase,
      detail,
    });
  }
  world.cause = seq;
}

function nameOf(world: World, participant: number): string {
  if (participant === -1) return 'any';
  return (world.hosts[participant] ?? world.clients[participant - world.hosts.length])?.id ?? '';
}

/** What a fault's draws are keyed by: what it is and whom it hits, but not when or how much. */
function identity(fault: Fault): string {
  if ('percent' in fault) return [fault.kind, fault.from, fault.to, fault.message].join(' ');
  return [fault.kind, ...targetsOf(fault)].join(' ');
}

/** The fault with its targets resolved to participants; undefined: there is nobody to hit now. */
export function aimed(world: World, fault: Fault, index: number): ActiveFault | undefined {
  const key = keyOf(identity(fault));
  const hosts = targetsOf(fault).map((target) => resolve(world, target, key));
  const isLink = 'percent' in fault;
  const from = isLink ? resolve(world, fault.from, key) : -1;
  const to = isLink ? resolve(world, fault.to, key) : -1;
  if (isLink && ((fault.from !== 'any' && from === -1) || (fault.to !== 'any' && to === -1))) {
    return undefined;
  }
  const struck = [...new Set(hosts.filter((host) => host >= 0 && host < world.hosts.length))];
  if (hosts.length > 0 && struck.length === 0) return undefined;
  return { index, fault, key, from, to, hosts: struck };
}

/** The fault at `index` of the scenario strikes. */
export function strike(world: World, index: number): void {
  const fault = world.scenario.faults[index];
  if (fault === undefined || world.quiet) return;
  const active = aimed(world, fault, index);
  if (active === undefined || !applicable(world, active)) return;
  if (fault.kind === 'crash' && fault.boundary !== undefined) setTrap(world, active);
  else hit(world, active);
}

function hit(world: World, active: ActiveFault): void {
  const { fault, index } = active;
  note(world, active, 'start');
  count(world, fault.kind);
  impose(world, active);
  if (!('forMs' in fault)) return;
  world.active.push(active);
  world.queue.push(
    world.now + fault.forMs * 1_000,
    codeOf(happening.faultEnd, index & 511, index >> 9),
    undefined,
  );
}

/** The server crashes when it next comes to that side of a write. */
function setTrap(world: World, trap: ActiveFault): void {
  const { traps } = world;
  traps.push(trap);
  world.powerFails ??= (host, boundary, tell): boolean => {
    const at = traps.findIndex(
      ({ fault, hosts }) =>
        fault.kind === 'crash' && fault.boundary === boundary && hosts[0] === host.index,
    );
    const sprung = traps[at];
    if (sprung === undefined || !applicable(world, sprung)) return false;
    traps.splice(at, 1);
    tell();
    hit(world, sprung);
    return true;
  };
}

/** A server that is down cannot be crashed or paused once more. */
function applicable(world: World, active: ActiveFault): boolean {
  const host = world.hosts[active.hosts[0] ?? -1];
  switch (active.fault.kind) {
    case 'crash':
    case 'pause':
      return host !== undefined && host.up && !host.paused;
    case 'offline':
      return host !== undefined && host.up && !host.paused && host.node.role !== 'offline';
    default:
      return true;
  }
}

function cut(world: World, active: ActiveFault, by: 1 | -1): void {
  const { participants, blocked, blockedBy } = world;
  for (const link of cutsOf(world.hosts.length, participants, active)) {
    blocked[link] = (blocked[link] ?? 0) + by;
    if (by === 1) blockedBy[link] = active.index;
  }
}

/** The fault has its effect from now on; nothing of it is recorded here. */
export function impose(world: World, active: ActiveFault): void {
  const { fault } = active;
  const host = world.hosts[active.hosts[0] ?? -1];
  switch (fault.kind) {
    case 'drop':
    case 'delay':
    case 'duplicate':
    case 'reorder':
      world.linkFaults.push(active);
      break;
    case 'partition':
      cut(world, active, 1);
      break;
    case 'lockExpiry':
    case 'redeliver':
    case 'throttle':
    case 'brokerRestart':
    case 'slowSubscription':
    case 'deadLetter':
      world.bus.inject(busFault(world, fault, host), world.now);
      break;
    default:
      if (host !== undefined) afflict(world, host, active);
  }
}

/** A fault of one server. */
function afflict(world: World, host: Host, active: ActiveFault): void {
  const { fault } = active;
  switch (fault.kind) {
    case 'crash':
      crash(world, host, active);
      break;
    case 'offline':
      goOffline(world, host, active.index);
      break;
    case 'pause':
      pause(world, host, active.index);
      break;
    case 'clockSkew':
      host.skewPerMille = fault.perMille;
      break;
    case 'clockJump':
      jump(world, host, fault.byMs * 1_000);
      break;
    case 'slowDisk':
      host.slowDiskMicros = fault.byMs * 1_000;
      break;
    default:
      throw new Error(`${fault.kind} is not a fault of one server`);
  }
}

type BrokerFault = Extract<
  Fault,
  {
    readonly kind:
      'lockExpiry' | 'redeliver' | 'throttle' | 'brokerRestart' | 'slowSubscription' | 'deadLetter';
  }
>;

function busFault(world: World, fault: BrokerFault, host: Host | undefined): BusFault {
  const path = host?.path ?? '';
  switch (fault.kind) {
    case 'lockExpiry':
      return { kind: 'expireLocks', path };
    case 'redeliver':
      return { kind: 'redeliver', path, count: fault.count };
    case 'throttle':
      return { kind: 'throttle', untilMicros: endOf(world, fault.forMs) };
    case 'brokerRestart':
      return { kind: 'restart' };
    case 'slowSubscription': {
      const untilMicros = endOf(world, fault.forMs);
      return { kind: 'slow', path, extraMicros: fault.byMs * 1_000, untilMicros };
    }
    case 'deadLetter':
      return { kind: 'deadLetter', path };
    default: {
      const never: never = fault;
      throw new Error(`unknown broker fault ${JSON.stringify(never)}`);
    }
  }
}

function endOf(world: World, forMs: number): number {
  return Math.min(world.now + forMs * 1_000, world.scenario.limits.runMs * 1_000);
}

/** Ends what a fault did to links. */
export function reconnect(world: World, active: ActiveFault): void {
  const link = world.linkFaults.indexOf(active);
  if (link >= 0) world.linkFaults.splice(link, 1);
  if (active.fault.kind === 'partition') cut(world, active, -1);
}

/** The fault at `index` is over, if it is still under way. */
export function relieve(world: World, index: number): void {
  const at = world.active.findIndex((active) => active.index === index);
  const active = world.active[at];
  if (active === undefined) return;
  world.active.splice(at, 1);
  const { fault } = active;
  const host = world.hosts[active.hosts[0] ?? -1];
  note(world, active, 'end');
  reconnect(world, active);
  if (host === undefined) return;
  if (fault.kind === 'crash') start(world, host);
  else if (fault.kind === 'offline') backOnline(world, host);
  else if (fault.kind === 'pause' && host.up && host.paused) resume(world, host, active.index);
  else if (fault.kind === 'clockSkew') host.skewPerMille = 0;
  else if (fault.kind === 'slowDisk') host.slowDiskMicros = 0;
}

/** A server that crashed while it was off line comes back by its restart. */
function backOnline(world: World, host: Host): void {
  if (host.up && host.node.role === 'offline') comeOnline(world, host);
}

/** Everything unkind ends, in the order in which it began. */
export function relieveAll(world: World): void {
  world.traps.length = 0;
  while (world.active[0] !== undefined) relieve(world, world.active[0].index);
}
