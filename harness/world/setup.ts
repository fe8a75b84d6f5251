/** The beginning: entities, receivers, servers, clients, and everything the scenario has planned. */
import type { BusMessage, FaultyBus, Micros, Ordering } from '../bus/bus.ts';
import type { Entry, ServerId } from '../raft/entry.ts';
import type { StateMachine } from '../raft/node.ts';
import type { Stored, Subject } from '../raft/step.ts';
import type { Observer } from './emitter.ts';
import { Emitter } from './emitter.ts';
import { draw, keyOf, purpose, within } from './keyed.ts';
import { Directory, numbered } from './names.ts';
import { EventQueue } from './queue.ts';
import type { InitialServer, Scenario } from './scenario.ts';
import type { Scheduler } from './scheduler.ts';
import { leaseDriftBoundOf, newHost, nodeOptions, openReceiver, start } from './server.ts';
import { linkCounters, topic } from './transmit.ts';
import type { Client, Envelope, World } from './world.ts';
import { codeOf, happening } from './world.ts';

/** What the world asks of a simulated bus. */
export interface BusWish {
  readonly ordering: Ordering;
  /** Publish-to-deliver time of one copy. */
  readonly latencyMicros: (message: BusMessage<Envelope>, path: string) => Micros;
  /** Past deliveries that a fault may repeat: 0 when no fault of the scenario does. */
  readonly redeliverMax: number;
}
export type BusFactory = (wish: BusWish) => FaultyBus<Envelope>;

export interface RunOptions {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly application: StateMachine;
  readonly bus: BusFactory;
  readonly observer: Observer;
  /** Asked after each event: true ends the run. */
  readonly stop: () => boolean;
  /** The number of the first record; 1 unless told. */
  readonly firstSeq?: number;
  /** Decides what comes about next; needed when the scenario has a schedule, else unused. */
  readonly scheduler?: Scheduler | null;
  /** Timers ring only when whoever runs the world says so, however late it is. */
  readonly ringsOnOrder?: boolean;
}

/** What the memory bus remembers by itself. */
const redeliverMax = 64;

function textbookEntry(index: number, term: number): Entry {
  return { index, term, digest: keyOf(`${index}/${term}`), payload: { kind: 'noop' } };
}

function storedAtFirst(initial: InitialServer | undefined): Stored {
  if (initial === undefined) return { term: 0, votedFor: null, snapshot: null, entries: [] };
  const { term, votedFor, log } = initial;
  const entries = log.map((of, i) => textbookEntry(i + 1, of));
  return { term, votedFor, snapshot: null, entries };
}

/** The client that asks for the workload's `operator` steps. */
const operatorName = 'operator';

const pathOf = (id: string): string => `${topic}/Subscriptions/${id}`;

function newClient(id: string, index: number, scenario: Scenario): Client {
  return {
    index,
    id,
    path: pathOf(id),
    process: index - scenario.cluster.servers,
    // The operator needs none: its wishes are not commands.
    session: scenario.workload.sessions === 'given' || id === operatorName ? id : null,
    serial: 0,
    due: [],
    current: null,
    attempts: 0,
    redirects: 0,
    target: draw(scenario.seed, purpose.client, index, 0) % scenario.cluster.servers,
    patient: false,
    via: 'log',
  };
}

export function serverNames(scenario: Scenario): readonly ServerId[] {
  return numbered('S', scenario.cluster.servers);
}

/** The clients, and the operator if there is one. */
export function clientNames({ workload }: Scenario): readonly string[] {
  const clients = numbered('c', workload.clients);
  return workload.operator.length === 0 ? clients : [...clients, operatorName];
}

/** The configuration at the beginning. */
export function membersOf(scenario: Scenario): {
  readonly voters: readonly ServerId[];
  readonly learners: readonly ServerId[];
} {
  const { servers: voters, learners } = nodeOptions(scenario, '');
  return { voters, learners };
}

function tellsLate({ cluster: { disk } }: Scenario): boolean {
  return disk.order === 'anyOrder' || disk.lateMicros.max > 0;
}

