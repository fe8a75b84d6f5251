/**
 * Simplifications of everything but the list of actions: fewer servers and clients, unremarkable
 * knobs, a shorter run. Each makes something strictly simpler, or does not apply.
 */
import type { Json } from '../../harness/raft/entry.ts';
import type {
  BusProfile,
  Cluster,
  Fault,
  Operation,
  OperatorStep,
  Range,
  Scenario,
  Workload,
} from '../../harness/world/scenario.ts';
import { calm } from '../../harness/world/scenario.ts';
import { fewerOnDisks } from './simplify-disks.ts';
import { featuresOff } from './simplify-features.ts';

/** The simpler scenario, or undefined when there is nothing to gain. */
export type Simplification = (scenario: Scenario) => Scenario | undefined;

type Renaming = (name: string) => string;

/** Other numbers for servers; roles stay what they are. */
function renumbering(number: (old: number) => number): Renaming {
  return (name) => {
    const match = /^S([1-7])$/.exec(name);
    return match === null ? name : `S${String(number(Number(match[1])))}`;
  };
}

function onServers(fault: Fault, renamed: Renaming): Fault {
  if ('server' in fault) return { ...fault, server: renamed(fault.server) };
  if ('from' in fault) return { ...fault, from: renamed(fault.from), to: renamed(fault.to) };
  if (fault.kind !== 'partition') return fault;
  return { ...fault, side: [...new Set(fault.side.map(renamed))] };
}

function wishOf(wish: OperatorStep, renamed: Renaming): OperatorStep {
  if (wish.kind === 'transfer') return { ...wish, target: renamed(wish.target) };
  const changes = wish.changes.map(({ kind, server }) => ({ kind, server: renamed(server) }));
  return { ...wish, changes };
}

/** The last servers go: spares before learners, and those before voters. */
function fewer(old: Cluster, servers: number): Cluster {
  const learnersEnd = old.servers - old.spares;
  const votersEnd = learnersEnd - old.learners;
  const spares = Math.max(0, servers - Math.max(learnersEnd, 0));
  const learners = Math.max(0, Math.min(servers, learnersEnd) - votersEnd);
  return { ...old, servers, spares, learners };
}

interface Fewer {
  readonly servers: number;
  /** Does this disk stay? */
  readonly stays: (server: string) => boolean;
  readonly renamed: Renaming;
}

/** Faults and wishes aimed at a server that goes are aimed at one that stays. */
function withFewer(scenario: Scenario, { servers, stays, renamed }: Fewer): Scenario {
  const { workload } = scenario;
  return {
    ...scenario,
    cluster: fewer(scenario.cluster, servers),
    workload: {
      ...workload,
      operator: workload.operator.map((wish) => wishOf(wish, renamed)),
    },
    faults: scenario.faults.map((fault) => onServers(fault, renamed)),
    initial: scenario.initial
      .filter(({ server }) => stays(server))
      .map((disk) => ({
        ...disk,
        server: renamed(disk.server),
        votedFor: disk.votedFor === null ? null : renamed(disk.votedFor),
      })),
  };
}

/** The first so many stay. */
function toServers(servers: number): Simplification {
  const renamed = renumbering((old) => (old <= servers ? old : ((old - 1) % servers) + 1));
  const stays = (server: string): boolean => renamed(server) === server;
  return (scenario) => {
    if (scenario.cluster.servers <= servers) return undefined;
    return withFewer(scenario, { servers, stays, renamed });
  };
}

/** One goes, those after it move up: where disks differ, the last are not always the least. */
function withoutServer(gone: number): Simplification {
  const renamed = renumbering((old) => (old < gone ? old : Math.max(1, old - 1)));
  const stays = (server: string): boolean => server !== `S${String(gone)}`;
  return (scenario) => {
    const { servers } = scenario.cluster;
    if (scenario.initial.length === 0 || servers <= gone) return undefined;
    return withFewer(scenario, { servers: servers - 1, stays, renamed });
  };
}

function cluster(change: Partial<Cluster>, applies: (old: Cluster) => boolean): Simplification {
  return (scenario) =>
    applies(scenario.cluster)
      ? { ...scenario, cluster: { ...scenario.cluster, ...change } }
      : undefined;
}

function bus(change: Partial<BusProfile>, applies: (old: BusProfile) => boolean): Simplification {
  return (scenario) =>
    applies(scenario.bus) ? { ...scenario, bus: { ...scenario.bus, ...change } } : undefined;
}

function workload(change: Partial<Workload>, applies: (old: Workload) => boolean): Simplification {
  return (scenario) =>
    applies(scenario.workload)
      ? { ...scenario, workload: { ...scenario.workload, ...change } }
      : undefined;
}

const fixed = (range: Range): boolean => range.min === range.max;
const same = (a: Range, b: Range): boolean => a.min === b.min && a.max === b.max;

const timers: Partial<Cluster> = {
  electionMs: calm.cluster.electionMs,
  heartbeatMs: calm.cluster.heartbeatMs,
};
const quickDisk: Range = { min: 1_000, max: 1_000 };
const evenLatency: Range = { min: 5_000, max: 5_000 };

/** Sessions that exist from the start never expire. */
function givenSessions(scenario: Scenario): Scenario | undefined {
  const { cluster: old, workload: asked } = scenario;
  if (asked.sessions === 'given') return undefined;
  return {
    ...scenario,
    cluster: { ...old, features: { ...old.features, sessionsMax: 0 } },
    workload: { ...asked, sessions: 'given' },
  };
}

