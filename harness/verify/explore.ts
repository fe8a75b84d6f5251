/**
 * Breadth-first through everything that a small cluster of real machines can do. The first breach
 * found is at the least possible depth. States are kept as fingerprints, their predecessors as two
 * numbers each; only the states of the current and the next depth are kept whole.
 */
import type { Subject } from '../raft/step.ts';
import { makeEntry } from '../raft/log.ts';
import type { Bounds } from './bounds.ts';
import type { Breach } from './breach.ts';
import { broken } from './breach.ts';
import type { Ears, Explored, Followed } from './explored.ts';
import { serverName } from './local.ts';
import { clusterBreach } from './invariants.ts';
import { Recovery } from './recovery.ts';
import { isSettled } from './settled.ts';
import { firstMessage, inputs, Space } from './space.ts';
import type { Known, Outcome } from './space.ts';
import {
  Canon,
  codeOf,
  costOf,
  headExtra,
  inputOfMessage,
  leaderOf,
  leadersAt,
  ledgerAt,
  manners,
  purse,
  spent,
  spentAt,
  withLeader,
} from './state.ts';
import type { Move, Purse } from './state.ts';
import { IntList, StateSet } from './tables.ts';

const scratchMax = 256;

export class Explorer {
  readonly space: Space;
  readonly canon: Canon;
  private readonly bounds: Bounds;
  private readonly servers: number;
  private readonly head: number;
  private readonly seen = new StateSet();
  private readonly parents = new IntList();
  private readonly codes = new IntList();
  private current = new IntList();
  private next = new IntList();
  private readonly state = new Int32Array(scratchMax);
  private length = 0;
  private readonly child = new Int32Array(scratchMax);
  private childLength = 0;
  private parent = -1;
  private transitions = 0;
  private cut = 0;
  private breach: Breach | null = null;
  private lastCode = 0;
  private peakBytes = 0;
  private following = false;
  private entered = false;
  private readonly recovery: Recovery | null;

  constructor(space: Space) {
    this.space = space;
    this.recovery = space.watches.has('recovery') ? new Recovery(space) : null;
    this.canon = new Canon(space);
    this.bounds = space.bounds;
    this.servers = space.bounds.servers;
    this.head = space.bounds.servers + headExtra;
  }

  run(ears: Ears = {}): Explored {
    const levels: number[] = [];
    this.start();
    let depth = 0;
    let before = 0;
    while (this.breach === null && this.seen.size > before && !this.full()) {
      levels.push(this.seen.size - before);
      ears.onLevel?.(depth, this.seen.size);
      before = this.seen.size;
      this.swap();
      this.expandAll(before);
      depth += 1;
    }
    const { breach, transitions, cut, space } = this;
    const complete = breach === null && this.seen.size === before;
    const states = this.seen.size;
    const bytes = this.peakBytes;
    const path = breach === null ? [] : [...this.pathTo(this.parent), this.lastCode];
    depth = breach === null ? levels.length - 1 : path.length;
    return { space, states, transitions, depth, levels, cut, complete, bytes, breach, path };
  }

  /** The first state, in its canonical form; returns its length. */
  first(into: Int32Array): number {
    const { servers, space, bounds } = this;
    for (let at = 0; at < servers; at += 1) {
      const disk = bounds.initial[at] ?? { term: 0, log: [] };
      const entries = disk.log.map((term, index) =>
        makeEntry({ index: index + 1, term }, { kind: 'noop' }),
      );
      into[at] = space.begin(at, { term: disk.term, votedFor: null, snapshot: null, entries });
    }
    for (let at = servers; at < this.head; at += 1) into[at] = 0;
    if (bounds.symmetry) this.canon.apply(into, this.head);
    return this.head;
  }

  private start(): void {
    this.length = this.first(this.child);
    this.childLength = this.length;
    this.seen.add(this.child, this.childLength);
    this.keep(-1, 0);
  }

  private full(): boolean {
    return this.seen.size >= this.bounds.statesMax;
  }

  private swap(): void {
    const bytes = this.current.bytes + this.next.bytes + this.seen.bytes;
    this.peakBytes = Math.max(this.peakBytes, bytes + this.parents.bytes + this.codes.bytes);
    const { current } = this;
    this.current = this.next;
    this.next = current;
    this.next.length = 0;
  }

  /** Takes every move in every state of this depth; the first of them has the number `first`. */
  private expandAll(states: number): void {
    const { current, state } = this;
    let index = states;
    let count = 0;
    for (let at = 0; at < current.length; at += 1 + current.get(at)) count += 1;
    index -= count;
    for (let at = 0; at < current.length; index += 1) {
      this.length = current.get(at);
      for (let offset = 0; offset < this.length; offset += 1) {
        state[offset] = current.get(at + 1 + offset);
      }
      at += 1 + this.length;
      this.parent = index;
      this.expand();
      if (this.breach !== null || this.full()) return;
    }
  }

