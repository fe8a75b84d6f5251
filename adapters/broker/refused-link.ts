/** A link to something that is not offered here: attached and detached at once, with the reason. */
import type { Attach, WireError } from './amqp/performatives.ts';
import type { SessionPort } from './contracts.ts';
import { Link } from './link.ts';

export class RefusedLink extends Link {
  private readonly reason: WireError;

  constructor(session: SessionPort, attach: Attach, reason: WireError) {
    super(session, attach);
    this.reason = reason;
  }

  start(): void {
    this.refuse(this.reason);
  }

  flow(): void {}
  transfer(): void {}
  protected ended(): void {}
}
