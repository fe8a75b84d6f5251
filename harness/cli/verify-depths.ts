/**
 * How deep each planted bug lies: found by exploration at the least number of steps in its world,
 * or the reason why no explored world can show it; beside it the depth at which model checkers
 * found the like in other Rafts (SandTable, EuroSys 2024, table 2).
 */
import type { Mutant } from '../../scenarios/mutants/mutant.ts';
import { membership } from '../../scenarios/mutants/membership.ts';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { quiet } from '../../scenarios/mutants/quiet.ts';
import { reads } from '../../scenarios/mutants/reads.ts';
import { snapshots } from '../../scenarios/mutants/snapshots.ts';
import type { Hunted } from '../verify/hunt.ts';
import type { Planted } from '../verify/planted.ts';
import type { Report } from '../verify/verify.ts';

/** One line of the table; without a depth, `world` says why it lies beyond the worlds. */
export interface DepthRow {
  readonly name: string;
  /** The promise or the port's check that it breaks; empty: not found. */
  readonly check: string;
  readonly depth: number | null;
  /** States of the world until then. */
  readonly states: number | null;
  readonly world: string;
  readonly published: string;
}

const published: ReadonlyMap<string, string> = new Map([
  ['commit-assigned', 'PySyncObj#2: 13, 93,713 states'],
  ['next-below-match', 'PySyncObj#3: 18, 189,725 states; WRaft#7: 23, 7,401,586'],
  ['commit-old-term', 'PySyncObj#5: 14, 2,364,779 states'],
  ['commit-scan-stops-at-old-term', 'RaftOS#4: 14, 16,938,773 states'],
  ['stale-vote-replies-counted', 'Xraft#1: 8, 3,534 states'],
  ['leader-grants-pre-vote', 'DaosRaft#1: 8, 476 states'],
  ['read-without-asking', 'Xraft-KV#1: 10, 124,409 states'],
  ['stale-read', 'Xraft-KV#1: 10, 124,409 states'],
  ['snapshot-keeps-conflicting-log', 'WRaft#1: 22, 5,954,049 states'],
]);

const whole = 'the explored servers keep their whole log';
const steady = 'the explored clusters never change their members';
const timeless = 'the explored worlds know no durations, pre-votes, quorum checks or hand-overs';
const unread = 'the explored reads are asked of leaders; nothing is read by lease or by followers';

const groups: readonly (readonly [readonly Mutant[], string])[] = [
  [snapshots, whole],
  [membership, steady],
  [quiet, timeless],
  [reads, unread],
];

const single: ReadonlyMap<string, string> = new Map([
  ['stale-acks-counted', 'its witness needs five servers and three leaders'],
  [
    'old-write-vouches-for-new-entries',
    'one fsync here makes all writes durable, the late ones too',
  ],
  ['heartbeat-commits-to-last-index', unread],
  ['stale-read', 'the explored reads are no commands'],
  ['refusal-answers-older-round', 'not within two million states of the world with a read'],
  ['session-expiry-by-own-clock', 'the explored sessions never expire'],
  ['sessions-left-out-of-snapshot', whole],
]);

/** In these groups, and found all the same. */
const found: ReadonlySet<string> = new Set([
  'peers-forgotten-on-restart',
  'read-before-own-commit',
  'read-without-asking',
  'read-confirmed-by-older-heartbeat',
]);

/** Why no explored world can show the mutant; null: one does. */
export function beyond(name: string): string | null {
  if (found.has(name)) return null;
  const group = groups.find(([some]) => some.some((mutant) => mutant.name === name));
  return single.get(name) ?? group?.[1] ?? null;
}

/** Mutants of the machine: the bus plays no part in what is explored. */
export const explorable: readonly Mutant[] = mutants.filter(({ bus }) => bus === undefined);

export function beyondRow(name: string, world: string): DepthRow {
  const empty = { check: '', depth: null, states: null };
  return { name, ...empty, world, published: published.get(name) ?? '' };
}

/** The row of a hunt. */
export function huntedRow(name: string, hunted: readonly Hunted[]): DepthRow {
  const last = hunted.at(-1);
  if (last === undefined || last.path === null) return beyondRow(name, 'not found');
  return {
    name,
    check: last.path.breach?.check ?? '',
    depth: last.path.happenings.length,
    states: last.explored.states,
    world: last.world.name,
    published: published.get(name) ?? '',
  };
}

/** The row of a planted fault: the check is empty when another one found it, or none did. */
export function plantedRow({ name, check }: Planted, { checks, worlds }: Report): DepthRow {
  const failed = checks.filter(({ status }) => status === 'failed');
  const hit = failed.some((each) => each.check === check);
  const depth = failed[0]?.trace.length ?? 0;
  const last = worlds.at(-1);
  return {
    name,
    check: hit ? check : '',
    depth: depth > 0 ? depth : null,
    states: last?.states ?? null,
    world: depth > 0 ? (last?.name ?? '') : 'the table, after all that was explored',
    published: '',
  };
}

const heads = ['planted bug', 'breaks', 'depth', 'states', 'world, or why not', 'published'];

const grouped = (value: number | null): string =>
  value === null ? '' : String(value).replace(/\B(?=(\d{3})+$)/gu, ',');

function lineOf({ name, check, depth, states, world, published: known }: DepthRow): string {
  const cells = [name, check, depth === null ? '' : String(depth), grouped(states), world, known];
  return `| ${cells.join(' | ')} |`;
}

/** The document; `head` is what stands above the table. */
export function depthsText(rows: readonly DepthRow[], head: string): string {
  const rule = heads.map((_, at) => (at === 2 || at === 3 ? '---:' : '---')).join(' | ');
  const table = [`| ${heads.join(' | ')} |`, `| ${rule} |`, ...rows.map(lineOf)];
  return `${head.trimEnd()}\n${table.join('\n')}\n`;
}

/** The rows of such a document. */
export function depthRows(text: string): readonly DepthRow[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith(`| ${heads[0] ?? ''}`))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, name = '']) => !name.startsWith('-'))
    .map(([, name = '', check = '', depth = '', states = '', world = '', known = '']) => ({
      name,
      check,
      depth: depth === '' ? null : Number(depth),
      states: states === '' ? null : Number(states.replaceAll(',', '')),
      world,
      published: known,
    }));
}
