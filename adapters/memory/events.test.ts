/** What only this bus can tell: its own events, its clock, its quotas. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { memoryBus } from './memory.ts';
import { Bench, lockMicros, second } from './testing.ts';

describe('events of the memory bus', () => {
  test('a lock that runs out is told, with its receiver, at its very end', () => {
    const bench = new Bench();
    bench.queue('q');
    bench.open('r', 'q');
    bench.publish('q', 'a');
    bench.advance(100);
    bench.advance(lockMicros - 1);
    expect(bench.all('lockLost')).toEqual([]);
    const lock = bench.lastLock();
    bench.advance(1);
    expect(bench.all('lockLost')).toMatchObject([{ receiver: 'r', lock, message: { body: 'a' } }]);
  });

  test('renewing one lock lets the others run out in their order', () => {
    const bench = new Bench();
    bench.queue('q');
    bench.open('r', 'q');
    for (const body of ['a', 'b', 'c']) {
      bench.publish('q', body);
      bench.advance(second);
    }
    const [first] = bench.all('delivered');
    bench.submit({ kind: 'renewLock', token: 1, lock: first?.lock ?? 0 });
    bench.submit({ kind: 'closeReceiver', receiver: 'r' });
    bench.settleDown();
    expect(bench.all('lockLost').map(({ message }) => message.body)).toEqual(['b', 'c', 'a']);
  });

  test('duplicates, expiries and dead letters are told', () => {
    const bench = new Bench();
    bench.queue('q', { duplicateDetectionMicros: second, maxDeliveryCount: 1 });
    bench.publish('q', 'short', { messageId: 'x', timeToLiveMicros: 50 });
    bench.publish('q', 'again', { messageId: 'x' });
    expect(bench.all('deduplicated')).toMatchObject([{ path: 'q', message: { body: 'again' } }]);
    bench.open('r', 'q');
    bench.advance(second);
    expect(bench.all('expired')).toMatchObject([{ path: 'q', message: { body: 'short' } }]);
    bench.publish('q', 'dead');
    bench.advance(second);
    bench.abandon(bench.lastLock());
    expect(bench.all('deadLettered')).toMatchObject([
      { path: 'q', message: { body: 'dead' }, reason: 'MaxDeliveryCountExceeded' },
    ]);
  });

  test('a duplicate does not prolong the window', () => {
    const bench = new Bench();
    bench.queue('q', { duplicateDetectionMicros: second });
    bench.publish('q', 'a', { messageId: 'x' });
    bench.advance(0.6 * second);
    bench.publish('q', 'b', { messageId: 'x' });
    bench.advance(0.6 * second);
    bench.publish('q', 'c', { messageId: 'x' });
    expect(bench.all('deduplicated').map(({ message }) => message.body)).toEqual(['b']);
  });

  test('competing receivers take turns', () => {
    const bench = new Bench();
    bench.queue('q');
    for (const name of ['r0', 'r1', 'r2']) bench.open(name, 'q', { mode: 'receiveAndDelete' });
    for (let i = 0; i < 7; i++) bench.publish('q', `${i}`);
    bench.advance(second);
    expect(bench.bodies('r0')).toEqual(['0', '3', '6']);
    expect(bench.bodies('r1')).toEqual(['1', '4']);
    expect(bench.bodies('r2')).toEqual(['2', '5']);
  });

  test('a full entity refuses with QuotaExceeded until something is settled', () => {
    const bench = new Bench({ entityMessagesMax: 2 });
    bench.queue('q');
    for (const body of ['a', 'b', 'c']) bench.publish('q', body);
    expect(bench.all('rejected')).toMatchObject([{ code: 'QuotaExceeded' }]);
    bench.open('r', 'q');
    bench.advance(second);
    bench.complete(bench.lastLock());
    bench.publish('q', 'd');
    expect(bench.all('rejected')).toHaveLength(1);
  });

  test('a deleted subscription gives back what it stored, locked or not', () => {
    const bench = new Bench({ entityMessagesMax: 4 });
    const options = { duplicateDetectionMicros: 0 };
    bench.submit({ kind: 'createTopic', token: 0, path: 't', options });
    for (const requiresSession of [true, false]) {
      const path = `t/Subscriptions/${requiresSession ? 'with' : 'without'}`;
      const limits = {
        lockDurationMicros: lockMicros,
        maxDeliveryCount: 3,
        requiresSession,
        deadLetterOnExpiration: false,
      };
      bench.submit({ kind: 'createSubscription', token: 0, path, options: limits });
    }
    for (const round of [0, 1]) {
      bench.publish('t', 'held', { sessionId: 's' });
      bench.publish('t', 'waits', { sessionId: 'x' });
      bench.publish('t', 'one too many', { sessionId: 's' });
      expect(bench.all('rejected').map(({ code }) => code)).toEqual(['QuotaExceeded']);
      bench.events.length = 0;
      const name = round === 0 ? 'with' : 'without';
      if (round === 0) bench.accept('r', 't/Subscriptions/with', 's');
      else bench.open('r', 't/Subscriptions/without', { prefetch: 1 });
      bench.advance(second);
      expect(bench.all('delivered')).toHaveLength(1);
      bench.submit({ kind: 'deleteEntity', token: 0, path: `t/Subscriptions/${name}` });
      expect(bench.all('disconnected')).toHaveLength(1);
      expect(bench.bus.wakeAt()).toBe(undefined);
      bench.events.length = 0;
    }
    for (const body of ['a', 'b', 'c', 'd', 'e']) bench.publish('t', body);
    expect(bench.all('rejected')).toEqual([]);
  });

  test('nothing of a deleted queue is on its way any more', () => {
    const bench = new Bench();
    bench.queue('q');
    bench.publish('q', 'a');
    bench.publish('q', 'b', { scheduledAt: second });
    bench.submit({ kind: 'deleteEntity', token: 0, path: 'q' });
    bench.advance(second / 2);
    expect(bench.bus.wakeAt() ?? second).toBe(second);
    bench.queue('q');
    bench.open('r', 'q');
    bench.advance(2 * second);
    expect(bench.all('delivered')).toEqual([]);
    expect(bench.all('expired')).toEqual([]);
  });

  test('a message that lives for no time is not delivered', () => {
    const bench = new Bench();
    bench.queue('q');
    bench.publish('q', 'a', { timeToLiveMicros: 0 });
    bench.open('r', 'q');
    bench.advance(second);
    expect(bench.all('expired')).toHaveLength(1);
  });

  test('a latency that is no time is none', () => {
    const bench = new Bench({ latencyMicros: ({ body }) => Number(body) });
    bench.queue('q');
    bench.open('r', 'q', { mode: 'receiveAndDelete' });
    for (const body of ['NaN', '-5', '7']) bench.publish('q', body);
    bench.advance(7);
    expect(bench.bodies('r')).toEqual(['NaN', '-5', '7']);
  });

  test('who waits for a session in vain is refused with ServiceTimeout', () => {
    const bench = new Bench({ sessionWaitMicros: 3 * second });
    bench.queue('q', { requiresSession: true });
    bench.accept('r', 'q', null, 5);
    bench.advance(3 * second - 1);
    expect(bench.all('rejected')).toEqual([]);
    bench.advance(1);
    expect(bench.all('rejected')).toMatchObject([{ token: 5, code: 'ServiceTimeout' }]);
    bench.publish('q', 'a', { sessionId: 's' });
    bench.settleDown();
    expect(bench.all('delivered')).toEqual([]);
  });

  test('the next available session is the one whose message has waited longest', () => {
    const bench = new Bench();
    bench.queue('q', { requiresSession: true });
    for (const sessionId of ['z', 'a', 'm']) {
      bench.publish('q', sessionId, { sessionId });
      bench.advance(second);
    }
    for (const name of ['r0', 'r1', 'r2']) bench.accept(name, 'q', null, 1);
    expect(bench.all('accepted').map(({ sessionId }) => sessionId)).toEqual(['z', 'a', 'm']);
  });

  test('a receiver takes one name at a time', () => {
    const bench = new Bench();
    bench.queue('q');
    bench.open('r', 'q');
    bench.open('r', 'q');
    bench.open('s', 'q', { prefetch: 0 });
    expect(bench.all('rejected').map(({ code }) => code)).toEqual([
      'InvalidOperation',
      'InvalidOperation',
    ]);
    bench.submit({ kind: 'closeReceiver', receiver: 'r' });
    bench.open('r', 'q');
    expect(bench.all('rejected')).toHaveLength(2);
  });

  const badEntities = [
    { path: '', change: {} },
    { path: 'x'.repeat(261), change: {} },
    { path: 't/Subscriptions/s', change: {} },
    { path: 'q/$deadletterqueue', change: {} },
    { path: 'q', change: { lockDurationMicros: 0 } },
    { path: 'q', change: { maxDeliveryCount: 0 } },
    { path: 'q', change: { duplicateDetectionMicros: Number.NaN } },
  ];
  test.each(badEntities)('a queue "$path" with $change is refused', ({ path, change }) => {
    const bench = new Bench();
    bench.queue(path, change);
    expect(bench.all('rejected')).toMatchObject([{ code: 'InvalidOperation' }]);
  });

  test('what only receivers or senders may do is refused to the other', () => {
    const bench = new Bench();
    bench.queue('q');
    const options = { duplicateDetectionMicros: 0 };
    bench.submit({ kind: 'createTopic', token: 0, path: 't', options });
    bench.publish('q/$DeadLetterQueue', 'a');
    bench.open('r', 't');
    bench.submit({ kind: 'peek', token: 1, path: 't', fromSequenceNumber: 0, count: 1 });
    bench.submit({ kind: 'deleteEntity', token: 1, path: 'q/$DeadLetterQueue' });
    const rule = { name: 'r', filter: { kind: 'true' } } as const;
    bench.submit({ kind: 'createRule', token: 1, path: 'q', rule });
    bench.publish('q', 'b', { messageId: 'x'.repeat(129) });
    expect(bench.all('rejected').map(({ code }) => code)).toEqual(
      Array.from({ length: 6 }, () => 'InvalidOperation'),
    );
  });
});

describe('the clock of the memory bus', () => {
  test('wakeAt names the moment of the next event, and nothing when there is none', () => {
    const bench = new Bench();
    expect(bench.bus.wakeAt()).toBe(undefined);
    bench.queue('q');
    bench.open('r', 'q');
    expect(bench.bus.wakeAt()).toBe(undefined);
    bench.advance(second);
    bench.publish('q', 'a');
    expect(bench.bus.wakeAt()).toBe(second + 100);
    bench.advance(100);
    expect(bench.bus.wakeAt()).toBe(second + 100 + lockMicros);
    bench.complete(bench.lastLock());
    expect(bench.bus.wakeAt()).toBe(undefined);
  });

  test('an answer that was not polled wakes at once', () => {
    const bench = new Bench();
    const path = 'nowhere';
    bench.bus.submit({ kind: 'deleteEntity', token: 1, path }, 7);
    expect(bench.bus.wakeAt()).toBe(7);
    bench.now = 7;
    bench.look();
    expect(bench.bus.wakeAt()).toBe(undefined);
  });

  test('a poll with nothing new returns the same array, and nobody can put events into it', () => {
    const bench = new Bench();
    const first = bench.bus.poll(1);
    expect(bench.bus.poll(2)).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
  });

  test('what a poll returned is not changed by later ones', () => {
    const bench = new Bench({ entityMessagesMax: 10_000 });
    bench.queue('q');
    bench.open('r', 'q', { mode: 'receiveAndDelete' });
    for (const count of [1, 3, 300]) {
      for (let i = 0; i < count; i++) {
        const message = { messageId: `${i}`, body: `${count}`, sizeBytes: 1 };
        bench.bus.submit({ kind: 'publish', token: 0, path: 'q', message }, bench.now);
      }
      bench.now += second;
      const events = bench.bus.poll(bench.now);
      const copy = [...events];
      bench.publish('q', 'next');
      bench.advance(second);
      expect(events).toEqual(copy);
      expect(events).toHaveLength(count);
    }
  });

  test('a command that comes from the past is taken as coming now', () => {
    const bench = new Bench();
    bench.queue('q');
    bench.advance(second);
    const message = { messageId: 'm', body: 'a', sizeBytes: 1 };
    bench.bus.submit({ kind: 'publish', token: 0, path: 'q', message }, 5);
    expect(bench.bus.wakeAt()).toBe(second + 100);
  });
});

/** After a full collection. */
function heapUsedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('no collector');
  Reflect.apply(collect, undefined, []);
  return getHeapStatistics().used_heap_size;
}

