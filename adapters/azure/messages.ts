/**
 * The port's messages as the SDK's, and back. With an identity each message carries its sender's
 * cluster, name and incarnation in three application properties, which are taken off on arrival.
 */
import type { BusMessage, Properties } from '../../harness/bus/bus.ts';
import type { BodyCodec, Identity } from './options.ts';
import type { IncomingMessage, OutgoingMessage } from './sdk.ts';

const stamps = {
  cluster: 'wwCluster',
  node: 'wwNode',
  incarnation: 'wwIncarnation',
} as const;
/** On messages that only ask whether anything arrives at all. */
const probe = 'wwProbe';
const notTheSenders: ReadonlySet<string> = new Set([
  ...Object.values(stamps),
  'DeadLetterReason',
  'DeadLetterErrorDescription',
]);

export function outgoing<Body>(
  message: BusMessage<Body>,
  codec: BodyCodec<Body>,
  identity: Identity | undefined,
): OutgoingMessage {
  const result: OutgoingMessage = {
    body: codec.encode(message.body),
    messageId: message.messageId,
    applicationProperties: { ...message.properties, ...stampsOf(identity) },
  };
  if (message.to !== undefined) result.to = message.to;
  if (message.replyTo !== undefined) result.replyTo = message.replyTo;
  if (message.subject !== undefined) result.subject = message.subject;
  if (message.correlationId !== undefined) result.correlationId = message.correlationId;
  if (message.sessionId !== undefined) result.sessionId = message.sessionId;
  if (message.contentType !== undefined) result.contentType = message.contentType;
  if (message.replyToSessionId !== undefined) result.replyToSessionId = message.replyToSessionId;
  if (message.timeToLiveMicros !== undefined) {
    result.timeToLive = Math.max(1, Math.round(message.timeToLiveMicros / 1000));
  }
  return result;
}

function stampsOf(identity: Identity | undefined): Properties {
  if (identity === undefined) return {};
  return {
    [stamps.cluster]: identity.cluster,
    [stamps.node]: identity.node,
    [stamps.incarnation]: identity.incarnation,
  };
}

export interface Stamp {
  readonly cluster: string;
  readonly node: string;
  readonly incarnation: number;
}

/** Undefined if the message was not sent by one of us. */
export function stampOn({ applicationProperties = {} }: IncomingMessage): Stamp | undefined {
  const cluster = applicationProperties[stamps.cluster];
  const node = applicationProperties[stamps.node];
  const incarnation = applicationProperties[stamps.incarnation];
  if (typeof cluster !== 'string' || typeof node !== 'string') return undefined;
  return typeof incarnation === 'number' ? { cluster, node, incarnation } : undefined;
}

/** A message that its own sender receives and nobody sees. */
export function probeTo(to: string, identity: Identity | undefined): OutgoingMessage {
  return {
    body: Buffer.alloc(0),
    to,
    timeToLive: 10_000,
    applicationProperties: { ...stampsOf(identity), [probe]: true },
  };
}

export function isProbe({ applicationProperties }: IncomingMessage): boolean {
  return applicationProperties?.[probe] === true;
}

/** Throws what the codec throws, and TypeError for a body that is not bytes. */
export function incoming<Body>(message: IncomingMessage, codec: BodyCodec<Body>): BusMessage<Body> {
  const body: unknown = message.body;
  if (!(body instanceof Uint8Array)) {
    throw new TypeError('The body is not a data section.');
  }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const properties = propertiesOf(message);
  const { to, replyTo, subject, correlationId, sessionId, contentType } = message;
  const { replyToSessionId, timeToLive } = message;
  return {
    messageId: textOf(message.messageId),
    body: codec.decode(bytes),
    sizeBytes: bytes.length,
    ...(to === undefined ? {} : { to }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(subject === undefined ? {} : { subject }),
    ...(correlationId === undefined ? {} : { correlationId: textOf(correlationId) }),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(replyToSessionId === undefined ? {} : { replyToSessionId }),
    ...(timeToLive === undefined ? {} : { timeToLiveMicros: timeToLive * 1000 }),
    ...(properties === undefined ? {} : { properties }),
  };
}

function textOf(id: string | number | Buffer | undefined): string {
  if (id === undefined) return '';
  return Buffer.isBuffer(id) ? id.toString('hex') : String(id);
}

function propertiesOf({ applicationProperties }: IncomingMessage): Properties | undefined {
  if (applicationProperties === undefined) return undefined;
  const kept: { [name: string]: string | number | boolean } = {};
  for (const [name, value] of Object.entries(applicationProperties)) {
    if (value === null || notTheSenders.has(name)) continue;
    kept[name] = value instanceof Date ? value.toISOString() : value;
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}
