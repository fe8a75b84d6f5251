/** What connections, sessions and links know of each other. */
import type { Flow, Transfer, WireError } from './amqp/performatives.ts';
import type { Described } from './amqp/values.ts';
import type { Encode } from './amqp/write.ts';
import type { Authority } from './authority.ts';
import type { Hub } from './hub.ts';

/** Where the answers to requests go: a link on which the client receives from a node. */
export interface ReplyPort {
  /** `$cbs`, or the address of a management node. */
  readonly node: string;
  /** Its link name and its target, either of which may be named as reply-to. */
  readonly names: readonly (string | undefined)[];
  reply(message: Buffer): void;
}

export interface ConnectionPort {
  readonly hub: Hub;
  readonly authority: Authority;
  readonly replies: Set<ReplyPort>;
  /** The peer does not read; nothing that can wait should be written. */
  readonly isCongested: boolean;
  readonly payloadBytesMax: number;
  /** Links are attached, or have gone; throws AmqpError above the limit. */
  countLinks(change: number): void;
  /** Bytes of incomplete messages come, or are done with; throws AmqpError above the limit. */
  countPartial(change: number): void;
  write(bytes: Buffer): void;
  /** Ends the socket at once. */
  cut(): void;
}

/** A delivery that the peer has not settled yet. */
export interface Unsettled {
  settled(deliveryId: number, state: Described | undefined, byPeer: boolean): void;
}

export interface OutgoingDelivery {
  readonly handle: number;
  readonly tag: Buffer;
  readonly settled: boolean;
  readonly payload: Buffer;
}

export interface SessionPort {
  readonly connection: ConnectionPort;
  /** How many transfers may be sent now. */
  readonly window: number;
  send(code: number, fields: readonly Encode[]): void;
  /** A flow of the session, and of a link if its fields are given. */
  sendFlow(ofLink?: readonly Encode[]): void;
  /** Tells the delivery id. */
  sendDelivery(delivery: OutgoingDelivery): number;
  /** Keeps the delivery until the peer settles it. False: it has too many open already. */
  expectSettlement(deliveryId: number, by: Unsettled): boolean;
  forgetUnsettled(by: Unsettled): void;
  acceptDelivery(deliveryId: number): void;
  rejectDelivery(deliveryId: number, error: WireError): void;
  /** Answers a settlement of the peer. */
  confirmSettlement(deliveryId: number, error?: WireError): void;
}

export interface LinkPort {
  readonly handle: number;
  /** The peer's attach is to be answered, now or later. */
  start(): void;
  flow(flow: Flow): void;
  transfer(transfer: Transfer, payload: Buffer): void;
  detachedByPeer(closed: boolean): void;
  /** Detached by the broker, if it is a link to that entity, or to any; whether it was. */
  detachIfAt(path: string | undefined, error?: WireError): boolean;
  /** Its session or connection is gone. */
  over(): void;
  /** The session's window or the socket has room again. */
  roomAgain(): void;
}
