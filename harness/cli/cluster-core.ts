/**
 * A cluster that stands: a Service Bus (embedded unless one is named), its entities, the servers'
 * processes, and the clients in this one.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from '../../adapters/azure/account.ts';
import type { AzureBus } from '../../adapters/azure/azure.ts';
import { azureBus } from '../../adapters/azure/azure.ts';
import type { Layout } from '../../adapters/azure/routes.ts';
import { ensureTopology } from '../../adapters/azure/topology.ts';
import { LiveClients } from '../live/clients.ts';
import type { Clock } from '../live/clock.ts';
import { clockSince, origin } from '../live/clock.ts';
import type { Journal } from '../live/journal.ts';
import { FileJournal, journalSchema, unwritten } from '../live/journal.ts';
import { liveScenario } from '../live/scenario.ts';
import { raft } from '../raft/machine.ts';
import { UserError } from '../trace/user-error.ts';
import type { Listener } from '../world/emitter.ts';
import type { Operation } from '../world/scenario.ts';
import { clientNames, serverNames } from '../world/setup.ts';
import { busOptions, isRemote, journalPath, routesOf } from './cluster-bus.ts';
import type { ClusterPart } from './cluster-messages.ts';
import type { BrokerProcess, Hooks, Launch } from './cluster-processes.ts';
import { pause, Processes, startBrokerProcess } from './cluster-processes.ts';

export interface ClusterWish {
  /** Undefined: an embedded Service Bus. */
  readonly account: Account | undefined;
  readonly topic: string;
  readonly layout: Layout;
  readonly servers: number;
  readonly clients: number;
  /** Clients that may come later, from other processes. */
  readonly guests: number;
  readonly seed: number;
  readonly operations: readonly Operation[];
  /** Holds a folder for this run. */
  readonly out: string;
  readonly isJournalled: boolean;
  readonly env: Launch['env'];
  readonly hear: Listener;
  readonly hooks: Hooks;
  readonly onBroken: (error: unknown) => void;
}

export interface Cluster {
  readonly part: ClusterPart;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly clients: LiveClients;
  readonly journal: Journal;
  readonly bus: AzureBus<Buffer>;
  readonly isEmbedded: boolean;
  /** The last so many clients of the scenario may be other processes. */
  readonly guests: number;
  /** Servers, connections and the broker; the folder stays. Safe to do again. */
  close(): Promise<void>;
}

const clientProcess = 'client';
/** How long a connection may take, on a machine that is busy starting processes. */
const connectMs = 60_000;
const lookEveryMs = 5;

async function partOf(wish: ClusterWish, account: Account, began: string): Promise<ClusterPart> {
  const { topic, layout, isJournalled, seed, servers, operations } = wish;
  const cluster = `ww-${randomBytes(4).toString('hex')}`;
  const scenario = liveScenario({
    name: cluster,
    seed,
    servers,
    clients: wish.clients + wish.guests,
    operations,
    isRemote: isRemote({ account }),
  });
  const participants = [...serverNames(scenario), ...clientNames(scenario)];
  try {
    await ensureTopology({ account, topic, layout, participants });
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(what, {
      remedy: 'whitewater azure doctor tells what is missing',
      exitCode: 69,
      cause,
    });
  }
  mkdirSync(wish.out, { recursive: true });
  const folder = mkdtempSync(join(wish.out, `${cluster}-`));
  return { cluster, account, topic, layout, scenario, began, folder, isJournalled };
}

class Standing implements Cluster {
  readonly part: ClusterPart;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly clients: LiveClients;
  readonly journal: Journal;
  readonly bus: AzureBus<Buffer>;
  readonly isEmbedded: boolean;
  readonly guests: number;
  private readonly broker: BrokerProcess | null;

  constructor(part: ClusterPart, broker: BrokerProcess | null, wish: ClusterWish) {
    const names = clientNames(part.scenario).slice(0, wish.clients);
    const [probe = 'c1'] = names;
    this.part = part;
    this.clock = clockSince(part.began);
    this.broker = broker;
    this.guests = wish.guests;
    this.isEmbedded = broker !== null;
    const process = clientProcess;
    const head = { schema: journalSchema, process, incarnation: 1, found: null } as const;
    this.journal = part.isJournalled
      ? new FileJournal(journalPath(part, clientProcess, 1), head, wish.hear)
      : unwritten(['invoke', 'ok', 'fail', 'info'], wish.hear);
    const startedAtMs = Date.now() - this.clock.now() / 1_000;
    this.bus = azureBus<Buffer>({
      ...busOptions(part, { node: clientProcess, incarnation: 1, startedAtMs, probe }),
      onEvents: () => this.clients.reactor.wake(),
      onNotice: (notice) => {
        if (notice.kind === 'error') wish.hooks.onNotice(clientProcess, notice.text);
      },
    });
    this.clients = new LiveClients(
      {
        scenario: part.scenario,
        subject: raft,
        bus: this.bus,
        routes: routesOf(part),
        process: clientProcess,
        incarnation: 1,
        processNumber: 0,
        timeToLiveMicros: part.scenario.bus.timeToLiveMs * 1_000,
        clock: this.clock,
        journal: this.journal,
        onBroken: wish.onBroken,
      },
      names,
    );
    this.processes = new Processes(part, serverNames(part.scenario), wish.env, wish.hooks);
  }

  async close(): Promise<void> {
    this.clients.reactor.stop();
    this.processes.kill();
    this.journal.close();
    // While the broker lives: the SDK tries for ever to reach one that is gone.
    await this.bus.close();
    this.broker?.end();
  }
}

/** Everything connected, no server on line yet. Rejects when that takes too long. */
export async function openCluster(wish: ClusterWish): Promise<Cluster> {
  const began = origin();
  const onLost = (how: string): void => {
    wish.onBroken(new UserError(how, { remedy: 'Run it again', exitCode: 69 }));
  };
  const broker = wish.account === undefined ? await startBrokerProcess(wish.env, onLost) : null;
  const account = wish.account ?? accountOf(broker);
  let cluster: Standing | null = null;
  try {
    const part = await partOf(wish, account, began);
    cluster = new Standing(part, broker, wish);
    const { processes, clients } = cluster;
    for (const server of processes.servers) processes.start(server);
    clients.connect();
    const end = performance.now() + connectMs;
    const all = (): boolean =>
      clients.isConnected && processes.servers.every(({ standing }) => standing === 'connected');
    while (!all()) {
      if (performance.now() > end) throw tooSlow(cluster);
      const dead = processes.servers.find(({ standing }) => standing === 'down');
      if (dead !== undefined) throw new UserError(`${dead.name} ended before it was connected`);
      await pause(lookEveryMs);
    }
    return cluster;
  } catch (error) {
    if (cluster === null) broker?.end();
    else await cluster.close();
    throw error;
  }
}

function accountOf(broker: BrokerProcess | null): Account {
  if (broker === null) throw new Error('there is no account and no broker');
  const { connectionString, administrationEndpoint } = broker;
  return { connectionString, administrationEndpoint };
}

function tooSlow({ processes, clients }: Cluster): UserError {
  const missing = processes.servers.filter(({ standing }) => standing !== 'connected');
  const names = [
    ...missing.map(({ name }) => name),
    ...(clients.isConnected ? [] : ['the client']),
  ];
  return new UserError(
    `no connection to the bus within ${connectMs / 1_000} s: ${names.join(', ')}`,
    {
      remedy: 'Check the namespace and its firewall, or try fewer servers',
      exitCode: 69,
    },
  );
}
