/**
 * What is going to happen, in order of time and, at one moment, in order of insertion: a binary
 * heap over typed arrays, ordered by one number (time and a running count packed together).
 */

const countBits = 20;
const countSpan = 2 ** countBits;

/** The largest time the packed key can hold exactly: about 2.4 virtual hours. */
export const timeMax: number = 2 ** 33 - 1;

export class EventQueue<Payload> {
  private keys: Float64Array = new Float64Array(64);
  private codes: Int32Array = new Int32Array(64);
  private readonly payloads: (Payload | undefined)[] = [];
  private count = 0;
  private size = 0;

  /** The popped event: valid until the next `pop`. */
  time = 0;
  code = 0;
  payload: Payload | undefined = undefined;

  get length(): number {
    return this.size;
  }

  /** Infinity when nothing is left. */
  nextTime(): number {
    return this.size === 0 ? Infinity : Math.floor((this.keys[0] ?? 0) / countSpan);
  }

  push(time: number, code: number, payload: Payload | undefined): void {
    if (this.size === this.keys.length) this.grow();
    this.count = (this.count + 1) % countSpan;
    const key = time * countSpan + this.count;
    const { keys, codes, payloads } = this;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const parentKey = keys[parent] ?? 0;
      if (parentKey <= key) break;
      keys[at] = parentKey;
      codes[at] = codes[parent] ?? 0;
      payloads[at] = payloads[parent];
      at = parent;
    }
    keys[at] = key;
    codes[at] = code;
    payloads[at] = payload;
  }

  /** Takes the earliest event into `time`, `code` and `payload`; the queue must not be empty. */
  pop(): void {
    const { keys, codes, payloads } = this;
    this.time = Math.floor((keys[0] ?? 0) / countSpan);
    this.code = codes[0] ?? 0;
    this.payload = payloads[0];
    const last = --this.size;
    const key = keys[last] ?? 0;
    const code = codes[last] ?? 0;
    const payload = payloads[last];
    payloads[last] = undefined;
    if (last > 0) this.sink(key, code, payload);
  }

  private sink(key: number, code: number, payload: Payload | undefined): void {
    const { keys, codes, payloads, size } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      let childKey = keys[child] ?? 0;
      if (child + 1 < size) {
        const right = keys[child + 1] ?? 0;
        if (right < childKey) {
          child++;
          childKey = right;
        }
      }
      if (childKey >= key) break;
      keys[at] = childKey;
      codes[at] = codes[child] ?? 0;
      payloads[at] = payloads[child];
      at = child;
    }
    keys[at] = key;
    codes[at] = code;
    payloads[at] = payload;
  }

  private grow(): void {
    const keys = new Float64Array(this.keys.length * 2);
    keys.set(this.keys);
    this.keys = keys;
    const codes = new Int32Array(this.codes.length * 2);
    codes.set(this.codes);
    this.codes = codes;
  }
}
