/**
 * Columns are typed arrays that are never read outside their bounds; the accessors say so to the
 * types. Fresh ones cost far more than their use, for the system hands out memory page by page; so
 * the engines borrow columns from one piece of memory that is used again and again. (Should a loop go
 * one too far, it would meet a zero and write into nothing: no test can tell `<` from `<=` there.)
 */

/** Number `place` of a column. */
export function at(column: Int32Array, place: number): number {
  return column[place] ?? 0;
}

/** Thrown where more is borrowed than is allowed. */
export class MemorySpent extends Error {}

/** Memory lent in the order of a stack. What does not fit is allocated, and made room for later. */
class Workspace {
  private memory = new ArrayBuffer(1 << 18);
  private used = 0;
  /** Bytes that were asked for at once. */
  private asked = 0;
  private depth = 0;
  /** An account: bytes that were lent when it was opened, the most and the limit since. */
  private base = 0;
  private peak = 0;
  private limit = Infinity;

  /** Where so many bytes begin, or -1. Words stay aligned. */
  place(bytes: number): number {
    const start = this.used;
    const end = start + ((bytes + 7) & ~7);
    if (end > this.limit) throw new MemorySpent();
    if (end > this.asked) this.asked = end;
    if (end > this.peak) this.peak = end;
    this.used = end;
    return end > this.memory.byteLength ? -1 : start;
  }

  get buffer(): ArrayBuffer {
    return this.memory;
  }

  /** Bytes lent in this account. */
  get lent(): number {
    return this.used - this.base;
  }

  get most(): number {
    return this.peak - this.base;
  }

  /** Opens an account. */
  within<Result>(bytes: number, work: () => Result): Result {
    const { base, peak, limit } = this;
    this.base = this.used;
    this.peak = this.used;
    this.limit = Math.min(limit, this.used + bytes);
    try {
      return this.during(work);
    } finally {
      this.base = base;
      this.peak = Math.max(peak, this.peak);
      this.limit = limit;
    }
  }

  during<Result>(work: () => Result): Result {
    const start = this.used;
    this.depth += 1;
    try {
      return work();
    } finally {
      this.used = start;
      this.depth -= 1;
      if (this.depth === 0) this.makeRoom();
    }
  }

  /** Nothing is lent. Great problems are rare and long: their memory is not kept. */
  private makeRoom(): void {
    let bytes = this.memory.byteLength;
    while (bytes < this.asked && bytes < keptMax) bytes *= 2;
    if (bytes > this.memory.byteLength) this.memory = new ArrayBuffer(bytes);
    this.asked = this.used;
  }
}

const keptMax = 1 << 24;
const workspace = new Workspace();

/** Takes back, when `work` is done, all columns that it borrowed: its result must hold none. */
export function borrowing<Result>(work: () => Result): Result {
  return workspace.during(work);
}

/** The same, with at most so many bytes borrowed at once; throws `MemorySpent` beyond that. */
export function borrowingAtMost<Result>(bytes: number, work: () => Result): Result {
  return workspace.within(bytes, work);
}

/** Bytes that are borrowed now, since `borrowingAtMost` began; and the most since then. */
export function bytesLent(): number {
  return workspace.lent;
}

export function bytesPeak(): number {
  return workspace.most;
}

/** A column of zeros; borrowed. */
export function zeros(length: number): Int32Array {
  return filled(length, 0);
}

/** A column of so many times -1; borrowed. */
export function blank(length: number): Int32Array {
  return filled(length, -1);
}

/** A column of the same number; borrowed. */
export function filled(length: number, number: number): Int32Array {
  const start = workspace.place(4 * length);
  if (start >= 0) return new Int32Array(workspace.buffer, start, length).fill(number);
  const fresh = new Int32Array(length);
  return number === 0 ? fresh : fresh.fill(number);
}

/** Zeros that take a byte each; borrowed. */
export function bytes(length: number): Uint8Array {
  const start = workspace.place(length);
  if (start < 0) return new Uint8Array(length);
  return new Uint8Array(workspace.buffer, start, length).fill(0);
}

/** The same for numbers with a sign. */
export function signedBytes(length: number): Int8Array {
  const start = workspace.place(length);
  if (start < 0) return new Int8Array(length);
  return new Int8Array(workspace.buffer, start, length).fill(0);
}

/** 0, 1, 2, …; borrowed. */
export function ascending(length: number): Int32Array {
  const column = zeros(length);
  for (let place = 0; place < length; place += 1) column[place] = place;
  return column;
}

/** Twice as long, with the same beginning; borrowed. */
export function doubled(column: Int32Array): Int32Array {
  const larger = zeros(column.length * 2);
  larger.set(column);
  return larger;
}

/** Room for a search over so many operations to begin with: growing costs, and so does emptiness. */
export function roomFor(operations: number): number {
  let room = 64;
  while (room < operations / 2 && room < 8192) room *= 2;
  return room;
}