export function newWorld(options: RunOptions): World {
  const { scenario, subject, application } = options;
  const serverIds = serverNames(scenario);
  const clientIds = clientNames(scenario);
  const all = [...serverIds, ...clientIds];
  const { min, max } = scenario.bus.latencyMicros;
  const latencyMicros: BusWish['latencyMicros'] = (message) => within(message.body.key, min, max);
  const bus = options.bus({
    ordering: scenario.bus.ordering,
    // What is chosen freely is on its way for no time: it waits to be chosen.
    latencyMicros:
      scenario.schedule === undefined
        ? latencyMicros
        : (message, path) => (world.pool === null ? latencyMicros(message, path) : 0),
    redeliverMax: scenario.faults.some(({ kind }) => kind === 'redeliver') ? redeliverMax : 0,
  });
  const parts = { scenario, participants: all.length };
  const world: World = {
    ...parts,
    namesMessages: scenario.bus.duplicateDetectionMs > 0,
    tellsLate: tellsLate(scenario),
    leases: leaseDriftBoundOf(scenario) > 0 && options.ringsOnOrder !== true,
    subject,
    application,
    bus,
    emitter: new Emitter(options.observer, options.firstSeq),
    queue: new EventQueue<Envelope>(),
    hosts: serverIds.map((id, index) =>
      newHost(parts, {
        index,
        id,
        path: pathOf(id),
        node: subject.create(nodeOptions(scenario, id), application),
        stored: storedAtFirst(scenario.initial.find(({ server }) => server === id)),
      }),
    ),
    clients: clientIds.map((id, i) => newClient(id, serverIds.length + i, scenario)),
    names: new Directory(serverIds, clientIds),
    pool: null,
    now: 0,
    cause: -1,
    quiet: false,
    finished: false,
    offered: linkCounters(all.length),
    blocked: new Uint8Array(all.length * all.length),
    blockedBy: new Int16Array(all.length * all.length),
    linkFaults: [],
    active: [],
    traps: [],
    powerFails: null,
    counters: { events: 0, messages: 0, faults: {} },
  };
  return world;
}

/** Creates the entities, starts the servers and plans what the scenario says. */
export function begin(world: World): void {
  const { scenario, bus, queue } = world;
  const profile = scenario.bus;
  bus.submit(
    {
      kind: 'createTopic',
      token: 0,
      path: topic,
      options: { duplicateDetectionMicros: profile.duplicateDetectionMs * 1_000 },
    },
    0,
  );
  for (const who of [...world.hosts, ...world.clients]) {
    bus.submit(
      {
        kind: 'createSubscription',
        token: 0,
        path: who.path,
        options: {
          lockDurationMicros: profile.lockDurationMs * 1_000,
          maxDeliveryCount: profile.maxDeliveryCount,
          requiresSession: false,
          deadLetterOnExpiration: false,
          ...(profile.timeToLiveMs > 0
            ? { defaultTimeToLiveMicros: profile.timeToLiveMs * 1_000 }
            : {}),
        },
        rule: { name: 'to', filter: { kind: 'correlation', to: who.id } },
      },
      0,
    );
  }
  for (const client of world.clients) openReceiver(world, client, 'receiveAndDelete');
  for (const host of world.hosts) start(world, host);
  scenario.faults.forEach((fault, index) => {
    const code = codeOf(happening.faultStart, index & 511, index >> 9);
    queue.push(fault.atMs * 1_000, code, undefined);
  });
  scenario.workload.operations.forEach((operation, index) => {
    const client = Math.max(0, world.names.indexOf(operation.client));
    queue.lineUp('planned', operation.atMs * 1_000, codeOf(happening.operation, client, index));
  });
  const operator = scenario.cluster.servers + scenario.workload.clients;
  scenario.workload.operator.forEach((step, index) => {
    const code = codeOf(happening.operation, operator, index);
    queue.push(step.atMs * 1_000, code, undefined);
  });
  queue.push(scenario.limits.runMs * 1_000, codeOf(happening.quiet, 0, 0), undefined);
}
