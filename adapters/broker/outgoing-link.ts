/** Links on which the broker sends: the peer's credit is counted here and nowhere else. */
import type { Flow, Transfer } from './amqp/performatives.ts';
import { AmqpError } from './amqp/values.ts';
import { encode } from './amqp/write.ts';
import { Link } from './link.ts';

export abstract class OutgoingLink extends Link {
  protected credit = 0;
  protected deliveryCount = 0;

  /** The credit has changed; `drain`: what can't be used now is to be given back. */
  protected abstract creditChanged(drain: boolean): void;

  flow(flow: Flow): void {
    this.credit = Math.max(0, (flow.deliveryCount + flow.linkCredit - this.deliveryCount) | 0);
    if (!this.isOpen || this.isOver) return;
    this.creditChanged(flow.drain);
    if (flow.echo) this.sendFlow(false);
  }

  /** What is left of the credit goes back to the peer. */
  protected giveBackCredit(): void {
    this.deliveryCount = (this.deliveryCount + this.credit) >>> 0;
    this.credit = 0;
    this.sendFlow(true);
  }

  /** Sends one message against one credit; tells its delivery id. */
  protected sendMessage(payload: Buffer, tag: Buffer, settled: boolean): number {
    this.credit--;
    this.deliveryCount = (this.deliveryCount + 1) >>> 0;
    return this.session.sendDelivery({ handle: this.handle, tag, settled, payload });
  }

  transfer(_transfer: Transfer, _payload: Buffer): void {
    throw new AmqpError('amqp:not-allowed', 'A transfer came on a link that only receives.');
  }

  private sendFlow(drain: boolean): void {
    this.session.sendFlow([
      encode.uint(this.handle),
      encode.uint(this.deliveryCount),
      encode.uint(this.credit),
      encode.null,
      encode.boolean(drain),
    ]);
  }
}
