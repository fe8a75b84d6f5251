/**
 * Random commands against the promise that nothing acknowledged is lost: at any time every accepted
 * message is in exactly one place, and each delivery shows the count of those before it.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BusCommand, BusEvent, BusFault, Settlement } from '../../harness/bus/bus.ts';
import { Bench, lockMicros, second } from './testing.ts';

type Op =
  | { readonly op: 'publish'; readonly lifeMicros?: number; readonly delayMicros?: number }
  | { readonly op: 'settle'; readonly which: number; readonly settlement: Settlement }
  | { readonly op: 'renew'; readonly which: number }
  | { readonly op: 'open'; readonly who: number; readonly destructive: boolean; dead: boolean }
  | { readonly op: 'close'; readonly who: number }
  | { readonly op: 'deferred'; readonly who: number; readonly sequenceNumber: number }
  | { readonly op: 'cancel'; readonly sequenceNumber: number }
  | { readonly op: 'advance'; readonly micros: number }
  | { readonly op: 'fault'; readonly fault: BusFault };

const settlements: readonly Settlement[] = [
  { kind: 'complete' },
  { kind: 'abandon' },
  { kind: 'defer' },
  { kind: 'deadLetter', reason: 'r', description: 'd' },
];
const faults: readonly BusFault[] = [
  { kind: 'expireLocks', path: 'q' },
  { kind: 'restart' },
  { kind: 'deadLetter', path: 'q' },
  { kind: 'slow', path: 'q', extraMicros: second, untilMicros: 1_000 * second },
  { kind: 'throttle', untilMicros: 5 * second },
];

const duration = fc.integer({ min: 1, max: 2 * lockMicros });
const which = fc.nat(1_000);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Op>({ op: 'publish' }) },
  fc.record({ op: fc.constant('publish' as const), lifeMicros: duration }),
  fc.record({ op: fc.constant('publish' as const), delayMicros: duration }),
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('settle' as const),
      which,
      settlement: fc.constantFrom(...settlements),
    }),
  },
  fc.record({ op: fc.constant('renew' as const), which }),
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('open' as const),
      who: fc.nat(3),
      destructive: fc.boolean(),
      dead: fc.boolean(),
    }),
  },
  fc.record({ op: fc.constant('close' as const), who: fc.nat(3) }),
  fc.record({
    op: fc.constant('deferred' as const),
    who: fc.nat(3),
    sequenceNumber: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({
    op: fc.constant('cancel' as const),
    sequenceNumber: fc.integer({ min: 1, max: 20 }),
  }),
  { weight: 4, arbitrary: fc.record({ op: fc.constant('advance' as const), micros: duration }) },
  fc.record({ op: fc.constant('fault' as const), fault: fc.constantFrom(...faults) }),
);
/** Few enough to be reached. */
const storedMax = 6;
const options = { requiresSession: false, deadLetterOnExpiration: false };

/** The bus under the operations, and a ledger of what must be true of it. */
class Ledger {
  readonly bench: Bench;
  private readonly accepted: Set<string>;
  private readonly ended: Map<string, string>;
  private readonly counts: Map<string, number>;
  private readonly locks: { readonly lock: number; readonly body: string }[];
  private readonly asked: Map<number, () => void>;
  private readonly scheduled: Map<number, string>;
  private seen: number;
  private wasFull: boolean;

  constructor(bench: Bench) {
    this.bench = bench;
    this.accepted = new Set();
    this.ended = new Map();
    this.counts = new Map();
    this.locks = [];
    this.asked = new Map();
    this.scheduled = new Map();
    this.seen = 0;
    this.wasFull = false;
  }

  do(one: Op): void {
    if (one.op === 'advance') this.bench.advance(one.micros);
    else if (one.op === 'fault') this.bench.inject(one.fault);
    else {
      const command = this.command(one);
      if (command !== undefined) this.bench.submit(command);
    }
    for (const event of this.bench.events.slice(this.seen)) this.note(event);
    this.seen = this.bench.events.length;
  }

  private ask(answered: () => void): number {
    const token = this.asked.size + 1;
    this.asked.set(token, answered);
    return token;
  }

  private command(one: Exclude<Op, { op: 'advance' | 'fault' }>): BusCommand<string> | undefined {
    switch (one.op) {
      case 'publish': {
        const body = `m${this.asked.size}`;
        const token = this.ask(() => this.accepted.add(body));
        const { lifeMicros, delayMicros } = one;
        const life = lifeMicros === undefined ? {} : { timeToLiveMicros: lifeMicros };
        const delay =
          delayMicros === undefined ? {} : { scheduledAt: this.bench.now + delayMicros };
        const message = { messageId: body, body, sizeBytes: 1, ...life, ...delay };
        return { kind: 'publish', token, path: 'q', message };
      }
      case 'settle': {
        const held = this.locks[one.which % Math.max(1, this.locks.length)];
        if (held === undefined) return undefined;
        const { lock, body } = held;
        const { settlement } = one;
        const token = this.ask(() => {
          if (settlement.kind === 'complete') this.ended.set(body, 'settled');
          if (settlement.kind === 'abandon' || settlement.kind === 'defer') this.count(body);
        });
        return { kind: 'settle', token, lock, settlement };
      }
      case 'renew': {
        const held = this.locks[one.which % Math.max(1, this.locks.length)];
        return held === undefined ? undefined : { kind: 'renewLock', token: 0, lock: held.lock };
      }
      case 'open': {
        const path = one.dead ? 'q/$DeadLetterQueue' : 'q';
        const mode = one.destructive ? 'receiveAndDelete' : 'peekLock';
        const receiver = `r${one.who}`;
        return { kind: 'openReceiver', token: 0, receiver, path, mode, prefetch: 1 + one.who };
      }
      case 'close':
        return { kind: 'closeReceiver', receiver: `r${one.who}` };
      case 'deferred': {
        const { sequenceNumber } = one;
        const receiver = `r${one.who}`;
        return { kind: 'receiveDeferred', token: 0, receiver, sequenceNumber };
      }
      case 'cancel': {
        const { sequenceNumber } = one;
        const body = this.scheduled.get(sequenceNumber);
        const token = this.ask(() => this.ended.set(body ?? '?', 'cancelled'));
        return { kind: 'cancelScheduled', token, path: 'q', sequenceNumber };
      }
      default:
        return one satisfies never;
    }
  }

