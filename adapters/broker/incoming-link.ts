/** Links on which the peer sends: frames are put together, credit is topped up now and then. */
import type { Flow, Transfer } from './amqp/performatives.ts';
import { AmqpError } from './amqp/values.ts';
import { encode } from './amqp/write.ts';
import { Link } from './link.ts';

const creditTop = 1000;
const topUpAfter = 100;

/** A message, complete. `tooLarge`: its bytes were not kept. */
export interface Arrival {
  readonly deliveryId: number;
  readonly format: number;
  readonly settled: boolean;
  readonly bytes: Buffer;
  readonly size: number;
  readonly tooLarge: boolean;
}

export abstract class IncomingLink extends Link {
  protected abstract readonly messageBytesMax: number;
  private first: Transfer | undefined;
  private parts: Buffer[] = [];
  private size = 0;
  /** Bytes in the parts. */
  private kept = 0;
  private deliveryCount = 0;
  private sinceTopUp = 0;

  protected abstract arrived(arrival: Arrival): void;

  /** The first credit; none under the fault `noCredit`. */
  protected grant(): void {
    this.sinceTopUp = 0;
    this.session.sendFlow([
      encode.uint(this.handle),
      encode.uint(this.deliveryCount),
      encode.uint(creditTop),
    ]);
  }

  transfer(transfer: Transfer, payload: Buffer): void {
    // On its way while the broker detached the link.
    if (this.isOver) return;
    if (!this.isOpen) throw new AmqpError('amqp:illegal-state', 'A transfer came before attach.');
    const first = (this.first ??= transfer);
    this.size += payload.length;
    const tooLarge = this.size > this.messageBytesMax;
    if (tooLarge) this.forgetParts();
    else this.parts.push(payload);
    if (transfer.more && !transfer.aborted) {
      if (!tooLarge) this.keep(payload.length);
      return;
    }
    const { parts, size } = this;
    this.forgetParts();
    const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    this.first = undefined;
    this.size = 0;
    this.deliveryCount = (this.deliveryCount + 1) >>> 0;
    if (++this.sinceTopUp >= topUpAfter) this.grant();
    if (transfer.aborted) return;
    const { deliveryId, format } = first;
    if (deliveryId === undefined) {
      throw new AmqpError('amqp:invalid-field', 'A transfer came without a delivery id.');
    }
    const settled = first.settled || transfer.settled;
    this.arrived({ deliveryId, format, settled, bytes, size, tooLarge });
  }

  flow(flow: Flow): void {
    if (flow.echo && this.isOpen && !this.isOver) this.grant();
  }

  protected ended(): void {
    this.forgetParts();
  }

  private keep(bytes: number): void {
    this.kept += bytes;
    this.session.connection.countPartial(bytes);
  }

  private forgetParts(): void {
    this.parts = [];
    if (this.kept > 0) this.session.connection.countPartial(-this.kept);
    this.kept = 0;
  }
}
