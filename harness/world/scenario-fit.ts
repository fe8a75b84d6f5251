/** What a scenario's shape cannot say: names must exist, times must lie in the run, values fit. */
import type { Cluster, Fault, Operation, OperatorStep, Scenario } from './scenario.ts';
import { roles } from './scenario.ts';

export interface Misfit {
  /** `faults[3].server`, `workload.operations[0].client`, … */
  readonly path: string;
  /** "expected …, got …" */
  readonly what: string;
}

/** Names that a scenario may use. */
interface Names {
  readonly servers: ReadonlySet<string>;
  readonly targets: ReadonlySet<string>;
  readonly ends: ReadonlySet<string>;
  readonly clients: ReadonlySet<string>;
}

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${String(i + 1)}`);
}

function namesOf(scenario: Scenario): Names {
  const servers = numbered('S', scenario.cluster.servers);
  const clients = numbered('c', scenario.workload.clients);
  return {
    servers: new Set(servers),
    targets: new Set([...servers, ...roles]),
    ends: new Set([...servers, ...roles, ...clients, 'operator', 'any']),
    clients: new Set(clients),
  };
}

/** The first thing in the scenario that does not fit the rest of it. */
export function misfit(scenario: Scenario): Misfit | undefined {
  const names = namesOf(scenario);
  return (
    clusterMisfit(scenario) ??
    firstOf(scenario.faults, (fault, i) => faultMisfit(fault, `faults[${String(i)}]`, names)) ??
    firstOf(scenario.faults, (fault, i) => late(scenario, fault.atMs, `faults[${String(i)}]`)) ??
    firstOf(scenario.workload.operations, (operation, i) => {
      const path = `workload.operations[${String(i)}]`;
      return (
        late(scenario, operation.atMs, path) ?? operationMisfit(scenario, operation, path, names)
      );
    }) ??
    firstOf(scenario.workload.operator, (step, i) => {
      const path = `workload.operator[${String(i)}]`;
      return late(scenario, step.atMs, path) ?? stepMisfit(step, path, names);
    }) ??
    initialMisfit(scenario, names) ??
    scheduleMisfit(scenario)
  );
}

function stepMisfit(step: OperatorStep, path: string, { servers }: Names): Misfit | undefined {
  if (step.kind === 'transfer') return unknownName(step.target, servers, `${path}.target`);
  if (step.changes.length === 0)
    return { path: `${path}.changes`, what: 'expected 1..7, got none' };
  return firstOf(step.changes, ({ server }, i) =>
    unknownName(server, servers, `${path}.changes[${String(i)}].server`),
  );
}

function firstOf<T>(
  values: readonly T[],
  examine: (value: T, index: number) => Misfit | undefined,
): Misfit | undefined {
  for (const [index, value] of values.entries()) {
    const found = examine(value, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the machine itself would refuse. */
function sessionsMisfit({ cluster, workload }: Scenario): Misfit | undefined {
  const { sessionsMax } = cluster.features;
  if (sessionsMax === 0 || workload.sessions === 'registered') return undefined;
  if (workload.clients <= sessionsMax) return undefined;
  const what = `expected 0 or ${String(workload.clients)} or more for the sessions given`;
  return { path: 'cluster.features.sessionsMax', what: `${what}, got ${String(sessionsMax)}` };
}

function membersMisfit({ servers, spares, learners }: Cluster): Misfit | undefined {
  if (spares + learners < servers) return undefined;
  const what = `expected fewer than ${String(servers)} (cluster.servers) with the learners`;
  return {
    path: 'cluster.spares',
    what: `${what}, got ${String(spares + learners)}: nobody votes`,
  };
}

/** A lease is a promise about clocks: a scenario must not break it by its own faults. */
function leaseMisfit({ cluster, faults }: Scenario): Misfit | undefined {
  const { leaseDriftBound: bound, checkQuorum } = cluster.features;
  if (bound === 0) return undefined;
  const path = 'cluster.features.leaseDriftBound';
  if (!checkQuorum) return { path, what: 'expected 0 without checkQuorum, for nobody protects it' };
  const longest = cluster.electionMs.min / cluster.heartbeatMs;
  if (bound >= longest) {
    const what = `expected less than ${longest.toFixed(3)}, for a lease must outlast a heartbeat`;
    return { path, what: `${what}, got ${String(bound)}` };
  }
  let fastest = 1_000;
  let slowest = 1_000;
  for (const fault of faults) {
    if (fault.kind === 'clockJump') {
      return { path, what: 'expected 0 with clockJump among the faults: leases trust clocks' };
    }
    if (fault.kind !== 'clockSkew') continue;
    fastest = Math.max(fastest, 1_000 + fault.perMille);
    slowest = Math.min(slowest, 1_000 + fault.perMille);
  }
  if (fastest <= slowest * bound) return undefined;
  const least = (fastest / slowest).toFixed(3);
  return {
    path,
    what: `expected ${least} or more for these clockSkew faults, got ${String(bound)}`,
  };
}

function clusterMisfit(scenario: Scenario): Misfit | undefined {
  const { cluster, workload } = scenario;
  if (cluster.electionMs.min < 1) {
    return { path: 'cluster.electionMs.min', what: 'expected 1 or more, got 0' };
  }
  if (cluster.heartbeatMs >= cluster.electionMs.min) {
    return {
      path: 'cluster.heartbeatMs',
      what:
        `expected less than electionMs.min (${String(cluster.electionMs.min)}), ` +
        `got ${String(cluster.heartbeatMs)}`,
    };
  }
  const clients = workload.clients;
  const wrong = membersMisfit(cluster) ?? leaseMisfit(scenario) ?? sessionsMisfit(scenario);
  if (wrong !== undefined) return wrong;
  return clients < 1 ? { path: 'workload.clients', what: 'expected 1 or more' } : undefined;
}

function late(scenario: Scenario, atMs: number, path: string): Misfit | undefined {
  const { runMs } = scenario.limits;
  if (atMs <= runMs) return undefined;
  return {
    path: `${path}.atMs`,
    what: `expected 0..${String(runMs)} (limits.runMs), got ${String(atMs)}`,
  };
}

function unknownName(name: string, known: ReadonlySet<string>, path: string): Misfit | undefined {
  if (known.has(name)) return undefined;
  return { path, what: `expected ${[...known].join(', ')}, got "${name}"` };
}

function faultMisfit(fault: Fault, path: string, names: Names): Misfit | undefined {
  if ('server' in fault) return unknownName(fault.server, names.targets, `${path}.server`);
  if ('from' in fault) {
    return (
      unknownName(fault.from, names.ends, `${path}.from`) ??
      unknownName(fault.to, names.ends, `${path}.to`)
    );
  }
  if (fault.kind !== 'partition') return undefined;
  return (
    firstOf(fault.side, (name, i) =>
      unknownName(name, names.targets, `${path}.side[${String(i)}]`),
    ) ?? sideMisfit(fault, path)
  );
}

function sideMisfit(
  fault: Extract<Fault, { readonly kind: 'partition' }>,
  path: string,
): Misfit | undefined {
  const count = fault.side.length;
  const got = `got ${String(count)}`;
  if (fault.shape === 'isolate' && count !== 1) {
    return { path: `${path}.side`, what: `expected exactly one server to isolate, ${got}` };
  }
  if (fault.shape !== 'ring' && count === 0) {
    return { path: `${path}.side`, what: `expected at least one server, ${got}` };
  }
  return undefined;
}

const allowed = {
  register: ['read', 'write'],
  'cas-register': ['read', 'write', 'cas'],
  kv: ['read', 'write', 'cas', 'delete', 'append'],
  append: ['read', 'append'],
} as const satisfies Readonly<Record<Scenario['workload']['model'], readonly Operation['f'][]>>;

function operationMisfit(
  scenario: Scenario,
  operation: Operation,
  path: string,
  names: Names,
): Misfit | undefined {
  const { model } = scenario.workload;
  const verbs: readonly string[] = allowed[model];
  if (!verbs.includes(operation.f)) {
    return {
      path: `${path}.f`,
      what: `expected ${verbs.join(', ')} for the model ${model}, got "${operation.f}"`,
    };
  }
  return (
    unknownName(operation.client, names.clients, `${path}.client`) ?? valueMisfit(operation, path)
  );
}

function valueMisfit({ f, value }: Operation, path: string): Misfit | undefined {
  const got = `got ${JSON.stringify(value).slice(0, 60)}`;
  switch (f) {
    case 'read':
    case 'delete':
      return value === null ? undefined : { path: `${path}.value`, what: `expected null, ${got}` };
    case 'cas':
      return Array.isArray(value) && value.length === 2
        ? undefined
        : { path: `${path}.value`, what: `expected [expected, new], ${got}` };
    case 'write':
    case 'append':
      return undefined;
    default:
      return unreachable(f);
  }
}

/** Decisions are read in one go: their steps must ascend. */
function scheduleMisfit({ schedule }: Scenario): Misfit | undefined {
  if (schedule?.strategy !== 'recorded') return undefined;
  let last = -1;
  return firstOf(schedule.decisions, ({ step }, i) => {
    const before = last;
    last = step;
    if (step > before) return undefined;
    const what = `expected more than ${String(before)}, got ${String(step)}`;
    return { path: `schedule.decisions[${String(i)}].step`, what };
  });
}

function unreachable(value: never): never {
  throw new Error(`not expected: ${JSON.stringify(value)}`);
}

function initialMisfit(scenario: Scenario, names: Names): Misfit | undefined {
  const seen = new Set<string>();
  return firstOf(scenario.initial, (initial, i) => {
    const path = `initial[${String(i)}]`;
    if (seen.has(initial.server)) {
      return { path: `${path}.server`, what: `expected each server once, got ${initial.server}` };
    }
    seen.add(initial.server);
    return (
      unknownName(initial.server, names.servers, `${path}.server`) ??
      (initial.votedFor === null
        ? undefined
        : unknownName(initial.votedFor, names.servers, `${path}.votedFor`)) ??
      termsMisfit(initial.log, initial.term, `${path}.log`)
    );
  });
}

function termsMisfit(log: readonly number[], term: number, path: string): Misfit | undefined {
  let last = 0;
  return firstOf([...log, term], (entry, i) => {
    const before = last;
    last = entry;
    if (entry >= before) return undefined;
    return i < log.length
      ? {
          path: `${path}[${String(i)}]`,
          what: `expected ${String(before)} or more, got ${String(entry)}`,
        }
      : {
          path,
          what: `expected no term above the server's own (${String(term)}), got ${String(before)}`,
        };
  });
}