  private expand(): void {
    for (let server = 0; server < this.servers; server += 1) {
      this.expandServer(server, this.space.known(this.state[server] ?? 0));
      if (this.breach !== null) return;
    }
    const { head, state } = this;
    const packed = state[this.servers + spentAt] ?? 0;
    const keeps = spent(packed, 'duplicates') < this.bounds.duplicates;
    const drops = spent(packed, 'drops') < this.bounds.drops;
    for (let at = head; at < this.length; at += 1) {
      const message = state[at] ?? 0;
      if (at > head && state[at - 1] === message) continue;
      const { to } = this.space.message(message);
      this.take(to, inputOfMessage(message), manners.take, null);
      if (keeps) this.take(to, inputOfMessage(message), manners.keep, 'duplicates');
      if (drops) this.lose(at, to);
      if (this.breach !== null) return;
    }
  }

  private expandServer(server: number, known: Known): void {
    const { bounds } = this;
    const packed = this.state[this.servers + spentAt] ?? 0;
    if (known.role === 'offline') {
      this.take(server, inputs.online, manners.take, null);
      if (!bounds.control) return;
      this.late(server);
      this.propose(server, packed);
      return;
    }
    if (known.electionArmed && known.term < bounds.terms) {
      this.take(server, inputs.election, manners.take, null);
    }
    if (known.heartbeatArmed && spent(packed, 'heartbeats') < bounds.heartbeats) {
      this.take(server, inputs.heartbeat, manners.take, 'heartbeats');
    }
    if (known.writing) this.take(server, inputs.fsync, manners.take, null);
    if (spent(packed, 'crashes') < bounds.crashes) {
      this.take(server, inputs.restart, manners.take, 'crashes');
      if (bounds.control) this.take(server, inputs.offline, manners.take, 'crashes');
    }
    if (bounds.control) this.late(server);
    if (known.role === 'leader' || bounds.control) this.propose(server, packed);
    if (bounds.reads > 0) this.askToRead(server, known, packed);
  }

  private late(server: number): void {
    this.take(server, inputs.lateElection, manners.take, null);
    this.take(server, inputs.lateHeartbeat, manners.take, null);
  }

  private propose(server: number, packed: number): void {
    const { bounds } = this;
    const asked = spent(packed, 'requests');
    if (asked < bounds.requests) {
      this.take(server, inputs.propose + asked + 1, manners.take, 'requests');
    }
    if (spent(packed, 'retries') >= bounds.retries) return;
    for (let serial = 1; serial <= asked; serial += 1) {
      this.take(server, inputs.propose + serial, manners.take, 'retries');
    }
  }

  /** One move: the successor, brought into its form, is kept if it is new. */
  private take(server: number, input: number, manner: number, costs: Purse | null): void {
    if (this.breach !== null) return;
    const { space, state } = this;
    const outcome = space.step(state[server] ?? 0, input);
    this.transitions += 1;
    this.lastCode = codeOf(input, server, manner);
    if (outcome.breach !== null) {
      this.breach = outcome.breach;
      return;
    }
    const gone = input >= firstMessage && manner === manners.take ? input - firstMessage : -1;
    this.copyHead(server, outcome.local, costs);
    if (this.bounds.reads > 0 && !this.read(server, input, outcome.served)) return;
    if (outcome.elected && !this.elect(server, outcome)) return;
    if (outcome.committed && !this.commit(outcome)) return;
    if (!this.fillMessages(gone, outcome)) return;
    this.enter();
  }

  /** The successor without its messages. */
  private copyHead(server: number, local: number, costs: Purse | null): void {
    const { state, child, servers } = this;
    this.childLength = this.head;
    for (let at = 0; at < this.head; at += 1) child[at] = state[at] ?? 0;
    child[server] = local;
    if (costs === null) return;
    child[servers + spentAt] = (child[servers + spentAt] ?? 0) + purse[costs].unit;
  }

  private lose(at: number, to: number): void {
    if (this.breach !== null) return;
    const { state, child, servers } = this;
    this.transitions += 1;
    this.lastCode = codeOf(inputOfMessage(state[at] ?? 0), to, manners.drop);
    this.childLength = this.length - 1;
    for (let from = 0, into = 0; from < this.length; from += 1) {
      if (from === at) continue;
      child[into] = state[from] ?? 0;
      into += 1;
    }
    if (this.bounds.drops !== Infinity) {
      child[servers + spentAt] = (child[servers + spentAt] ?? 0) + purse.drops.unit;
    }
    this.enter();
  }

  private elect(server: number, outcome: Outcome): boolean {
    const { child, servers, space } = this;
    const { term } = space.known(outcome.local);
    const leaders = child[servers + leadersAt] ?? 0;
    const other = leaderOf(leaders, term);
    if (other !== -1 && other !== server) {
      const names = `${serverName(other)} and ${serverName(server)}`;
      this.breach = broken('ElectionSafety', `two leaders in term ${term}: ${names}`);
      return false;
    }
    if (other === -1) child[servers + leadersAt] = withLeader(leaders, term, server);
    return true;
  }

