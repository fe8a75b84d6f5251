/**
 * The verification of a machine: the worlds that are explored, and what the explorations come to,
 * check by check. A check is ok only if everything within the bounds was seen.
 */
import type { Subject } from '../raft/step.ts';
import type { TransitionTable } from '../raft/table.ts';
import { smallest } from './bounds.ts';
import type { Bounds } from './bounds.ts';
import type { Breach, PortName } from './breach.ts';
import { totality, unreached } from './cells.ts';
import { controlGraph } from './control.ts';
import type { ControlGraph } from './control.ts';
import { automata, automatonFaults, portNames } from './automata.ts';
import { explore } from './explore.ts';
import type { Ears, Explored } from './explored.ts';
import type { World } from './hunt.ts';
import { openTo } from './open.ts';
import type { Opened } from './open.ts';
import { happeningText, pathOf } from './path.ts';
import { portRules } from './ports.ts';
import { settledHolds } from './settled.ts';

const base: Bounds = { ...smallest, drops: Infinity, forgetSettled: true };

/** What is explored to the end, whenever a machine is verified. */
export const verified: readonly World[] = [
  {
    name: 'one server and its ports: off and on line, late time-outs, a command',
    bounds: { ...base, control: true, crashes: 2, requests: 1, heartbeats: 1, messages: 4 },
  },
  {
    name: 'two servers, three terms',
    bounds: { ...base, terms: 3, messages: 4 },
  },
  {
    name: 'two servers, slow disks, a crash, a copy',
    bounds: {
      ...base,
      disk: 'async',
      control: true,
      crashes: 1,
      requests: 1,
      duplicates: 1,
      messages: 4,
    },
  },
  {
    name: 'three servers, one term, a command, a copy',
    bounds: {
      ...base,
      servers: 3,
      terms: 1,
      requests: 1,
      heartbeats: 1,
      duplicates: 1,
      messages: 4,
    },
  },
  {
    name: 'three servers, two terms, a command',
    bounds: { ...base, servers: 3, requests: 1, heartbeats: 1, messages: 3 },
  },
  {
    name: 'elections of three servers, three terms, a crash, a copy',
    bounds: {
      ...base,
      servers: 3,
      terms: 3,
      appends: false,
      crashes: 1,
      duplicates: 1,
      messages: 4,
      statesMax: 40_000_000,
    },
  },
  {
    name: 'three servers, a read that costs no entry',
    bounds: { ...base, servers: 3, reads: 1, messages: 2, entriesPerAppend: 4 },
  },
];

/** Where every state is held to recover: small enough to be seen whole. */
export const recovered: readonly World[] = [
  {
    name: 'recovery of two servers, a command, a crash',
    bounds: { ...base, requests: 1, heartbeats: 1, crashes: 1, messages: 4 },
  },
  {
    name: 'recovery of three servers, two terms, a command',
    bounds: { ...base, servers: 3, requests: 1, messages: 3 },
  },
  {
    name: 'recovery of four servers with long old logs and short new ones',
    bounds: {
      ...base,
      servers: 4,
      terms: 3,
      messages: 3,
      initial: [
        { term: 2, log: [1, 1, 1] },
        { term: 2, log: [1, 1, 1] },
        { term: 2, log: [1, 2] },
        { term: 2, log: [1, 2] },
      ],
    },
  },
];

export type Status = 'ok' | 'failed' | 'unknown';

export interface CheckResult {
  /** A port, `component`, or `cluster`. */
  readonly where: PortName | 'component' | 'cluster';
  readonly check: string;
  readonly status: Status;
  /** What is wrong; empty unless failed. */
  readonly sentence: string;
  /** The shortest way there, one event a line. */
  readonly trace: readonly string[];
}

export interface WorldResult {
  readonly name: string;
  readonly bounds: Bounds;
  readonly states: number;
  readonly transitions: number;
  /** Distinct states of one server, and steps that its machine was asked for. */
  readonly locals: number;
  readonly asked: number;
  /** The same with the data left out. */
  readonly control: ControlGraph;
  readonly depth: number;
  readonly cut: number;
  readonly bytes: number;
  readonly complete: boolean;
  readonly millis: number;
}

