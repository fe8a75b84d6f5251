/**
 * Near-linear judgement where each observed value has one producer. A value's operations must be
 * contiguous in any order: its producer, then its reads. A compare-and-set joins two values into one
 * block. With f the least return and s the greatest call of a block, block A must come before B when
 * f(A) < s(B). If there is a ring of such demands, there is one of two blocks; so the history is
 * linearizable exactly when no two blocks each demand to be first (and each is sound inside).
 */
import type { Columns } from './model.ts';
import { action } from './model.ts';
import type { Order, Period } from './place-refused.ts';
import { placeRefused } from './place-refused.ts';
import type { Producers } from './producers.ts';
import { beginning, producersOf } from './producers.ts';
import { withoutAppends } from './lists.ts';
import { absent, none } from './states.ts';
import type { Conflict, EngineVerdict } from './verdict.ts';

/** Judges by zones; undecided where values are ambiguous or refusals would have to be placed. */
export function zones(given: Columns): EngineVerdict {
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

/** What a block knows of itself: operations, not positions, so that a conflict can name them. */
interface Block {
  readonly producer: number;
  readonly value: number;
  /** The operation with the least return, the one with the greatest call; or `beginning`. */
  ended: number;
  called: number;
}

class Blocks {
  private readonly columns: Columns;
  private readonly producers: Producers;
  /** By value: the read with the least return, the one with the greatest call, or `none`. */
  private readonly readEnded: Int32Array;
  private readonly readCalled: Int32Array;
  private readonly blocks: Block[] = [];
  private readonly visited: Uint8Array;

  constructor(columns: Columns, producers: Producers) {
    const values = columns.states.values.length;
    this.columns = columns;
    this.producers = producers;
    this.readEnded = new Int32Array(values).fill(none);
    this.readCalled = new Int32Array(values).fill(none);
    this.visited = new Uint8Array(columns.count);
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
    const forward = new Int32Array(events).fill(none);
    const backward = new Int32Array(events).fill(none);
    for (const [number, block] of this.blocks.entries()) {
      const ended = this.returnOf(block.ended);
      const called = this.callOf(block.called);
      if (ended < called) forward[ended + 1] = number;
      else backward[called + 1] = number;
    }
    let open: Block | undefined;
    for (let position = -1; position < events - 1; position += 1) {
      const end: number = open === undefined ? -1 : this.callOf(open.called);
      const next = this.blocks[forward[position + 1] ?? none];
      const inner = this.blocks[backward[position + 1] ?? none];
      if (open !== undefined && next !== undefined && position < end) return between(open, next);
      if (open !== undefined && inner !== undefined && this.returnOf(inner.ended) < end) {
        return between(open, inner);
      }
      open = next ?? open;
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
    const sorted = this.blocks.toSorted((a, b) => this.centre(a) - this.centre(b));
    const operations = new Int32Array(count);
    const reads = this.readsByValue();
    let length = 0;
    for (const block of sorted) {
      if (block.producer >= 0) operations[length++] = block.producer;
      for (let value = block.value; value !== none;) {
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
    const period: Block = { producer, value, ended: producer, called: producer };
    if ((this.readEnded[value] ?? none) !== none) {
      this.join(period, this.readEnded[value] ?? none);
      this.join(period, this.readCalled[value] ?? none);
    }
    if (replacer !== none && this.callOf(replacer) > this.callOf(period.called)) {
      period.called = replacer;
    }
    return { ended: period.ended, called: period.called };
  }

  private centre(block: Block): number {
    return this.returnOf(block.ended) + this.callOf(block.called);
  }

  private readsByValue(): { readonly head: Int32Array; readonly next: Int32Array } {
    const { count, actions, first, second, states } = this.columns;
    const head = new Int32Array(states.values.length).fill(none);
    const next = new Int32Array(count).fill(none);
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
    const block: Block = { producer, value: start, ended: producer, called: producer };
    if (producer >= 0) this.visited[producer] = 1;
    for (let value = start; value !== none;) {
      const conflict = this.joinReads(block, value);
      if (conflict !== null) return conflict;
      const replacer = this.producers.replacer[value] ?? none;
      if (replacer === none) break;
      if (this.returnOf(replacer) < this.callOf(block.called)) {
        return { kind: 'tooEarly', observer: replacer, producer: block.called };
      }
      this.join(block, replacer);
      this.visited[replacer] = 1;
      value = this.madeAndSeen(replacer);
    }
    this.blocks.push(block);
    return null;
  }

  private joinReads(block: Block, value: number): Conflict | null {
    const ended = this.readEnded[value] ?? none;
    const called = this.readCalled[value] ?? none;
    if (ended === none) return null;
    if (this.returnOf(ended) < this.callOf(block.called)) {
      return { kind: 'tooEarly', observer: ended, producer: block.called };
    }
    this.join(block, ended);
    this.join(block, called);
    return null;
  }

  private join(block: Block, index: number): void {
    if (this.returnOf(index) < this.returnOf(block.ended)) block.ended = index;
    if (this.callOf(index) > this.callOf(block.called)) block.called = index;
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
    return index === beginning ? -1 : (this.columns.calls[index] ?? 0);
  }

  private returnOf(index: number): number {
    return index === beginning ? -1 : (this.columns.returns[index] ?? 0);
  }
}

function between(left: Block, right: Block): Conflict {
  return {
    kind: 'interleaved',
    left: { ended: left.ended, called: left.called },
    right: { ended: right.ended, called: right.called },
  };
}
