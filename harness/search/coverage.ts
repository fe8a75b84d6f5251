/**
 * What a campaign has reached, as counts of constant size that merge in any grouping: cells of the
 * declared table, changes of role, abstract states of the cluster, faults by the role they struck,
 * and the actions of the specification. `coverage-probe.ts` fills it.
 */
import { faultKinds } from '../check/sometimes.ts';
import type { Role } from '../raft/node.ts';
import type { InputName } from '../raft/table.ts';
import { table } from '../raft/table.ts';
import { StateSet } from './states.ts';

/** Rows of the table. */
export const coverageRoles: readonly Role[] = [
  'offline',
  'follower',
  'preCandidate',
  'candidate',
  'leader',
];

const columnsOf: Readonly<Record<InputName, number>> = {
  online: 0,
  offline: 1,
  propose: 2,
  read: 3,
  transfer: 4,
  reconfigure: 5,
  RequestVote: 6,
  RequestVoteReply: 7,
  PreVote: 8,
  PreVoteReply: 9,
  AppendEntries: 10,
  AppendEntriesReply: 11,
  InstallSnapshot: 12,
  InstallSnapshotReply: 13,
  TimeoutNow: 14,
  ReadIndex: 15,
  ReadIndexReply: 16,
  electionTimeout: 17,
  heartbeatTimeout: 18,
  leaseTimeout: 19,
  persisted: 20,
};

const columns = 21;
const roles = 5;

/** The columns of the table in the order in which they are counted. */
export const coverageInputs: readonly InputName[] = allInputs();

function allInputs(): readonly InputName[] {
  const names: InputName[] = [];
  for (const row of Object.keys(columnsOf)) if (isInput(row)) names.push(row);
  return names;
}

function isInput(name: string): name is InputName {
  return name in columnsOf;
}

/** Whom a fault struck when it struck nobody by name: the bus, or any link. */
const targetsOfFault = roles + 1;

export interface Coverage {
  /** Times that an input met a role and left a role behind; see `changeAt`. */
  readonly changes: Float64Array;
  /** Abstract states of the cluster, and the first run in which each was seen, from 1. */
  readonly states: StateSet;
  /** Strikes by kind of fault and by role of the server struck; see `strikeAt`. */
  readonly strikes: Float64Array;
  /** Actions of the specification in a sample of runs, and how many runs that was. */
  readonly actions: Map<string, number>;
  sampled: number;
}

export function newCoverage(): Coverage {
  return {
    changes: new Float64Array(roles * columns * roles),
    states: new StateSet(),
    strikes: new Float64Array(faultKinds.length * targetsOfFault),
    actions: new Map(),
    sampled: 0,
  };
}

/** Where `changes` counts: places of roles before and after, and the column. */
export function changeAt(before: number, column: number, after: number): number {
  return (before * columns + column) * roles + after;
}

/** Where `strikes` counts; role 5 stands for nobody by name. */
export function strikeAt(kind: number, role: number): number {
  return kind * targetsOfFault + role;
}

function addTo(into: Float64Array, from: Float64Array): void {
  for (let i = 0; i < into.length; i += 1) into[i] = (into[i] ?? 0) + (from[i] ?? 0);
}

/** Adds `other`; the order does not matter. */
export function mergeCoverage(into: Coverage, other: Coverage): void {
  addTo(into.changes, other.changes);
  addTo(into.strikes, other.strikes);
  for (const [action, count] of other.actions) {
    into.actions.set(action, (into.actions.get(action) ?? 0) + count);
  }
  into.sampled += other.sampled;
  into.states.merge(other.states);
}

/** Times that an input met a role. */
function metAt(coverage: Coverage, role: number, column: number): number {
  let met = 0;
  for (let after = 0; after < roles; after += 1) {
    met += coverage.changes[changeAt(role, column, after)] ?? 0;
  }
  return met;
}

/** One kind of coverage: how much of what there is was reached, and what was not. */
export interface Reached {
  readonly hit: number;
  readonly of: number;
  readonly missing: readonly string[];
}

/**
 * The cells of the table in which a server does something: `ignore` and `forbid` do nothing, and
 * most of those no run can reach.
 */
