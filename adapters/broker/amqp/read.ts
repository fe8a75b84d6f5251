/**
 * Bytes into AMQP values. Nothing that a peer claims is believed: every size is checked against
 * the bytes that are there, nesting is bounded, and an array of nothing stays small.
 */
import { AmqpError, type AmqpValue, Described, Uuid } from './values.ts';

const nestingMax = 32;
const emptyItemsMax = 1024;

export class Reader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
  private depth: number;

  constructor(bytes: Buffer, from = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
    this.depth = 0;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  value(): AmqpValue {
    return this.valueOf(this.byte());
  }

  /** Moves past the next value without looking into it. */
  skip(): void {
    let code = this.byte();
    for (let descriptors = 0; code === 0; code = this.byte()) {
      if (++descriptors > nestingMax) fail('too many descriptors');
      this.skip();
    }
    this.take(this.sizeOf(code));
  }

  /** The header of a list: its count, with `at` on the first item. */
  listCount(): number {
    const code = this.byte();
    if (code === 0x45) return 0;
    if (code !== 0xc0 && code !== 0xd0) fail(`a list is expected, not type 0x${code.toString(16)}`);
    return this.compound(code === 0xd0).count;
  }

  /** The header of a map: keys and values both count, with `at` on the first key. */
  map(): { readonly count: number; readonly end: number } {
    const code = this.byte();
    if (code !== 0xc1 && code !== 0xd1) fail(`a map is expected, not type 0x${code.toString(16)}`);
    return this.compound(code === 0xd1);
  }

  /** The descriptor of a described value, when it is a number; `at` is on the value then. */
  descriptor(): number {
    if (this.byte() !== 0) fail('a described value is expected');
    const value = this.value();
    if (typeof value === 'number') return value;
    return fail('a numeric descriptor is expected');
  }

  private byte(): number {
    return this.bytes[this.take(1)] ?? 0;
  }

  private take(size: number): number {
    const { at } = this;
    if (at + size > this.end) fail('the data ends in the middle of a value');
    this.at = at + size;
    return at;
  }

  private sizeOf(code: number): number {
    switch (code >> 4) {
      case 0x4:
        return 0;
      case 0x5:
        return 1;
      case 0x6:
        return 2;
      case 0x7:
        return 4;
      case 0x8:
        return 8;
      case 0x9:
        return 16;
      case 0xa:
      case 0xc:
      case 0xe:
        return this.byte();
      case 0xb:
      case 0xd:
      case 0xf:
        return this.bytes.readUInt32BE(this.take(4));
      default:
        return fail(`the type 0x${code.toString(16)} is unknown`);
    }
  }

  private valueOf(code: number): AmqpValue {
    if (code < 0x40) return code === 0 ? this.described() : this.unknown(code);
    if (code < 0xa0) return this.fixed(code);
    if (code < 0xc0) return this.variable(code);
    if (++this.depth > nestingMax) fail('the nesting is too deep');
    const value = code >= 0xe0 ? this.array(code) : this.container(code);
    this.depth--;
    return value;
  }

  private described(): Described {
    if (++this.depth > nestingMax) fail('the nesting is too deep');
    const descriptor = this.value();
    const described = new Described(descriptor, this.value());
    this.depth--;
    return described;
  }

  private fixed(code: number): AmqpValue {
    const { bytes } = this;
    const at = this.take(this.sizeOf(code));
    switch (code) {
      case 0x40:
        return null;
      case 0x41:
        return true;
      case 0x42:
        return false;
      case 0x43:
      case 0x44:
        return 0;
      case 0x45:
        return [];
      case 0x50:
      case 0x52:
      case 0x53:
        return bytes.readUInt8(at);
      case 0x51:
      case 0x54:
      case 0x55:
        return bytes.readInt8(at);
      case 0x56:
        return bytes.readUInt8(at) !== 0;
      default:
        return this.wide(code, at);
    }
  }

  private wide(code: number, at: number): AmqpValue {
    const { bytes } = this;
    switch (code) {
      case 0x60:
        return bytes.readUInt16BE(at);
      case 0x61:
        return bytes.readInt16BE(at);
      case 0x70:
        return bytes.readUInt32BE(at);
      case 0x71:
        return bytes.readInt32BE(at);
      case 0x72:
        return bytes.readFloatBE(at);
      case 0x73:
        return String.fromCodePoint(Math.min(bytes.readUInt32BE(at), 0x10ffff));
      case 0x80:
        return small(bytes.readBigUInt64BE(at));
      case 0x81:
        return small(bytes.readBigInt64BE(at));
      case 0x82:
        return bytes.readDoubleBE(at);
      case 0x83:
        return new Date(Number(bytes.readBigInt64BE(at)));
      case 0x98:
        return new Uuid(bytes.subarray(at, at + 16));
      default:
        return code === 0x74 || code === 0x84 || code === 0x94
          ? bytes.subarray(at, this.at)
          : this.unknown(code);
    }
  }

  private variable(code: number): AmqpValue {
    const at = this.take(this.sizeOf(code));
    switch (code & 0xf) {
      case 0x0:
        return this.bytes.subarray(at, this.at);
      case 0x1:
        return this.bytes.toString('utf8', at, this.at);
      case 0x3:
        return this.bytes.toString('latin1', at, this.at);
      default:
        return this.unknown(code);
    }
  }

  /** Size and count; the size is checked, and tells where the container ends. */
  private compound(wide: boolean): { readonly count: number; readonly end: number } {
    const width = wide ? 4 : 1;
    const size = wide ? this.bytes.readUInt32BE(this.take(4)) : this.byte();
    const end = this.at + size;
    if (end > this.end || size < width) fail('a size goes beyond the data');
    const count = wide ? this.bytes.readUInt32BE(this.take(4)) : this.byte();
    return { count, end };
  }

  private container(code: number): AmqpValue {
    const kind = code & 0xf;
    if (kind > 1 || code > 0xd1) return this.unknown(code);
    const { count, end } = this.compound(code >= 0xd0);
    if (count > end - this.at) fail('a count goes beyond the data');
    const items: AmqpValue[] = [];
    for (let i = 0; i < count; i++) items.push(this.value());
    if (this.at !== end) fail('a container is longer than its items');
    if (kind === 0) return items;
    if (count % 2 === 1) fail('a map has a key without a value');
    const map = new Map<AmqpValue, AmqpValue>();
    for (let i = 0; i < count; i += 2) map.set(items[i] ?? null, items[i + 1] ?? null);
    return map;
  }

  private array(code: number): AmqpValue {
    if (code !== 0xe0 && code !== 0xf0) return this.unknown(code);
    const { count, end } = this.compound(code === 0xf0);
    let item = this.byte();
    let descriptor: AmqpValue | undefined;
    if (item === 0) {
      descriptor = this.value();
      item = this.byte();
    }
    if (count > Math.max(end - this.at, emptyItemsMax)) fail('a count goes beyond the data');
    const items: AmqpValue[] = [];
    for (let i = 0; i < count; i++) {
      const value = this.valueOf(item);
      items.push(descriptor === undefined ? value : new Described(descriptor, value));
    }
    if (this.at !== end) fail('an array is longer than its items');
    return items;
  }

  private unknown(code: number): never {
    return fail(`the type 0x${code.toString(16)} is unknown`);
  }
}

function small(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
    ? Number(value)
    : value;
}

function fail(what: string): never {
  throw new AmqpError('amqp:decode-error', `The data can't be read: ${what}.`);
}