  private askToRead(server: number, { role }: Known, packed: number): void {
    const may = role === 'leader' && spent(packed, 'reads') === 0;
    if (may) this.take(server, inputs.read, manners.take, null);
  }

  /** A read must have seen what was committed before it was asked for (dissertation 6.4). */
  private read(server: number, input: number, served: number): boolean {
    const { child, servers, space } = this;
    const at = servers + spentAt;
    if (input === inputs.read) {
      const floor = space.ledgers.size(child[servers + ledgerAt] ?? 0);
      child[at] = (child[at] ?? 0) + (floor + 1) * purse.reads.unit;
    }
    const floor = spent(child[at] ?? 0, 'reads') - 1;
    if (served === -1 || served >= floor) return true;
    const sentence = `${serverName(server)} reads ${served} entries; ${floor} were committed before`;
    this.breach = broken('ReadFreshness', sentence);
    return false;
  }

  private commit(outcome: Outcome): boolean {
    const { child, servers, space } = this;
    const { logId: log, commitIndex: index, term, server } = space.known(outcome.local);
    const ledger = space.ledgers.extend(child[servers + ledgerAt] ?? 0, { log, index, term });
    if (ledger === -1) {
      const sentence = `${serverName(server)} commits another entry where one is committed`;
      this.breach = broken('StateMachineSafety', sentence);
      return false;
    }
    child[servers + ledgerAt] = ledger;
    return true;
  }

  /** The messages of the successor, in order; false: they are too many. */
  private fillMessages(gone: number, outcome: Outcome): boolean {
    const { state, child, bounds, space } = this;
    let left = gone;
    for (let at = this.head; at < this.length; at += 1) {
      const message = state[at] ?? 0;
      if (message === left) left = -1;
      else this.put(message);
    }
    for (const message of outcome.messages) this.put(message);
    if (bounds.forgetSettled) {
      let kept = this.head;
      for (let at = this.head; at < this.childLength; at += 1) {
        const id = child[at] ?? 0;
        const message = space.message(id);
        if (isSettled(message, space.known(child[message.to] ?? 0))) continue;
        child[kept] = id;
        kept += 1;
      }
      this.childLength = kept;
    }
    if (this.childLength - this.head <= bounds.messages) return true;
    this.cut += 1;
    return false;
  }

  private put(message: number): void {
    const { child } = this;
    let place = this.childLength;
    while (place > this.head && (child[place - 1] ?? 0) > message) {
      child[place] = child[place - 1] ?? 0;
      place -= 1;
    }
    child[place] = message;
    this.childLength += 1;
  }

  private enter(): void {
    const { child, childLength } = this;
    if (this.bounds.symmetry) this.canon.apply(child, childLength);
    this.entered = true;
    if (!this.seen.add(child, childLength) && !this.following) return;
    this.breach = clusterBreach(this.space, child);
    this.breach ??= this.recovery?.breachOf(child, childLength) ?? null;
    if (this.breach === null && !this.following) this.keep(this.parent, this.lastCode);
  }

  /**
   * Takes one move in `state` and leaves the successor there; for walking a path that was found.
   * Returns the renaming under which the successor (and a breach seen in it) stands.
   */
  follow(state: Int32Array, length: number, move: Move): Followed {
    this.following = true;
    this.entered = false;
    this.breach = null;
    this.state.set(state.subarray(0, length));
    this.length = length;
    const { input, server, manner } = move;
    if (manner === manners.drop) {
      this.lose(this.state.subarray(0, length).indexOf(input - firstMessage, this.head), server);
    } else {
      this.take(server, input, manner, costOf(move));
    }
    const { breach, entered } = this;
    if (entered) state.set(this.child.subarray(0, this.childLength));
    const renaming = entered && this.bounds.symmetry ? this.canon.chosen : 0;
    return { breach, renaming, length: entered ? this.childLength : length };
  }

  private keep(parent: number, code: number): void {
    const { next, child, childLength } = this;
    this.parents.push(parent);
    this.codes.push(code);
    next.reserve(childLength + 1);
    next.push(childLength);
    for (let at = 0; at < childLength; at += 1) next.push(child[at] ?? 0);
  }

  private pathTo(state: number): readonly number[] {
    const path: number[] = [];
    for (let at = state; at > 0; at = this.parents.get(at)) path.push(this.codes.get(at));
    return path.reverse();
  }
}

/** Explores; stops at the first breach of what is watched. */
export function explore(
  subject: Subject,
  bounds: Bounds,
  watch: { readonly watches: readonly Breach['watch'][]; readonly ears?: Ears },
): Explored {
  return new Explorer(new Space(subject, bounds, watch.watches)).run(watch.ears);
}