export function cellsReached(coverage: Coverage): Reached {
  const missing: string[] = [];
  let of = 0;
  for (const [row, role] of coverageRoles.entries()) {
    for (const [column, input] of coverageInputs.entries()) {
      const transition = table[role][input];
      if (transition === 'ignore' || transition === 'forbid') continue;
      of += 1;
      if (metAt(coverage, row, column) === 0) missing.push(`${role} × ${input}`);
    }
  }
  return { hit: of - missing.length, of, missing };
}

/** The transitions of the table, each whichever the role. */
export function transitionsReached(coverage: Coverage): Reached {
  const taken = new Map<string, boolean>();
  for (const [row, role] of coverageRoles.entries()) {
    for (const [column, input] of coverageInputs.entries()) {
      const transition = table[role][input];
      if (transition === 'ignore' || transition === 'forbid') continue;
      const met = metAt(coverage, row, column) > 0;
      taken.set(transition, taken.get(transition) === true || met);
    }
  }
  return reachedOf(taken);
}

/** Kinds of faults that strike servers, or links between them, by the roles of those struck. */
export function strikesReached(coverage: Coverage): Reached {
  const struck = new Map<string, boolean>();
  for (const [kind, name] of faultKinds.entries()) {
    if (name === 'throttle' || name === 'brokerRestart') continue;
    for (const [row, role] of coverageRoles.entries()) {
      if (role === 'offline') continue;
      struck.set(`${name} × ${role}`, (coverage.strikes[strikeAt(kind, row)] ?? 0) > 0);
    }
  }
  return reachedOf(struck);
}

/** The specification's actions, as far as the sampled runs took them. */
export function actionsReached(coverage: Coverage): Reached {
  return reachedOf(new Map([...coverage.actions].map(([name, count]) => [name, count > 0])));
}

function reachedOf(taken: ReadonlyMap<string, boolean>): Reached {
  const missing = [...taken].filter(([, was]) => !was).map(([name]) => name);
  return { hit: taken.size - missing.length, of: taken.size, missing };
}

/** A server of role `from` took `input` and had role `to` after it. */
export interface RoleChange {
  readonly from: Role;
  readonly input: InputName;
  readonly to: Role;
  readonly times: number;
}

/** Changes of role that were seen, and how often. */
export function changesSeen(coverage: Coverage): readonly RoleChange[] {
  const seen: RoleChange[] = [];
  for (const [row, from] of coverageRoles.entries()) {
    for (const [column, input] of coverageInputs.entries()) {
      for (const [last, to] of coverageRoles.entries()) {
        const times = coverage.changes[changeAt(row, column, last)] ?? 0;
        if (times > 0 && row !== last) seen.push({ from, input, to, times });
      }
    }
  }
  return seen;
}

/** How often which input met which role; only what happened. */
export function cellsSeen(
  coverage: Coverage,
): readonly { readonly role: Role; readonly input: InputName; readonly times: number }[] {
  return coverageRoles.flatMap((role, row) =>
    coverageInputs
      .map((input, column) => ({ role, input, times: metAt(coverage, row, column) }))
      .filter(({ times }) => times > 0),
  );
}

/** How many abstract states were seen, and the last run that showed a new one (0: none). */
export interface StatesSeen {
  readonly count: number;
  /** Only a sample was kept: the count is true within half a percent. */
  readonly estimated: boolean;
  readonly lastNewRun: number;
}

export function statesSeen({ states }: Coverage): StatesSeen {
  let lastNewRun = 0;
  states.forEach((_, run) => {
    if (run > lastNewRun) lastNewRun = run;
  });
  return { count: states.count, estimated: states.level > 0, lastNewRun };
}

/** The share of cells reached, in percent, rounded down: 100 means all. */
export function coveragePercent(coverage: Coverage): number {
  const { hit, of } = cellsReached(coverage);
  return Math.floor((hit * 100) / of);
}

/** States known after each of `points` equal parts of `runs`: the curve that grows flat. */
export function growth({ states }: Coverage, runs: number, points: number): readonly number[] {
  const per = new Float64Array(points);
  const width = Math.max(1, Math.ceil(runs / points));
  states.forEach((_, run) => {
    const at = Math.min(points - 1, Math.floor((run - 1) / width));
    per[at] = (per[at] ?? 0) + states.weight;
  });
  let known = 0;
  return [...per].map((fresh) => (known += fresh));
}

/** The place of a column. */
export function columnOf(input: InputName): number {
  return columnsOf[input];
}
