/**
 * Values as lines of JSON, written as bytes into one buffer: the bytes of `JSON.stringify`, in half
 * its time. Traces are the same few names and short texts over and over, and numbers in between;
 * names and texts are kept as bytes once they were written, and numbers need no string at all.
 */

const encoder = new TextEncoder();
const bytesOf = (text: string): Uint8Array => encoder.encode(text);

const yes = bytesOf('true');
const no = bytesOf('false');
const nothing = bytesOf('null');

const comma = 44;
const brace = { open: 123, close: 125 } as const;
const bracket = { open: 91, close: 93 } as const;
const minus = 45;
const lineEnd = 10;
const zero = 48;

/** Texts are kept up to this length, and so many of them: a trace may hold any number. */
const textLengthMax = 40;
const textsMax = 4_096;
const texts = new Map<string, Uint8Array>();
const names = new Map<string, Uint8Array>();

function kept(
  known: Map<string, Uint8Array>,
  text: string,
  encoded: (text: string) => Uint8Array,
): Uint8Array {
  const found = known.get(text);
  if (found !== undefined) return found;
  const bytes = encoded(text);
  if (text.length <= textLengthMax && known.size < textsMax) known.set(text, bytes);
  return bytes;
}

const textBytes = (text: string): Uint8Array => bytesOf(JSON.stringify(text));
const nameBytes = (name: string): Uint8Array => bytesOf(`${JSON.stringify(name)}:`);

/** Digits of a whole number below 2^31. */
function digitsOf(number: number): number {
  if (number < 10) return 1;
  if (number < 100) return 2;
  if (number < 1_000) return 3;
  if (number < 10_000) return 4;
  if (number < 100_000) return 5;
  if (number < 1_000_000) return 6;
  if (number < 10_000_000) return 7;
  if (number < 100_000_000) return 8;
  return number < 1_000_000_000 ? 9 : 10;
}

const billion = 1_000_000_000;
/** More bytes than any number takes. */
const numberBytesMax = 32;

/** Lines not yet taken; grows with the longest of them. */
export class JsonLines {
  /** Bytes written since the last `take`. */
  length = 0;
  private bytes: Uint8Array;

  constructor(capacityBytes: number = 4_096) {
    this.bytes = new Uint8Array(capacityBytes);
  }

  /** Adds a value of JSON and the end of its line. Fields that are undefined are left out. */
  add(value: object): void {
    this.value(value);
    this.byte(lineEnd);
  }

  /** Everything added since the last call; valid until the next `add`. */
  take(): Uint8Array {
    const { length } = this;
    this.length = 0;
    return this.bytes.subarray(0, length);
  }

  private value(value: unknown): void {
    switch (typeof value) {
      case 'number':
        this.number(value);
        break;
      case 'string':
        this.raw(kept(texts, value, textBytes));
        break;
      case 'boolean':
        this.raw(value ? yes : no);
        break;
      case 'object':
        if (value === null) this.raw(nothing);
        else if (Array.isArray(value)) this.list(value);
        else this.fields(value);
        break;
      default:
        this.raw(nothing);
    }
  }

  private fields(object: object): void {
    let before: number = brace.open;
    // `for … in` makes no list of the names, which `Object.entries` does; plain records inherit none.
    for (const name in object) {
      const value: unknown = Reflect.get(object, name);
      if (value === undefined) continue;
      this.byte(before);
      this.raw(kept(names, name, nameBytes));
      this.value(value);
      before = comma;
    }
    if (before === brace.open) this.byte(brace.open);
    this.byte(brace.close);
  }

  private list(values: readonly unknown[]): void {
    this.byte(bracket.open);
    for (let at = 0; at < values.length; at += 1) {
      if (at > 0) this.byte(comma);
      this.value(values[at]);
    }
    this.byte(bracket.close);
  }

  private number(number: number): void {
    this.reserve(numberBytesMax);
    if ((number | 0) === number && number >= 0) this.digits(number, digitsOf(number));
    else if (Number.isSafeInteger(number)) this.large(number);
    else this.raw(bytesOf(JSON.stringify(number)));
  }

  private large(number: number): void {
    let left = number;
    if (left < 0) {
      this.byte(minus);
      left = -left;
    }
    const above = Math.floor(left / billion);
    if (above === 0) this.digits(left, digitsOf(left));
    else {
      this.number(above);
      this.digits(left % billion, 9);
    }
  }

  /** The last `count` digits; there must be room. */
  private digits(number: number, count: number): void {
    const { bytes } = this;
    const end = this.length + count;
    let left = number | 0;
    for (let at = end - 1; at >= this.length; at -= 1) {
      const tenth = (left / 10) | 0;
      bytes[at] = zero + left - tenth * 10;
      left = tenth;
    }
    this.length = end;
  }

  private byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length] = byte;
    this.length += 1;
  }

  private raw(text: Uint8Array): void {
    this.reserve(text.length);
    const { bytes } = this;
    let at = this.length;
    // Names and numbers are short: copying by hand is quicker than asking for it.
    for (let from = 0; from < text.length; from += 1) {
      bytes[at] = text[from] ?? 0;
      at += 1;
    }
    this.length = at;
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
