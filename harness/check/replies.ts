/**
 * Replies on their way, by message id: three whole numbers each, and nothing that a collector of
 * garbage would have to look at. Mostly they are sent in the order of their ids.
 */

/** A reply as two places among the servers and its term. */
export interface Reply {
  readonly from: number;
  readonly to: number;
  readonly term: number;
}

const atFirst = 256;

export class Replies {
  private ids = new Int32Array(atFirst);
  private ends = new Int32Array(atFirst);
  private terms = new Int32Array(atFirst);
  private count = 0;

  sent(id: number, { from, to, term }: Reply): void {
    if (this.count === this.ids.length) this.grow();
    const { ids, ends, terms } = this;
    let at = this.count++;
    for (; at > 0 && (ids[at - 1] ?? 0) > id; at -= 1) {
      ids[at] = ids[at - 1] ?? 0;
      ends[at] = ends[at - 1] ?? 0;
      terms[at] = terms[at - 1] ?? 0;
    }
    ids[at] = id;
    ends[at] = (from << 16) | to;
    terms[at] = term;
  }

  /** Where the reply with this id is, or -1: what arrives was mostly sent among the last. */
  find(id: number): number {
    const { ids, count } = this;
    let low = count;
    let step = 8;
    let high = count;
    do {
      high = low;
      low = Math.max(0, low - step);
      step *= 4;
    } while (low > 0 && (ids[low] ?? 0) > id);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ids[middle] ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    return low < count && ids[low] === id ? low : -1;
  }

  from(at: number): number {
    return (this.ends[at] ?? 0) >>> 16;
  }

  to(at: number): number {
    return (this.ends[at] ?? 0) & 0xffff;
  }

  term(at: number): number {
    return this.terms[at] ?? 0;
  }

  private grow(): void {
    this.ids = longer(this.ids);
    this.ends = longer(this.ends);
    this.terms = longer(this.terms);
  }
}

function longer(column: Int32Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(column.length * 2);
  next.set(column);
  return next;
}
