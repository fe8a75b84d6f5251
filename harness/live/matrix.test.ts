/**
 * What each kind of accident of the broker does to a whole cluster over the SDK: three servers with
 * files for disks, and clients that ask all the while. Afterwards a request is answered within the
 * watchdog's bound, the history is linearizable, what was acknowledged is there, and every promise
 * held over the merged trace. Here a sample; `WHITEWATER_MATRIX=all npx vitest run
 * harness/live/matrix.test.ts` plays the whole matrix: to all, to the leader alone, with locks.
 *
 * Kinds that concern peeking, draining or administering strike nobody here: no process of a cluster
 * does that. What befalls the topic befalls all senders; what befalls a subscription, the leader.
 */
import { afterAll, expect, test, vi } from 'vitest';
import { type AzureBus, azureBus } from '../../adapters/azure/azure.ts';
import { publishPath, receivePath } from '../../adapters/azure/routes.ts';
import { accountOf, hastyTimes } from '../../adapters/azure/testing.ts';
import { connectionFaults } from '../../adapters/broker/matrix/connections.ts';
import { type Broker, type BrokerConnection, startBroker } from '../../adapters/broker/broker.ts';
import {
  type FaultKind,
  faultMatrix,
  type Inflicted,
} from '../../adapters/broker/matrix/matrix.ts';
import { withScratch } from '../trace/scratch.ts';
import type { Scenario } from '../world/scenario.ts';
import { clientNames, serverNames } from '../world/setup.ts';
import { ClusterInProcess } from './matrix.test.kit.ts';
import { liveScenario } from './scenario.ts';

const isWhole = process.env['WHITEWATER_MATRIX'] === 'all';
vi.setConfig({ maxConcurrency: 8, testTimeout: 120_000 });

/** Two attempts of 1.1 s fail, a client is rebuilt, a leader elected; the rest is for busy machines. */
const boundMs = 40_000;
/** So long an accident lasts at least. */
const holdMs = 300;
const routes = { layout: 'filteredTopic', topic: 'rafttopic' } as const;

/** One of each sort, those that need the watchdog among them. */
const sample: ReadonlySet<string> = new Set([
  'sending links are never answered: everybody',
  'receiving links are never answered: everybody',
  'settlements are not confirmed: everybody, with locks',
  'messages are lost on their way to a receiver: everybody',
  'Close without an error: the leader',
  'a silent partition: everybody',
  'the entity is deleted, and made again: everybody, with locks',
]);

type Whom = 'everybody' | 'the leader' | 'everybody, with locks';

interface Result {
  readonly name: string;
  readonly recoveryMs: number;
  readonly hits: number;
}
const results: Result[] = [];
let plays = 0;

function scenarioFor(whom: Whom, seed: number): Scenario {
  const wish = { name: 'matrix', seed, servers: 3, clients: 3, operations: [], isRemote: false };
  const { bus, workload, ...rest } = liveScenario(wish);
  const mode = whom === 'everybody, with locks' ? 'peekLock' : bus.mode;
  // An answer that comes late is an answer; the bound is the test's own.
  return { ...rest, bus: { ...bus, mode }, workload: { ...workload, timeoutMs: 60_000 } };
}

function brokerFor(scenario: Scenario): Promise<Broker> {
  const participants = [...serverNames(scenario), ...clientNames(scenario)];
  const subscriptions = participants.map((to) => {
    const rules = [{ name: 'to', filter: { kind: 'correlation', to } }] as const;
    return { name: to, lockDurationMs: 2_000, rules };
  });
  return startBroker({ topics: [{ name: routes.topic, subscriptions }] });
}

function busOver(broker: Broker, node: string, wake: () => void): AzureBus<Buffer> {
  const to = node === 'client' ? 'c1' : node;
  return azureBus<Buffer>({
    account: accountOf(broker),
    codec: { encode: (body) => body, decode: (bytes) => bytes },
    identity: { cluster: 'matrix', node, incarnation: 1 },
    probe: { path: routes.topic, to },
    times: hastyTimes,
    onEvents: wake,
  });
}

/** Which connections are whose: those that were not there before are the next one's. */
class Owners {
  private readonly broker: Broker;
  private readonly ids: Map<string, string>;

  constructor(broker: Broker) {
    this.broker = broker;
    this.ids = new Map();
  }

  /** Fulfilled when it has a new connection. */
  async claim(node: string): Promise<void> {
    const isNew = ({ containerId }: BrokerConnection): boolean =>
      containerId !== '' && !this.ids.has(containerId);
    await vi.waitUntil(() => this.broker.connections.some(isNew), {
      timeout: boundMs,
      interval: 2,
    });
    for (const { containerId } of this.broker.connections.filter(isNew)) {
      this.ids.set(containerId, node);
    }
  }

  isOf(node: string, { containerId }: BrokerConnection): boolean {
    return this.ids.get(containerId) === node;
  }
}