  private count(body: string): void {
    this.counts.set(body, (this.counts.get(body) ?? 0) + 1);
  }

  private note(event: BusEvent<string>): void {
    switch (event.kind) {
      case 'accepted':
        this.asked.get(event.token)?.();
        break;
      case 'delivered': {
        const { body } = event.message;
        expect(event.deliveryCount, `count of ${body}`).toBe(this.counts.get(body) ?? 0);
        if (event.lock === 0) this.ended.set(body, 'settled');
        else this.locks.push({ lock: event.lock, body });
        break;
      }
      case 'rejected':
        if (event.code === 'QuotaExceeded') this.wasFull = true;
        break;
      case 'lockLost':
        this.count(event.message.body);
        break;
      case 'expired':
        this.ended.set(event.message.body, 'expired');
        break;
      default:
        break;
    }
  }

  /** Every accepted message is in one place, and nothing else is anywhere. */
  check(): void {
    const places = new Map<string, string[]>();
    for (const [body, end] of this.ended) places.set(body, [end]);
    for (const path of ['q', 'q/$DeadLetterQueue']) {
      const before = this.bench.events.length;
      this.bench.submit({ kind: 'peek', token: 0, path, fromSequenceNumber: 0, count: 1_000 });
      const peeked = this.bench.events.splice(before)[0];
      if (peeked?.kind !== 'peeked') throw new Error('nothing was peeked');
      for (const { message, state, sequenceNumber } of peeked.messages) {
        const place = `${path} ${state}`;
        places.set(message.body, [...(places.get(message.body) ?? []), place]);
        if (state === 'scheduled') this.scheduled.set(sequenceNumber, message.body);
      }
    }
    const stored = places.size - this.ended.size;
    expect(stored).toBeLessThanOrEqual(storedMax);
    if (this.wasFull) expect(stored).toBe(storedMax);
    this.wasFull = false;
    for (const [body, found] of places) expect(found, `places of ${body}`).toHaveLength(1);
    expect([...places.keys()].sort()).toEqual([...this.accepted].sort());
  }
}

function bench(): Bench {
  let draw = 7;
  const latencyMicros = (): number => {
    draw = (draw * 48_271) % 2_147_483_647;
    return draw % second;
  };
  const made = new Bench({ latencyMicros, entityMessagesMax: storedMax });
  made.queue('q', options);
  return made;
}

/** All events of a run; time passes at once, or from one `wakeAt` to the next. */
function eventsOf(ops: readonly Op[], inSteps: boolean): readonly unknown[] {
  const ledger = new Ledger(bench());
  for (const one of ops) {
    if (one.op !== 'advance' || !inSteps) {
      ledger.do(one);
      continue;
    }
    const { bus, now } = ledger.bench;
    const end = now + one.micros;
    for (let at = bus.wakeAt(); at !== undefined && at <= end; at = bus.wakeAt()) {
      ledger.do({ op: 'advance', micros: at - ledger.bench.now });
    }
    ledger.do({ op: 'advance', micros: end - ledger.bench.now });
  }
  return ledger.bench.events;
}

describe('the memory bus under random commands', () => {
  const list = fc.array(op, { minLength: 5, maxLength: 60 });

  test('every accepted message is in exactly one place at any time', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(list, (ops) => {
        const ledger = new Ledger(bench());
        for (const one of ops) {
          ledger.do(one);
          ledger.check();
        }
        for (const event of ledger.bench.events) {
          ends.add(event.kind === 'rejected' ? event.code : event.kind);
        }
      }),
      { seed: 2_024, numRuns: 300 },
    );
    // A run in which nothing happened would prove nothing.
    const wanted = [
      'accepted',
      'delivered',
      'lockLost',
      'deadLettered',
      'expired',
      'QuotaExceeded',
    ];
    for (const kind of wanted) expect(ends).toContain(kind);
  });

  test('the same commands bring the same events, in the same order', () => {
    fc.assert(
      fc.property(list, (ops) => {
        expect(eventsOf(ops, false)).toEqual(eventsOf(ops, false));
      }),
      { seed: 2_025, numRuns: 100 },
    );
  });

  test('whether time passes in steps of wakeAt or at once makes no difference', () => {
    fc.assert(
      fc.property(list, (ops) => {
        expect(eventsOf(ops, true)).toEqual(eventsOf(ops, false));
      }),
      { seed: 2_026, numRuns: 100 },
    );
  });
});
