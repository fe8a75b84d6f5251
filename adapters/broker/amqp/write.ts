/** AMQP values into bytes: a growing buffer, lists and maps with their size filled in afterwards. */

export type Encode = (writer: Writer) => void;

export class Writer {
  private buffer: Buffer;
  at: number;

  constructor(size = 256) {
    this.buffer = Buffer.allocUnsafe(size);
    this.at = 0;
  }

  /** What was written; the writer must not be used afterwards. */
  take(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  byte(value: number): void {
    this.room(1);
    this.buffer[this.at++] = value;
  }

  raw(bytes: Buffer): void {
    this.room(bytes.length);
    bytes.copy(this.buffer, this.at);
    this.at += bytes.length;
  }

  null(): void {
    this.byte(0x40);
  }

  boolean(value: boolean): void {
    this.byte(value ? 0x41 : 0x42);
  }

  ubyte(value: number): void {
    this.byte(0x50);
    this.byte(value);
  }

  uint(value: number): void {
    if (value === 0) return this.byte(0x43);
    if (value < 256) {
      this.byte(0x52);
      return this.byte(value);
    }
    this.byte(0x70);
    this.uint32(value);
  }

  int(value: number): void {
    this.byte(0x71);
    this.room(4);
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  ulong(value: number | bigint): void {
    if (value === 0) return this.byte(0x44);
    if (value < 256) {
      this.byte(0x53);
      return this.byte(Number(value));
    }
    this.byte(0x80);
    this.room(8);
    this.at = this.buffer.writeBigUInt64BE(BigInt(value), this.at);
  }

  long(value: number | bigint): void {
    this.byte(0x81);
    this.long64(value);
  }

  double(value: number): void {
    this.byte(0x82);
    this.room(8);
    this.at = this.buffer.writeDoubleBE(value, this.at);
  }

  /** Milliseconds since 1970. */
  timestamp(value: number): void {
    this.byte(0x83);
    this.long64(Math.floor(value));
  }

  uuid(bytes: Buffer): void {
    this.byte(0x98);
    this.raw(bytes);
  }

  string(value: string): void {
    this.text(0xa1, value);
  }

  symbol(value: string): void {
    this.text(0xa3, value);
  }

  binary(value: Buffer): void {
    this.sized(0xa0, value.length);
    this.raw(value);
  }

  /** Opens a list, map or array; `close` wants what this returns. */
  open(kind: 'list' | 'map' | 'array'): number {
    this.byte(kind === 'list' ? 0xd0 : kind === 'map' ? 0xd1 : 0xf0);
    const mark = this.at;
    this.room(8);
    this.at += 8;
    return mark;
  }

  /** For maps, keys and values both count. */
  close(mark: number, count: number): void {
    this.buffer.writeUInt32BE(this.at - mark - 4, mark);
    this.buffer.writeUInt32BE(count, mark + 4);
  }

  /** A descriptor; the value follows. */
  described(descriptor: number): void {
    this.byte(0);
    this.ulong(descriptor);
  }

  /** Overwrites four bytes that were reserved earlier. */
  patch32(at: number, value: number): void {
    this.buffer.writeUInt32BE(value, at);
  }

  uint32(value: number): void {
    this.room(4);
    this.at = this.buffer.writeUInt32BE(value, this.at);
  }

  long64(value: number | bigint): void {
    this.room(8);
    this.at = this.buffer.writeBigInt64BE(BigInt(value), this.at);
  }

  private text(narrow: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.sized(narrow, size);
    this.room(size);
    this.at += this.buffer.write(value, this.at);
  }

  private sized(narrow: number, size: number): void {
    if (size < 256) {
      this.byte(narrow);
      return this.byte(size);
    }
    this.byte(narrow + 0x10);
    this.uint32(size);
  }

  private room(size: number): void {
    if (this.at + size <= this.buffer.length) return;
    const bigger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + size));
    this.buffer.copy(bigger, 0, 0, this.at);
    this.buffer = bigger;
  }
}

export const encode = {
  null: (w: Writer): void => w.null(),
  boolean:
    (value: boolean): Encode =>
    (w) =>
      w.boolean(value),
  uint:
    (value: number): Encode =>
    (w) =>
      w.uint(value),
  ulong:
    (value: number | bigint): Encode =>
    (w) =>
      w.ulong(value),
  int:
    (value: number): Encode =>
    (w) =>
      w.int(value),
  long:
    (value: number | bigint): Encode =>
    (w) =>
      w.long(value),
  timestamp:
    (value: number): Encode =>
    (w) =>
      w.timestamp(value),
  uuid:
    (value: Buffer): Encode =>
    (w) =>
      w.uuid(value),
  string:
    (value: string): Encode =>
    (w) =>
      w.string(value),
  symbol:
    (value: string): Encode =>
    (w) =>
      w.symbol(value),
  binary:
    (value: Buffer): Encode =>
    (w) =>
      w.binary(value),
  list: (items: readonly Encode[]): Encode => {
    return (w) => {
      if (items.length === 0) return w.byte(0x45);
      const mark = w.open('list');
      for (const item of items) item(w);
      w.close(mark, items.length);
    };
  },
  map: (entries: readonly (readonly [Encode, Encode])[]): Encode => {
    return (w) => {
      const mark = w.open('map');
      for (const [key, value] of entries) {
        key(w);
        value(w);
      }
      w.close(mark, entries.length * 2);
    };
  },
  /** The map of management bodies: string keys. */
  named: (entries: Readonly<Record<string, Encode>>): Encode =>
    encode.map(Object.entries(entries).map(([key, value]) => [encode.string(key), value])),
  /** The map of annotations and link properties: symbol keys. */
  symbolic: (entries: Readonly<Record<string, Encode>>): Encode =>
    encode.map(Object.entries(entries).map(([key, value]) => [encode.symbol(key), value])),
  described: (descriptor: number, value: Encode): Encode => {
    return (w) => {
      w.described(descriptor);
      value(w);
    };
  },
  /** Arrays of eight-byte numbers: 0x81 long, 0x83 timestamp. */
  array64: (code: 0x81 | 0x83, values: readonly number[]): Encode => {
    return (w) => {
      const mark = w.open('array');
      w.byte(code);
      for (const value of values) w.long64(Math.floor(value));
      w.close(mark, values.length);
    };
  },
  symbols: (values: readonly string[]): Encode => {
    return (w) => {
      const mark = w.open('array');
      w.byte(0xb3);
      for (const value of values) {
        w.uint32(Buffer.byteLength(value));
        w.raw(Buffer.from(value));
      }
      w.close(mark, values.length);
    };
  },
  /** A property as a bus knows it: whole numbers as long. */
  property: (value: string | number | boolean): Encode => {
    return (w) => {
      if (typeof value === 'string') w.string(value);
      else if (typeof value === 'boolean') w.boolean(value);
      else if (Number.isSafeInteger(value)) w.long(value);
      else w.double(value);
    };
  },
};

/** Runs an encoder on a buffer of its own. */
export function bytesOf(what: Encode): Buffer {
  const writer = new Writer();
  what(writer);
  return writer.take();
}
