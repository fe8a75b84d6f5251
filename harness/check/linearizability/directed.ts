/**
 * A search for registers with repeated values, compare-and-sets and unknown outcomes, directed by
 * what the open operations wait for. The problem is NP-complete in general (Gibbons & Korach 1997),
 * so this is a search with the frame of Wing & Gong and Lowe (see `wgl.ts`); the rules are our own,
 * held by the referees in the tests. Exact: each rule only leaves out orders for which another one
 * is left that explains the history just as well.
 *
 * - An open read of the state, or an open refusal of another value, is placed at once: moved to the
 *   front of any success it changes nothing. (Not so a write of the state: a compare-and-set may
 *   leave the value and come back, and then the write is needed.)
 * - When a write is placed, every other open write may have sat unseen just before it. Which ones
 *   did is left open: those called before `freeBefore` are free, and a free write may be placed
 *   visibly later or expire when its return comes. In any success an unseen write can slide right to
 *   just before the next write or to its own return. So a write is tried only when somebody open
 *   waits for its value, when it is due, or, writing the state itself, to make others free.
 * - A free write whose value nobody left can notice expires without a choice; otherwise expiring is
 *   a candidate, except for the last maker of a value still needed, and of the state itself.
 * - Unknown operations are never forced. A configuration in which none was used less often than in
 *   one that failed fails too.
 * - Of operations that do the same the one that returns first goes first: they can change places.
 * - A state that is needed and that nobody can make again is not left.
 * - States that nobody left can notice are one state.
 */
import { Board, freeWord, rankWord, stateWord } from './board.ts';
import type { Allowance } from './budget.ts';
import { Candidates, expire } from './candidates.ts';
import { at, doubled, roomFor, zeros } from './column.ts';
import { Dominance } from './dominance.ts';
import { Ledger } from './ledger.ts';
import { action } from './model.ts';
import type { Problem, Start } from './problem.ts';
import { Roles } from './roles.ts';
import { none } from './states.ts';
import { UnknownClasses } from './unknown-classes.ts';

/** How a search ended; `asked` when the caller's limit was reached first. */
export type Ending = 'linearizable' | 'illegal' | 'spent' | 'asked';

const dead = -1;
const frameWidth = 5;

export class Directed {
  readonly problem: Problem;
  /** The greatest rank reached: every return before it was passed. */
  rankMax = 0;
  /** Configurations when it was reached. */
  reachedAt = 0;
  private readonly ledger: Ledger;
  private readonly classes: UnknownClasses;
  private readonly board: Board;
  private readonly candidates: Candidates;
  private readonly seen: Dominance;
  private readonly roles: Roles;
  /** Depth, rank, state, `freeBefore` and the first candidate of each frame. */
  private frames: Int32Array = zeros(64 * frameWidth);
  private height = 0;
  private state = 0;
  private freeBefore = 0;

  constructor(problem: Problem) {
    this.problem = problem;
    this.classes = new UnknownClasses(problem);
    this.roles = new Roles(problem);
    this.ledger = new Ledger(problem, this.roles, this.classes);
    this.board = new Board(problem, this.roles, this.ledger, this.classes);
    this.candidates = new Candidates(this.board, this.roles, this.ledger, this.classes);
    this.seen = new Dominance(this.board.keyWidth, this.classes.count, roomFor(problem.count));
  }

  get configurations(): number {
    return this.seen.count;
  }

  /** The operation at whose return the search was stuck, by index into the problem. */
  get stuck(): number {
    return at(this.board.byReturn, Math.min(this.rankMax, this.board.completed - 1));
  }

  /** Operations in the order of their returns. */
  get byReturn(): Int32Array {
    return this.board.byReturn;
  }

  start({ state, freeBefore }: Start): void {
    this.board.reset();
    this.seen.clear();
    this.candidates.top = 0;
    this.height = 0;
    this.rankMax = 0;
    this.reachedAt = 0;
    this.state = state;
    this.freeBefore = freeBefore;
  }

