/**
 * Accidents on demand at the broker's own seams: each names a place, what happens there, and to
 * whom. What Service Bus itself can do (lost locks, throttling, restarts) is the model's `BusFault`.
 */
import type { Message } from './message.ts';

interface Failing {
  readonly kind: 'error';
  readonly condition: string;
  readonly description?: string;
}
interface Late {
  readonly kind: 'delay';
  readonly delayMs: number;
}
interface Answered {
  readonly kind: 'status';
  readonly status: number;
  readonly text?: string;
}

/** What can happen at each place. */
export interface Effects {
  /** A message that a client sends. */
  readonly send:
    | Failing
    | Late
    /** Stored, but not confirmed; confirmed, but not stored; stored twice. */
    | { readonly kind: 'noAck' | 'lose' | 'duplicate' }
    /** The link is detached with the transfer in flight; without a condition, without an error. */
    | { readonly kind: 'detach'; readonly condition?: string }
    /** The connection is cut with the transfer in flight. */
    | { readonly kind: 'disconnect' };
  /** A message on its way to a receiver: late, twice, or never. */
  readonly deliver: Late | { readonly kind: 'duplicate' | 'drop' };
  /** A settlement: refused, or done without being confirmed. */
  readonly settle: Failing | { readonly kind: 'noAck' };
  /** A link that is opened: refused, never answered, never given credit, or cut off with all. */
  readonly attach: Failing | { readonly kind: 'ignore' | 'noCredit' | 'disconnect' };
  readonly cbs: Late | Answered | { readonly kind: 'drop' };
  readonly management: Late | Failing | { readonly kind: 'drop' };
  /** A receiver that gives its credit back: never answered. */
  readonly drain: { readonly kind: 'ignore' };
  readonly admin: Late | Answered;
}
export type Place = keyof Effects;

export interface FaultAt<At extends Place> {
  readonly at: At;
  readonly effect: Effects[At];
  /** Only at the entity of that path. Undefined: everywhere. */
  readonly path?: string;
  /** So many times, then never again. Undefined: until removed. */
  readonly times?: number;
  /** So many chances pass first. */
  readonly after?: number;
  /** Only these messages, at `send` and `deliver`. */
  readonly when?: (message: Message) => boolean;
}

/** A fault that has been planted. */
export interface Planted {
  /** How often it has struck. */
  readonly hits: number;
  remove(): void;
}

interface Entry<At extends Place> {
  readonly fault: FaultAt<At>;
  chances: number;
  hits: number;
}
type Entries = { readonly [At in Place]: Set<Entry<At>> };

export class Faults {
  private readonly entries: Entries;

  constructor() {
    this.entries = {
      send: new Set(),
      deliver: new Set(),
      settle: new Set(),
      attach: new Set(),
      cbs: new Set(),
      management: new Set(),
      drain: new Set(),
      admin: new Set(),
    };
  }

  plant<At extends Place>(fault: FaultAt<At>): Planted {
    const entry: Entry<At> = { fault, chances: 0, hits: 0 };
    const entries: Set<Entry<At>> = this.entries[fault.at];
    entries.add(entry);
    return {
      get hits(): number {
        return entry.hits;
      },
      remove: () => void entries.delete(entry),
    };
  }

  clear(): void {
    for (const entries of Object.values(this.entries)) entries.clear();
  }

  /** What strikes there now, if anything. */
  strike<At extends Place>(at: At, path: string, message?: Message): Effects[At] | undefined {
    const entries: Set<Entry<At>> = this.entries[at];
    if (entries.size === 0) return undefined;
    for (const entry of entries) {
      const { fault } = entry;
      if (!concerns(fault, path, message)) continue;
      if (entry.chances++ < (fault.after ?? 0)) continue;
      entry.hits++;
      if (entry.hits >= (fault.times ?? Infinity)) entries.delete(entry);
      return fault.effect;
    }
    return undefined;
  }
}

function concerns<At extends Place>(
  fault: FaultAt<At>,
  path: string,
  message: Message | undefined,
): boolean {
  if (fault.path !== undefined && fault.path.toLowerCase() !== path.toLowerCase()) return false;
  return fault.when === undefined || (message !== undefined && fault.when(message));
}
