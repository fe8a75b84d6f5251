/** Links on which clients send messages to a queue or topic. */
import { type Attach } from './amqp/performatives.ts';
import { AmqpError } from './amqp/values.ts';
import { refusalOf, type Refusal } from './conditions.ts';
import type { SessionPort } from './contracts.ts';
import type { Hub } from './hub.ts';
import { type Arrival, IncomingLink } from './incoming-link.ts';
import { sourceOf, targetOf } from './link.ts';
import { type Message, readBatch, readMessage } from './message.ts';
import { refused, sendRefusal } from './refusals.ts';

/** An envelope whose data sections are messages of their own. */
const batchFormat = 0x80013700;
const messageIdLengthMax = 128;

export class Intake extends IncomingLink {
  protected readonly messageBytesMax: number;
  private readonly path: string;
  private readonly hub: Hub;

  constructor(session: SessionPort, attach: Attach, path: string) {
    super(session, attach);
    this.path = path;
    this.hub = session.connection.hub;
    this.messageBytesMax = this.hub.limits.messageBytesMax;
  }

  protected override get entityPath(): string {
    return this.path;
  }

  start(): void {
    const { hub, path, attach } = this;
    const effect = hub.faults.strike('attach', path);
    if (effect?.kind === 'ignore') return;
    if (effect?.kind === 'disconnect') return this.session.connection.cut();
    if (effect?.kind === 'error') {
      return this.refuse(refused(effect.condition, effect.description));
    }
    const refusal = sendRefusal(this.session.connection, this.path);
    if (refusal !== undefined) return this.refuse(refusal);
    const { messageBytesMax } = this;
    const target = targetOf(attach.target?.address);
    this.answer({ source: sourceOf(undefined), target, messageBytesMax });
    if (effect?.kind !== 'noCredit') this.grant();
  }

  protected arrived(arrival: Arrival): void {
    const { hub, path } = this;
    if (arrival.tooLarge) {
      const text = `The message has ${arrival.size} bytes; the limit is ${this.messageBytesMax}.`;
      return this.reply(arrival, refusalOf('MessageSizeExceeded', text));
    }
    const messages = this.read(arrival);
    if (!Array.isArray(messages)) return this.reply(arrival, messages);
    const [first] = messages;
    const effect = first === undefined ? undefined : hub.faults.strike('send', path, first);
    switch (effect?.kind) {
      case undefined:
        return this.store(messages, arrival);
      case 'error':
        return this.reply(arrival, refused(effect.condition, effect.description));
      case 'delay':
        setTimeout(() => this.store(messages, arrival), effect.delayMs);
        return;
      case 'noAck':
        return this.store(messages, { ...arrival, settled: true });
      case 'lose':
        return this.reply(arrival);
      case 'duplicate':
        return this.store([...messages, ...messages], arrival);
      case 'detach':
        return this.detach(effect.condition === undefined ? undefined : refused(effect.condition));
      case 'disconnect':
        return this.session.connection.cut();
      default:
        return effect satisfies never;
    }
  }

  private read({ format, bytes }: Arrival): Message[] | Refusal {
    try {
      return format === batchFormat ? [...readBatch(bytes)] : [readMessage(bytes)];
    } catch (error) {
      if (error instanceof AmqpError) return refused(error.condition, error.message);
      throw error;
    }
  }

  /** The first refusal is the answer for all: Service Bus takes a batch as a whole. */
  private store(messages: readonly Message[], arrival: Arrival): void {
    let refusal: Refusal | undefined = sendRefusal(this.session.connection, this.path);
    if (messages.length > 1) refusal ??= this.batchRefusal(messages);
    for (const message of messages) {
      if (refusal !== undefined) break;
      this.hub.engine.ask({ kind: 'publish', path: this.path, message }, (answer) => {
        if (answer.kind === 'rejected') refusal ??= refusalOf(answer.code, answer.text);
      });
    }
    this.reply(arrival, refusal);
  }

  /** One of them alone would be refused: then none is stored. */
  private batchRefusal(messages: readonly Message[]): Refusal | undefined {
    const entry = this.hub.catalog.find(this.path);
    const needsSession = entry?.kind === 'queue' && entry.properties.requiresSession;
    for (const { messageId, sessionId } of messages) {
      if (needsSession && sessionId === undefined) {
        const text = `'${this.path}' requires sessions; every message needs a session id.`;
        return refusalOf('InvalidOperation', text);
      }
      if (messageId.length > messageIdLengthMax) {
        const text = `A message id has ${messageId.length} characters; the limit is 128.`;
        return refusalOf('InvalidOperation', text);
      }
    }
    return undefined;
  }

  private reply({ deliveryId, settled }: Arrival, refusal?: Refusal): void {
    if (settled || this.isOver) return;
    if (refusal === undefined) this.session.acceptDelivery(deliveryId);
    else this.session.rejectDelivery(deliveryId, refusal);
  }
}
