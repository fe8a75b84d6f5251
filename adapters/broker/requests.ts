/** Request and response over links: how $cbs and $management are spoken to. */
import { Reader } from './amqp/read.ts';
import { type AmqpMap, type AmqpValue, isList, isMap, stringOf } from './amqp/values.ts';
import { encode, type Encode, Writer } from './amqp/write.ts';
import { type Attach } from './amqp/performatives.ts';
import type { ReplyPort, SessionPort } from './contracts.ts';
import { type Arrival, IncomingLink } from './incoming-link.ts';
import { sourceOf, targetOf } from './link.ts';
import { OutgoingLink } from './outgoing-link.ts';

export interface NodeRequest {
  /** The message id, encoded: it goes back as correlation id. */
  readonly id: Buffer;
  readonly replyTo: string | undefined;
  readonly properties: AmqpMap;
  readonly body: AmqpValue;
}

export interface NodeResponse {
  readonly properties: Readonly<Record<string, Encode>>;
  readonly body: Encode;
}

/** What a node does with a request; the response may come later, or never. */
export type Serve = (request: NodeRequest, respond: (response: NodeResponse) => void) => void;

const requestBytesMax = 1024 * 1024;
const repliesWaitingMax = 1000;
const nothing = Buffer.from([0x40]);

/** A link on which a client sends requests to a node. */
export class RequestLink extends IncomingLink {
  protected readonly messageBytesMax: number = requestBytesMax;
  private readonly node: string;
  private readonly serve: Serve;

  constructor(
    session: SessionPort,
    attach: Attach,
    { node, serve }: { readonly node: string; readonly serve: Serve },
  ) {
    super(session, attach);
    this.node = node;
    this.serve = serve;
  }

  start(): void {
    const messageBytesMax = 0xffff_ffff_ffff_ffffn;
    const target = targetOf(this.attach.target?.address);
    this.answer({ source: sourceOf(undefined), target, messageBytesMax });
    this.grant();
  }

  protected arrived({ deliveryId, settled, bytes, tooLarge }: Arrival): void {
    if (!settled) this.session.acceptDelivery(deliveryId);
    const request = tooLarge ? undefined : readRequest(bytes);
    if (request === undefined) return;
    this.serve(request, (response) => {
      this.replyLink(request.replyTo)?.reply(writeResponse(request.id, response));
    });
  }

  /** uAMQP names none: then it is the link from the same node. */
  private replyLink(replyTo: string | undefined): ReplyPort | undefined {
    let fallback: ReplyPort | undefined;
    for (const port of this.session.connection.replies) {
      if (port.node !== this.node) continue;
      if (replyTo !== undefined && port.names.includes(replyTo)) return port;
      fallback = port;
    }
    return fallback;
  }
}

/** A link on which a client gets its answers. */
export class ReplyLink extends OutgoingLink implements ReplyPort {
  readonly node: string;
  readonly names: readonly (string | undefined)[];
  private waiting: Buffer[] = [];

  constructor(session: SessionPort, attach: Attach, node: string) {
    super(session, attach);
    this.node = node;
    this.names = [attach.name, attach.target?.address];
  }

  start(): void {
    const { source, target } = this.attach;
    this.session.connection.replies.add(this);
    this.answer({ source: sourceOf(source?.address), target: targetOf(target?.address) });
    this.creditChanged();
  }

  reply(message: Buffer): void {
    if (this.isOver || this.waiting.length >= repliesWaitingMax) return;
    this.waiting.push(message);
    this.creditChanged();
  }

  protected creditChanged(drain = false): void {
    while (this.credit > 0) {
      const next = this.waiting.shift();
      if (next === undefined) break;
      this.sendMessage(next, this.session.connection.hub.tokens.freeTag(), true);
    }
    if (drain) this.giveBackCredit();
  }

  protected ended(): void {
    this.session.connection.replies.delete(this);
    this.waiting = [];
  }
}

/** A request, or undefined for a message without an id to answer to. */
function readRequest(bytes: Buffer): NodeRequest | undefined {
  const reader = new Reader(bytes);
  let id: Buffer = nothing;
  let replyTo: string | undefined;
  let properties: AmqpMap = new Map();
  let body: AmqpValue = null;
  while (!reader.done) {
    const code = reader.descriptor();
    const from = reader.at;
    const value = reader.value();
    if (code === 0x73 && isList(value)) {
      replyTo = stringOf(value[4]);
      id = firstItem(bytes, from);
    } else if (code === 0x74 && isMap(value)) {
      properties = value;
    } else if (code === 0x75 || code === 0x77) {
      body = value;
    }
  }
  return id[0] === 0x40 ? undefined : { id, replyTo, properties, body };
}

/** The encoded first item of the list there. */
function firstItem(bytes: Buffer, at: number): Buffer {
  const reader = new Reader(bytes, at);
  if (reader.listCount() === 0) return nothing;
  const from = reader.at;
  reader.skip();
  return Buffer.from(bytes.subarray(from, reader.at));
}

function writeResponse(id: Buffer, { properties, body }: NodeResponse): Buffer {
  const writer = new Writer(512);
  writer.described(0x73);
  const mark = writer.open('list');
  for (let i = 0; i < 5; i++) writer.null();
  writer.raw(id);
  writer.close(mark, 6);
  writer.described(0x74);
  encode.named(properties)(writer);
  writer.described(0x77);
  body(writer);
  return writer.take();
}
