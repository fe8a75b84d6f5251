/**
 * What happened before what (Lamport, CACM 1978), kept while a schedule is chosen: a step comes
 * after the step before it of the same participant, and after the one that made it pending. The
 * steps before an event are known as soon as it is pending, so the order only grows at its end.
 */
import type { Pending } from '../../world/scheduler.ts';

/** By participant: how many of its steps came before. */
type Clock = readonly number[];

const nothing: Clock = [];

function later(one: Clock, other: Clock): number[] {
  return Array.from({ length: Math.max(one.length, other.length) }, (_, i) =>
    Math.max(one[i] ?? 0, other[i] ?? 0),
  );
}

interface Step {
  readonly actor: number;
  readonly clock: Clock;
}

export class Causality {
  /** By event that was chosen. */
  private readonly steps = new Map<number, Step>();
  private readonly lastOf = new Map<number, Clock>();

  /** The event is chosen: its participant takes the step. */
  step({ id, actor, parent }: Pending): void {
    const clock = later(this.lastOf.get(actor) ?? nothing, this.clockOf(parent));
    clock[actor] = (clock[actor] ?? 0) + 1;
    for (let at = 0; at < clock.length; at += 1) clock[at] ??= 0;
    this.lastOf.set(actor, clock);
    this.steps.set(id, { actor, clock });
  }

  private clockOf(id: number): Clock {
    return this.steps.get(id)?.clock ?? nothing;
  }

  /** Did the event with this id come about before the pending one was made by `parent`? */
  precedes(id: number, parent: number): boolean {
    const step = this.steps.get(id);
    if (step === undefined) return false;
    const { actor, clock } = step;
    return (this.clockOf(parent)[actor] ?? 0) >= (clock[actor] ?? 0);
  }
}
