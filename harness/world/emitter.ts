/**
 * Where records leave the world. Every record takes its number whether anybody listens or not, so
 * that a run numbers its records alike with and without a trace; nothing is made that nobody hears.
 * And every record leaves its mark in the run's digest. Runs that differ in what was sent, delivered,
 * written, committed or applied, by whom or when, have different ones but for one chance in 2^32:
 * they are compared without a trace of either.
 */
import type { Micros } from '../bus/bus.ts';
import type { RecordKind, TraceRecord } from '../trace/record.ts';
import { mix } from './keyed.ts';

export type Listener = (record: TraceRecord) => void;

export interface Observer {
  /** All records are wanted as the trace writes them: entries by reference. */
  readonly full: boolean;
  /** Asked once for each kind: who hears it, or null. */
  listen(kind: RecordKind): Listener | null;
}

type Listeners = { readonly [Kind in RecordKind]: Listener | null };

/** What each kind of record counts for in the digest. */
export const mark: { readonly [Kind in RecordKind]: number } = {
  header: 1,
  send: 2,
  deliver: 3,
  drop: 4,
  delay: 5,
  duplicate: 6,
  bus: 7,
  state: 8,
  timer: 9,
  arm: 10,
  propose: 11,
  write: 12,
  durable: 13,
  told: 14,
  match: 15,
  commit: 16,
  apply: 17,
  configure: 18,
  restore: 19,
  serve: 20,
  crash: 21,
  online: 22,
  offline: 23,
  pause: 24,
  resume: 25,
  fault: 26,
  quiet: 27,
  end: 28,
  invoke: 29,
  ok: 30,
  fail: 31,
  info: 32,
  operate: 33,
  verdict: 34,
};

export class Emitter {
  readonly on: Listeners;
  readonly full: boolean;
  private next: number;
  private folded = 0;

  /** 0 is the header's; a process of many numbers its records from a `first` of its own on. */
  constructor(observer: Observer, first: number = 1) {
    this.next = first;
    this.full = observer.full;
    this.on = {
      header: observer.listen('header'),
      send: observer.listen('send'),
      deliver: observer.listen('deliver'),
      drop: observer.listen('drop'),
      delay: observer.listen('delay'),
      duplicate: observer.listen('duplicate'),
      bus: observer.listen('bus'),
      state: observer.listen('state'),
      timer: observer.listen('timer'),
      arm: observer.listen('arm'),
      propose: observer.listen('propose'),
      write: observer.listen('write'),
      durable: observer.listen('durable'),
      told: observer.listen('told'),
      match: observer.listen('match'),
      commit: observer.listen('commit'),
      apply: observer.listen('apply'),
      configure: observer.listen('configure'),
      restore: observer.listen('restore'),
      serve: observer.listen('serve'),
      crash: observer.listen('crash'),
      online: observer.listen('online'),
      offline: observer.listen('offline'),
      pause: observer.listen('pause'),
      resume: observer.listen('resume'),
      fault: observer.listen('fault'),
      quiet: observer.listen('quiet'),
      end: observer.listen('end'),
      invoke: observer.listen('invoke'),
      ok: observer.listen('ok'),
      fail: observer.listen('fail'),
      info: observer.listen('info'),
      operate: observer.listen('operate'),
      verdict: observer.listen('verdict'),
    };
  }

  /**
   * The number for the next record; call it exactly once a record, with its mark, its time and what
   * tells it from others like it, and whose it is.
   */
  take(of: number, at: Micros, what: number, whose: number = 0): number {
    this.folded = mix(mix(this.folded, at ^ (of << 26) ^ (whose << 20)), what);
    return this.next++;
  }

  /** All records so far in 32 bits, unsigned. */
  get digest(): number {
    return this.folded >>> 0;
  }

  /** Records numbered so far, the header among them. */
  get taken(): number {
    return this.next;
  }
}
