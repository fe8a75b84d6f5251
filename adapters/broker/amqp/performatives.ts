/** The frames of AMQP 1.0 (specification part 2.7) that sessions and links are made of. */
import { Reader } from './read.ts';
import {
  AmqpError,
  type AmqpList,
  type AmqpMap,
  type AmqpValue,
  Described,
  isList,
  isMap,
  numberOf,
  stringOf,
} from './values.ts';
import { encode, type Encode, Writer } from './write.ts';

export const codes = {
  open: 0x10,
  begin: 0x11,
  attach: 0x12,
  flow: 0x13,
  transfer: 0x14,
  disposition: 0x15,
  detach: 0x16,
  end: 0x17,
  close: 0x18,
} as const;

/** The sections of a message (part 3.2). */
export const section = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  annotations: 0x72,
  properties: 0x73,
  application: 0x74,
  data: 0x75,
  footer: 0x78,
} as const;

/** A frame's performative, and where its payload begins. */
export interface Performative {
  readonly code: number;
  readonly fields: AmqpList;
  readonly payload: Buffer;
}

/** `frame` without its eight bytes of header. */
export function readPerformative(frame: Buffer): Performative {
  const reader = new Reader(frame);
  const code = reader.descriptor();
  const fields = reader.value();
  if (!isList(fields)) throw new AmqpError('amqp:decode-error', 'A performative must be a list.');
  return { code, fields, payload: frame.subarray(reader.at) };
}

export interface Terminus {
  readonly address: string | undefined;
  readonly filter: AmqpMap | undefined;
  readonly isCoordinator: boolean;
}

export interface Attach {
  readonly name: string;
  readonly handle: number;
  /** True: the peer receives. */
  readonly receives: boolean;
  readonly sendSettled: number;
  readonly receiveSecond: number;
  readonly source: Terminus | undefined;
  readonly target: Terminus | undefined;
  readonly properties: AmqpMap;
}

export function readAttach(fields: AmqpList): Attach {
  const properties = fields[13];
  return {
    name: need(stringOf(fields[0]), 'attach without a name'),
    handle: need(numberOf(fields[1]), 'attach without a handle'),
    receives: fields[2] === true,
    sendSettled: numberOf(fields[3]) ?? 2,
    receiveSecond: numberOf(fields[4]) ?? 0,
    source: terminus(fields[5]),
    target: terminus(fields[6]),
    properties: isMap(properties) ? properties : new Map(),
  };
}

/** The target of links on which transactions are declared (specification, part 4.5.1). */
const coordinator = 0x30;

function terminus(value: AmqpValue | undefined): Terminus | undefined {
  if (!(value instanceof Described) || !isList(value.value)) return undefined;
  const filter = value.value[7];
  return {
    address: stringOf(value.value[0]),
    filter: isMap(filter) ? filter : undefined,
    isCoordinator: value.descriptor === coordinator,
  };
}

export interface Flow {
  readonly nextIncomingId: number | undefined;
  readonly incomingWindow: number;
  readonly handle: number | undefined;
  readonly deliveryCount: number;
  readonly linkCredit: number;
  readonly drain: boolean;
  readonly echo: boolean;
}

export function readFlow(fields: AmqpList): Flow {
  return {
    nextIncomingId: numberOf(fields[0]),
    incomingWindow: numberOf(fields[1]) ?? 0,
    handle: numberOf(fields[4]),
    deliveryCount: numberOf(fields[5]) ?? 0,
    linkCredit: numberOf(fields[6]) ?? 0,
    drain: fields[8] === true,
    echo: fields[9] === true,
  };
}

export interface Transfer {
  readonly handle: number;
  readonly deliveryId: number | undefined;
  readonly format: number;
  readonly settled: boolean;
  readonly more: boolean;
  readonly aborted: boolean;
}

export function readTransfer(fields: AmqpList): Transfer {
  return {
    handle: need(numberOf(fields[0]), 'transfer without a handle'),
    deliveryId: numberOf(fields[1]),
    format: numberOf(fields[3]) ?? 0,
    settled: fields[4] === true,
    more: fields[5] === true,
    aborted: fields[9] === true,
  };
}

export interface Disposition {
  /** True: the peer is the receiver of the deliveries. */
  readonly receives: boolean;
  readonly first: number;
  readonly last: number;
  readonly settled: boolean;
  readonly state: Described | undefined;
}

export function readDisposition(fields: AmqpList): Disposition {
  const first = need(numberOf(fields[1]), 'disposition without a delivery');
  const state = fields[4];
  return {
    receives: fields[0] === true,
    first,
    last: numberOf(fields[2]) ?? first,
    settled: fields[3] === true,
    state: state instanceof Described ? state : undefined,
  };
}

export function readDetach(fields: AmqpList): {
  readonly handle: number;
  readonly closed: boolean;
} {
  return {
    handle: need(numberOf(fields[0]), 'detach without a handle'),
    closed: fields[1] === true,
  };
}

function need<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw new AmqpError('amqp:invalid-field', `The peer sent a ${what}.`);
}

/** Condition and text, as they go over the wire. */
export interface WireError {
  readonly condition: string;
  readonly description: string;
}

export function encodeError({ condition, description }: WireError): Encode {
  const fields = [encode.symbol(condition), encode.string(description)];
  return encode.described(0x1d, encode.list(fields));
}

/** Outcomes, as states of dispositions. */
export const accepted: Encode = encode.described(0x24, encode.list([]));
export function rejected(error: WireError): Encode {
  return encode.described(0x25, encode.list([encodeError(error)]));
}

const nothing = Buffer.alloc(0);

/** The bytes of a frame up to its payload, which the caller sends right after. */
export function frame(
  { channel, code, payload = nothing }: { channel: number; code: number; payload?: Buffer },
  fields: readonly Encode[],
): Buffer {
  const writer = startFrame(channel, code);
  const mark = writer.open('list');
  for (const field of fields) field(writer);
  writer.close(mark, fields.length);
  writer.patch32(0, writer.at + payload.length);
  return writer.take();
}

function startFrame(channel: number, code: number): Writer {
  const writer = new Writer(96);
  writer.uint32(0);
  writer.byte(2);
  writer.byte(0);
  writer.byte(channel >> 8);
  writer.byte(channel & 0xff);
  writer.described(code);
  return writer;
}

export interface OutgoingTransfer {
  readonly handle: number;
  readonly deliveryId: number;
  readonly tag: Buffer;
  readonly settled: boolean;
}

/** The hot one, written without closures. */
export function transferFrame(
  channel: number,
  { handle, deliveryId, tag, settled }: OutgoingTransfer,
  { size, more }: { readonly size: number; readonly more: boolean },
): Buffer {
  const writer = startFrame(channel, codes.transfer);
  const mark = writer.open('list');
  writer.uint(handle);
  writer.uint(deliveryId);
  writer.binary(tag);
  writer.uint(0);
  writer.boolean(settled);
  writer.boolean(more);
  writer.close(mark, 6);
  writer.patch32(0, writer.at + size);
  return writer.take();
}
