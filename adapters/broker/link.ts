/** One end of a link: attach, detach and credit; what flows over it is its children's business. */
import {
  type Attach,
  codes,
  encodeError,
  type Flow,
  type Transfer,
  type WireError,
} from './amqp/performatives.ts';
import { encode, type Encode } from './amqp/write.ts';
import type { LinkPort, SessionPort } from './contracts.ts';

export interface AttachReply {
  readonly source?: Encode;
  readonly target?: Encode;
  readonly properties?: Encode;
  /** Of links on which the peer sends. */
  readonly messageBytesMax?: number | bigint;
}

export abstract class Link implements LinkPort {
  readonly session: SessionPort;
  readonly attach: Attach;
  isOpen: boolean;
  isOver: boolean;

  constructor(session: SessionPort, attach: Attach) {
    this.session = session;
    this.attach = attach;
    this.isOpen = false;
    this.isOver = false;
  }

  /** The broker's number for the link is the peer's. */
  get handle(): number {
    return this.attach.handle;
  }

  /** The peer's wish has been looked at: answer it. */
  abstract start(): void;
  abstract flow(flow: Flow): void;
  abstract transfer(transfer: Transfer, payload: Buffer): void;
  /** Detached by either side, or its connection is gone; called once. */
  protected abstract ended(): void;
  /** The session's window or the socket has room again. */
  roomAgain(): void {}

  protected answer(reply: AttachReply): void {
    if (this.isOver) return;
    this.isOpen = true;
    this.session.send(codes.attach, this.attachFields(reply));
  }

  /** No link: attached without termini, then closed (specification, part 2.6.3). */
  refuse(error: WireError): void {
    if (this.isOver) return;
    this.answer({});
    this.detach(error);
  }

  detach(error?: WireError): void {
    if (this.isOver) return;
    const fields = [encode.uint(this.handle), encode.boolean(true)];
    if (error !== undefined) fields.push(encodeError(error));
    this.session.send(codes.detach, fields);
    this.over();
  }

  /** The entity that the link leads to; undefined for a node. */
  protected get entityPath(): string | undefined {
    return undefined;
  }

  detachIfAt(path: string | undefined, error?: WireError): boolean {
    const own = this.entityPath;
    if (own === undefined || this.isOver) return false;
    if (path !== undefined && own.toLowerCase() !== path.toLowerCase()) return false;
    this.detach(error);
    return true;
  }

  /** The peer's detach, answered in kind. */
  detachedByPeer(closed: boolean): void {
    if (!this.isOver) {
      this.session.send(codes.detach, [encode.uint(this.handle), encode.boolean(closed)]);
      this.over();
    }
    this.released();
  }

  /** The peer has nothing more to say of this link. */
  protected released(): void {}

  over(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.ended();
  }

  private attachFields({ source, target, properties, messageBytesMax }: AttachReply): Encode[] {
    const { name, receives, sendSettled, receiveSecond } = this.attach;
    const none = encode.null;
    return [
      encode.string(name),
      encode.uint(this.handle),
      encode.boolean(!receives),
      (w) => {
        w.ubyte(sendSettled);
      },
      (w) => {
        w.ubyte(receiveSecond);
      },
      source ?? none,
      target ?? none,
      none,
      none,
      receives ? encode.uint(0) : none,
      messageBytesMax === undefined ? none : encode.ulong(messageBytesMax),
      none,
      none,
      properties ?? none,
    ];
  }
}

/** A source or target of that address; `filter` belongs to sources. */
export function sourceOf(address: string | undefined, filter?: Encode): Encode {
  if (address === undefined) return encode.described(0x28, encode.list([]));
  const none = encode.null;
  const fields: Encode[] = [encode.string(address)];
  if (filter !== undefined) fields.push(none, none, none, none, none, none, filter);
  return encode.described(0x28, encode.list(fields));
}

export function targetOf(address: string | undefined): Encode {
  const fields = address === undefined ? [] : [encode.string(address)];
  return encode.described(0x29, encode.list(fields));
}
