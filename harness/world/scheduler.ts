/**
 * Who decides what comes about next, when time does not: a scheduler is shown all that is pending
 * and picks one. Each pending event has an identity that stays the same in runs that differ
 * elsewhere, so that a strategy can key its draws by it.
 */
import type { Message } from '../raft/message.ts';
import type { World } from './world.ts';

export const pendingKinds = [
  'delivery',
  'election',
  'heartbeat',
  'lease',
  'disk',
  'told',
  'operation',
  'retry',
  'timeout',
  'publish',
  'reopen',
  'fault',
  'relief',
] as const;

export type PendingKind = (typeof pendingKinds)[number];

/** Something that may come about now. */
export interface Pending {
  /** Counts what became pending in this run, from 0 on. */
  readonly id: number;
  readonly kind: PendingKind;
  /** Whose step it is: a server, a client, or `participants` for the world around them. */
  readonly actor: number;
  /** Deliveries: the sender; otherwise -1. */
  readonly from: number;
  /** 32 bits that name it, by kind, participants and ordinal, whatever else happens. */
  readonly key: number;
  /** The `id` of the event that led to it; -1: the scenario. */
  readonly parent: number;
  /** Deliveries: what is delivered; otherwise null. */
  readonly message: Message | null;
}

export interface Scheduler {
  /**
   * The index of what comes about next. `pool` is never empty and valid during the call: what is
   * due comes first, the oldest first, and then timers that may ring early, the nearest first. So
   * 0 is the kindest choice.
   */
  pick(pool: readonly Pending[], world: World): number;
}
