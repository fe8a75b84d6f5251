/**
 * What each record of a trace makes happen in the replayed world. A record that stands for something
 * from outside (a delivery, a timer, an fsync's end, a crash) is played; whatever follows from it,
 * the machines do by themselves. Null: played. A text: why it cannot be.
 */
import type {
  CrashRecord,
  DropRecord,
  DurableRecord,
  FaultRecord,
  HistoryRecord,
  OnlineRecord,
  OperateRecord,
  PauseRecord,
  QuietRecord,
  SendRecord,
  TimerRecord,
  ToldRecord,
  TraceRecord,
} from '../trace/record.ts';
import { due, giveUp, retry } from '../world/clients.ts';
import { mark } from '../world/emitter.ts';
import { comeOnline, fall, goOffline, pause, resume, start } from '../world/server.ts';
import { timerOf } from '../world/timers.ts';
import { drop } from '../world/transmit.ts';
import { ring, synced, tellDurable, tellWrite } from '../world/turn.ts';
import type { OperatorStep } from '../world/scenario.ts';
import type { Client, Host, Waiting, World } from '../world/world.ts';
import type { Gate } from './gate.ts';
import type { Plan } from './plan.ts';
import { textOf } from './plan.ts';

export interface Stage {
  readonly world: World;
  readonly gate: Gate;
  readonly plan: Plan;
  /** Fsyncs that ended while their server was paused, and which it has not been told of. */
  readonly untold: Map<string, Waiting[]>;
  /** Timers that ran out in a pause: their servers are told of it now, armed again or not. */
  readonly stale: Set<string>;
}

export type Played = string | null;

export function hostOf({ world }: Stage, id: string): Host | undefined {
  return world.hosts[world.names.indexOf(id)];
}

export function clientOf({ world }: Stage, id: string): Client | undefined {
  return world.clients[world.names.indexOf(id) - world.hosts.length];
}

/** A server that can act now, or why it cannot. */
export function acting(stage: Stage, id: string): Host | string {
  const host = hostOf(stage, id);
  if (host === undefined) return `there is no server ${id}`;
  if (!host.up) return `${id} is down`;
  return host.paused ? `${id} is paused` : host;
}

/** The harness's own decisions (faults, losses) are told again as they stand. */
export function retell({ world }: Stage, record: TraceRecord): Played {
  const { emitter } = world;
  const seq = emitter.take(mark[record.kind], world.now, 0);
  emitter.on[record.kind]?.({ ...record, seq, at: world.now });
  return null;
}

function playTimer(stage: Stage, { server, timer }: TimerRecord): Played {
  const host = acting(stage, server);
  if (typeof host === 'string') return host;
  const state = timerOf(host, timer);
  if (!stage.stale.delete(`${server} ${timer}`)) {
    if (!state.armed) return `${server}'s ${timer} timer is not running`;
    state.armed = false;
  }
  ring(stage.world, host, timer);
  return null;
}

function playDurable(stage: Stage, { server, write }: DurableRecord): Played {
  const host = hostOf(stage, server);
  if (host === undefined || !host.up) return `${server} is down`;
  const { disk } = host;
  let covered = 0;
  while ((disk.pending.at(covered)?.write.id ?? Infinity) <= write) covered += 1;
  if (covered === 0) return `${server} has no write up to w${write} under way`;
  disk.syncing = covered;
  synced(stage.world, host);
  return null;
}

/** An asynchronous disk reports a write, in the order of the trace. */
function playTold(stage: Stage, { server, write }: ToldRecord): Played {
  const host = acting(stage, server);
  if (typeof host === 'string') return host;
  const at = host.telling.findIndex((telling) => telling.write === write);
  const [telling] = at < 0 ? [] : host.telling.splice(at, 1);
  if (telling === undefined) return `${server}'s disk has no w${write} to tell of`;
  tellWrite(stage.world, host, telling);
  return null;
}

/** Just this loss: whatever the record says survived. */
function playCrash(stage: Stage, record: CrashRecord): Played {
  const { server, survived, torn, fault } = record;
  const host = hostOf(stage, server);
  if (host === undefined || !host.up) return `${server} is down already`;
  const { pending } = host.disk;
  let kept = 0;
  while ((pending.at(kept)?.write.id ?? Infinity) <= survived) kept += 1;
  const tear = torn === null ? null : { snapshot: torn.snapshot, entries: torn.entries };
  forget(stage, server);
  fall(stage.world, host, { loss: { kept, torn: tear }, fault });
  return null;
}

function playOnline(stage: Stage, { server }: OnlineRecord): Played {
  const host = hostOf(stage, server);
  if (host === undefined) return `there is no server ${server}`;
  if (!host.up) start(stage.world, host);
  else if (host.node.role === 'offline') comeOnline(stage.world, host);
  else return `${server} is up already`;
  return null;
}

