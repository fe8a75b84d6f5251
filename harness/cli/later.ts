/**
 * Later beginnings: a failing scenario without its first part, which the disks hold instead. What
 * took many elections to come about is then there from the start, as in the textbook's figures.
 */
import { cone } from '../report/cone.ts';
import type { Picture } from '../report/picture.ts';
import { absorbPicture, blankPicture } from '../report/picture.ts';
import type { Plot } from '../report/plot.ts';
import { plot } from '../report/plot.ts';
import type { Lab } from '../search/execute.ts';
import type { TraceRecord } from '../trace/record.ts';
import { isSound } from '../world/first-disks.ts';
import type { Fault, InitialServer, Scenario } from '../world/scenario.ts';
import { recorded } from './failure.ts';

/** Cuts tried, the latest first: an early one spares its reader little. */
const cutsMax = 4;
/** What is made happen at the beginning needs no more time than this before it. */
const briefLeadMs = 10;
/** Candidacies are that many times the bus's latency apart, where they are made to happen. */
const latenciesApart = [2, 3, 4, 5, 6, 8] as const;
/** More elections than these are left to the timers. */
const candidaciesMax = 4;

interface Candidacy {
  readonly server: string;
  readonly atMs: number;
}

interface Cut {
  readonly atMs: number;
  readonly disks: readonly InitialServer[];
  /** Those that led to the violation from here on. */
  readonly candidacies: readonly Candidacy[];
}

/** Entries that no scenario's disks can hold: changes of the configuration, and snapshots. */
function isBeyondDisks(record: TraceRecord): boolean {
  if (record.kind === 'propose') return record.configuration !== null;
  return (record.kind === 'write' || record.kind === 'online') && record.snapshot !== null;
}

/** What it would start with: what it knows, or, while it is down, what it did start with later. */
function diskOf(picture: Picture, plotted: Plot, server: string, seq: number): InitialServer {
  const now = picture.servers.get(server);
  const start = plotted.records.find(
    (record) => record.kind === 'online' && record.server === server && record.seq > seq,
  );
  if (now?.up === false && start?.kind === 'online') {
    const { term, votedFor, entries } = start;
    return { server, term, votedFor, log: entries.map((entry) => entry.term) };
  }
  const { term = 0, votedFor = null, log = [] } = now ?? {};
  return { server, term, votedFor, log: log.map((entry) => entry.term) };
}

/** The candidacies that led to the violation, each with the disks just before it. */
function cutsOf(plotted: Plot): readonly Cut[] {
  const roots = new Set([...cone(plotted).steps].map(({ root }) => root));
  const picture = blankPicture(plotted);
  const cuts: Omit<Cut, 'candidacies'>[] = [];
  const candidacies: Candidacy[] = [];
  for (const record of plotted.records) {
    if (isBeyondDisks(record)) break;
    if (record.kind === 'timer' && record.timer === 'election' && roots.has(record)) {
      const disks = plotted.servers
        .map((server) => diskOf(picture, plotted, server, record.seq))
        .filter(({ term }) => term > 0);
      // A fault of the same millisecond may be what made it run out.
      cuts.push({ atMs: Math.floor(record.at / 1_000) - 1, disks });
      candidacies.push({ server: record.server, atMs: Math.floor(record.at / 1_000) });
    }
    absorbPicture(picture, record, plotted);
  }
  return cuts
    .map((cut, at) => ({ ...cut, candidacies: candidacies.slice(at) }))
    .filter(({ disks }) => disks.some(({ log }) => log.length > 0));
}

/** The same disks as it begins with? Then nothing is gained. */
function isLater({ initial }: Scenario): (cut: Cut) => boolean {
  const first = JSON.stringify(initial);
  return ({ disks }) => JSON.stringify(disks) !== first;
}

/** What is left of a fault, its times counted from `fromMs`. */
function rest(fault: Fault, fromMs: number): readonly Fault[] {
  const atMs = Math.max(0, fault.atMs - fromMs);
  if (!('forMs' in fault)) return fault.atMs < fromMs ? [] : [{ ...fault, atMs }];
  const forMs = fault.atMs + fault.forMs - Math.max(fault.atMs, fromMs);
  return forMs <= 0 ? [] : [{ ...fault, atMs, forMs }];
}

