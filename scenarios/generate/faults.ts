/**
 * One fault of each kind. Everything that begins also ends: a crash brings its own downtime, a
 * partition its own healing, so that no fault needs a partner in the list.
 */
import type { Fault, FaultKind, MessageClass, Target } from '../../harness/world/scenario.ts';
import type { Dice } from './dice.ts';
import type { Appetite, Duration } from './profile.ts';

export interface FaultContext {
  readonly dice: Dice;
  readonly appetite: Appetite;
  readonly servers: number;
  readonly runMs: number;
}

type Partition = Extract<Fault, { readonly kind: 'partition' }>;

/** S1, S2, … */
export function serverNames(servers: number): string[] {
  return Array.from({ length: servers }, (_, i) => `S${String(i + 1)}`);
}

/** Half of the faults aim at a role, which is resolved when the fault strikes. */
function target(context: FaultContext): Target {
  const { dice, servers } = context;
  const role = dice.weighted([
    [28, 'leader'],
    [10, 'candidate'],
    [12, 'follower'],
    [50, ''],
  ]);
  return role === '' ? `S${String(dice.between(1, servers))}` : role;
}

function lasting(context: FaultContext, atMs: number, duration: Duration): number {
  const drawn = context.dice.scaled(duration.min, duration.max);
  return Math.max(1, Math.min(drawn, context.runMs - atMs));
}

const classes: readonly [number, MessageClass][] = [
  [40, 'any'],
  [8, 'RequestVote'],
  [10, 'RequestVoteReply'],
  [14, 'AppendEntries'],
  [14, 'AppendEntriesReply'],
  [6, 'ClientRequest'],
  [8, 'ClientReply'],
];

function messageClass(dice: Dice): MessageClass {
  return dice.weighted([[0, 'any'], ...classes]);
}

function link(
  context: FaultContext,
  atMs: number,
): Omit<Extract<Fault, { readonly kind: 'drop' }>, 'kind'> {
  const { dice, appetite } = context;
  const message = messageClass(dice);
  const from = dice.chance(50) ? 'any' : target(context);
  const to = dice.chance(50) ? 'any' : target(context);
  const certain = dice.chance(45);
  const percent = dice.between(5, 95);
  return {
    atMs,
    forMs: lasting(context, atMs, appetite.window),
    from,
    to,
    message,
    percent: Math.min(appetite.percentMax, certain ? 100 : percent),
  };
}

function partition(context: FaultContext, atMs: number): Partition {
  const { dice, servers, appetite } = context;
  const shape = drawShape(dice, servers);
  return {
    kind: 'partition',
    atMs,
    forMs: lasting(context, atMs, appetite.window),
    shape,
    side: drawSide(context, shape),
    clients: dice.chance(30),
  };
}

function drawShape(dice: Dice, servers: number): Partition['shape'] {
  const shape = dice.weighted<Partition['shape']>([
    [28, 'isolate'],
    [30, 'halves'],
    [26, 'oneWay'],
    [8, 'bridge'],
    [8, 'ring'],
  ]);
  if (shape === 'ring' && servers < 4) return 'oneWay';
  if (shape === 'bridge' && servers < 3) return 'halves';
  return shape;
}

function drawSide(context: FaultContext, shape: Partition['shape']): readonly Target[] {
  const { dice, servers } = context;
  if (shape === 'ring') return [];
  if (shape === 'isolate') return [target(context)];
  const names = serverNames(servers);
  const least = shape === 'bridge' ? 2 : 1;
  const size = dice.between(least, Math.max(least, servers - 1));
  const side = dice.subset(names, size);
  const first = target(context);
  return [first, ...side.filter((name) => name !== first).slice(0, size - 1)];
}

/** Late enough, now and then, to arrive in another term or incarnation. */
function lateness(dice: Dice): number {
  return dice.chance(60) ? dice.between(1, 60) : dice.between(100, 1_500);
}

