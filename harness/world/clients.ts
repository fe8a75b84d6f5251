/**
 * Clients: each runs its operations one after another, asks again when no answer comes, follows
 * hints to the leader, and records how each operation ended: `ok`, `fail` when it surely had no
 * effect, `info` when nobody can tell. The operator is one of them, and never gives up.
 */
import type { Json } from '../raft/entry.ts';
import type { Answer, ClientReply, OperatorPayload, RequestPayload } from '../raft/message.ts';
import type { HistoryRecord } from '../trace/record.ts';
import { mark } from './emitter.ts';
import { draw, purpose } from './keyed.ts';
import type { OperatorStep } from './scenario.ts';
import { compareFailed } from './store.ts';
import { classOfRequest, transmit } from './transmit.ts';
import type { Client, Envelope, Task, World } from './world.ts';
import { codeOf, happening } from './world.ts';

const redirectsMax = 3;

/** An operation is due: it starts now, or when the client's earlier ones have ended. */
export function due(world: World, client: Client, operation: Task): void {
  client.due.push(operation);
  if (client.current === null) begin(world, client);
}

function begin(world: World, client: Client): void {
  const operation = client.due.shift();
  if (operation === undefined) return;
  client.serial += 1;
  const seq = tell(world, client, { kind: 'invoke', operation, cause: -1 });
  client.current = { operation, seq };
  world.cause = seq;
  if (!('kind' in operation)) {
    const at = world.now + world.scenario.workload.timeoutMs * 1_000;
    world.queue.lineUp('late', at, codeOf(happening.timeout, client.index, client.serial));
    if (operation.f === 'read') chooseWay(world, client);
    else client.via = 'log';
  }
  ask(world, client);
}

const ways = ['log', 'index', 'lease'] as const;

/** How a read is asked for, and where. */
function chooseWay(world: World, client: Client): void {
  const { seed, workload, cluster } = world.scenario;
  const { reads, readsAt } = workload;
  if (reads === 'log') return;
  const drawn = draw(seed, purpose.read, client.index, client.serial);
  client.via = reads === 'mixed' ? (ways[drawn % ways.length] ?? 'log') : reads;
  if (client.via === 'log' || readsAt === 'leader') return;
  client.target = (drawn >>> 8) % cluster.servers;
}

interface Telling {
  readonly kind: HistoryRecord['kind'];
  readonly operation: Task;
  readonly cause: number;
  /** What a read returned. */
  readonly result?: Json;
  readonly error?: string;
}

function tell(world: World, client: Client, telling: Telling): number {
  const { emitter } = world;
  const { kind, operation, cause } = telling;
  if ('kind' in operation) return tellWish(world, client, operation, telling);
  const seq = emitter.take(mark[kind], world.now, client.serial);
  const show = emitter.on[kind];
  if (show !== null) {
    const { f, key, value } = operation;
    show({
      kind,
      seq,
      at: world.now,
      cause,
      process: client.process,
      client: client.id,
      f,
      key,
      value: f === 'read' ? (telling.result ?? null) : value,
      error: telling.error ?? null,
    });
  }
  return seq;
}

function tellWish(world: World, client: Client, step: OperatorStep, telling: Telling): number {
  const { emitter } = world;
  const seq = emitter.take(mark.operate, world.now, client.serial);
  const show = emitter.on.operate;
  if (show !== null) {
    const { kind: phase, cause, error = null } = telling;
    const wish = wishOf(client, step);
    const { id } = client;
    show({ kind: 'operate', seq, at: world.now, cause, client: id, phase, wish, error });
  }
  return seq;
}

/** Sends the current request (or the registration it needs first) to the server believed best. */
function ask(world: World, client: Client): void {
  const { current } = client;
  const host = world.hosts[client.target];
  if (current === null || host === undefined) return;
  client.attempts += 1;
  transmit(world, {
    kind: 'request',
    message: { kind: 'ClientRequest', from: client.id, to: host.id, payload: payloadOf(client) },
    from: client.index,
    to: host.index,
    of: classOfRequest,
    id: 0,
    key: 0,
  });
  const at = world.now + world.scenario.workload.retryMs * 1_000;
  world.queue.lineUp('soon', at, codeOf(happening.retry, client.index, client.attempts));
}

