/**
 * After shrinking: what of a failing scenario matters, and how much. Faults are taken away, actions
 * moved in time, network seeds exchanged, and each time one run tells whether it still fails.
 * Deterministic and budgeted in runs and events, so that it says the same wherever it is asked.
 */
import type { Scenario } from '../world/scenario.ts';
import { brief } from './brief.ts';
import type { Lab, Outcome } from './execute.ts';
import { execute as executeScenario } from './execute.ts';
import type { Execute } from './shrink.ts';
import { childSeed, reseeded } from './size.ts';

export interface ActionTimes {
  readonly kind: 'fault' | 'operation' | 'wish';
  /** In the scenario's list of faults, of operations, or of an operator's wishes. */
  readonly index: number;
  /** The earliest and the latest of the moments tried at which it still fails, in milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** How near to passing the failure is. */
export interface Margins {
  /** Of so many scenarios that differ in the network's seed alone, so many fail alike. */
  readonly neighbours: { readonly failing: number; readonly of: number };
  /** Of the needed faults, operations and wishes, as far as the budget went. */
  readonly times: readonly ActionTimes[];
}

export interface Explained {
  /** Indices of the faults without which it no longer fails; null: nobody looked. */
  readonly needed: readonly number[] | null;
  /** Null: nobody looked, because the scenario was not shrunk. */
  readonly margins: Margins | null;
}

export interface ExplainOptions {
  /** The invariant that must go on failing. */
  readonly keep: string;
  readonly execute?: Execute;
  /** Runs for the margins; 150. */
  readonly runs?: number;
}

const usualRuns = 150;
const neighbours = 64;
const neighbourhoodSalt = 0x6e656967;
/** Runs that go on long, like those that wait for a leader, are worth fewer of them. */
const eventsMax = 1_500_000;
/** So often is each end of a range halved. */
const halvings = 5;

/** Tells whether scenarios fail, until the budget is spent; from then on nothing does. */
class Prober {
  private readonly scenario: Scenario;
  private readonly lab: Lab;
  private readonly keep: string;
  private readonly execute: Execute;
  private readonly outcome: Outcome;
  private runsLeft: number;
  private eventsLeft = eventsMax;

  constructor(scenario: Scenario, lab: Lab, options: ExplainOptions, outcome: Outcome) {
    this.scenario = scenario;
    this.lab = lab;
    this.keep = options.keep;
    this.execute = options.execute ?? executeScenario;
    this.outcome = outcome;
    this.runsLeft = options.runs ?? usualRuns;
  }

  /** Is there enough left for so many runs? */
  affords(runs: number): boolean {
    return this.runsLeft >= runs && this.eventsLeft > 0;
  }