export interface Report {
  readonly subject: string;
  /** One server alone under every event of its ports; null when that was not asked for. */
  readonly opened: Opened | null;
  readonly worlds: readonly WorldResult[];
  readonly checks: readonly CheckResult[];
  readonly ok: boolean;
  /** What was found, to be told again: null when nothing was. */
  readonly found: { readonly explored: Explored; readonly world: World } | null;
}

export interface VerifyOptions {
  readonly subject: Subject;
  readonly table: TransitionTable;
  readonly worlds: readonly World[];
  readonly watches: readonly Breach['watch'][];
  /** Explored after the others, where every state must recover. */
  readonly recovered: readonly World[];
  /** First of all, one server is given every event of its ports in every state. */
  readonly open: boolean;
  /** Monotonic milliseconds. */
  now(): number;
  onOpened(opened: Opened, millis: number): void;
  onWorld(result: WorldResult): void;
  /** While a world is explored, after each depth: states so far. */
  onLevel?(world: string, depth: number, states: number): void;
}

function summary(world: World, explored: Explored, millis: number): WorldResult {
  const { states, transitions, depth, cut, bytes, complete, space } = explored;
  return {
    name: world.name,
    bounds: world.bounds,
    states,
    transitions,
    locals: space.locals.length,
    asked: space.asked,
    control: controlGraph(space),
    depth,
    cut,
    bytes,
    complete,
    millis,
  };
}

/** The worlds for a machine that is said to be wrong: nothing is taken for granted. */
export function doubted(worlds: readonly World[], statesMax: number): readonly World[] {
  return worlds.map(({ name, bounds }) => ({
    name,
    bounds: { ...bounds, forgetSettled: false, statesMax },
  }));
}

/** One world after the other, until one shows a breach. */
class Journey {
  readonly worlds: WorldResult[] = [];
  readonly cells: Set<string> = new Set();
  readonly proofs: string[] = [];
  found: Report['found'] = null;
  private readonly options: VerifyOptions;

  constructor(options: VerifyOptions) {
    this.options = options;
  }

  go(worlds: readonly World[], watches: VerifyOptions['watches']): void {
    for (const world of worlds) {
      if (this.found !== null) return;
      this.visit(world, watches);
    }
  }

  private visit(world: World, watches: VerifyOptions['watches']): void {
    const { options } = this;
    const began = options.now();
    const ears: Ears = {
      onLevel: (depth, states) => options.onLevel?.(world.name, depth, states),
    };
    const explored = explore(options.subject, world.bounds, { watches, ears });
    for (const cell of explored.space.cells) this.cells.add(cell);
    const result = summary(world, explored, options.now() - began);
    this.worlds.push(result);
    options.onWorld(result);
    if (explored.breach !== null) this.found = { explored, world };
    // Recovery leads beyond the bounds, where nothing was counted on to be settled.
    if (explored.breach !== null || watches.includes('recovery')) return;
    if (!world.bounds.forgetSettled) return;
    const { counterexample } = settledHolds(explored.space);
    if (counterexample !== null) this.proofs.push(counterexample);
  }
}

/** Explores the worlds in their order, until one shows a breach; then judges the table. */
export function verify(options: VerifyOptions): Report {
  const { subject, watches, table } = options;
  const journey = new Journey(options);
  const opened = options.open ? opening(options) : null;
  if (opened === null || opened.breach === null) {
    journey.go(options.worlds, watches);
    journey.go(options.recovered, ['recovery']);
  }
  const { worlds, found, cells, proofs } = journey;
  const wanted = options.worlds.length + options.recovered.length;
  const seen = worlds.length === wanted && worlds.every((one) => one.complete);
  const complete = seen && (opened?.complete ?? true);
  const recovers = options.recovered.length > 0;
  const checks = judged({ complete, opened, found, cells, proofs, table, watches, recovers });
  const ok = checks.every(({ status }) => status === 'ok');
  return { subject: subject.name, opened, worlds, checks, ok, found };
}

