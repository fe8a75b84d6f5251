/**
 * The stage on which hand-written scenarios play: every message takes 1 ms, every fsync 1 ms, and
 * nobody campaigns of itself before 2 s, so that each step falls where the script says.
 *
 * From `campaign` at 100: requests leave at 101, votes are given at 102 and leave at 103, the new
 * leader stands at 104 and sends its no-op, which is acknowledged at 107 and committed there.
 */
import { calm, plainFeatures } from '../../harness/world/scenario.ts';
import type {
  BusProfile,
  Cluster,
  Fault,
  Features,
  InitialServer,
  MessageClass,
  Operation,
  OperatorStep,
  Scenario,
  ServerChange,
  Workload,
} from '../../harness/world/scenario.ts';

export interface Play {
  readonly name: string;
  readonly servers: number;
  readonly faults: readonly Fault[];
  readonly operations?: readonly Operation[];
  readonly initial?: readonly InitialServer[];
  readonly cluster?: Partial<Cluster>;
  readonly bus?: Partial<BusProfile>;
  readonly workload?: Partial<Workload>;
  /** 600 unless given; nobody campaigns of itself before 2,000. */
  readonly runMs?: number;
  readonly seed?: number;
}

/** The whole scenario behind a play. Times in milliseconds. */
export function stage(play: Play): Scenario {
  return {
    ...calm,
    name: play.name,
    seed: play.seed ?? 1,
    cluster: {
      ...calm.cluster,
      servers: play.servers,
      electionMs: { min: 2_000, max: 3_000 },
      heartbeatMs: 50,
      diskMicros: { min: 1_000, max: 1_000 },
      ...play.cluster,
    },
    bus: { ...calm.bus, latencyMicros: { min: 1_000, max: 1_000 }, ...play.bus },
    workload: {
      ...calm.workload,
      clients: 2,
      retryMs: 40,
      timeoutMs: 10_000,
      operations: play.operations ?? [],
      ...play.workload,
    },
    faults: play.faults,
    initial: play.initial ?? [],
    limits: { runMs: play.runMs ?? 600, quietMs: 30_000, eventsMax: 500_000 },
  };
}

/** Makes the server's timers run out at once: a follower campaigns, a leader sends heartbeats. */
export function campaign(server: string, atMs: number): Fault {
  return { kind: 'clockJump', server, atMs, byMs: 20_000 };
}

export interface Messages {
  readonly message?: MessageClass;
  readonly from?: string;
  readonly to?: string;
  readonly atMs: number;
  readonly forMs: number;
}

function onLink({ message = 'any', from = 'any', to = 'any', atMs, forMs }: Messages): {
  readonly message: MessageClass;
  readonly from: string;
  readonly to: string;
  readonly percent: number;
  readonly atMs: number;
  readonly forMs: number;
} {
  return { message, from, to, percent: 100, atMs, forMs };
}

/** Loses all messages that fit and are sent in the window. */
export function lose(messages: Messages): Fault {
  return { kind: 'drop', ...onLink(messages) };
}

/** Holds them back for `byMs`. */
export function hold(messages: Messages, byMs: number): Fault {
  return { kind: 'delay', ...onLink(messages), byMs };
}

/** Sends them again `afterMs` later. */
export function double(messages: Messages, afterMs: number): Fault {
  return { kind: 'duplicate', ...onLink(messages), afterMs };
}

export interface Spell {
  readonly atMs: number;
  readonly forMs: number;
}

/** The server loses power, and with it what it had not synced. */
export function crash(server: string, spell: Spell): Fault {
  return { kind: 'crash', server, disk: 'lose', ...spell };
}

/** Cuts the servers of `side` off from the others; clients reach everyone. */
export function cut(side: readonly string[], spell: Spell): Fault {
  return { kind: 'partition', shape: 'halves', side, clients: false, ...spell };
}

/** What a server's disk holds at the start: its term, its log's terms, and no vote. */
export function disk(server: string, term: number, log: readonly number[]): InitialServer {
  return { server, term, votedFor: null, log };
}

/** Client `client` writes `value` to the key x. */
export function write(client: string, atMs: number, value: number): Operation {
  return { atMs, client, f: 'write', key: 'x', value };
}

/** Client `client` reads the key x. */
export function read(client: string, atMs: number): Operation {
  return { atMs, client, f: 'read', key: 'x', value: null };
}

/** These of Raft's features and no others. */
export function having(features: Partial<Features>): Pick<Cluster, 'features'> {
  return { features: { ...plainFeatures, ...features } };
}

/** The operator wants the leadership at `target`. */
export function handOver(target: string, atMs: number): OperatorStep {
  return { atMs, kind: 'transfer', target };
}

/** The operator wants one voter more or less. */
export function change(kind: ServerChange['kind'], server: string, atMs: number): OperatorStep {
  return { atMs, kind: 'reconfigure', changes: [{ kind, server }], transition: 'simple' };
}

/** The operator wants some servers to vote in the place of others, at once. */
export function replace(
  servers: { readonly out: readonly string[]; readonly in: readonly string[] },
  atMs: number,
): OperatorStep {
  const changes: ServerChange[] = [
    ...servers.in.map((server) => ({ kind: 'addVoter', server }) as const),
    ...servers.out.map((server) => ({ kind: 'remove', server }) as const),
  ];
  return { atMs, kind: 'reconfigure', changes, transition: 'joint' };
}