/** The scenario from the cut on, `leadMs` before which its time begins. */
function begun(scenario: Scenario, { atMs, disks }: Cut, leadMs: number): Scenario {
  const { schedule: _, ...timed } = scenario;
  const { workload, limits } = scenario;
  const fromMs = atMs - leadMs;
  const isLeft = (one: { readonly atMs: number }): boolean => one.atMs >= atMs;
  const moved = <T extends { readonly atMs: number }>(one: T): T => ({
    ...one,
    atMs: Math.max(0, one.atMs - fromMs),
  });
  return {
    ...timed,
    initial: disks,
    faults: scenario.faults
      .filter((fault) => 'forMs' in fault || isLeft(fault))
      .flatMap((fault) => rest(fault, fromMs)),
    workload: {
      ...workload,
      operations: workload.operations.filter(isLeft).map(moved),
      operator: workload.operator.filter(isLeft).map(moved),
    },
    limits: { ...limits, runMs: Math.max(100, limits.runMs - fromMs) },
  };
}

/** The beginning with its elections made to happen at these moments: clocks jump, timers run out. */
function led(scenario: Scenario, cut: Cut, atMs: readonly number[]): Scenario {
  const { limits } = scenario;
  const byMs = scenario.cluster.electionMs.max * 2;
  const jumps = cut.candidacies.map(({ server }, at): Fault => ({
    kind: 'clockJump',
    atMs: atMs[at] ?? 0,
    server,
    byMs,
  }));
  const others = scenario.faults.filter(({ kind }) => kind !== 'clockJump');
  const faults = [...others, ...jumps].toSorted((a, b) => a.atMs - b.atMs);
  const runMs = Math.max(limits.runMs, ...atMs);
  return { ...scenario, faults, limits: { ...limits, runMs } };
}

/**
 * The elections left to the timers (and to a strategy that decides, if there was one), at the times
 * they had, or so many latencies apart.
 */
function timed(scenario: Scenario, cut: Cut): readonly Scenario[] {
  const { cluster, bus, schedule } = scenario;
  const soon = begun(scenario, cut, briefLeadMs);
  const left = [begun(scenario, cut, cluster.electionMs.min), soon];
  const again = schedule === undefined || schedule.strategy === 'recorded' ? [] : [{ schedule }];
  const natural = [...left, ...again.flatMap((by) => left.map((one) => ({ ...one, ...by })))];
  const { candidacies } = cut;
  if (candidacies.length > candidaciesMax || cluster.features.leaseDriftBound > 0) return natural;
  const same = candidacies.map(({ atMs }) => atMs - cut.atMs + briefLeadMs);
  const even = latenciesApart.map((latencies) => {
    const gapMs = Math.ceil((latencies * bus.latencyMicros.max) / 1_000);
    return candidacies.map((_, at) => briefLeadMs + at * gapMs);
  });
  return [...natural, ...[same, ...even].map((times) => led(soon, cut, times))];
}

/** As it is; with no other faults; and the same with entries sent one by one. */
function kinds(scenario: Scenario): readonly Scenario[] {
  const jumps = scenario.faults.filter(({ kind }) => kind === 'clockJump');
  const both = [scenario, { ...scenario, faults: jumps }];
  const oneByOne = { entriesPerAppendMax: 1, inflightMax: 1 };
  return [...both, ...both.map((one) => ({ ...one, cluster: { ...one.cluster, ...oneByOne } }))];
}

/**
 * Scenarios that begin with one of the last elections that led to the violation, and with the disks
 * as they were then: not yet known to fail. A correct Raft can go on from all of them.
 */
export function storyLater(scenario: Scenario, lab: Lab): readonly Scenario[] {
  return cutsOf(plot(recorded(scenario, lab).records))
    .filter(isLater(scenario))
    .slice(-cutsMax)
    .toReversed()
    .flatMap((cut) => timed(scenario, cut))
    .flatMap(kinds)
    .filter(isSound);
}
