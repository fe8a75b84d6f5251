/**
 * Plays a recorded run again on a live bus: same machines, same schedule, other messengers. The
 * servers and clients run in this process, in the trace's time; every message between them travels.
 */
import type { Check } from '../check/check.ts';
import { verdictRecord } from '../check/conclusion.ts';
import type { Micros } from '../bus/bus.ts';
import type { StateMachine } from '../raft/node.ts';
import type { Subject } from '../raft/step.ts';
import type { HeaderRecord, TraceRecord, VerdictRecord } from '../trace/record.ts';
import { version } from '../trace/version.ts';
import { mark } from '../world/emitter.ts';
import type { Scenario } from '../world/scenario.ts';
import type { BusFactory } from '../world/setup.ts';
import { newWorld } from '../world/setup.ts';
import type { World } from '../world/world.ts';
import { countsOf } from './compare.ts';
import type { Performance } from './conductor.ts';
import { Conductor } from './conductor.ts';
import { Courier } from './courier.ts';
import { Gate } from './gate.ts';
import { Judges } from './judges.ts';
import type { LiveBus } from './parcel.ts';
import { Plan } from './plan.ts';
import { Relay } from './relay.ts';
import type { Enforced, Finding, Travel } from './result.ts';

export interface EnforceOptions {
  readonly header: HeaderRecord;
  /** The whole trace, the header first. */
  readonly records: readonly TraceRecord[];
  /** The header's, checked. */
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly application: StateMachine;
  readonly checks: readonly Check[];
  /** A wrong bus around the right one, when that is what is tested. */
  readonly around?: (right: BusFactory) => BusFactory;
  readonly live: LiveBus;
  /** What the live trace's header says of the bus. */
  readonly adapter: 'memory' | 'broker' | 'azure';
  /** Names this replay on the bus: other replays' messages are not its own. */
  readonly run: string;
  readonly topic: string;
  /** Where a participant receives. */
  readonly pathOf: (participant: string) => string;
  /** So long the bus may take for anything. */
  readonly patienceMicros: Micros;
  /** Called before each record is played, with how many were. */
  readonly onRecord?: (played: number) => void;
}

/** Rejects with a `BusUnusable` when the live bus cannot be reached at all. */
export async function enforce(options: EnforceOptions): Promise<Enforced> {
  const { records, scenario } = options;
  const judges = new Judges(liveHeader(options), options.checks);
  const plan = new Plan(records);
  const relay = relayFor(options);
  const gate = new Gate({
    plan,
    relay,
    around: options.around ?? ((right) => right),
    copiedAfterMicros: (fault) => copiedAfter(scenario, fault),
  });
  const world = newWorld({
    scenario,
    subject: options.subject,
    application: options.application,
    bus: gate.factory(),
    observer: judges,
    stop: () => false,
    ringsOnOrder: true,
  });
  gate.attach(world);
  world.powerFails = (host, boundary, tell): boolean => {
    if (!plan.cutsPower(host.id, boundary, judges.records.length)) return false;
    tell();
    return true;
  };
  const { ordering } = scenario.bus;
  const nameOf = (participant: number): string => world.names.names[participant] ?? '?';
  const courier = new Courier({ relay, gate, plan, ordering, nameOf });
  const conductor = new Conductor(
    { world, gate, plan, untold: new Map(), stale: new Set() },
    judges,
    courier,
  );
  await relay.open();
  const performance = await conductor.perform(options.onRecord ?? (() => undefined));
  relay.close();
  const conclusion = end(world, { judges, conductor, plan }, performance);
  const expected = verdictIn(records);
  return {
    ...summary(performance, relay),
    records: judges.records,
    conclusion,
    expected,
    reproduced:
      expected !== null &&
      expected.verdict === conclusion.verdict &&
      expected.invariant === verdictIn(judges.records)?.invariant,
    unplayed: Math.max(0, records.length - conductor.standings.length),
    travel: travelOf(courier.travels, relay),
    remarks: relay.remarks,
  };
}

function liveHeader({ header, adapter }: EnforceOptions): HeaderRecord {
  return { ...header, whitewater: version, adapter };
}

function relayFor({ scenario, header, ...options }: EnforceOptions): Relay {
  const { live, run, topic, pathOf, patienceMicros } = options;
  const { mode } = scenario.bus;
  const servers = header.servers.map((id) => ({ id, path: pathOf(id), mode }));
  const clients = header.clients.map((id) => {
    return { id, path: pathOf(id), mode: 'receiveAndDelete' as const };
  });
  return new Relay({ live, run, topic, receivers: [...servers, ...clients], patienceMicros });
}

/** A copy of the sender's own making follows at once. */
function copiedAfter(scenario: Scenario, index: number): Micros {
  const fault = scenario.faults[index];
  return fault?.kind === 'duplicate' ? fault.afterMs * 1_000 : 0;
}

function verdictIn(records: readonly TraceRecord[]): VerdictRecord | null {
  const last = records.at(-1);
  return last?.kind === 'verdict' ? last : null;
}

/** The end and the verdict, as the world and the search write them; compared if all was played. */
function end(
  world: World,
  { judges, conductor, plan }: { judges: Judges; conductor: Conductor; plan: Plan },
  performance: Performance,
): Enforced['conclusion'] {
  const { emitter } = world;
  const { broke } = performance;
  const wasPlayed = performance.end === 'played';
  const position = judges.records.length;
  const expected = plan.records[position];
  const usual =
    expected?.kind === 'end' && expected.reason !== 'violation' ? expected.reason : 'time';
  const reason = judges.isViolated || broke !== null ? 'violation' : usual;
  const online = world.hosts.filter(({ up, node }) => up && node.role !== 'offline');
  const seq = emitter.take(mark.end, world.now, 0);
  const names = online.map(({ id }) => id);
  emitter.on.end?.({ kind: 'end', seq, at: world.now, cause: -1, reason, online: names });
  const conclusion = judges.conclude(broke);
  judges.records.push(verdictRecord(conclusion, { seq: emitter.taken, at: world.now }));
  if (wasPlayed) {
    for (let at = position; at < judges.records.length; at += 1) conductor.compare(at);
  }
  return conclusion;
}

function summary(
  { standings, findings, end: how }: Performance,
  { arrivals }: Relay,
): Pick<Enforced, 'end' | 'counts' | 'findings' | 'first'> {
  const surprises = arrivals.surprises.map(({ id, to, what }): Finding => ({
    seq: id,
    standing: 'unmodelled',
    expected: null,
    happened: null,
    fields: [],
    text: `m${id} to ${to} ${what}`,
  }));
  const first =
    findings.find(({ standing }) => standing === 'divergence') ??
    (how === 'timedOut' ? (findings.at(-1) ?? null) : null);
  return {
    end: how === 'played' && first !== null ? 'diverged' : how,
    counts: countsOf([...standings, ...surprises.map(({ standing }) => standing)]),
    findings: [...findings, ...surprises],
    first,
  };
}

function travelOf(travels: readonly Micros[], { published, received }: Relay): Travel {
  const sorted = travels.toSorted((left, right) => left - right);
  const medianMicros = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { published, received, medianMicros, maxMicros: sorted.at(-1) ?? 0 };
}
