/** An AMQP session: numbers of transfers and deliveries, both windows, and the links on it. */
import {
  accepted,
  codes,
  type Disposition,
  encodeError,
  frame,
  type Attach,
  type Performative,
  readAttach,
  readDetach,
  readDisposition,
  readFlow,
  readTransfer,
  rejected,
  transferFrame,
  type WireError,
} from './amqp/performatives.ts';
import { AmqpError, type AmqpList, type Described, numberOf } from './amqp/values.ts';
import { encode, type Encode } from './amqp/write.ts';
import type {
  ConnectionPort,
  LinkPort,
  OutgoingDelivery,
  SessionPort,
  Unsettled,
} from './contracts.ts';

const incomingWindow = 5000;
const outgoingWindow = 2048;
const handleMax = 255;
const unsettledMax = 8192;

export type OpenLink = (session: SessionPort, attach: Attach) => LinkPort;

export class Session implements SessionPort {
  readonly connection: ConnectionPort;
  readonly channel: number;
  private readonly openLink: OpenLink;
  private readonly links: Map<number, LinkPort>;
  private readonly unsettled: Map<number, Unsettled>;
  private nextIncomingId: number;
  private incomingLeft: number;
  private nextOutgoingId: number;
  /** Transfers that the peer still takes. */
  private room: number;
  private nextDeliveryId: number;
  private waiting: { readonly head: Buffer; readonly payload: Buffer }[];
  private isOver: boolean;
  /** Accepted deliveries of the peer, not told yet: the first and the last of a run. */
  private acceptedFrom: number;
  private acceptedTo: number;

  constructor(
    connection: ConnectionPort,
    openLink: OpenLink,
    { channel, begin }: { readonly channel: number; readonly begin: AmqpList },
  ) {
    this.connection = connection;
    this.openLink = openLink;
    this.channel = channel;
    this.links = new Map();
    this.unsettled = new Map();
    this.nextIncomingId = numberOf(begin[1]) ?? 0;
    this.incomingLeft = incomingWindow;
    this.nextOutgoingId = 1;
    this.room = numberOf(begin[2]) ?? 0;
    this.nextDeliveryId = 0;
    this.waiting = [];
    this.isOver = false;
    this.acceptedFrom = -1;
    this.acceptedTo = -1;
    this.send(codes.begin, [
      (w) => {
        w.byte(0x60);
        w.byte(channel >> 8);
        w.byte(channel & 0xff);
      },
      encode.uint(this.nextOutgoingId),
      encode.uint(incomingWindow),
      encode.uint(outgoingWindow),
      encode.uint(handleMax),
    ]);
  }

  get window(): number {
    return this.connection.isCongested ? 0 : this.room - this.waiting.length;
  }

  receive({ code, fields, payload }: Performative): void {
    if (this.isOver) return;
    switch (code) {
      case codes.attach:
        return this.attach(fields);
      case codes.flow:
        return this.flow(fields);
      case codes.transfer:
        return this.transfer(fields, payload);
      case codes.disposition:
        return this.disposition(readDisposition(fields));
      case codes.detach:
        return this.detach(fields);
      default:
        throw new AmqpError('amqp:not-implemented', `The performative ${code} is unknown.`);
    }
  }

  send(code: number, fields: readonly Encode[]): void {
    this.connection.write(frame({ channel: this.channel, code }, fields));
  }

  sendFlow(ofLink: readonly Encode[] = []): void {
    this.incomingLeft = incomingWindow;
    this.send(codes.flow, [
      encode.uint(this.nextIncomingId),
      encode.uint(incomingWindow),
      encode.uint(this.nextOutgoingId),
      encode.uint(outgoingWindow),
      ...ofLink,
    ]);
  }

  /** Sends a message as one or more transfers; they wait if the peer's window is closed. */
  sendDelivery({ handle, tag, settled, payload }: OutgoingDelivery): number {
    const deliveryId = this.nextDeliveryId;
    this.nextDeliveryId = (deliveryId + 1) >>> 0;
    const transfer = { handle, deliveryId, tag, settled };
    const most = this.connection.payloadBytesMax;
    let at = 0;
    do {
      const end = Math.min(at + most, payload.length);
      const size = end - at;
      const head = transferFrame(this.channel, transfer, { size, more: end < payload.length });
      this.waiting.push({ head, payload: payload.subarray(at, end) });
      at = end;
    } while (at < payload.length);
    this.sendWaiting();
    return deliveryId;
  }

  expectSettlement(deliveryId: number, by: Unsettled): boolean {
    this.unsettled.set(deliveryId, by);
    return this.unsettled.size <= unsettledMax;
  }

  /** Forgets the deliveries of a link that has ended. */
  forgetUnsettled(by: Unsettled): void {
    for (const [deliveryId, other] of this.unsettled) {
      if (other === by) this.unsettled.delete(deliveryId);
    }
  }

