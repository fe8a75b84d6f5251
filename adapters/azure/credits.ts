/**
 * Message handlers that end in groups. Of each that ends, the SDK tells the service with a frame of
 * its own, which costs as much as a message; of several that end together it tells with one. The
 * service has the rest of the prefetch meanwhile.
 */

/** Of the prefetch: how much the service may lack. */
const share = 4;

export class Credits {
  private readonly together: number;
  private waiting: (() => void)[];

  constructor(prefetch: number) {
    this.together = Math.max(1, Math.floor(prefetch / share));
    this.waiting = [];
  }

  /** Fulfilled when enough messages were taken, this one included. */
  taken(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length >= this.together) this.release();
    });
  }

  release(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
