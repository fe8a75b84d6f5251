/**
 * Who is who among pending events: what an event is called is made of its kind, its participants
 * and its ordinal among those alike, and what led to it is the choice whose step made it pending.
 */
import { draw, keyOf, purpose } from './keyed.ts';
import type { Pending, PendingKind } from './scheduler.ts';
import { pendingKinds } from './scheduler.ts';
import type { Envelope, World } from './world.ts';
import { indexOf, stampOf } from './world.ts';

/** Who takes the step, from whom, and what tells it from others of the kind between the two. */
export interface Who {
  readonly actor: number;
  readonly from: number;
  readonly of: number;
}

/** Whose step something planned is. */
export function whoOf(
  world: World,
  kind: PendingKind,
  { code, envelope }: { readonly code: number; readonly envelope: Envelope | undefined },
): Who {
  const around = { actor: world.participants, from: -1 };
  if (kind === 'publish') return { ...around, from: envelope?.from ?? -1, of: envelope?.to ?? 0 };
  if (kind !== 'fault' && kind !== 'relief') return { actor: indexOf(code), from: -1, of: 0 };
  // By what it is, not by its place in the list.
  const fault = world.scenario.faults[indexOf(code) | (stampOf(code) << 9)];
  return { ...around, of: keyOf(JSON.stringify(fault)) & 0xf_ffff };
}

export class Identities {
  private readonly ordinals = new Map<number, number>();
  private ids = 0;
  /** By choice made: the first record that it may have written, and the event chosen. */
  private readonly firstSeqs: number[] = [];
  private readonly chosenIds: number[] = [];
  /** By participant: the last event that was its step. */
  private readonly last: Int32Array;

  constructor(participants: number) {
    this.last = new Int32Array(participants + 1).fill(-1);
  }

  /** Choices made so far. */
  get chosen(): number {
    return this.chosenIds.length;
  }

  /** Of a new event: how many there were before. */
  nextId(): number {
    return this.ids++;
  }

  /** What a new event is called. */
  keyOf(kind: PendingKind, { actor, from, of }: Who): number {
    const ordinal = pendingKinds.indexOf(kind);
    const owner = (actor << 9) | (from + 1);
    const family = (ordinal * 2 ** 20 + of) * 2 ** 18 + owner;
    const nth = this.ordinals.get(family) ?? 0;
    this.ordinals.set(family, nth + 1);
    return draw(draw(of, purpose.pending, owner, ordinal), purpose.pending, nth, 0);
  }

  /** The event is chosen; its step writes its records from `firstSeq` on. */
  choose({ id, actor }: Pending, firstSeq: number): void {
    this.firstSeqs.push(firstSeq);
    this.chosenIds.push(id);
    this.last[actor] = id;
  }

  /** The last event that was the participant's step, or -1. */
  lastOf(actor: number): number {
    return this.last[actor] ?? -1;
  }

  /** The event whose step wrote the record, or -1. */
  writerOf(seq: number): number {
    const { firstSeqs } = this;
    let low = 0;
    let high = firstSeqs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((firstSeqs[middle] ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return this.chosenIds[low - 1] ?? -1;
  }
}
