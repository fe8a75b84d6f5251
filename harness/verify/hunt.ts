/**
 * Looks for the shortest breach of a machine in one small world after the other, smallest first.
 * The worlds differ in what may go wrong, so that each stays small enough to be searched through.
 */
import type { Subject } from '../raft/step.ts';
import { smallest } from './bounds.ts';
import type { Bounds } from './bounds.ts';
import type { Breach } from './breach.ts';
import { explore } from './explore.ts';
import type { Ears, Explored } from './explored.ts';
import { pathOf } from './path.ts';
import type { Path } from './path.ts';

export interface World {
  readonly name: string;
  readonly bounds: Bounds;
}

const three: Bounds = { ...smallest, servers: 3, drops: Infinity, messages: 4 };
const elections: Bounds = { ...three, appends: false, messages: 6 };

/** From the smallest on. Names say what is in them. */
export const worlds: readonly World[] = [
  {
    name: 'two servers, a command, a crash',
    bounds: { ...smallest, requests: 1, retries: 1, heartbeats: 1, crashes: 1, duplicates: 1 },
  },
  {
    name: 'one server, two clients, commands asked again',
    bounds: { ...smallest, servers: 1, requests: 4, clients: 2, retries: 2, crashes: 1 },
  },
  {
    name: 'two servers, slow disks, a crash',
    bounds: { ...smallest, requests: 1, crashes: 1, disk: 'async', messages: 4, drops: Infinity },
  },
  {
    name: 'elections of three, a crash and a copy',
    bounds: { ...elections, terms: 2, crashes: 1, duplicates: 1 },
  },
  {
    name: 'elections of three, three terms',
    bounds: { ...elections, terms: 3 },
  },
  {
    name: 'three servers, two terms, a command, a crash',
    bounds: { ...three, terms: 2, requests: 1, heartbeats: 1, crashes: 1, duplicates: 1 },
  },
  {
    name: 'old logs on the disks',
    bounds: {
      ...three,
      terms: 4,
      messages: 3,
      crashes: 1,
      initial: [
        { term: 2, log: [1, 1, 1] },
        { term: 2, log: [2] },
        { term: 2, log: [2] },
      ],
    },
  },
  {
    name: 'tails of two leaders on the disks',
    bounds: {
      ...three,
      terms: 4,
      messages: 3,
      crashes: 1,
      heartbeats: 1,
      initial: [
        { term: 2, log: [1, 2] },
        { term: 2, log: [1, 2] },
        { term: 2, log: [1, 1] },
      ],
    },
  },
  {
    name: 'Figure 8 on three disks',
    bounds: {
      ...three,
      terms: 5,
      messages: 3,
      crashes: 1,
      initial: [
        { term: 3, log: [1, 2] },
        { term: 3, log: [1] },
        { term: 3, log: [1, 3] },
      ],
    },
  },
  {
    name: 'a read at one of three servers',
    bounds: {
      ...three,
      reads: 1,
      messages: 3,
      heartbeats: 1,
      entriesPerAppend: 4,
    },
  },
  {
    name: 'elections of four, a copy',
    bounds: { ...elections, servers: 4, terms: 1, duplicates: 2, messages: 6 },
  },
  {
    name: 'elections of four, two terms',
    bounds: { ...elections, servers: 4, terms: 2, messages: 4 },
  },
];

export interface Hunted {
  readonly world: World;
  readonly explored: Explored;
  readonly path: Path | null;
}

/** The first world with a breach, and the shortest way to it; the last world when there is none. */
export function hunt(
  subject: Subject,
  given: {
    readonly worlds: readonly World[];
    readonly watch: Breach['watch'];
    readonly statesMax: number;
    readonly ears?: Ears;
  },
): readonly Hunted[] {
  const hunted: Hunted[] = [];
  const { watch } = given;
  for (const world of given.worlds) {
    const bounds = { ...world.bounds, statesMax: given.statesMax };
    const explored = explore(subject, bounds, { watches: [watch], ears: given.ears ?? {} });
    const path = explored.breach === null ? null : pathOf(explored.space, explored.path);
    hunted.push({ world, explored, path });
    if (path !== null) break;
  }
  return hunted;
}

/** States a world: at first glance, where recovery and the ports are watched, and in the end. */
const glance = 100_000;

/**
 * The shortest breach of a machine that is said to be wrong. What the cluster promises counts most:
 * its worlds are looked at first, and gone through (`statesMax` states each) at last. Between them
 * come recovery, and what one server owes its ports.
 */
export function seek(
  subject: Subject,
  given: {
    readonly recovered: readonly World[];
    readonly ports: readonly World[];
    readonly statesMax: number;
    readonly ears?: Ears;
  },
): readonly Hunted[] {
  const passes = [
    { worlds, watch: 'cluster', statesMax: Math.min(glance, given.statesMax) },
    { worlds: given.recovered, watch: 'recovery', statesMax: glance },
    { worlds: given.ports, watch: 'ports', statesMax: glance },
    { worlds, watch: 'cluster', statesMax: given.statesMax },
  ] as const;
  const all: Hunted[] = [];
  for (const pass of passes) {
    const hunted = hunt(subject, { ...pass, ears: given.ears ?? {} });
    all.push(...hunted);
    if (hunted.at(-1)?.path !== null) break;
  }
  return all;
}