  fails(candidate: Scenario): boolean {
    this.runsLeft -= 1;
    const { scenario, outcome } = this;
    const found = this.execute(brief(candidate, { scenario, outcome }), this.lab);
    this.eventsLeft -= found.stats.events;
    return found.failure?.invariant === this.keep;
  }
}

function neighbourhood(scenario: Scenario, prober: Prober): Margins['neighbours'] {
  let failing = 0;
  let of = 0;
  for (; of < neighbours && prober.affords(1); of++) {
    const seed = childSeed(scenario.seed ^ neighbourhoodSalt, of) >>> 0;
    if (prober.fails(reseeded(scenario, seed))) failing += 1;
  }
  return { failing, of };
}

type Action = Pick<ActionTimes, 'kind' | 'index'>;

type Timed = { readonly atMs: number };
type Change = <T extends Timed>(list: readonly T[]) => readonly T[];

/** The scenario with the list changed that the action is in. */
function changed(scenario: Scenario, kind: Action['kind'], change: Change): Scenario {
  const { faults, workload } = scenario;
  switch (kind) {
    case 'fault':
      return { ...scenario, faults: change(faults) };
    case 'operation':
      return { ...scenario, workload: { ...workload, operations: change(workload.operations) } };
    case 'wish':
      return { ...scenario, workload: { ...workload, operator: change(workload.operator) } };
  }
}

function timeOf({ faults, workload }: Scenario, { kind, index }: Action): number {
  const lists = { fault: faults, operation: workload.operations, wish: workload.operator };
  return lists[kind][index]?.atMs ?? 0;
}

function movedTo(scenario: Scenario, { kind, index }: Action, atMs: number): Scenario {
  return changed(scenario, kind, (list) =>
    list.map((one, at) => (at === index ? { ...one, atMs } : one)),
  );
}

function without(scenario: Scenario, { kind, index }: Action): Scenario {
  return changed(scenario, kind, (list) => list.toSpliced(index, 1));
}

/** From a moment at which it fails towards `end`: `end` itself, else the gap is halved. */
function furthest(fromMs: number, end: number, fails: (atMs: number) => boolean): number {
  if (fromMs === end || fails(end)) return end;
  let failing = fromMs;
  let passing = end;
  for (let k = 0; k < halvings && Math.abs(passing - failing) > 1; k++) {
    const middle = Math.round((failing + passing) / 2);
    if (middle === failing || middle === passing) break;
    if (fails(middle)) failing = middle;
    else passing = middle;
  }
  return failing;
}

function timesOf(scenario: Scenario, action: Action, prober: Prober): ActionTimes {
  const atMs = timeOf(scenario, action);
  const fails = (moment: number): boolean => prober.fails(movedTo(scenario, action, moment));
  const fromMs = furthest(atMs, 0, fails);
  return { ...action, fromMs, toMs: furthest(atMs, scenario.limits.runMs, fails) };
}

/** The needed faults, then the operations and wishes that are needed. */
function* neededActions(
  scenario: Scenario,
  needed: readonly number[],
  prober: Prober,
): Generator<Action> {
  for (const index of needed) yield { kind: 'fault', index };
  const { operations, operator } = scenario.workload;
  const others: readonly Action[] = [
    ...operations.map((_, index): Action => ({ kind: 'operation', index })),
    ...operator.map((_, index): Action => ({ kind: 'wish', index })),
  ];
  for (const action of others) {
    if (prober.affords(1) && !prober.fails(without(scenario, action))) yield action;
  }
}

/**
 * How far a failing scenario may be changed until it passes: under 64 other network seeds, and with
 * each needed fault, operation and wish at other moments, found by halving (what lies between two failing
 * moments is taken to fail). Spends 150 runs at most, fewer when they are long.
 */
export function marginsOf(
  scenario: Scenario,
  lab: Lab,
  options: ExplainOptions & { readonly needed: readonly number[]; readonly outcome: Outcome },
): Margins {
  const prober = new Prober(scenario, lab, options, options.outcome);
  const times: ActionTimes[] = [];
  const around = neighbourhood(scenario, prober);
  for (const action of neededActions(scenario, options.needed, prober)) {
    if (!prober.affords(2 + 2 * halvings)) break;
    times.push(timesOf(scenario, action, prober));
  }
  return { neighbours: around, times };
}

/**
 * Indices of the faults without which the scenario no longer fails in the class `keep`: one run for
 * each fault.
 */
export function neededFaults(
  scenario: Scenario,
  lab: Lab,
  options: ExplainOptions,
): readonly number[] {
  const run = options.execute ?? executeScenario;
  const needed: number[] = [];
  for (const index of scenario.faults.keys()) {
    const less = without(scenario, { kind: 'fault', index });
    if (run(less, lab).failure?.invariant !== options.keep) needed.push(index);
  }
  return needed;
}

/** The explain phase of a failing scenario whose outcome is known. */
export function explained(
  { scenario, outcome }: { readonly scenario: Scenario; readonly outcome: Outcome },
  lab: Lab,
  options: ExplainOptions,
): Explained {
  const needed = neededFaults(scenario, lab, options);
  return { needed, margins: marginsOf(scenario, lab, { ...options, needed, outcome }) };
}
