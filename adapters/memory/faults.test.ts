import { describe, expect, test } from 'vitest';
import { Bench, lockMicros, second } from './testing.ts';

/** A queue with three messages delivered to r, none settled. */
function holding(): Bench {
  const bench = new Bench();
  bench.queue('q');
  bench.open('r', 'q');
  for (const body of ['a', 'b', 'c']) bench.publish('q', body);
  bench.advance(second);
  expect(bench.bodies('r')).toEqual(['a', 'b', 'c']);
  return bench;
}

describe('faults', () => {
  test('expireLocks takes all locks now, and the messages come back with one more delivery', () => {
    const bench = holding();
    bench.inject({ kind: 'expireLocks', path: 'q' });
    expect(bench.all('lockLost').map(({ message }) => message.body)).toEqual(['a', 'b', 'c']);
    const again = bench.all('delivered').slice(3);
    expect(again.map(({ message }) => message.body)).toEqual(['a', 'b', 'c']);
    expect(again.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1, 1]);
  });

  test('expireLocks leaves the locks of other queues alone', () => {
    const bench = holding();
    bench.queue('other');
    bench.inject({ kind: 'expireLocks', path: 'other' });
    expect(bench.all('lockLost')).toEqual([]);
  });

  test('expireLocks takes the locks of sessions', () => {
    const bench = new Bench();
    bench.queue('q', { requiresSession: true });
    bench.accept('r', 'q', 's');
    bench.publish('q', 'a', { sessionId: 's' });
    bench.advance(second);
    bench.inject({ kind: 'expireLocks', path: 'q' });
    expect(bench.all('sessionLockLost')).toEqual([
      { kind: 'sessionLockLost', receiver: 'r', sessionId: 's' },
    ]);
    bench.accept('again', 'q', 's');
    expect(bench.all('delivered').at(-1)).toMatchObject({ receiver: 'again', deliveryCount: 1 });
  });

  test('redeliver delivers the last ones once more, settled or not, under the same number', () => {
    const bench = holding();
    const [, second_, third] = bench.all('delivered');
    bench.complete(third?.lock ?? 0);
    bench.inject({ kind: 'redeliver', path: 'q', count: 2 });
    const again = bench.all('delivered').slice(3);
    expect(again.map(({ message }) => message.body)).toEqual(['b', 'c']);
    expect(again.map(({ sequenceNumber }) => sequenceNumber)).toEqual([
      second_?.sequenceNumber,
      third?.sequenceNumber,
    ]);
    expect(again.map(({ deliveryCount }) => deliveryCount)).toEqual([0, 0]);
    for (const { lock } of again) bench.complete(lock);
    expect(bench.all('rejected')).toEqual([]);
  });

  test('redeliver reaches no further back than there were deliveries', () => {
    const bench = holding();
    bench.inject({ kind: 'redeliver', path: 'q', count: 99 });
    expect(bench.bodies('r')).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  test('a message that was delivered twice and put aside twice is one message', () => {
    const bench = new Bench();
    bench.queue('q');
    bench.open('r', 'q');
    bench.publish('q', 'a');
    bench.advance(second);
    bench.inject({ kind: 'redeliver', path: 'q', count: 1 });
    for (const { lock } of bench.all('delivered')) {
      bench.submit({ kind: 'settle', token: 1, lock, settlement: { kind: 'defer' } });
    }
    bench.submit({ kind: 'peek', token: 2, path: 'q', fromSequenceNumber: 0, count: 10 });
    expect(bench.all('peeked')[0]?.messages).toHaveLength(1);
  });

  test('throttle refuses publishes with ServiceBusy until its end, and says how long', () => {
    const bench = new Bench();
    bench.queue('q');
    bench.inject({ kind: 'throttle', untilMicros: 2 * second });
    bench.advance(second / 2);
    bench.publish('q', 'refused');
    expect(bench.all('rejected')).toMatchObject([
      { code: 'ServiceBusy', retryAfterMicros: 1.5 * second },
    ]);
    bench.advance(1.5 * second);
    bench.publish('q', 'taken');
    expect(bench.all('rejected')).toHaveLength(1);
  });

  test('restart disconnects all receivers and loses all locks, but no message', () => {
    const bench = holding();
    bench.publish('q', 'on its way');
    bench.submit({
      kind: 'publish',
      token: 1,
      path: 'q',
      message: { messageId: 'x', body: 'later', sizeBytes: 1, scheduledAt: bench.now + second },
    });
    bench.inject({ kind: 'restart' });
    expect(bench.all('disconnected').map(({ receiver }) => receiver)).toEqual(['r']);
    expect(bench.all('lockLost')).toHaveLength(3);
    bench.advance(2 * second);
    bench.open('r', 'q');
    expect(bench.bodies('r').slice(3)).toEqual(['a', 'b', 'c', 'on its way', 'later']);
  });

  test('restart loses sessions, and refuses those who wait for one', () => {
    const bench = new Bench();
    bench.queue('q', { requiresSession: true });
    bench.accept('holder', 'q', 's');
    bench.accept('patient', 'q', null, 7);
    bench.inject({ kind: 'restart' });
    expect(bench.all('sessionLockLost').map(({ receiver }) => receiver)).toEqual(['holder']);
    expect(bench.all('disconnected').map(({ receiver }) => receiver)).toEqual(['holder']);
    expect(bench.all('rejected')).toMatchObject([{ token: 7, code: 'ServiceTimeout' }]);
    bench.settleDown();
    expect(bench.all('rejected')).toHaveLength(1);
  });

  test('slow delays what is published meanwhile', () => {
    const bench = new Bench({ ordering: 'none' });
    bench.queue('q');
    bench.open('r', 'q', { mode: 'receiveAndDelete' });
    bench.inject({ kind: 'slow', path: 'q', extraMicros: 5 * second, untilMicros: second });
    bench.publish('q', 'slow');
    bench.advance(second);
    bench.publish('q', 'quick');
    bench.advance(second);
    expect(bench.bodies('r')).toEqual(['quick']);
    bench.advance(4 * second);
    expect(bench.bodies('r')).toEqual(['quick', 'slow']);
  });

  test('deadLetter sends what waits to the dead-letter queue, on its way or there already', () => {
    const bench = holding();
    bench.submit({ kind: 'closeReceiver', receiver: 'r' });
    bench.publish('q', 'waits');
    bench.advance(second);
    bench.publish('q', 'on its way');
    bench.inject({ kind: 'deadLetter', path: 'q' });
    expect(bench.all('deadLettered').map(({ message }) => message.body)).toEqual([
      'waits',
      'on its way',
    ]);
    bench.open('dead', 'q/$DeadLetterQueue');
    expect(bench.bodies('dead')).toEqual(['waits', 'on its way']);
    bench.advance(lockMicros);
    bench.open('alive', 'q');
    expect(bench.bodies('alive')).toEqual(['a', 'b', 'c']);
  });

  test('a fault on a topic strikes all its subscriptions', () => {
    const bench = new Bench();
    const options = { duplicateDetectionMicros: 0 };
    bench.submit({ kind: 'createTopic', token: 0, path: 't', options });
    for (const name of ['a', 'b']) {
      const path = `t/Subscriptions/${name}`;
      const limits = {
        lockDurationMicros: lockMicros,
        maxDeliveryCount: 3,
        requiresSession: false,
        deadLetterOnExpiration: false,
      };
      bench.submit({ kind: 'createSubscription', token: 0, path, options: limits });
    }
    bench.publish('t', 'x');
    bench.inject({ kind: 'deadLetter', path: 't' });
    expect(bench.all('deadLettered')).toHaveLength(2);
  });

  test('a fault that finds nothing to strike says so', () => {
    const bench = new Bench();
    expect(() => bench.inject({ kind: 'expireLocks', path: 'nowhere' })).toThrow(
      /Fault expireLocks: no queue or subscription at 'nowhere'; create it first/,
    );
  });
});
