/**
 * A message on its way to a receiver: header and annotations are written anew, the rest is what the
 * sender encoded, except for application properties that were changed meanwhile.
 */
import type { MessageState, Micros, Properties } from '../../harness/bus/bus.ts';
import { entityOf, isDeadLetter } from './address.ts';
import { section } from './amqp/performatives.ts';
import { Reader } from './amqp/read.ts';
import type { AmqpValue } from './amqp/values.ts';
import { encode, Writer } from './amqp/write.ts';
import type { Delivery } from './engine.ts';
import { entriesOf, idOf, type Message, type Payload } from './message.ts';

/** How a message stands in its entity when it is shown to a receiver. */
export interface Standing {
  readonly deliveryCount: number;
  readonly sequenceNumber: number;
  readonly enqueuedAt: Micros | undefined;
  readonly lockedUntil: Micros | undefined;
  readonly state: MessageState;
  readonly deadLetterReason: string | undefined;
  readonly deadLetterDescription: string | undefined;
  /** The path of the entity that it was dead-lettered in. */
  readonly deadLetterSource: string | undefined;
}

const states: Readonly<Record<MessageState, number>> = {
  active: 0,
  locked: 0,
  deferred: 1,
  scheduled: 2,
};

/** A message as a receiver gets it. */
export function writeMessage(message: Message, standing: Standing): Buffer {
  const { body } = message;
  const writer = new Writer(body.bare.length + body.annotations.length + 192);
  writeHeader(writer, body, standing.deliveryCount);
  writeAnnotations(writer, body, standing);
  const changes = changesOf(message, standing);
  if (changes.size === 0) {
    writer.raw(body.bare);
  } else {
    writer.raw(changedProperties(message) ?? body.bare.subarray(0, applicationPlace(body)));
    writeApplication(writer, body, changes);
    writer.raw(body.bare.subarray(Math.max(body.applicationEnd, applicationPlace(body))));
  }
  return writer.take();
}

/** A message as it is delivered from `path`; `state` tells whether it was deferred. */
export function writeDelivery(
  delivery: Delivery,
  { path, state }: { readonly path: string; readonly state: MessageState },
): Buffer {
  return writeMessage(delivery.message, {
    deliveryCount: delivery.deliveryCount,
    sequenceNumber: delivery.sequenceNumber,
    enqueuedAt: delivery.enqueuedAt,
    lockedUntil: delivery.lock === 0 ? undefined : delivery.lockedUntil,
    state,
    deadLetterReason: delivery.deadLetterReason,
    deadLetterDescription: delivery.deadLetterDescription,
    deadLetterSource: isDeadLetter(path) ? entityOf(path) : undefined,
  });
}

function writeHeader(writer: Writer, body: Payload, deliveryCount: number): void {
  writer.described(section.header);
  const mark = writer.open('list');
  writer.boolean(body.durable);
  writer.ubyte(body.priority);
  if (body.timeToLiveMs === undefined) writer.null();
  else writer.uint(body.timeToLiveMs);
  writer.boolean(deliveryCount === 0);
  writer.uint(deliveryCount);
  writer.close(mark, 5);
}

function writeAnnotations(writer: Writer, body: Payload, standing: Standing): void {
  writer.described(section.annotations);
  const mark = writer.open('map');
  let count = body.annotationCount + 3;
  writer.raw(body.annotations);
  writer.symbol('x-opt-sequence-number');
  writer.long(standing.sequenceNumber);
  writer.symbol('x-opt-enqueue-sequence-number');
  writer.long(standing.sequenceNumber);
  writer.symbol('x-opt-message-state');
  writer.int(states[standing.state]);
  if (standing.enqueuedAt !== undefined) {
    writer.symbol('x-opt-enqueued-time');
    writer.timestamp(standing.enqueuedAt / 1000);
    count++;
  }
  if (standing.lockedUntil !== undefined) {
    writer.symbol('x-opt-locked-until');
    writer.timestamp(standing.lockedUntil / 1000);
    count++;
  }
  if (standing.deadLetterSource !== undefined) {
    writer.symbol('x-opt-deadletter-source');
    writer.string(standing.deadLetterSource);
    count++;
  }
  writer.close(mark, count * 2);
}

/** Application properties that differ from those in the bytes. */
function changesOf(message: Message, standing: Standing): ReadonlyMap<string, Properties[string]> {
  const changes = new Map<string, Properties[string]>();
  const { properties, body } = message;
  if (properties !== undefined && properties !== body.properties) {
    for (const [name, value] of Object.entries(properties)) {
      if (body.properties?.[name] !== value) changes.set(name, value);
    }
  }
  const { deadLetterReason, deadLetterDescription } = standing;
  if (deadLetterReason) changes.set('DeadLetterReason', deadLetterReason);
  if (deadLetterDescription) changes.set('DeadLetterErrorDescription', deadLetterDescription);
  return changes;
}

const fields = [
  'messageId',
  undefined,
  'to',
  'subject',
  'replyTo',
  'correlationId',
  'contentType',
  undefined,
  undefined,
  undefined,
  'sessionId',
  undefined,
  'replyToSessionId',
] as const;

/** The properties section, if an action has changed it: other fields keep their bytes. */
function changedProperties(message: Message): Buffer | undefined {
  const { bare } = message.body;
  const values = sentProperties(bare);
  const isSame = fields.every((field, i) => {
    if (field === undefined) return true;
    const sent = values[i];
    return message[field] === (sent === undefined ? undefined : idOf(sent.value));
  });
  if (isSame) return undefined;
  const writer = new Writer();
  writer.described(section.properties);
  const mark = writer.open('list');
  fields.forEach((field, i) => {
    const sent = values[i];
    const value = field === undefined ? undefined : message[field];
    const sentText = sent === undefined ? undefined : idOf(sent.value);
    if (sent !== undefined && (field === undefined || value === sentText)) writer.raw(sent.bytes);
    else if (value === undefined) writer.null();
    else if (field === 'contentType') writer.symbol(value);
    else writer.string(value);
  });
  writer.close(mark, fields.length);
  return writer.take();
}

function sentProperties(
  bare: Buffer,
): readonly { readonly value: AmqpValue; readonly bytes: Buffer }[] {
  const reader = new Reader(bare);
  reader.descriptor();
  const count = reader.listCount();
  return Array.from({ length: count }, () => {
    const from = reader.at;
    const value = reader.value();
    return { value, bytes: bare.subarray(from, reader.at) };
  });
}

function applicationPlace(body: Payload): number {
  if (body.applicationEnd > 0) return body.applicationAt;
  // A bare message begins with its properties: the broker has added a message id if need be.
  const reader = new Reader(body.bare);
  reader.skip();
  return reader.at;
}

function writeApplication(
  writer: Writer,
  body: Payload,
  changes: ReadonlyMap<string, Properties[string]>,
): void {
  writer.described(section.application);
  const mark = writer.open('map');
  let count = changes.size;
  if (body.applicationEnd > 0) {
    const reader = new Reader(body.bare, body.applicationAt, body.applicationEnd);
    reader.descriptor();
    for (const [key, from, , end] of entriesOf(reader)) {
      if (typeof key === 'string' && changes.has(key)) continue;
      writer.raw(body.bare.subarray(from, end));
      count++;
    }
  }
  for (const [name, value] of changes) {
    writer.string(name);
    encode.property(value)(writer);
  }
  writer.close(mark, count * 2);
}
