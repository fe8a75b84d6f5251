/**
 * Where records leave the world. Every record takes its number whether anybody listens or not, so
 * that a run numbers its records alike with and without a trace; nothing is made that nobody hears.
 */
import type { RecordKind, TraceRecord } from '../trace/record.ts';

export type Listener = (record: TraceRecord) => void;

export interface Observer {
  /** All records are wanted as the trace writes them: entries by reference. */
  readonly full: boolean;
  /** Asked once for each kind: who hears it, or null. */
  listen(kind: RecordKind): Listener | null;
}

type Listeners = { readonly [Kind in RecordKind]: Listener | null };

export class Emitter {
  readonly on: Listeners;
  readonly full: boolean;
  private next: number;

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

  /** The number for the next record; call it exactly once a record. */
  take(): number {
    return this.next++;
  }

  /** Records numbered so far, the header among them. */
  get taken(): number {
    return this.next;
  }
}
