/**
 * Credit as the port counts it. The SDK gives its link one credit for each message handler that
 * ends; so handlers end one by one here, each when the receiver may have another message. A credit
 * that is with the service already can't be taken back: one more message may come.
 */
export class Pace {
  private readonly prefetch: number;
  /** Negative: any number. */
  private left: number;
  /** The link has a credit that no message has used yet. */
  private isOut: boolean;
  private readonly held: Set<Promise<void>>;
  private waiting: (() => void) | undefined;

  constructor(credit: number, prefetch: number) {
    this.prefetch = prefetch;
    this.left = credit;
    this.isOut = false;
    this.held = new Set();
    this.waiting = undefined;
  }

  /** How many more messages may come from now on. */
  set(credit: number): void {
    this.left = credit;
    this.pass();
  }

  /** Whether a message could come now. */
  get isOpen(): boolean {
    return this.isOut || (this.left !== 0 && this.held.size < this.prefetch);
  }

  /** The link is attached: fulfilled when it may have its first credit. */
  attached(): Promise<void> {
    return this.next();
  }

  /**
   * A message came: fulfilled when the next one may. `done` is fulfilled when it takes no more of
   * the prefetch; undefined if it was none of ours, and cost nothing.
   */
  async used(done: Promise<void> | undefined): Promise<void> {
    this.isOut = false;
    if (done === undefined) {
      if (this.left >= 0) this.left++;
    } else {
      this.held.add(done);
      void done.then(() => this.held.delete(done));
    }
    while (this.held.size >= this.prefetch) await Promise.race(this.held);
    return this.next();
  }

  /** Only the last who asks is answered: whoever asked before has lost the link. */
  private next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.pass();
    });
  }

  private pass(): void {
    const { waiting } = this;
    if (waiting === undefined) return;
    if (!this.isOut) {
      if (this.left === 0) return;
      if (this.left > 0) this.left--;
      this.isOut = true;
    }
    this.waiting = undefined;
    waiting();
  }
}
