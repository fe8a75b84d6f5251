/** What a bus brings to the conformance suite. */
import type { Bus, Micros } from '../bus.ts';

export interface Harness {
  readonly bus: Bus<string>;
  /** The clock that the bus is given, in microseconds. */
  now(): Micros;
  /** Lets time pass, up to that moment or less: virtual time jumps, real time sleeps a little. */
  wait(until: Micros): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** How long things take in the cases; a real service has minimums, virtual time has none. */
export interface Times {
  readonly lockMicros: Micros;
  readonly duplicateWindowMicros: Micros;
  /** Times-to-live and delays of scheduled messages. */
  readonly shortMicros: Micros;
  /** After which an unused entity goes. */
  readonly idleMicros: Micros;
  /** So long a case watches that something does not happen. */
  readonly quietMicros: Micros;
  /** So long a case waits for what must happen. */
  readonly patienceMicros: Micros;
  /** The largest message in bytes. */
  readonly messageSizeBytesMax: number;
}

/** A case that this bus is known to fail. The suite fails when the gap has closed. */
export interface Gap {
  /** `group: name`, as the reporter prints it. */
  readonly case: string;
  readonly reason: string;
}

export interface Subject {
  readonly name: string;
  readonly times: Times;
  readonly gaps: readonly Gap[];
  /** Begins the names of all entities; on a shared namespace, unique to the run. */
  readonly namePrefix: string;
  /** Called once for each case, which names its entities as no other does. */
  start(): Harness | Promise<Harness>;
}
