/**
 * Where records leave the world. Every record takes its number whether anybody watches or not, so
 * that a run numbers its records alike with and without a trace.
 */
import type { RecordKind, TraceRecord } from '../trace/record.ts';

export interface Observer {
  /** The kinds to be shown, or null for all of them. */
  readonly kinds: ReadonlySet<RecordKind> | null;
  observe(record: TraceRecord): void;
}

type Wants = { readonly [Kind in RecordKind]: boolean };

export class Emitter {
  readonly wants: Wants;
  /** A whole trace is wanted: records are to stand alone, without what they need not carry. */
  readonly full: boolean;
  private readonly observer: Observer;
  /** 0 is the header's. */
  private next = 1;

  constructor(observer: Observer) {
    this.observer = observer;
    this.full = observer.kinds === null;
    const want = (kind: RecordKind): boolean => observer.kinds === null || observer.kinds.has(kind);
    this.wants = {
      header: want('header'),
      send: want('send'),
      deliver: want('deliver'),
      drop: want('drop'),
      delay: want('delay'),
      duplicate: want('duplicate'),
      bus: want('bus'),
      state: want('state'),
      timer: want('timer'),
      arm: want('arm'),
      propose: want('propose'),
      write: want('write'),
      durable: want('durable'),
      match: want('match'),
      commit: want('commit'),
      apply: want('apply'),
      crash: want('crash'),
      online: want('online'),
      offline: want('offline'),
      pause: want('pause'),
      resume: want('resume'),
      fault: want('fault'),
      quiet: want('quiet'),
      end: want('end'),
      invoke: want('invoke'),
      ok: want('ok'),
      fail: want('fail'),
      info: want('info'),
      verdict: want('verdict'),
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

  show(record: TraceRecord): void {
    this.observer.observe(record);
  }
}
