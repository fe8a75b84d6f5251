/**
 * A state of the cluster as a short list of numbers:
 *
 *     server, server, …, who led which term, the ledger, what has been spent, message, message, …
 *
 * Messages stand in ascending order, so that equal states are equal lists.
 */
import { firstMessage, inputs } from './space.ts';
import type { Space } from './space.ts';

/** Offsets behind the servers. */
export const leadersAt = 0;
export const ledgerAt = 1;
export const spentAt = 2;
export const headExtra = 3;

/** What has been spent, packed: shift and width of each counter. */
export type Purse =
  | 'crashes'
  | 'duplicates'
  | 'requests'
  | 'retries'
  | 'heartbeats'
  | 'drops'
  /** 0: nobody has read yet; n + 1: n entries were committed when somebody asked to. */
  | 'reads';

interface Pocket {
  readonly shift: number;
  /** Added for one. */
  readonly unit: number;
  readonly mask: number;
}

export const purse: Readonly<Record<Purse, Pocket>> = {
  crashes: { shift: 0, unit: 0x1, mask: 15 },
  duplicates: { shift: 4, unit: 0x10, mask: 15 },
  requests: { shift: 8, unit: 0x100, mask: 15 },
  retries: { shift: 12, unit: 0x1000, mask: 15 },
  heartbeats: { shift: 16, unit: 0x1_0000, mask: 31 },
  drops: { shift: 21, unit: 0x20_0000, mask: 31 },
  reads: { shift: 26, unit: 0x400_0000, mask: 31 },
};

export function spent(packed: number, what: Purse): number {
  const { shift, mask } = purse[what];
  return (packed >> shift) & mask;
}

const leaderBits = 3;

/** Who led the term: a server's index, or -1. */
export function leaderOf(packed: number, term: number): number {
  return ((packed >> (leaderBits * (term - 1))) & 7) - 1;
}

export function withLeader(packed: number, term: number, server: number): number {
  return packed | ((server + 1) << (leaderBits * (term - 1)));
}

/** How a state came about: which input (see `space.ts`), at which server, and in which manner. */
export const manners = { take: 0, keep: 1, drop: 2 } as const;

export function codeOf(input: number, server: number, manner: number): number {
  return input * 32 + server * 4 + manner;
}

export interface Move {
  readonly input: number;
  readonly server: number;
  readonly manner: number;
}

export function moveOf(code: number): Move {
  return { input: code >> 5, server: (code >> 2) & 7, manner: code & 3 };
}

/** What a move is paid from; a request asked again counts as a new one here. */
export function costOf({ input, manner }: Move): Purse | null {
  if (manner === manners.keep) return 'duplicates';
  if (input >= firstMessage) return null;
  // A read is paid with what was committed when it was asked for.
  if (input === inputs.read) return null;
  if (input > inputs.propose) return 'requests';
  if (input === inputs.heartbeat) return 'heartbeats';
  return input === inputs.restart || input === inputs.offline ? 'crashes' : null;
}

/** Brings states into the one form that all their renamings share. */
export class Canon {
  /** The renaming that the last call chose. */
  chosen = 0;
  private readonly space: Space;
  private readonly servers: number;
  private readonly orbits: Int32Array;
  private best: Int32Array = new Int32Array(256);
  private trial: Int32Array = new Int32Array(256);
  private readonly inverse: readonly (readonly number[])[];

  constructor(space: Space) {
    this.space = space;
    this.servers = space.bounds.servers;
    this.orbits = new Int32Array(this.servers);
    this.inverse = space.renamings.map((renaming) =>
      renaming.map((_, place) => renaming.indexOf(place)),
    );
  }

  /** Rewrites `state` in place. */
  apply(state: Int32Array, length: number): void {
    const { servers, orbits, space } = this;
    this.chosen = 0;
    for (let at = 0; at < servers; at += 1) orbits[at] = space.orbit(state[at] ?? 0);
    let found = false;
    for (let renaming = 0; renaming < this.inverse.length; renaming += 1) {
      if (!this.sorts(renaming)) continue;
      this.rename(state, length, renaming);
      if (!found || less(this.trial, this.best, length)) {
        found = true;
        this.chosen = renaming;
        const { best } = this;
        this.best = this.trial;
        this.trial = best;
      }
    }
    for (let at = 0; at < length; at += 1) state[at] = this.best[at] ?? 0;
  }

  /** Would the servers stand in the order of their orbits? */
  private sorts(renaming: number): boolean {
    const inverse = this.inverse[renaming] ?? [];
    let last = -1;
    for (let place = 0; place < inverse.length; place += 1) {
      const orbit = this.orbits[inverse[place] ?? 0] ?? 0;
      if (orbit < last) return false;
      last = orbit;
    }
    return true;
  }

  private rename(state: Int32Array, length: number, renaming: number): void {
    const { servers, space, trial } = this;
    const by = space.renamings[renaming] ?? [];
    for (let at = 0; at < servers; at += 1) {
      trial[by[at] ?? at] = space.renameLocal(state[at] ?? 0, renaming);
    }
    trial[servers + leadersAt] = renameLeaders(state[servers + leadersAt] ?? 0, by);
    trial[servers + ledgerAt] = state[servers + ledgerAt] ?? 0;
    trial[servers + spentAt] = state[servers + spentAt] ?? 0;
    const head = servers + headExtra;
    for (let at = head; at < length; at += 1) {
      const message = space.renameMessage(state[at] ?? 0, renaming);
      let place = at;
      while (place > head && (trial[place - 1] ?? 0) > message) {
        trial[place] = trial[place - 1] ?? 0;
        place -= 1;
      }
      trial[place] = message;
    }
  }
}

function renameLeaders(packed: number, by: readonly number[]): number {
  let renamed = 0;
  for (let term = 1, rest = packed; rest !== 0; term += 1, rest >>= leaderBits) {
    const server = (rest & 7) - 1;
    if (server >= 0) renamed = withLeader(renamed, term, by[server] ?? server);
  }
  return renamed;
}

function less(one: Int32Array, other: Int32Array, length: number): boolean {
  for (let at = 0; at < length; at += 1) {
    const left = one[at] ?? 0;
    const right = other[at] ?? 0;
    if (left !== right) return left < right;
  }
  return false;
}

/** The input number of a message. */
export function inputOfMessage(message: number): number {
  return firstMessage + message;
}
