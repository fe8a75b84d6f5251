/**
 * Near-linear judgement where each observed value has one producer (Gibbons & Korach 1997, for reads
 * and writes). A value's operations must be contiguous in any order: its producer, then its reads; so
 * an accepted compare-and-set, which comes right after the last read of what it replaces, joins two
 * values into one block. With f the least return and s the greatest call of a block, block A must
 * come before B when f(A) < s(B), for then something of A has returned before something of B is
 * called.
 *
 * A ring of such demands contains two blocks that each demand to be first: take the block M of the
 * ring with the least f, P before it and Q before P. Then f(P) < s(M), and f(M) <= f(Q) < s(P), so M
 * demands to come before P, too. So the history is linearizable exactly when no two blocks do that
 * and each is sound inside. Two blocks do when both have f < s and the stretches [f, s] overlap, or
 * when one has s < f and [s, f] lies within the other's [f, s]: one sweep over the positions tells.
 */
import { at, blank, borrowing, bytes, zeros } from './column.ts';
import type { Columns } from './model.ts';
import { action } from './model.ts';
import type { Order, Period } from './place-refused.ts';
import { placeRefused } from './place-refused.ts';
import type { Producers } from './producers.ts';
import { beginning, producersOf } from './producers.ts';
import { withoutAppends } from './lists.ts';
import { absent, none } from './states.ts';
import type { Conflict, EngineVerdict, Span } from './verdict.ts';

/** Judges by zones; undecided where values are ambiguous or refusals would have to be placed. */
export function zones(columns: Columns): EngineVerdict {
  return borrowing(() => judgeBlocks(columns));
}

function judgeBlocks(given: Columns): EngineVerdict {
  const reduced = withoutAppends(given);
  if (reduced.kind !== 'columns') return reduced;
  const { columns } = reduced;
  const found = producersOf(columns);
  if (found.kind !== 'unique') return found;
  const blocks = new Blocks(columns, found.producers);
  const conflict = blocks.build() ?? blocks.clash();
  if (conflict !== null) return { kind: 'illegal', stuck: null, possible: null, conflict };
  if (!columns.actions.includes(action.casRefused)) return { kind: 'linearizable' };
  return placeRefused(columns, blocks.order(), (value) => blocks.periodOf(value));
}

class Blocks {
  private readonly columns: Columns;
  private readonly producers: Producers;
  /** By value: the read with the least return, the one with the greatest call, or `none`. */
  private readonly readEnded: Int32Array;
  private readonly readCalled: Int32Array;
  /** By block: its producer or `beginning`, and the value that it begins with. */
  private readonly producerOf: Int32Array;
  private readonly valueOf: Int32Array;
  /** By block: the operation with the least return, the one with the greatest call. */
  private readonly endedOf: Int32Array;
  private readonly calledOf: Int32Array;
  private count = 0;
  /** The same of the block in hand; operations, so that a conflict can name them. */
  private ended = 0;
  private called = 0;
  /** By operation: 1 for a compare-and-set that a chain reaches. */
  private readonly visited: Uint8Array;

  constructor(columns: Columns, producers: Producers) {
    const values = columns.states.values.length;
    this.columns = columns;
    this.producers = producers;
    this.readEnded = blank(values);
    this.readCalled = blank(values);
    this.visited = bytes(columns.count);
    this.producerOf = zeros(columns.count + 1);
    this.valueOf = zeros(columns.count + 1);
    this.endedOf = zeros(columns.count + 1);
    this.calledOf = zeros(columns.count + 1);
  }

  /** Makes a block of every producer; the conflict inside one, or a ring of them, or null. */
  build(): Conflict | null {
    this.gatherReads();
    const { count, actions, first } = this.columns;
    const conflict = this.follow(beginning, absent);
    if (conflict !== null) return conflict;
    for (let index = 0; index < count; index += 1) {
      if (actions[index] !== action.write || this.producers.happened[index] === 0) continue;
      const value = first[index] ?? none;
      const inside = this.follow(index, this.producers.producer[value] === index ? value : none);
      if (inside !== null) return inside;
    }
    return this.ring();
  }

  /** Two blocks that each must come before the other, or null. */
  clash(): Conflict | null {
    const events = 2 * this.columns.count + 1;
    // By position + 1, for -1 belongs to the beginning: a block to which f < s, or s < f, applies.
    const forward = blank(events);
    const backward = blank(events);
    for (let block = 0; block < this.count; block += 1) {
      const ended = this.returnOf(at(this.endedOf, block));
      const called = this.callOf(at(this.calledOf, block));
      if (ended < called) forward[ended + 1] = block;
      else backward[called + 1] = block;
    }
    let open: number = none;
    let end = -1;
    for (let position = 0; position < events; position += 1) {
      const next = at(forward, position);
      const inner = at(backward, position);
      if (next !== none) {
        if (position - 1 < end) return this.between(open, next);
        open = next;
        end = this.callOf(at(this.calledOf, next));
      }
      if (inner !== none && this.returnOf(at(this.endedOf, inner)) < end) {
        return this.between(open, inner);
      }
    }
    return null;
  }

  /**
   * An order that explains everything but the refused ones: blocks by f + s; for if A must precede B
   * then f(A) < s(B) and not f(B) < s(A), so f(A) + s(A) < s(B) + f(B). Inside a block the producer,
   * its reads in the order of their calls, the compare-and-set that replaces it, and so on.
   */
  order(): Order {
    const { count } = this.columns;
    const sorted = this.sorted();
    const operations = zeros(count);
    const reads = this.readsByValue();
    let length = 0;
    for (const block of sorted) {
      if (at(this.producerOf, block) >= 0) operations[length++] = at(this.producerOf, block);
      for (let value = at(this.valueOf, block); value !== none;) {
        for (let read = reads.head[value] ?? none; read !== none; read = reads.next[read] ?? none) {
          operations[length++] = read;
        }
        const replacer = this.producers.replacer[value] ?? none;
        if (replacer === none) break;
        operations[length++] = replacer;
        value = this.madeAndSeen(replacer);
      }
    }
    return { operations, length };
  }

