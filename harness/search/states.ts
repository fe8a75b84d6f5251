/**
 * Abstract states by their hashes, each with the run that showed it first. Exact until there are
 * `statesMax`; from then on a sample is kept whose share is halved as often as it takes: those whose
 * hash begins with so many zero bits (adaptive sampling: Flajolet, 1990). What is kept depends on
 * what was seen alone, so sets merge in any order, and a count is an estimate within half a percent.
 */

/** So many are kept: 2^18, a few megabytes as JSON. */
export const statesMax = 262_144;

export const hashBits = 32;
const firstTable = 2_048;

export class StateSet {
  /** Open addressing; `runs` is 0 where nothing is. Twice as long as `size`, or longer. */
  private hashes: Uint32Array = new Uint32Array(firstTable);
  private runs: Uint32Array = new Uint32Array(firstTable);
  private kept = 0;
  private zeroBits = 0;
  private readonly max: number;

  constructor(max: number = statesMax) {
    this.max = max;
  }

  /** Zero bits with which a hash must begin to be kept: 0 where every state is. */
  get level(): number {
    return this.zeroBits;
  }

  /** How many states each of those kept stands for. */
  get weight(): number {
    return 2 ** this.zeroBits;
  }

  /** How many states were seen: an estimate where only some are kept. */
  get count(): number {
    return this.kept * this.weight;
  }

  /** Whether this state was seen before; false for those that are not kept. */
  has(hash: number): boolean {
    return this.isKept(hash) && this.runs[this.placeOf(hash)] !== 0;
  }

  /** Sees a state (32 bits, unsigned) in a run, from 1; true if it is a new one among those kept. */
  see(hash: number, run: number): boolean {
    if (!this.isKept(hash)) return false;
    const at = this.placeOf(hash);
    const known = this.runs[at] ?? 0;
    if (known !== 0) {
      if (run < known) this.runs[at] = run;
      return false;
    }
    this.hashes[at] = hash;
    this.runs[at] = run;
    this.kept += 1;
    if (this.kept > this.max) this.coarsen(this.zeroBits + 1);
    else if (this.kept * 2 > this.runs.length) this.rebuild(this.runs.length * 2);
    return true;
  }

  /** Adds what `other` saw. */
  merge(other: StateSet): void {
    this.coarsen(other.zeroBits);
    other.forEach((hash, run) => void this.see(hash, run));
  }

  /** Keeps only hashes that begin with so many zero bits, or more. */
  coarsen(level: number): void {
    if (level <= this.zeroBits) return;
    this.zeroBits = level;
    this.rebuild(this.runs.length);
  }

  /** All states kept: each one's hash, and the first run that showed it. */
  forEach(visit: (hash: number, run: number) => void): void {
    for (let at = 0; at < this.runs.length; at += 1) {
      const run = this.runs[at] ?? 0;
      if (run !== 0) visit(this.hashes[at] ?? 0, run);
    }
  }

  private isKept(hash: number): boolean {
    return this.zeroBits === 0 || hash >>> (hashBits - this.zeroBits) === 0;
  }

  private placeOf(hash: number): number {
    const { hashes, runs } = this;
    const mask = runs.length - 1;
    let at = hash & mask;
    while (runs[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask;
    return at;
  }

  private rebuild(length: number): void {
    const { hashes, runs } = this;
    this.hashes = new Uint32Array(length);
    this.runs = new Uint32Array(length);
    this.kept = 0;
    for (let at = 0; at < runs.length; at += 1) {
      const run = runs[at] ?? 0;
      if (run !== 0) this.see(hashes[at] ?? 0, run);
    }
  }
}