  /** May be called again after `asked`. */
  run(allowance: Allowance, until: number): Ending {
    if (this.height === 0) {
      if (this.ledger.wantsTheImpossible(this.state)) return 'illegal';
      if (this.settle(allowance)) return 'linearizable';
    }
    while (this.height > 0) {
      if (allowance.spent) return 'spent';
      if (this.seen.count >= until) return 'asked';
      this.apply(this.nextCandidate());
      if (this.settle(allowance)) return 'linearizable';
    }
    return allowance.spent ? 'spent' : 'illegal';
  }

  /** Takes the next candidate of the frame on top; with its last one the frame goes. */
  private nextCandidate(): number {
    const { frames, candidates, board } = this;
    const frame = (this.height - 1) * frameWidth;
    const depth = at(frames, frame);
    if (board.depth !== depth) board.stepBack(depth, at(frames, frame + 1));
    this.state = at(frames, frame + 2);
    this.freeBefore = at(frames, frame + 3);
    candidates.top -= 1;
    if (candidates.top === at(frames, frame + 4)) this.height -= 1;
    return at(candidates.stack, candidates.top);
  }

  private apply(candidate: number): void {
    const { board, problem, classes } = this;
    const { bound } = board;
    if (candidate === expire) {
      board.place(board.due);
      return;
    }
    const group = -2 - candidate;
    const kind = group >= 0 ? classes.actions[group] : problem.actions[candidate];
    this.state = group >= 0 ? at(classes.makes, group) : at(problem.makes, candidate);
    if (kind === action.write) this.freeBefore = bound;
    if (group >= 0) board.use(group);
    else board.place(candidate);
  }

  /** Places what needs no choice, then opens a frame unless the configuration is known to fail. */
  private settle(allowance: Allowance): boolean {
    const { board, candidates, seen } = this;
    this.close();
    if (board.rank === board.completed) return true;
    if (board.rank > this.rankMax) {
      this.rankMax = board.rank;
      this.reachedAt = seen.count;
    }
    board.key[rankWord] = board.rank;
    board.key[stateWord] = this.ledger.unnoticed(this.state) ? dead : this.state;
    board.key[freeWord] = board.lastFree(this.freeBefore);
    if (this.classes.count > 0) board.key.set(this.classes.used, board.keyWidth);
    if (seen.full && !allowance.grows(seen.bytes)) return false;
    if (!seen.add(board.key)) return false;
    allowance.spend();
    const first = candidates.top;
    candidates.push(this.freeBefore);
    if (candidates.top > first) this.openFrame(first);
    return false;
  }

  private openFrame(first: number): void {
    const { board } = this;
    const frame = this.height * frameWidth;
    if (frame === this.frames.length) this.frames = doubled(this.frames);
    this.frames[frame] = board.depth;
    this.frames[frame + 1] = board.rank;
    this.frames[frame + 2] = this.state;
    this.frames[frame + 3] = this.freeBefore;
    this.frames[frame + 4] = first;
    this.height += 1;
  }

  /** Eager observers and silent expiry, until nothing changes; the board then has what is open. */
  private close(): void {
    const { board, problem, candidates, roles, state } = this;
    const { next, head } = board;
    const value = problem.values[state] ?? none;
    board.writeCount = 0;
    candidates.begin(state);
    let index = at(next, head);
    do {
      while (index !== head && at(problem.calls, index) < board.bound) {
        const after = at(next, index);
        if (roles.isQuiet(index, state, value)) board.place(index);
        else {
          board.leaveOpen(index);
          candidates.note(index);
        }
        index = after;
      }
      // What expires was called before the bound, so `index` stays in the list.
    } while (this.expireUnnoticed());
  }

  /** Lets a free write that is due expire if nobody can notice. */
  private expireUnnoticed(): boolean {
    const { board, problem } = this;
    const { due, head } = board;
    if (due === head || problem.actions[due] !== action.write) return false;
    if (at(problem.calls, due) >= this.freeBefore) return false;
    if (!this.ledger.unnoticed(at(problem.makes, due))) return false;
    board.closeWrite(due);
    board.place(due);
    return true;
  }
}
