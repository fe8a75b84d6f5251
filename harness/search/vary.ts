/**
 * Scenarios much like a given one, with no more faults and operations: another network seed, less
 * waiting, other moments and durations, plainer knobs. Pure: the same ordinal, the same variation.
 */
import type {
  Cluster,
  Fault,
  MessageClass,
  Operation,
  OperatorStep,
  Scenario,
} from '../world/scenario.ts';
import { calm } from '../world/scenario.ts';
import { actionCount, childSeed, reseeded } from './size.ts';

/** A short stream of numbers for one variation. */
class Rolls {
  private readonly seed: number;
  private drawn = 0;

  constructor(seed: number) {
    this.seed = seed;
  }

  /** 0 to `count - 1`. */
  below(count: number): number {
    this.drawn += 1;
    return (childSeed(this.seed, this.drawn) >>> 0) % Math.max(1, count);
  }

  among<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }
}

type Move = (scenario: Scenario, rolls: Rolls) => Scenario;

function withTimes(scenario: Scenario, moved: (atMs: number) => number): Scenario {
  const { workload } = scenario;
  return {
    ...scenario,
    faults: scenario.faults.map((fault): Fault => ({ ...fault, atMs: moved(fault.atMs) })),
    workload: {
      ...workload,
      operations: workload.operations.map((one): Operation => ({ ...one, atMs: moved(one.atMs) })),
      operator: workload.operator.map((one): OperatorStep => ({ ...one, atMs: moved(one.atMs) })),
    },
  };
}

/** When something is done, each moment once, in order. */
export function moments(scenario: Scenario): readonly number[] {
  const { faults, workload } = scenario;
  const { operations, operator } = workload;
  const times = [...faults, ...operations, ...operator].map(({ atMs }) => atMs);
  return [...new Set(times)].sort((a, b) => a - b);
}

/** Everything from `fromMs` on `byMs` earlier; the run ends as much earlier. */
export function earlierFrom(scenario: Scenario, fromMs: number, byMs: number): Scenario {
  const { limits } = scenario;
  const runMs = Math.max(100, limits.runMs - byMs);
  const moved = withTimes(scenario, (atMs) => (atMs < fromMs ? atMs : atMs - byMs));
  return { ...moved, limits: { ...limits, runMs } };
}

const lessWaiting: Move = (scenario, rolls) => {
  const times = moments(scenario);
  const index = rolls.below(times.length);
  const from = times[index] ?? 0;
  const gap = from - (times[index - 1] ?? 0);
  const byMs = rolls.among([gap, Math.ceil(gap / 2), Math.ceil(gap / 4), Math.min(gap, 10)]);
  return earlierFrom(scenario, from, byMs);
};

/** The end of the unkind part as early as the faults and operations allow, or a little later. */
const shorterRun: Move = (scenario, rolls) => {
  const ends = scenario.faults.map(
    ({ atMs, ...rest }) => atMs + ('forMs' in rest ? rest.forMs : 0),
  );
  const end = Math.max(100, ...ends, ...moments(scenario));
  const runMs = Math.min(scenario.limits.runMs, end + rolls.among([0, 0, 100, 300]));
  return { ...scenario, limits: { ...scenario.limits, runMs } };
};

const nudges = [-200, -100, -50, -20, -10, -5, -2, -1, 1, 2, 5, 10, 20, 50, 100] as const;

function nudged(value: number, max: number, rolls: Rolls): number {
  return Math.min(max, Math.max(0, value + rolls.among(nudges)));
}

const longestMs = 10_000;

const messages: readonly [MessageClass, ...MessageClass[]] = [
  'RequestVote',
  'RequestVoteReply',
  'AppendEntries',
  'AppendEntriesReply',
  'ClientReply',
];

function server(scenario: Scenario, rolls: Rolls): string {
  return `S${String(1 + rolls.below(scenario.cluster.servers))}`;
}

/** Targets said by name, one class of messages, every one of them. */
function narrowed(fault: Fault, scenario: Scenario, rolls: Rolls): Fault {
  if ('percent' in fault) {
    return rolls.among<() => Fault>([
      () => ({ ...fault, percent: 100 }),
      () => ({ ...fault, message: rolls.among(messages) }),
      () => ({ ...fault, from: server(scenario, rolls) }),
      () => ({ ...fault, to: server(scenario, rolls) }),
    ])();
  }
  if (fault.kind === 'partition') {
    return { ...fault, shape: 'isolate', side: [server(scenario, rolls)] };
  }
  return 'server' in fault ? { ...fault, server: server(scenario, rolls) } : fault;
}

function changedFault(fault: Fault, scenario: Scenario, rolls: Rolls): Fault {
  const change = rolls.below(5);
  if (change === 0) return narrowed(fault, scenario, rolls);
  if (change <= 2 && 'forMs' in fault) {
    const { forMs } = fault;
    const shorter = rolls.among([
      forMs * 2,
      forMs / 2,
      forMs + 100,
      nudged(forMs, longestMs, rolls),
    ]);
    return { ...fault, forMs: Math.min(longestMs, Math.max(1, Math.round(shorter))) };
  }
  if (change === 3 && 'byMs' in fault) {
    const by = rolls.among([fault.byMs / 2, fault.byMs * 2, nudged(fault.byMs, longestMs, rolls)]);
    return { ...fault, byMs: Math.min(longestMs, Math.max(1, Math.round(by))) };
  }
  return { ...fault, atMs: nudged(fault.atMs, scenario.limits.runMs, rolls) };
}