function wishOf({ serial }: Client, step: OperatorStep): OperatorPayload {
  if (step.kind === 'transfer') return { kind: 'transfer', serial, target: step.target };
  const { changes, transition } = step;
  return { kind: 'reconfigure', serial, changes, transition };
}

function payloadOf(client: Client): RequestPayload {
  const { id, session, serial, via, current } = client;
  if (session === null || current === null) return { kind: 'register', client: id };
  const { operation } = current;
  if ('kind' in operation) return wishOf(client, operation);
  const { f, key, value } = operation;
  const command = { f, key, value };
  if (via !== 'log') return { kind: 'read', session, serial, via, command };
  return { kind: 'command', session, serial, acknowledged: serial - 1, command };
}

/** No answer came in time: ask the next server. */
export function retry(world: World, client: Client): void {
  if (client.current === null) return;
  client.redirects = 0;
  if (!client.patient) client.target = (client.target + 1) % world.hosts.length;
  client.patient = false;
  world.cause = client.current.seq;
  ask(world, client);
}

/** The operation has taken too long: nobody knows what came of it. */
export function giveUp(world: World, client: Client): void {
  const { current } = client;
  if (current === null) return;
  const { operation, seq: cause } = current;
  tell(world, client, { kind: 'info', operation, cause, error: 'timeout' });
  client.process += world.clients.length;
  end(world, client);
}

function end(world: World, client: Client): void {
  client.current = null;
  client.attempts += 1;
  client.patient = false;
  client.redirects = 0;
  begin(world, client);
}

/** A message has reached its client. */
export function receive(
  world: World,
  client: Client,
  envelope: Envelope,
  deliveryCount: number,
): void {
  const { emitter } = world;
  const seq = emitter.take(mark.deliver, world.now, envelope.id);
  const show = emitter.on.deliver;
  if (show !== null) {
    const { id } = envelope;
    const { id: to } = client;
    show({ kind: 'deliver', seq, at: world.now, cause: id, id, to, deliveryCount });
  }
  world.counters.messages += 1;
  world.cause = seq;
  if (envelope.kind === 'reply') answered(world, client, envelope.message);
}

function answered(world: World, client: Client, reply: ClientReply): void {
  const { current } = client;
  if (current === null) return;
  const wanted = client.session === null ? 0 : client.serial;
  if (reply.serial !== wanted) return;
  conclude(world, client, reply.answer);
}

function conclude(world: World, client: Client, answer: Answer): void {
  const { current } = client;
  const { cause } = world;
  if (current === null) return;
  const { operation } = current;
  switch (answer.kind) {
    case 'registered':
      client.session = answer.session;
      ask(world, client);
      return;
    case 'busy':
      client.patient = true;
      return;
    case 'notLeader':
      redirect(world, client, answer.leader);
      return;
    case 'done':
      tell(world, client, { kind: 'ok', operation, cause, result: answer.result });
      break;
    case 'refused': {
      const error = answer.reason === compareFailed ? compareFailed : `refused: ${answer.reason}`;
      tell(world, client, { kind: 'fail', operation, cause, error });
      break;
    }
    case 'sessionExpired':
      tell(world, client, { kind: 'info', operation, cause, error: 'session expired' });
      if (world.scenario.cluster.features.sessionsMax > 0) client.session = null;
      client.process += world.clients.length;
      break;
    default: {
      const never: never = answer;
      throw new Error(`unknown answer ${JSON.stringify(never)}`);
    }
  }
  end(world, client);
}

/** Follows a hint at once, but not for ever: two servers may each believe in the other. */
function redirect(world: World, client: Client, leader: string | null): void {
  const hinted = leader === null ? -1 : world.names.indexOf(leader);
  if (hinted < 0 || hinted === client.target || client.redirects >= redirectsMax) return;
  client.redirects += 1;
  client.target = hinted;
  ask(world, client);
}