function playPause(stage: Stage, { kind, server, fault }: PauseRecord): Played {
  const host = hostOf(stage, server);
  if (host === undefined || !host.up) return `${server} is down`;
  if (host.paused === (kind === 'pause')) return `${server} is ${kind}d already`;
  if (kind === 'pause') {
    pause(stage.world, host, fault);
    return null;
  }
  const waiting = host.inbox;
  host.inbox = [];
  for (const timer of ['election', 'heartbeat', 'lease'] as const) {
    if (!stage.plan.rangInPause(server, timer, stage.gate.position)) continue;
    timerOf(host, timer).armed = false;
    stage.stale.add(`${server} ${timer}`);
  }
  resume(stage.world, host, fault);
  const { position } = stage.gate;
  const heard = (one: Waiting): boolean =>
    one.kind === 'durable' && stage.plan.showsHearing(server, one.seq, position);
  stage.untold.set(server, waiting.filter(heard));
  for (const one of waiting) if (!heard(one)) tell(stage, host, one);
  return null;
}

function forget({ untold, stale }: Stage, server: string): void {
  untold.delete(server);
  stale.delete(`${server} election`);
  stale.delete(`${server} heartbeat`);
  stale.delete(`${server} lease`);
}

function tell({ world }: Stage, host: Host, waiting: Waiting): void {
  if (waiting.kind === 'durable') tellDurable(world, host, waiting.write, waiting.seq);
}

/** A server back from a pause hears of an fsync where the trace shows what it does about it. */
export function playUntold(stage: Stage, server: string): boolean {
  const host = hostOf(stage, server);
  const next = stage.untold.get(server)?.shift();
  if (host === undefined || next === undefined) return false;
  tell(stage, host, next);
  return true;
}

/** Told; what it does to messages, disks and servers stands in records of its own. */
function playFault(stage: Stage, record: FaultRecord): Played {
  const { world } = stage;
  const seq = world.emitter.taken;
  retell(stage, record);
  world.cause = seq;
  const host = hostOf(stage, textOf(record.detail, 'server'));
  if (host === undefined) return null;
  if (record.name === 'clockSkew') {
    host.skewPerMille = record.phase === 'start' ? Number(textOf(record.detail, 'perMille')) : 0;
  }
  if (record.name !== 'offline' || record.phase !== 'start') return null;
  forget(stage, host.id);
  goOffline(world, host, record.fault);
  return null;
}

function playQuiet(stage: Stage, record: QuietRecord): Played {
  stage.world.quiet = true;
  return retell(stage, record);
}

function playInvoke(stage: Stage, { client: id, f, key, value }: HistoryRecord): Played {
  const client = clientOf(stage, id);
  if (client === undefined) return `there is no client ${id}`;
  if (client.current !== null) return `${id} has not done with its last operation`;
  due(stage.world, client, { atMs: 0, client: id, f, key, value });
  return null;
}

/** The operator asks for what it asked for. */
function playOperate(stage: Stage, { client: id, wish }: OperateRecord): Played {
  const client = clientOf(stage, id);
  if (client === undefined) return `there is no ${id}`;
  if (client.current !== null) return `${id} has not done with its last wish`;
  const { serial: _serial, ...asked } = wish;
  const step: OperatorStep = { atMs: 0, ...asked };
  due(stage.world, client, step);
  return null;
}

export function playTimeout(stage: Stage, { client: id }: HistoryRecord): Played {
  const client = clientOf(stage, id);
  if (client === undefined) return `there is no client ${id}`;
  if (client.current === null) return `${id} waits for nothing`;
  giveUp(stage.world, client);
  return null;
}

/** A client asks again. */
export function playRetry(stage: Stage, { from }: SendRecord): Played {
  const client = clientOf(stage, from);
  if (client === undefined) return null;
  if (client.current === null) return `${from} has nothing to ask again`;
  retry(stage.world, client);
  return null;
}

/** A message that was held back found its link cut. */
export function playCut(stage: Stage, record: DropRecord): Played {
  const { id, fault, reason } = record;
  const envelope = stage.gate.cancel(id);
  if (envelope === undefined) {
    // Its copy was hurried, for the trace lets the original arrive a second time: one is as good.
    const isDoubled = stage.plan.fatesOf(id).some(({ kind }) => kind === 'duplicate');
    return isDoubled ? retell(stage, record) : `m${id} was on the bus already`;
  }
  drop(stage.world, envelope, fault, reason);
  return null;
}

/** Plays what comes from outside and needs no bus; undefined: the record is nothing of the kind. */
export function playRoot(stage: Stage, record: TraceRecord): Played | undefined {
  switch (record.kind) {
    case 'timer':
      return playTimer(stage, record);
    case 'durable':
      return playDurable(stage, record);
    case 'online':
      return playOnline(stage, record);
    case 'crash':
      return playCrash(stage, record);
    case 'pause':
    case 'resume':
      return playPause(stage, record);
    case 'fault':
      return playFault(stage, record);
    case 'quiet':
      return playQuiet(stage, record);
    case 'told':
      return playTold(stage, record);
    case 'invoke':
      return playInvoke(stage, record);
    case 'operate':
      return record.phase === 'invoke' ? playOperate(stage, record) : undefined;
    default:
      return undefined;
  }
}