/** The broker, as if only those connections were there. */
function only(broker: Broker, isMine: (connection: BrokerConnection) => boolean): Broker {
  const { port, connectionString, adminPort, adminConnectionString, catalog } = broker;
  return {
    port,
    connectionString,
    adminPort,
    adminConnectionString,
    catalog,
    get connections() {
      return broker.connections.filter(isMine);
    },
    plant: (fault) => broker.plant(fault),
    inject: (fault) => broker.inject(fault),
    detach: (path, error) => broker.detach(path, error),
    welcome: (how) => broker.welcome(how),
    calm: () => broker.calm(),
    close: () => broker.close(),
  };
}

async function strike(cluster: ClusterInProcess, inflicted: Inflicted): Promise<void> {
  const start = performance.now();
  await cluster.until(() => inflicted.hits > 0, boundMs, 'the accident strikes');
  await cluster.until(() => performance.now() - start > holdMs, boundMs, 'the accident lasts');
  await inflicted.cure();
}

/** A cluster at work, with what was asked before anything was struck answered. */
async function standing(
  broker: Broker,
  scenario: Scenario,
  folder: string,
): Promise<{ readonly cluster: ClusterInProcess; readonly owners: Owners }> {
  const owners = new Owners(broker);
  const buses = new Map<string, AzureBus<Buffer>>();
  const cluster = new ClusterInProcess({
    folder,
    scenario,
    routes: {
      publish: (to) => publishPath(routes, to) ?? routes.topic,
      receive: (who) => receivePath(routes, who),
    },
    busOf: (node, wake) => {
      const bus = busOver(broker, node, wake);
      buses.set(node, bus);
      return { bus, close: () => bus.close() };
    },
  });
  // The sending connections first: to nobody, so that no subscription takes it.
  const message = { messageId: 'hello', body: Buffer.alloc(1), sizeBytes: 1, to: 'nobody' };
  for (const [node, bus] of buses) {
    bus.submit({ kind: 'publish', token: -1, path: routes.topic, message }, 0);
    await owners.claim(node);
  }
  await cluster.open(boundMs, (node) => owners.claim(node));
  await cluster.answers(boundMs);
  return { cluster, owners };
}

async function play(kind: FaultKind, whom: Whom, folder: string): Promise<void> {
  plays += 1;
  const scenario = scenarioFor(whom, plays);
  const broker = await brokerFor(scenario);
  const { cluster, owners } = await standing(broker, scenario, folder);
  try {
    const leader = cluster.leader ?? 'S1';
    const isMine = (one: BrokerConnection): boolean => owners.isOf(leader, one);
    const inflicted = await kind.inject(whom === 'the leader' ? only(broker, isMine) : broker, {
      sendTo: routes.topic,
      receiveFrom: receivePath(routes, leader),
    });
    await strike(cluster, inflicted);
    const recoveryMs = await cluster.answers(boundMs);
    results.push({ name: `${kind.name}: ${whom}`, recoveryMs, hits: inflicted.hits });
    const { conclusion, acknowledged, found } = await cluster.conclude(boundMs);
    expect(conclusion.failure).toBeNull();
    expect(conclusion.verdict).toBe('pass');
    expect(acknowledged.size).toBeGreaterThan(0);
    expect(found).toEqual(acknowledged);
  } finally {
    broker.calm();
    await cluster.close();
    await broker.close();
  }
}

afterAll(() => {
  if (!isWhole) return;
  for (const { name, recoveryMs, hits } of results.toSorted(
    (a, b) => b.recoveryMs - a.recoveryMs,
  )) {
    console.log(`${recoveryMs.toFixed(0)} ms, ${hits} hits: ${name}`);
  }
});

const ofConnections: ReadonlySet<FaultKind> = new Set(connectionFaults);

/** To whom a kind is played. */
function victims(kind: FaultKind): readonly Whom[] {
  switch (kind.concerns) {
    case 'peeking':
    case 'draining':
    case 'administering':
      return [];
    case 'settling':
      return ['everybody, with locks'];
    case 'receiving':
      return ['everybody', 'everybody, with locks'];
    case 'sending':
      return ['everybody'];
    case 'all':
      return ofConnections.has(kind) ? ['everybody', 'the leader'] : ['everybody'];
    default:
      return kind.concerns satisfies never;
  }
}

const everything = faultMatrix.flatMap((kind) => victims(kind).map((whom) => ({ kind, whom })));

test('at least 65 kinds are played, and the sample is of them', () => {
  expect(new Set(everything.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(65);
  const names = new Set(everything.map(({ kind, whom }) => `${kind.name}: ${whom}`));
  for (const name of sample) expect(names).toContain(name);
});

for (const { kind, whom } of everything) {
  const name = `${kind.name}: ${whom}`;
  if (!isWhole && !sample.has(name)) continue;
  // How slow a link is depends on the timers of this process: nothing else may be busy then.
  const run = kind.name === 'a slow link' ? test : test.concurrent;
  run(name, () => withScratch((path) => play(kind, whom, path('.'))));
}
