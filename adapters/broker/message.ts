/**
 * Messages between wire and model. What a sender encoded from the properties section on is kept byte
 * by byte, so that every type survives; only header and message annotations are written anew, and
 * application properties when a settlement or a dead-letter queue has changed them.
 */
import { randomBytes } from 'node:crypto';
import type { BusMessage, Properties } from '../../harness/bus/bus.ts';
import { Reader } from './amqp/read.ts';
import { AmqpError, type AmqpValue, isMap, numberOf, stringOf, Uuid } from './amqp/values.ts';
import { section } from './amqp/performatives.ts';
import { Writer } from './amqp/write.ts';

/** What the model carries and never looks into. */
export interface Payload {
  readonly durable: boolean;
  readonly priority: number;
  readonly timeToLiveMs: number | undefined;
  /** Encoded pairs, without those that the broker sets. */
  readonly annotations: Buffer;
  readonly annotationCount: number;
  /** From the properties section to the end. */
  readonly bare: Buffer;
  /** The application properties section within `bare`; equal when there is none. */
  readonly applicationAt: number;
  readonly applicationEnd: number;
  /** As sent; a message with other ones has been modified since. */
  readonly properties: Properties | undefined;
}

export type Message = BusMessage<Payload>;
type Draft = { -readonly [Key in keyof Message]: Message[Key] };

const ownAnnotations: ReadonlySet<string> = new Set([
  'x-opt-enqueued-time',
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-locked-until',
  'x-opt-message-state',
  'x-opt-deadletter-source',
]);
const nothing = Buffer.alloc(0);

/** The messages of a batch: each data section of the envelope holds one. */
export function readBatch(bytes: Buffer): readonly Message[] {
  const reader = new Reader(bytes);
  const messages: Message[] = [];
  while (!reader.done) {
    if (reader.descriptor() !== section.data) {
      reader.skip();
      continue;
    }
    const value = reader.value();
    if (!Buffer.isBuffer(value)) throw malformed('a data section of a batch holds no binary');
    messages.push(readMessage(value));
  }
  return messages;
}

/** One encoded message. Throws AmqpError if it is none. The bytes are copied. */
export function readMessage(encoded: Buffer): Message {
  const reader = new Reader(encoded);
  const parts = new Parts();
  while (!reader.done) {
    const from = reader.at;
    const code = reader.descriptor();
    if (code < section.header || code > section.footer) {
      throw malformed(`the section 0x${code.toString(16)} is unknown`);
    }
    parts.add(reader, code, from);
  }
  return parts.message(encoded);
}

class Parts {
  private header: readonly AmqpValue[] = [];
  private annotations: readonly (readonly [AmqpValue, number, number])[] = [];
  private scheduledAt: Date | undefined;
  private properties: readonly AmqpValue[] = [];
  private propertiesEnd = -1;
  private properties73 = -1;
  private application: Properties | undefined;
  private applicationAt = -1;
  private applicationEnd = -1;
  private bareAt = -1;

  add(reader: Reader, code: number, from: number): void {
    if (code >= section.properties && this.bareAt < 0) this.bareAt = from;
    switch (code) {
      case section.header:
        this.header = listOf(reader.value());
        return;
      case section.annotations:
        this.annotations = this.readAnnotations(reader);
        return;
      case section.properties:
        this.properties73 = from;
        this.properties = listOf(reader.value());
        this.propertiesEnd = reader.at;
        return;
      case section.application:
        this.applicationAt = from;
        this.application = readProperties(reader.value());
        this.applicationEnd = reader.at;
        return;
      default:
        reader.skip();
    }
  }

  message(encoded: Buffer): Message {
    const { bare, shift, messageId } = this.bareOf(encoded);
    const ttl = numberOf(this.header[2]);
    const applicationAt = this.applicationAt < 0 ? 0 : this.applicationAt + shift;
    const body: Payload = {
      durable: this.header[0] === true,
      priority: numberOf(this.header[1]) ?? 4,
      timeToLiveMs: ttl,
      ...this.keptAnnotations(encoded),
      bare,
      applicationAt,
      applicationEnd: this.applicationAt < 0 ? 0 : this.applicationEnd + shift,
      properties: this.application,
    };
    const draft: Draft = { messageId, body, sizeBytes: encoded.length };
    this.fill(draft, ttl);
    return draft;
  }