  /** Answers a delivery of the peer; runs of accepted ones are told at once. */
  acceptDelivery(deliveryId: number): void {
    if (this.acceptedFrom < 0) {
      process.nextTick(() => this.tellAccepted());
      this.acceptedFrom = deliveryId;
    } else if (deliveryId !== this.acceptedTo + 1) {
      this.tellAccepted();
      process.nextTick(() => this.tellAccepted());
      this.acceptedFrom = deliveryId;
    }
    this.acceptedTo = deliveryId;
  }

  rejectDelivery(deliveryId: number, error: WireError): void {
    this.sendDisposition({ receiver: true, first: deliveryId, last: deliveryId }, rejected(error));
  }

  confirmSettlement(deliveryId: number, error?: WireError): void {
    const state = error === undefined ? accepted : rejected(error);
    this.sendDisposition({ receiver: false, first: deliveryId, last: deliveryId }, state);
  }

  /** How many were detached. */
  detachLinks(path: string | undefined, error?: WireError): number {
    let count = 0;
    for (const link of this.links.values()) if (link.detachIfAt(path, error)) count++;
    return count;
  }

  /** Ended by the broker; what the peer still sends is ignored until it ends its side. */
  endWith(error: WireError): void {
    if (this.isOver) return;
    this.end();
    this.send(codes.end, [encodeError(error)]);
  }

  endedByPeer(): void {
    if (this.isOver) return;
    this.end();
    this.send(codes.end, []);
  }

  /** Its connection is gone, or it has said its last. */
  end(): void {
    this.isOver = true;
    for (const link of this.links.values()) link.over();
    this.connection.countLinks(-this.links.size);
    this.links.clear();
    this.unsettled.clear();
    this.waiting = [];
  }

  roomAgain(): void {
    this.sendWaiting();
    for (const link of this.links.values()) link.roomAgain();
  }

  private attach(fields: AmqpList): void {
    const attach = readAttach(fields);
    if (attach.handle > handleMax) {
      throw new AmqpError('amqp:not-allowed', `The handle ${attach.handle} is above ${handleMax}.`);
    }
    if (this.links.has(attach.handle)) {
      throw new AmqpError('amqp:session:handle-in-use', `Handle ${attach.handle} is attached.`);
    }
    this.connection.countLinks(1);
    const link = this.openLink(this, attach);
    this.links.set(attach.handle, link);
    link.start();
  }

  private flow(fields: AmqpList): void {
    const flow = readFlow(fields);
    const seen = flow.nextIncomingId ?? 1;
    this.room = ((seen - this.nextOutgoingId) | 0) + flow.incomingWindow;
    this.sendWaiting();
    if (flow.handle === undefined) {
      if (flow.echo) this.sendFlow();
    } else {
      this.links.get(flow.handle)?.flow(flow);
    }
    for (const link of this.links.values()) link.roomAgain();
  }

  private transfer(fields: AmqpList, payload: Buffer): void {
    const transfer = readTransfer(fields);
    this.nextIncomingId = (this.nextIncomingId + 1) >>> 0;
    if (--this.incomingLeft < incomingWindow / 2) this.sendFlow();
    this.links.get(transfer.handle)?.transfer(transfer, payload);
  }

  private disposition(disposition: Disposition): void {
    if (!disposition.receives) return;
    const { first, last, state, settled } = disposition;
    if (last - first > this.unsettled.size) {
      for (const [id, by] of this.unsettled) {
        if (id >= first && id <= last) this.settle(id, by, state, settled);
      }
      return;
    }
    for (let id = first; id <= last; id++) {
      const by = this.unsettled.get(id);
      if (by !== undefined) this.settle(id, by, state, settled);
    }
  }

  private settle(id: number, by: Unsettled, state: Described | undefined, byPeer: boolean): void {
    // `received` is no outcome: the delivery stays open.
    if (state?.descriptor === 0x23) return;
    if (byPeer || state !== undefined) this.unsettled.delete(id);
    by.settled(id, state, byPeer);
  }

  private detach(fields: AmqpList): void {
    const { handle, closed } = readDetach(fields);
    const link = this.links.get(handle);
    if (link === undefined) return;
    this.links.delete(handle);
    this.connection.countLinks(-1);
    link.detachedByPeer(closed);
  }

  private sendWaiting(): void {
    let sent = 0;
    while (this.room > 0 && sent < this.waiting.length) {
      const next = this.waiting[sent++];
      if (next === undefined) break;
      this.room--;
      this.nextOutgoingId = (this.nextOutgoingId + 1) >>> 0;
      this.connection.write(next.head);
      this.connection.write(next.payload);
    }
    if (sent === 0) return;
    if (sent === this.waiting.length) this.waiting.length = 0;
    else this.waiting = this.waiting.slice(sent);
  }

  private tellAccepted(): void {
    const { acceptedFrom: first, acceptedTo: last } = this;
    if (first < 0) return;
    this.acceptedFrom = -1;
    this.sendDisposition({ receiver: true, first, last }, accepted);
  }

  private sendDisposition(
    { receiver, first, last }: { receiver: boolean; first: number; last: number },
    state: Encode,
  ): void {
    if (this.isOver) return;
    const range = [encode.boolean(receiver), encode.uint(first), encode.uint(last)];
    this.send(codes.disposition, [...range, encode.boolean(true), state]);
  }
}