/** An acknowledgement that got lost is sent again at once, or when nobody expects it any more. */
function repetition(dice: Dice): number {
  return dice.chance(40) ? dice.between(0, 5) : lateness(dice);
}

/** A fault of this kind that strikes at `atMs`; times in milliseconds. */
export function drawFault(context: FaultContext, kind: FaultKind, atMs: number): Fault {
  if (isServerKind(kind)) return drawServerFault(context, kind, atMs);
  if (isNetworkKind(kind)) return drawNetworkFault(context, kind, atMs);
  return drawBusFault(context, kind, atMs);
}

const networkKinds = [
  'drop',
  'delay',
  'duplicate',
  'reorder',
  'partition',
] as const satisfies readonly FaultKind[];
type NetworkKind = (typeof networkKinds)[number];

function isNetworkKind(kind: FaultKind): kind is NetworkKind {
  return networkKinds.some((known) => known === kind);
}

function drawNetworkFault(context: FaultContext, kind: NetworkKind, atMs: number): Fault {
  switch (kind) {
    case 'drop':
      return { kind, ...link(context, atMs) };
    case 'delay':
      return { kind, ...link(context, atMs), byMs: context.dice.scaled(5, 500) };
    case 'duplicate':
      return { kind, ...link(context, atMs), afterMs: repetition(context.dice) };
    case 'reorder':
      return { kind, ...link(context, atMs), byMs: context.dice.scaled(2, 300) };
    case 'partition':
      return partition(context, atMs);
    default:
      return unreachable(kind);
  }
}

const serverKinds = [
  'crash',
  'offline',
  'pause',
  'clockSkew',
  'clockJump',
  'slowDisk',
] as const satisfies readonly FaultKind[];
type ServerKind = (typeof serverKinds)[number];

function isServerKind(kind: FaultKind): kind is ServerKind {
  return serverKinds.some((known) => known === kind);
}

function drawServerFault(context: FaultContext, kind: ServerKind, atMs: number): Fault {
  const { dice, appetite } = context;
  const server = target(context);
  const downtime = lasting(context, atMs, appetite.downtime);
  const window = lasting(context, atMs, appetite.window);
  switch (kind) {
    case 'crash':
      return { kind, atMs, forMs: downtime, server, disk: dice.pick(['lose', 'some', 'torn']) };
    case 'offline':
      return { kind, atMs, forMs: downtime, server };
    case 'pause':
      return { kind, atMs, forMs: window, server };
    case 'clockSkew':
      return { kind, atMs, forMs: window, server, perMille: signed(dice) };
    case 'clockJump':
      return { kind, atMs, server, byMs: dice.scaled(10, 1_000) };
    case 'slowDisk':
      return { kind, atMs, forMs: window, server, byMs: dice.scaled(2, 200) };
    default:
      return unreachable(kind);
  }
}

function signed(dice: Dice): number {
  return dice.chance(60) ? dice.scaled(20, 2_000) : -dice.scaled(20, 600);
}

type BusKind = Exclude<FaultKind, ServerKind | NetworkKind>;

function drawBusFault(context: FaultContext, kind: BusKind, atMs: number): Fault {
  const { dice, appetite } = context;
  const server = target(context);
  const window = lasting(context, atMs, appetite.window);
  switch (kind) {
    case 'lockExpiry':
    case 'deadLetter':
      return { kind, atMs, server };
    case 'redeliver':
      return { kind, atMs, server, count: dice.scaled(1, 30) };
    case 'throttle':
      return { kind, atMs, forMs: Math.min(window, 300) };
    case 'brokerRestart':
      return { kind, atMs };
    case 'slowSubscription':
      return { kind, atMs, forMs: window, server, byMs: dice.scaled(2, 200) };
    default:
      return unreachable(kind);
  }
}

function unreachable(value: never): never {
  throw new Error(`no such fault: ${String(value)}`);
}
