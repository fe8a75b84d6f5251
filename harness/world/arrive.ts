/** What the bus says: deliveries, refusals, lost locks, lost connections. */
import type { BusEvent } from '../bus/bus.ts';
import { receive } from './clients.ts';
import { mark } from './emitter.ts';
import { draw, purpose, within } from './keyed.ts';
import { connect, openReceiver } from './server.ts';
import { drop, unheard } from './transmit.ts';
import { deliver } from './turn.ts';
import type { Envelope, World } from './world.ts';
import { codeOf, count, happening } from './world.ts';

export function onBus(world: World, event: BusEvent<Envelope>): void {
  switch (event.kind) {
    case 'delivered':
      onDelivered(world, event);
      break;
    case 'rejected':
      onRejected(world, event);
      break;
    case 'lockLost':
      noteBus(world, { what: 'lockLost', envelope: event.message.body, text: event.receiver });
      break;
    case 'deadLettered':
      noteBus(world, { what: 'deadLettered', envelope: event.message.body, text: event.reason });
      drop(world, event.message.body, -1, 'rejected');
      break;
    case 'expired':
      drop(world, event.message.body, -1, 'expired');
      break;
    case 'deduplicated':
      drop(world, event.message.body, -1, 'deduplicated');
      break;
    case 'disconnected':
      onDisconnected(world, event.receiver);
      break;
    default:
      break;
  }
}

function onDelivered(
  world: World,
  event: Extract<BusEvent<Envelope>, { readonly kind: 'delivered' }>,
): void {
  const { body: envelope } = event.message;
  // Nearly always the addressee: a pointer tells, and a misled message is looked up.
  const { receiver } = event;
  const { names } = world;
  const to = names.names[envelope.to] === receiver ? envelope.to : names.indexOf(receiver);
  const host = world.hosts[to];
  if (host === undefined) {
    const client = world.clients[to - world.hosts.length];
    if (client !== undefined) receive(world, client, envelope, event.deliveryCount);
    return;
  }
  if (!host.up) {
    unheard(world, envelope, event.lock);
    return;
  }
  if (host.paused) {
    const { lock, deliveryCount } = event;
    host.inbox.push({ kind: 'message', envelope, lock, deliveryCount });
  } else {
    deliver(world, host, envelope, event);
  }
}

/** Publishes carry their message's id as a negative token; other refusals are the world's bug. */
function onRejected(
  world: World,
  event: Extract<BusEvent<Envelope>, { readonly kind: 'rejected' }>,
): void {
  if (event.code === 'MessageLockLost') return;
  if (event.token >= 0) throw new Error(`the bus refused a command: ${event.text}`);
  const { emitter } = world;
  const id = -1 - event.token;
  count(world, 'rejected');
  const seq = emitter.take(mark.drop, world.now, id);
  const show = emitter.on.drop;
  if (show === null) return;
  show({
    kind: 'drop',
    seq,
    at: world.now,
    cause: id,
    id,
    to: '',
    fault: -1,
    reason: 'rejected',
  });
}

function noteBus(
  world: World,
  what: {
    readonly what: 'lockLost' | 'deadLettered' | 'disconnected';
    readonly envelope: Envelope | null;
    readonly text: string;
  },
): void {
  count(world, what.what);
  const { emitter } = world;
  const seq = emitter.take(mark.bus, world.now, what.envelope?.id ?? -1);
  const show = emitter.on.bus;
  if (show === null) return;
  const { envelope, text } = what;
  show({
    kind: 'bus',
    seq,
    at: world.now,
    cause: envelope?.id ?? -1,
    what: what.what,
    id: envelope?.id ?? -1,
    to: envelope?.message.to ?? text,
    text,
  });
}

const reconnectMicros = { min: 5_000, max: 50_000 };

function onDisconnected(world: World, receiver: string): void {
  const index = world.names.indexOf(receiver);
  if (index < 0) return;
  const host = world.hosts[index];
  if (host !== undefined) host.connected = false;
  noteBus(world, { what: 'disconnected', envelope: null, text: receiver });
  const drawn = draw(world.scenario.seed, purpose.reconnect, index, Math.floor(world.now / 1_000));
  const after = within(drawn, reconnectMicros.min, reconnectMicros.max);
  world.queue.push(world.now + after, codeOf(happening.reopen, index, 0), undefined);
}

export function reopen(world: World, index: number): void {
  const host = world.hosts[index];
  const client = world.clients[index - world.hosts.length];
  if (host !== undefined && host.up) connect(world, host);
  if (client !== undefined) openReceiver(world, client, 'receiveAndDelete');
}