const knobs: readonly Simplification[] = [
  cluster(
    timers,
    (old) =>
      !same(old.electionMs, calm.cluster.electionMs) ||
      old.heartbeatMs !== calm.cluster.heartbeatMs,
  ),
  cluster({ diskMicros: quickDisk }, (old) => !fixed(old.diskMicros)),
  cluster(
    { diskMicros: calm.cluster.diskMicros },
    (old) => !fixed(old.diskMicros) && !same(old.diskMicros, calm.cluster.diskMicros),
  ),
  cluster(
    { entriesPerAppendMax: calm.cluster.entriesPerAppendMax },
    (old) => old.entriesPerAppendMax !== calm.cluster.entriesPerAppendMax,
  ),
  cluster(
    { inflightMax: calm.cluster.inflightMax },
    (old) => old.inflightMax !== calm.cluster.inflightMax,
  ),
  bus({ ordering: 'total' }, (old) => old.ordering !== 'total'),
  bus({ ordering: 'session' }, (old) => old.ordering === 'none'),
  bus({ mode: calm.bus.mode }, (old) => old.mode !== calm.bus.mode),
  bus({ latencyMicros: evenLatency }, (old) => !fixed(old.latencyMicros)),
  bus(
    { latencyMicros: calm.bus.latencyMicros },
    (old) => !fixed(old.latencyMicros) && !same(old.latencyMicros, calm.bus.latencyMicros),
  ),
  bus(
    { lockDurationMs: calm.bus.lockDurationMs },
    (old) => old.lockDurationMs !== calm.bus.lockDurationMs,
  ),
  bus(
    { maxDeliveryCount: calm.bus.maxDeliveryCount },
    (old) => old.maxDeliveryCount !== calm.bus.maxDeliveryCount,
  ),
  bus({ prefetch: calm.bus.prefetch }, (old) => old.prefetch !== calm.bus.prefetch),
  bus({ duplicateDetectionMs: 0 }, (old) => old.duplicateDetectionMs !== 0),
  bus({ timeToLiveMs: 0 }, (old) => old.timeToLiveMs !== 0),
  givenSessions,
  workload({ retryMs: calm.workload.retryMs }, (old) => old.retryMs !== calm.workload.retryMs),
  workload(
    { timeoutMs: calm.workload.timeoutMs },
    (old) => old.timeoutMs !== calm.workload.timeoutMs,
  ),
];

function withOperations(
  scenario: Scenario,
  clients: number,
  change: (operation: Operation) => Operation,
): Scenario {
  const operations = scenario.workload.operations.map(change);
  return { ...scenario, workload: { ...scenario.workload, clients, operations } };
}

function oneClient(scenario: Scenario): Scenario | undefined {
  if (scenario.workload.clients <= 1) return undefined;
  return withOperations(scenario, 1, (operation) => ({ ...operation, client: 'c1' }));
}

/** Only clients that do something, called c1, c2, … in their own order. */
function busyClients(scenario: Scenario): Scenario | undefined {
  const { clients, operations } = scenario.workload;
  const busy = Array.from({ length: clients }, (_, i) => `c${String(i + 1)}`).filter((name) =>
    operations.some((operation) => operation.client === name),
  );
  if (Math.max(1, busy.length) >= clients) return undefined;
  const names = new Map(busy.map((name, i) => [name, `c${String(i + 1)}`]));
  return withOperations(scenario, Math.max(1, busy.length), (operation) => ({
    ...operation,
    client: names.get(operation.client) ?? operation.client,
  }));
}

function oneKey(scenario: Scenario): Scenario | undefined {
  const { clients, operations } = scenario.workload;
  if (operations.every((operation) => operation.key === 'x')) return undefined;
  return withOperations(scenario, clients, (operation) => ({ ...operation, key: 'x' }));
}

/** Values 1, 2, 3, … in the order in which they are first mentioned. */
function smallValues(scenario: Scenario): Scenario | undefined {
  const numbers = new Map<Json, number>();
  const renumber = (value: Json): Json => {
    if (typeof value !== 'number') return value;
    const known = numbers.get(value) ?? numbers.size + 1;
    numbers.set(value, known);
    return known;
  };
  const simpler = withOperations(scenario, scenario.workload.clients, (operation) => ({
    ...operation,
    value: Array.isArray(operation.value)
      ? operation.value.map(renumber)
      : renumber(operation.value),
  }));
  return [...numbers].every(([old, fresh]) => old === fresh) ? undefined : simpler;
}

/** The quiet period begins when the last fault has ended and the last operation was asked. */
function shortRun(scenario: Scenario): Scenario | undefined {
  let end = 100;
  for (const fault of scenario.faults) {
    end = Math.max(end, fault.atMs + ('forMs' in fault ? fault.forMs : 0));
  }
  const { operations, operator } = scenario.workload;
  for (const { atMs } of [...operations, ...operator]) end = Math.max(end, atMs);
  const runMs = Math.ceil(end / 100) * 100;
  if (runMs >= scenario.limits.runMs) return undefined;
  return { ...scenario, limits: { ...scenario.limits, runMs } };
}

/** Tried in this order, each once a round. */
export const simplifications: readonly Simplification[] = [
  ...featuresOff,
  ...[1, 2, 3, 4, 5, 6].map(toServers),
  ...[6, 5, 4, 3, 2, 1].map(withoutServer),
  oneClient,
  busyClients,
  oneKey,
  ...fewerOnDisks,
  ...knobs,
  shortRun,
  smallValues,
];