function opening(options: VerifyOptions): Opened {
  const began = options.now();
  const opened = openTo(options.subject);
  options.onOpened(opened, options.now() - began);
  return opened;
}

interface Evidence {
  readonly complete: boolean;
  readonly opened: Opened | null;
  readonly found: Report['found'];
  readonly cells: ReadonlySet<string>;
  readonly proofs: readonly string[];
  readonly table: TransitionTable;
  readonly watches: readonly Breach['watch'][];
  readonly recovers: boolean;
}

const portChecks = ['illegal', 'compliance'] as const;
const componentChecks = ['deterministic', 'illegal', 'deadlock', 'livelock', 'compliance'] as const;
function portResults(found: Breach | null, told: (hit: boolean) => Told): CheckResult[] {
  const breach = found?.watch === 'ports' ? found : null;
  const results: CheckResult[] = [];
  for (const port of portNames) {
    results.push(listed(port, 'deadlock', automatonFaults(automata[port]), 'ok'));
    for (const check of portChecks) {
      const hit = breach?.port === port && breach.check === check;
      results.push({ where: port, check, ...told(hit) });
    }
  }
  const atPorts: readonly string[] = portChecks;
  for (const check of componentChecks) {
    const seen = told(breach?.check === check);
    // A port's check has told the way already.
    const trace = atPorts.includes(check) ? [] : seen.trace;
    results.push({ where: 'component', check, ...seen, trace });
  }
  return results;
}

type Told = Pick<CheckResult, 'status' | 'sentence' | 'trace'>;

function judged(evidence: Evidence): readonly CheckResult[] {
  const { found, opened, complete, cells, watches } = evidence;
  const breach = opened?.breach ?? found?.explored.breach ?? null;
  const trace = wayTo(opened, found);
  const rest: Status = complete ? 'ok' : 'unknown';
  const told = (hit: boolean): Told =>
    hit
      ? { status: 'failed', sentence: trace.at(-1) ?? '', trace: trace.slice(0, -1) }
      : { status: rest, sentence: '', trace: [] };
  const results = watches.includes('ports') ? portResults(breach, told) : [];
  if (opened !== null) {
    const state: Status = opened.complete ? 'ok' : 'unknown';
    results.push(listed('component', 'every event in every state', opened.unanswered, state));
  }
  results.push(listed('component', 'totality', totality(evidence.table), 'ok'));
  results.push(listed('component', 'reachability', complete ? unreached(cells) : [], rest));
  results.push(listed('component', 'settled replies', evidence.proofs, rest));
  if (watches.includes('cluster')) {
    const hit = breach?.watch === 'cluster';
    results.push({ where: 'cluster', check: hit ? breach.check : 'invariants', ...told(hit) });
  }
  if (evidence.recovers) {
    results.push({ where: 'cluster', check: 'recovery', ...told(breach?.watch === 'recovery') });
  }
  return results;
}

function listed(
  where: CheckResult['where'],
  check: string,
  faults: readonly string[],
  rest: Status,
): CheckResult {
  const status = faults.length > 0 ? 'failed' : rest;
  return { where, check, status, sentence: faults.join('; '), trace: [] };
}

/** The way to what was found, and the breach itself as the last line. */
function wayTo(opened: Opened | null, found: Report['found']): readonly string[] {
  if (opened !== null && opened.breach !== null) return [...opened.trace, opened.breach.sentence];
  return found === null ? [] : traceOf(found.explored);
}

/** The way to the breach, one event a line, and the breach itself as the last line. */
function traceOf(explored: Explored): readonly string[] {
  const { happenings, breach } = pathOf(explored.space, explored.path);
  return [...happenings.map(happeningText), breach?.sentence ?? ''];
}

/** The rule that a port holds, for people; empty for other places. */
export function ruleOf(where: CheckResult['where']): string {
  return where === 'component' || where === 'cluster' ? '' : portRules[where];
}
