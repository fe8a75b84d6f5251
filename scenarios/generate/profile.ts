/**
 * Which kinds of fault a run has, how often and how long: drawn once per run. A portfolio of four
 * members (uniform, bounce, swarm, bounce and swarm), since each finds what another misses.
 */
import type { FaultKind } from '../../harness/world/scenario.ts';
import type { Dice, Weighted } from './dice.ts';
import type { Profile } from './options.ts';

/** How long a fault lasts, in milliseconds. */
export interface Duration {
  readonly min: number;
  readonly max: number;
}

export interface Appetite {
  readonly kinds: readonly Weighted<FaultKind>[];
  /** Of 100 actions so many are faults. */
  readonly faultPercent: number;
  readonly downtime: Duration;
  readonly window: Duration;
  /** Of 100 actions so many follow the one before within a few milliseconds. */
  readonly burstPercent: number;
  /** Of 100 actions so many begin a motif instead. */
  readonly motifPercent: number;
  /** Probabilities in network faults stay below this. */
  readonly percentMax: number;
}

type Weights = Readonly<Record<FaultKind, number>>;

const even: Weights = {
  crash: 12,
  offline: 3,
  pause: 6,
  clockSkew: 3,
  clockJump: 4,
  slowDisk: 4,
  drop: 9,
  delay: 6,
  duplicate: 9,
  reorder: 5,
  partition: 14,
  lockExpiry: 4,
  redeliver: 5,
  throttle: 3,
  brokerRestart: 2,
  slowSubscription: 4,
  deadLetter: 3,
};

const nothing: Weights = {
  crash: 0,
  offline: 0,
  pause: 0,
  clockSkew: 0,
  clockJump: 0,
  slowDisk: 0,
  drop: 0,
  delay: 0,
  duplicate: 0,
  reorder: 0,
  partition: 0,
  lockExpiry: 0,
  redeliver: 0,
  throttle: 0,
  brokerRestart: 0,
  slowSubscription: 0,
  deadLetter: 0,
};

const byProfile: Readonly<Record<Profile, Weights>> = {
  swarm: even,
  mild: { ...nothing, drop: 6, delay: 6, duplicate: 4, reorder: 4, crash: 1, partition: 1 },
  partition: { ...nothing, partition: 10, drop: 4, delay: 2, duplicate: 2, crash: 2, clockJump: 1 },
  crash: { ...nothing, crash: 10, offline: 2, pause: 3, slowDisk: 3, clockJump: 1, duplicate: 1 },
  azure: {
    ...nothing,
    lockExpiry: 6,
    redeliver: 6,
    throttle: 4,
    brokerRestart: 3,
    slowSubscription: 5,
    deadLetter: 4,
    pause: 4,
    crash: 4,
    duplicate: 2,
    delay: 2,
  },
  none: nothing,
};

function kindsOf(weights: Weights): Weighted<FaultKind>[] {
  const kinds: Weighted<FaultKind>[] = [];
  for (const kind of faultKinds) if (weights[kind] > 0) kinds.push([weights[kind], kind]);
  return kinds;
}

/** Every kind there is, in a fixed order. */
export const faultKinds: readonly FaultKind[] = [
  'crash',
  'offline',
  'pause',
  'clockSkew',
  'clockJump',
  'slowDisk',
  'drop',
  'delay',
  'duplicate',
  'reorder',
  'partition',
  'lockExpiry',
  'redeliver',
  'throttle',
  'brokerRestart',
  'slowSubscription',
  'deadLetter',
];

/** Each kind stays with one chance in two and gets a weight of its own. */
function swarmOf(dice: Dice, kinds: readonly Weighted<FaultKind>[]): Weighted<FaultKind>[] {
  const kept: Weighted<FaultKind>[] = [];
  for (const [, kind] of kinds) {
    const stays = dice.chance(50);
    const weight = dice.between(1, 100);
    if (stays) kept.push([weight, kind]);
  }
  return kept.length > 0 ? kept : [...kinds];
}

/** What this run is hungry for; `only` leaves just the kinds named. */
export function drawAppetite(
  dice: Dice,
  profile: Profile,
  only: readonly FaultKind[] | undefined,
): Appetite {
  const bounce = dice.chance(55);
  const swarm = profile === 'swarm' && dice.chance(50);
  const long = dice.chance(25);
  const offered = only === undefined ? kindsOf(byProfile[profile]) : namedKinds(only);
  const kinds = swarm ? swarmOf(dice, offered) : offered;
  const faultPercent = long ? dice.between(15, 30) : dice.between(40, 65);
  return {
    kinds,
    faultPercent: kinds.length === 0 ? 0 : faultPercent,
    downtime: bounce ? { min: 10, max: long ? 300 : 60 } : { min: 20, max: long ? 1_200 : 400 },
    window: long ? { min: 200, max: 1_200 } : { min: 20, max: bounce ? 300 : 450 },
    burstPercent: dice.pick([20, 40, 60]),
    motifPercent: profile === 'mild' ? 0 : dice.pick([0, 5, 12]),
    percentMax: profile === 'mild' ? 20 : 100,
  };
}

function namedKinds(only: readonly FaultKind[]): Weighted<FaultKind>[] {
  const kinds: Weighted<FaultKind>[] = [];
  for (const kind of faultKinds) if (only.includes(kind)) kinds.push([even[kind], kind]);
  return kinds;
}
