/**
 * One 32-bit integer becomes a whole scenario. Nothing outside the fault model is ever drawn
 * (disks keep what was synced, every fault ends, an election can succeed), so a correct Raft
 * passes all of them.
 */
import type { Fault, FaultKind, Operation, Scenario } from '../../harness/world/scenario.ts';
import { scenarioSchema } from '../../harness/world/scenario.ts';
import { drawBus, drawCluster, drawServers } from './cluster.ts';
import { Dice } from './dice.ts';
import type { Weighted } from './dice.ts';
import { drawDisks } from './disks.ts';
import { dressed } from './dress.ts';
import { drawFault } from './faults.ts';
import { drawMotif, drawWeather } from './motifs.ts';
import type { MotifContext } from './motifs.ts';
import type { ScenarioOptions } from './options.ts';
import { withPowerFailures } from './power.ts';
import { drawAppetite } from './profile.ts';
import type { Appetite } from './profile.ts';
import { quietMsFor } from './quiet.ts';
import { budgeted } from './quorum.ts';
import { drawWorkload, OperationDeck } from './workload.ts';

/** Number of actions and virtual milliseconds for them. */
interface Extent {
  readonly actions: number;
  readonly runMs: number;
}

const usualSize = 45;
const manyActions = 90;

function drawExtent(dice: Dice, size: number): Extent {
  const percentOfSize = dice.weighted([
    [60, dice.between(60, 140)],
    [15, dice.between(15, 60)],
    [17, dice.between(140, 250)],
    [8, dice.between(350, 450)],
  ]);
  const actions = Math.max(1, Math.round((size * percentOfSize) / 100));
  const runMs = 1_200 + dice.between(0, 6) * 100 + Math.min(4_000, actions * 15);
  return { actions, runMs: Math.round(runMs / 100) * 100 };
}

/** A motif has about so many actions more than one. */
const motifExtra = 5;

/** Ascending moments: some follow the one before closely, the rest fall anywhere. */
function drawTimes(dice: Dice, extent: Extent, appetite: Appetite): number[] {
  const times: number[] = [];
  const slots = Math.ceil((extent.actions * 100) / (100 + appetite.motifPercent * motifExtra));
  let last = dice.between(0, extent.runMs - 1);
  for (let i = 0; i < slots; i++) {
    const burst = dice.chance(appetite.burstPercent);
    const next = burst ? last + dice.between(0, 40) : dice.between(0, extent.runMs - 1);
    last = Math.min(next, extent.runMs - 1);
    times.push(last);
  }
  return times.sort((a, b) => a - b);
}

interface Actions {
  readonly faults: readonly Fault[];
  readonly operations: readonly Operation[];
  /** To draw more from. */
  readonly context: MotifContext;
}

function drawActions(
  dice: Dice,
  scenario: Scenario,
  plan: { readonly appetite: Appetite; readonly extent: Extent },
): Actions {
  const { appetite, extent } = plan;
  const { cluster, workload } = scenario;
  const kinds = possibleKinds(appetite.kinds, scenario);
  const deck = new OperationDeck(dice, workload, extent.actions > manyActions);
  const context: MotifContext = {
    dice,
    appetite,
    deck,
    servers: cluster.servers,
    runMs: extent.runMs,
    electionMs: cluster.electionMs,
    on: new Set(kinds.map(([, kind]) => kind)),
  };
  const faults: Fault[] = [...drawWeather(context)];
  const operations: Operation[] = [];
  for (const atMs of drawTimes(dice, extent, appetite)) {
    if (dice.chance(appetite.motifPercent)) {
      const motif = drawMotif(context, atMs);
      faults.push(...motif.faults);
      operations.push(...motif.operations);
    } else {
      const kind = dice.chance(appetite.faultPercent) ? dice.weightedOf(kinds) : undefined;
      if (kind === undefined) operations.push(deck.draw(atMs));
      else faults.push(drawFault(context, kind, atMs));
    }
  }
  return { faults: faults.sort(byTime), operations: operations.sort(byTime), context };
}

function byTime(a: { readonly atMs: number }, b: { readonly atMs: number }): number {
  return a.atMs - b.atMs;
}

/** One server cannot be partitioned from itself; without locks there is none to expire. */
function possibleKinds(
  kinds: readonly Weighted<FaultKind>[],
  scenario: Scenario,
): readonly Weighted<FaultKind>[] {
  return kinds.filter(
    ([, kind]) =>
      (kind !== 'partition' || scenario.cluster.servers > 1) &&
      (kind !== 'lockExpiry' || scenario.bus.mode === 'peekLock'),
  );
}

const powerKey = 0x5bd1e995;

/**
 * The scenario's faults within its budget, and its crashes as power fails; by dice of their own, so
 * that whatever else is drawn changes nothing here.
 */
function struck(
  { seed, cluster, faults, limits }: Scenario,
  on: ReadonlySet<FaultKind>,
): readonly Fault[] {
  const dice = new Dice(seed ^ powerKey);
  const { servers, spares, learners } = cluster;
  const { runMs } = limits;
  const voters = servers - spares - learners;
  const afforded = budgeted(dice, faults, { voters, runMs, on });
  return withPowerFailures(dice, afforded, { servers, runMs });
}

/**
 * The scenario that this integer stands for: a pure function, cheap enough (some tenths of a
 * millisecond, a tenth of its run) to be called for every run. `seed` is any integer; its low 32
 * bits are also the scenario's seed.
 */
export function expandScenario(seed: number, options: ScenarioOptions = {}): Scenario {
  const dice = new Dice(seed);
  const profile = options.profile ?? 'swarm';
  const drawnServers = drawServers(dice);
  const cluster = drawCluster(dice, options.servers ?? drawnServers);
  const bus = drawBus(dice, cluster);
  const workload = drawWorkload(dice, options);
  const appetite = drawAppetite(dice, profile, options.faults);
  const extent = drawExtent(dice, options.size ?? usualSize);
  const unsigned = seed >>> 0;
  const bare: Scenario = {
    schema: scenarioSchema,
    name: `${profile}-${unsigned.toString(16).padStart(8, '0')}`,
    seed: unsigned,
    cluster,
    bus,
    workload,
    faults: [],
    initial: [],
    limits: { runMs: extent.runMs, quietMs: 0, eventsMax: 500_000 },
  };
  const { faults, operations, context } = drawActions(dice, bare, { appetite, extent });
  const plain = { ...bare, workload: { ...workload, operations }, faults };
  const dressedUp = dressed(plain, context, options);
  const initial = drawDisks(dice, dressedUp.cluster);
  const whole = { ...dressedUp, initial, faults: struck(dressedUp, context.on) };
  return { ...whole, limits: { ...whole.limits, quietMs: quietMsFor(whole) } };
}