  /** The period in which the value surely stood; null when that is not known. */
  periodOf(value: number): Period | null {
    const producer = this.producers.producer[value] ?? none;
    if (producer === none) return null;
    const replacer = this.producers.replacer[value] ?? none;
    this.ended = producer;
    this.called = producer;
    if (at(this.readEnded, value) !== none) {
      this.join(at(this.readEnded, value));
      this.join(at(this.readCalled, value));
    }
    const { ended } = this;
    if (replacer !== none) this.join(replacer);
    return { ended, called: this.called };
  }

  /** Blocks by f + s; a sum of two positions fits a table of four times the operations. */
  private sorted(): Int32Array {
    const sums = zeros(4 * this.columns.count + 4);
    const sum = (block: number): number =>
      2 + this.returnOf(at(this.endedOf, block)) + this.callOf(at(this.calledOf, block));
    for (let block = 0; block < this.count; block += 1) {
      sums[sum(block) + 1] = at(sums, sum(block) + 1) + 1;
    }
    for (let each = 1; each < sums.length; each += 1) {
      sums[each] = at(sums, each) + at(sums, each - 1);
    }
    const sorted = zeros(this.count);
    for (let block = 0; block < this.count; block += 1) {
      const place = at(sums, sum(block));
      sums[sum(block)] = place + 1;
      sorted[place] = block;
    }
    return sorted;
  }

  private readsByValue(): { readonly head: Int32Array; readonly next: Int32Array } {
    const { count, actions, first, second, states } = this.columns;
    const head = blank(states.values.length);
    const next = blank(count);
    for (let index = count - 1; index >= 0; index -= 1) {
      const kind = actions[index];
      const same = kind === action.cas && first[index] === second[index];
      if (kind !== action.read && !same) continue;
      const value = first[index] ?? none;
      next[index] = head[value] ?? none;
      head[value] = index;
    }
    return { head, next };
  }

  /** The value that a compare-and-set made, if anything goes on from there; or `none`. */
  private madeAndSeen(replacer: number): number {
    const made = this.columns.second[replacer] ?? none;
    return this.producers.producer[made] === replacer ? made : none;
  }

  private gatherReads(): void {
    const { count, actions, first, second } = this.columns;
    for (let index = 0; index < count; index += 1) {
      const kind = actions[index];
      const same = kind === action.cas && first[index] === second[index];
      if (kind !== action.read && !same) continue;
      const value = first[index] ?? none;
      const ended = this.readEnded[value] ?? none;
      // Calls ascend with the index.
      this.readCalled[value] = index;
      if (ended === none || this.returnOf(index) < this.returnOf(ended)) {
        this.readEnded[value] = index;
      }
    }
  }

  /**
   * Walks from a producer along the compare-and-sets that replace its value and the next. Each must
   * follow all that came before it in the block, so it may not return before the last call there.
   */
  private follow(producer: number, start: number): Conflict | null {
    this.ended = producer;
    this.called = producer;
    for (let value = start; value !== none;) {
      const conflict = this.joinReads(value);
      if (conflict !== null) return conflict;
      const replacer = this.producers.replacer[value] ?? none;
      if (replacer === none) break;
      if (this.returnOf(replacer) < this.callOf(this.called)) {
        return { kind: 'tooEarly', observer: replacer, producer: this.called };
      }
      this.join(replacer);
      this.visited[replacer] = 1;
      value = this.madeAndSeen(replacer);
    }
    this.producerOf[this.count] = producer;
    this.valueOf[this.count] = start;
    this.endedOf[this.count] = this.ended;
    this.calledOf[this.count] = this.called;
    this.count += 1;
    return null;
  }

  private joinReads(value: number): Conflict | null {
    const ended = this.readEnded[value] ?? none;
    const called = this.readCalled[value] ?? none;
    if (ended === none) return null;
    if (this.returnOf(ended) < this.callOf(this.called)) {
      return { kind: 'tooEarly', observer: ended, producer: this.called };
    }
    this.join(ended);
    this.join(called);
    return null;
  }

  private join(index: number): void {
    if (this.returnOf(index) < this.returnOf(this.ended)) this.ended = index;
    if (this.callOf(index) > this.callOf(this.called)) this.called = index;
  }

  private between(left: number, right: number): Conflict {
    return { kind: 'interleaved', left: this.spanOf(left), right: this.spanOf(right) };
  }

  private spanOf(block: number): Span {
    return { ended: at(this.endedOf, block), called: at(this.calledOf, block) };
  }

  /** A compare-and-set that happened and that no chain from a write or the beginning reaches. */
  private ring(): Conflict | null {
    const { count, first, actions, second } = this.columns;
    for (let index = 0; index < count; index += 1) {
      const replaces = actions[index] === action.cas || actions[index] === action.casUnknown;
      if (!replaces || first[index] === second[index]) continue;
      if (this.producers.happened[index] === 0 || this.visited[index] === 1) continue;
      const members: number[] = [];
      for (let member = index; !members.includes(member);) {
        members.push(member);
        member = this.producers.producer[first[member] ?? none] ?? none;
      }
      return { kind: 'ring', members };
    }
    return null;
  }

  private callOf(index: number): number {
    return index === beginning ? -1 : at(this.columns.calls, index);
  }

  private returnOf(index: number): number {
    return index === beginning ? -1 : at(this.columns.returns, index);
  }
}
