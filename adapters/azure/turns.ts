/**
 * One kind of settlement a turn of the event loop, for each receiver. The SDK's AMQP library (rhea
 * 3.0.5) tells neighbouring deliveries settled in one turn as a range with the outcome of the first:
 * a message dead-lettered right after one was completed would be completed too, and nobody told.
 */
import type { Settlement } from '../../harness/bus/bus.ts';

type Kind = Settlement['kind'];

export class Turns {
  /** What each receiver settles in this turn. */
  private readonly kinds: Map<string, Kind>;

  constructor() {
    this.kinds = new Map();
  }

  /** Fulfilled in a turn in which that receiver settles nothing of another kind. */
  async of(receiver: string, kind: Kind): Promise<void> {
    while ((this.kinds.get(receiver) ?? kind) !== kind) await nextTurn();
    if (this.kinds.has(receiver)) return;
    this.kinds.set(receiver, kind);
    void nextTurn().then(() => this.kinds.delete(receiver));
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