function otherWish(scenario: Scenario, at: number, rolls: Rolls): Scenario {
  const { workload, limits } = scenario;
  const wish = workload.operator[at];
  if (wish === undefined) return scenario;
  const moved = { ...wish, atMs: nudged(wish.atMs, limits.runMs, rolls) };
  return { ...scenario, workload: { ...workload, operator: workload.operator.with(at, moved) } };
}

/** One fault or operation at another moment, of another length, at a narrower target. */
const otherAction: Move = (scenario, rolls) => {
  const { faults, workload } = scenario;
  const index = rolls.below(actionCount(scenario));
  const fault = faults[index];
  if (fault !== undefined) {
    return { ...scenario, faults: faults.with(index, changedFault(fault, scenario, rolls)) };
  }
  const at = index - faults.length;
  const operation = workload.operations[at];
  if (operation === undefined) return otherWish(scenario, at - workload.operations.length, rolls);
  const moved = { ...operation, atMs: nudged(operation.atMs, scenario.limits.runMs, rolls) };
  return {
    ...scenario,
    workload: { ...workload, operations: workload.operations.with(at, moved) },
  };
};

const clusters: readonly [Partial<Cluster>, ...Partial<Cluster>[]] = [
  { diskMicros: { min: 1_000, max: 1_000 } },
  { electionMs: calm.cluster.electionMs, heartbeatMs: calm.cluster.heartbeatMs },
  { electionMs: { min: 300, max: 600 }, heartbeatMs: 100 },
  { electionMs: { min: 500, max: 1_500 }, heartbeatMs: 100 },
  { entriesPerAppendMax: calm.cluster.entriesPerAppendMax },
  { inflightMax: calm.cluster.inflightMax },
  // Short windows and chatty leaders: what needs many messages or entries comes about sooner.
  { inflightMax: 1 },
  { entriesPerAppendMax: 1 },
  { heartbeatMs: 10 },
];

const plainerCluster: Move = (scenario, rolls) => ({
  ...scenario,
  cluster: { ...scenario.cluster, ...rolls.among(clusters) },
});

const plainerBus: Move = (scenario, rolls) => {
  const { bus } = scenario;
  const { lockDurationMs, maxDeliveryCount, prefetch, mode } = calm.bus;
  const change = rolls.among<Partial<typeof bus>>([
    { ordering: 'total' },
    { ordering: 'session' },
    { latencyMicros: { min: 5_000, max: 5_000 } },
    { latencyMicros: calm.bus.latencyMicros },
    { lockDurationMs, maxDeliveryCount, prefetch, mode },
    { duplicateDetectionMs: 0, timeToLiveMs: 0 },
  ]);
  return { ...scenario, bus: { ...bus, ...change } };
};

const plainerWorkload: Move = (scenario, rolls) => {
  const { workload } = scenario;
  const change = rolls.among<Partial<typeof workload>>([
    { retryMs: calm.workload.retryMs, timeoutMs: calm.workload.timeoutMs },
    { retryMs: 1_000 },
    { sessions: 'given' },
  ]);
  const { features } = scenario.cluster;
  // Sessions that exist from the start never expire.
  const lasting = {
    ...features,
    sessionsMax: change.sessions === 'given' ? 0 : features.sessionsMax,
  };
  const cluster = { ...scenario.cluster, features: lasting };
  return { ...scenario, cluster, workload: { ...workload, ...change } };
};

const oneLess: Move = (scenario, rolls) => {
  const gone = rolls.below(actionCount(scenario));
  return without(scenario, (index) => index === gone);
};

function without(scenario: Scenario, gone: (index: number) => boolean): Scenario {
  const { faults, workload } = scenario;
  const { length } = workload.operations;
  const kept = faults.filter((_, index) => !gone(index));
  const operations = workload.operations.filter((_, index) => !gone(faults.length + index));
  const operator = workload.operator.filter((_, index) => !gone(faults.length + length + index));
  return {
    ...scenario,
    faults: kept,
    workload: { ...workload, operations, operator },
  };
}

/** Each fault and operation goes with the same likelihood, which is drawn too. */
const thinner: Move = (scenario, rolls) => {
  const outOf = rolls.among([2, 3, 4, 8]);
  return without(scenario, () => rolls.below(outOf) === 0);
};

const stay: Move = (scenario) => scenario;

const moves: readonly [Move, ...Move[]] = [
  stay,
  stay,
  lessWaiting,
  lessWaiting,
  otherAction,
  otherAction,
  otherAction,
  shorterRun,
  plainerCluster,
  plainerBus,
  plainerWorkload,
  oneLess,
  thinner,
];

/** The `ordinal`-th variation. The seed changes in most of them: each is another roll of dice. */
export function variation(scenario: Scenario, ordinal: number): Scenario {
  const rolls = new Rolls(childSeed(0x57a7e, ordinal));
  const move = rolls.among(moves);
  const second = rolls.below(3) === 0 ? rolls.among(moves) : stay;
  const moved = second(move(scenario, rolls), rolls);
  const fresh = move === stay || rolls.below(2) === 0;
  return fresh ? reseeded(moved, childSeed(scenario.seed, ordinal) >>> 0) : moved;
}

/**
 * The `ordinal`-th thinning: some of the faults and operations, under a fresh seed, in half of the
 * cases in another cluster too, because what a bug needs many of depends on its limits.
 */
export function thinned(scenario: Scenario, ordinal: number): Scenario {
  const seed = childSeed(scenario.seed, ordinal) >>> 0;
  const rolls = new Rolls(childSeed(0x7117, ordinal));
  const fewer = thinner(scenario, rolls);
  return reseeded(rolls.below(2) === 0 ? plainerCluster(fewer, rolls) : fewer, seed);
}
