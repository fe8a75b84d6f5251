/**
 * How many servers may be away at once. In some runs never more than a quorum can spare, so that
 * somebody can always go on and much is committed under fire; in some just one more is taken away
 * on purpose, and given back; in the others it is as it falls.
 */
import type { Fault, FaultKind, Target } from '../../harness/world/scenario.ts';
import type { Dice, Weighted } from './dice.ts';
import { serverNames } from './faults.ts';

export type Budget = 'free' | 'quorum' | 'broken';

export interface Electorate {
  readonly voters: number;
  readonly runMs: number;
  /** Kinds of fault that may be drawn. */
  readonly on: ReadonlySet<FaultKind>;
}

/** What is drawn for a run. */
export function drawBudget(dice: Dice): Budget {
  return dice.weighted<Budget>([
    [70, 'free'],
    [20, 'quorum'],
    [10, 'broken'],
  ]);
}

/** So many voters can be away while the others are a quorum. */
export const spared = (voters: number): number => Math.max(0, Math.ceil(voters / 2) - 1);

interface Absence {
  readonly from: number;
  readonly to: number;
  /** Two absences of one server at once are one; a role may be anybody. */
  readonly server: string;
}

const roles: ReadonlySet<Target> = new Set(['leader', 'candidate', 'follower']);

/** Who is away because of the fault: down, standing still, or on the smaller side. */
function absences(fault: Fault, voters: number, index: number): readonly Absence[] {
  const away = (server: Target, part: number): readonly Absence[] => {
    if (!('forMs' in fault)) return [];
    const name = roles.has(server) ? `${String(index)}/${String(part)}` : server;
    return [{ from: fault.atMs, to: fault.atMs + fault.forMs, server: name }];
  };
  switch (fault.kind) {
    case 'crash':
    case 'offline':
    case 'pause':
      return away(fault.server, 0);
    case 'partition': {
      if (fault.shape === 'ring' || fault.shape === 'bridge') return [];
      const { side } = fault;
      if (side.length <= voters - side.length) return side.flatMap(away);
      // The rest is the smaller side: its names are all that are not on this one.
      return serverNames(voters)
        .filter((name) => !side.includes(name))
        .flatMap(away);
    }
    default:
      return [];
  }
}

function awayAt(known: readonly Absence[], moment: number): number {
  const servers = known.filter(({ from, to }) => from <= moment && moment < to);
  return new Set(servers.map(({ server }) => server)).size;
}

/** The faults, in order, without those that would take away more than `most` voters at once. */
export function withinBudget(
  faults: readonly Fault[],
  voters: number,
  most: number,
): readonly Fault[] {
  const known: Absence[] = [];
  return faults.filter((fault, index) => {
    const more = absences(fault, voters, index);
    const all = [...known, ...more];
    // Absences only add up where one of them begins.
    if (more.length > 0 && all.some(({ from }) => awayAt(all, from) > most)) return false;
    known.push(...more);
    return true;
  });
}

const takingAway: readonly Weighted<'crash' | 'pause' | 'partition'>[] = [
  [50, 'crash'],
  [25, 'pause'],
  [25, 'partition'],
];

/** Fewer voters cannot spare anybody. */
const votersMin = 3;

/** Just one server too many goes away, all within a few milliseconds, for a while. */
function breaking(dice: Dice, { voters, runMs, on }: Electorate): readonly Fault[] {
  const kind = dice.weightedOf(takingAway.filter(([, of]) => on.has(of)));
  if (kind === undefined) return [];
  const atMs = dice.between(0, Math.floor(runMs * 0.8));
  const forMs = Math.min(dice.scaled(60, 600), runMs - atMs);
  const victims = dice.subset(serverNames(voters), spared(voters) + 1);
  if (kind === 'partition') {
    return [{ kind, atMs, forMs, shape: 'halves', side: victims, clients: dice.chance(30) }];
  }
  return victims.map((server): Fault => {
    const at = Math.min(atMs + dice.between(0, 10), runMs - 1);
    const window = { atMs: at, forMs: Math.min(forMs, runMs - at) };
    if (kind === 'pause') return { kind, server, ...window };
    return { kind: 'crash', server, ...window, disk: dice.pick(['lose', 'some', 'torn']) };
  });
}

/** The faults as far as the budget allows, or with what exceeds it on purpose. */
export function budgeted(
  dice: Dice,
  faults: readonly Fault[],
  electorate: Electorate,
): readonly Fault[] {
  const { voters } = electorate;
  switch (voters < votersMin ? 'free' : drawBudget(dice)) {
    case 'free':
      return faults;
    case 'quorum':
      return withinBudget(faults, voters, spared(voters));
    case 'broken':
      return [...faults, ...breaking(dice, electorate)].sort((a, b) => a.atMs - b.atMs);
  }
}
