/**
 * What is going to happen, in order of time and, at one moment, in order of insertion: a binary
 * heap over typed arrays, ordered by one number (time and a running count packed together). What
 * comes in ascending order anyway waits in lanes beside it, which cost nothing to keep in order.
 */
import { Lane } from './lane.ts';

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
  private readonly planned: Lane = new Lane();
  private readonly soon: Lane = new Lane();
  private readonly late: Lane = new Lane();

  /** The popped event: valid until the next `pop`. */
  time = 0;
  code = 0;
  payload: Payload | undefined = undefined;

  get length(): number {
    return this.size + this.planned.length + this.soon.length + this.late.length;
  }

  /** Infinity when nothing is left. */
  nextTime(): number {
    const lane = this.firstLane();
    const top = this.size === 0 ? Infinity : (this.keys[0] ?? 0);
    return Math.floor((lane.key < top ? lane.key : top) / countSpan);
  }

  push(time: number, code: number, payload: Payload | undefined): void {
    this.insert(this.nextKey(time), code, payload);
  }

  /**
   * Like `push` without a payload, for happenings that mostly come later than all that were lined
   * up in the same lane before: quick if so, right in any case.
   */
  lineUp(lane: 'planned' | 'soon' | 'late', time: number, code: number): void {
    const key = this.nextKey(time);
    if (!this.laneOf(lane).offer(key, code)) this.insert(key, code, undefined);
  }

  private laneOf(lane: 'planned' | 'soon' | 'late'): Lane {
    if (lane === 'soon') return this.soon;
    return lane === 'late' ? this.late : this.planned;
  }

  private firstLane(): Lane {
    const { planned, soon, late } = this;
    const first = soon.key < planned.key ? soon : planned;
    return late.key < first.key ? late : first;
  }

  private nextKey(time: number): number {
    this.count = (this.count + 1) % countSpan;
    return time * countSpan + this.count;
  }

  private insert(key: number, code: number, payload: Payload | undefined): void {
    if (this.size === this.keys.length) this.grow();
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
    const lane = this.firstLane();
    const { keys, codes, payloads } = this;
    const top = this.size === 0 ? Infinity : (keys[0] ?? 0);
    if (lane.key < top) {
      this.time = Math.floor(lane.key / countSpan);
      this.code = lane.code;
      this.payload = undefined;
      lane.shift();
      return;
    }
    this.time = Math.floor(top / countSpan);
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