describe('memory', () => {
  test('stays flat while messages are published, locked, settled and scheduled', () => {
    const bus = memoryBus<object>({
      ordering: 'session',
      latencyMicros: () => 10,
      messageSizeBytesMax: 1_000,
      entityMessagesMax: 100,
    });
    let now = 0;
    const options = {
      lockDurationMicros: lockMicros,
      maxDeliveryCount: 10,
      requiresSession: true,
      duplicateDetectionMicros: 100,
      deadLetterOnExpiration: false,
    };
    bus.submit({ kind: 'createQueue', token: 0, path: 'q', options }, now);
    const mode = 'peekLock';
    const run = (from: number, count: number): void => {
      for (let i = from; i < from + count; i++) {
        const sessionId = `s${i}`;
        const body = {};
        const message = { messageId: `m${i}`, body, sizeBytes: 1, sessionId };
        bus.submit({ kind: 'publish', token: 0, path: 'q', message }, now);
        const scheduled = { ...message, messageId: `s${i}`, scheduledAt: now + 1e12 };
        bus.submit({ kind: 'publish', token: 1, path: 'q', message: scheduled }, now);
        const receiver = 'r';
        const opening = { receiver, path: 'q', mode, prefetch: 1, sessionId } as const;
        bus.submit({ kind: 'openReceiver', token: 0, ...opening }, now);
        now += 50;
        for (const event of bus.poll(now)) {
          if (event.kind === 'accepted' && event.sequenceNumber !== undefined) {
            const { sequenceNumber } = event;
            bus.submit({ kind: 'cancelScheduled', token: 0, path: 'q', sequenceNumber }, now);
          }
          if (event.kind !== 'delivered') continue;
          const settlement = { kind: 'complete' } as const;
          bus.submit({ kind: 'settle', token: 0, lock: event.lock, settlement }, now);
        }
        bus.submit({ kind: 'closeReceiver', receiver }, now);
      }
    };
    run(0, 20_000);
    const before = heapUsedBytes();
    run(20_000, 100_000);
    const after = heapUsedBytes();
    expect(after - before).toBeLessThan(500_000);
  });
});