  private fill(draft: Draft, ttl: number | undefined): void {
    const { properties } = this;
    const to = stringOf(properties[2]);
    const subject = stringOf(properties[3]);
    const replyTo = stringOf(properties[4]);
    const correlationId = idOf(properties[5]);
    const contentType = stringOf(properties[6]);
    const sessionId = stringOf(properties[10]);
    const replyToSessionId = stringOf(properties[12]);
    if (to !== undefined) draft.to = to;
    if (subject !== undefined) draft.subject = subject;
    if (replyTo !== undefined) draft.replyTo = replyTo;
    if (correlationId !== undefined) draft.correlationId = correlationId;
    if (contentType !== undefined) draft.contentType = contentType;
    if (sessionId !== undefined) draft.sessionId = sessionId;
    if (replyToSessionId !== undefined) draft.replyToSessionId = replyToSessionId;
    if (ttl !== undefined) draft.timeToLiveMicros = ttl * 1000;
    if (this.scheduledAt !== undefined) draft.scheduledAt = this.scheduledAt.getTime() * 1000;
    if (this.application !== undefined) draft.properties = this.application;
  }

  /** The bare message, with a message id; `shift` leads from the encoding into it. */
  private bareOf(encoded: Buffer): {
    readonly bare: Buffer;
    readonly shift: number;
    readonly messageId: string;
  } {
    const from = this.bareAt < 0 ? encoded.length : this.bareAt;
    const known = idOf(this.properties[0]);
    if (known !== undefined) {
      return { bare: Buffer.from(encoded.subarray(from)), shift: -from, messageId: known };
    }
    const messageId = randomBytes(16).toString('hex');
    const head = withMessageId(encoded, this.properties73, this.properties.length, messageId);
    const rest = this.propertiesEnd < 0 ? from : this.propertiesEnd;
    const bare = Buffer.concat([head, encoded.subarray(rest)]);
    return { bare, shift: head.length - rest, messageId };
  }

  private readAnnotations(reader: Reader): readonly (readonly [AmqpValue, number, number])[] {
    const found: (readonly [AmqpValue, number, number])[] = [];
    const { at } = reader;
    reader.skip();
    for (const entry of entriesOf(new Reader(reader.bytes, at, reader.at))) {
      const [key, from, valueAt, end] = entry;
      if (typeof key === 'string' && ownAnnotations.has(key)) continue;
      if (key === 'x-opt-scheduled-enqueue-time') {
        const value = new Reader(reader.bytes, valueAt, end).value();
        if (value instanceof Date) this.scheduledAt = value;
      }
      found.push([key, from, end]);
    }
    return found;
  }

  private keptAnnotations(encoded: Buffer): {
    readonly annotations: Buffer;
    readonly annotationCount: number;
  } {
    const annotationCount = this.annotations.length;
    if (annotationCount === 0) return { annotations: nothing, annotationCount };
    const slices = this.annotations.map(([, from, end]) => encoded.subarray(from, end));
    return { annotations: Buffer.concat(slices), annotationCount };
  }
}

export type Entry = readonly [key: AmqpValue, from: number, valueAt: number, end: number];

/** The pairs of a map with their places; `reader` is on the map. */
export function entriesOf(reader: Reader): readonly Entry[] {
  const found: Entry[] = [];
  const { count, end } = reader.map();
  for (let i = 0; i + 1 < count; i += 2) {
    const from = reader.at;
    const key = reader.value();
    const valueAt = reader.at;
    reader.skip();
    found.push([key, from, valueAt, reader.at]);
  }
  if (reader.at !== end) throw malformed('a map is longer than its pairs');
  return found;
}

/** A properties section with that message id and the other fields as they were. */
function withMessageId(encoded: Buffer, at: number, count: number, messageId: string): Buffer {
  const writer = new Writer();
  writer.described(section.properties);
  const mark = writer.open('list');
  writer.string(messageId);
  if (at >= 0 && count > 0) {
    const reader = new Reader(encoded, at);
    reader.descriptor();
    reader.listCount();
    reader.skip();
    const from = reader.at;
    for (let i = 1; i < count; i++) reader.skip();
    writer.raw(encoded.subarray(from, reader.at));
  }
  writer.close(mark, Math.max(count, 1));
  return writer.take();
}

/** The properties that filters can see: texts, numbers, booleans. */
export function readProperties(value: AmqpValue): Properties {
  if (!isMap(value)) throw malformed('application properties are no map');
  const entries: [string, Properties[string]][] = [];
  for (const [key, item] of value) {
    if (typeof key !== 'string') continue;
    const shown = propertyOf(item);
    if (shown !== undefined) entries.push([key, shown]);
  }
  return Object.fromEntries(entries);
}

function propertyOf(value: AmqpValue): Properties[string] | undefined {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  return value instanceof Uuid ? uuidText(value.bytes) : undefined;
}

export function idOf(value: AmqpValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Uuid) return uuidText(value.bytes);
  return Buffer.isBuffer(value) ? value.toString('hex') : undefined;
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

function listOf(value: AmqpValue): readonly AmqpValue[] {
  if (Array.isArray(value)) return value;
  throw malformed('a section is no list');
}

function malformed(what: string): AmqpError {
  return new AmqpError('amqp:decode-error', `The message can't be read: ${what}.`);
}
