import { expect, test } from 'vitest';
import { Bench, second } from './testing.ts';

function change(bench: Bench, path: string, changes: object): void {
  bench.submit({ kind: 'updateEntity', token: 7, path, change: changes });
}

test('a new lock duration counts for new locks, and those held keep their end', () => {
  const bench = new Bench({ ordering: 'total', latencyMicros: () => 0 });
  bench.queue('q', { lockDurationMicros: 10 * second });
  bench.queue('other', { lockDurationMicros: 2 * second });
  bench.open('o', 'other');
  bench.publish('other', 'x');
  bench.open('r', 'q');
  bench.publish('q', 'old');
  bench.look();
  change(bench, 'q', { lockDurationMicros: 2 * second });
  bench.publish('q', 'new');
  bench.look();
  bench.settleDownUntil(3 * second);
  expect(bench.all('lockLost').map(({ message }) => message.body)).toEqual(['x', 'new']);
  bench.settleDownUntil(11 * second);
  expect(bench.all('lockLost').map(({ message }) => message.body)).toContain('old');
});

test('a session holds on to its lock, and renews it for the new duration', () => {
  const bench = new Bench();
  bench.queue('q', { requiresSession: true, lockDurationMicros: 10 * second });
  bench.accept('r', 'q', 's', 1);
  change(bench, 'q', { lockDurationMicros: second });
  bench.submit({ kind: 'getSessionState', token: 2, receiver: 'r' });
  bench.submit({ kind: 'renewSessionLock', token: 3, receiver: 'r' });
  const untils = bench.all('accepted').flatMap(({ lockedUntil }) => lockedUntil ?? []);
  expect(untils).toEqual([10 * second, 10 * second, second]);
});

test('delivery count, expiration and time-to-live change', () => {
  const bench = new Bench({ latencyMicros: () => 0 });
  bench.queue('q', { maxDeliveryCount: 5 });
  bench.open('r', 'q', { prefetch: 1 });
  change(bench, 'q', {
    maxDeliveryCount: 1,
    deadLetterOnExpiration: true,
    defaultTimeToLiveMicros: second,
  });
  bench.publish('q', 'a');
  bench.publish('q', 'b');
  bench.look();
  bench.advance(2 * second);
  bench.abandon(bench.lastLock());
  bench.look();
  const reasons = bench.all('deadLettered').map(({ message, reason }) => [message.body, reason]);
  expect(reasons).toEqual([
    ['a', 'MaxDeliveryCountExceeded'],
    ['b', 'TTLExpiredException'],
  ]);
});

test('an unknown entity and a senseless change are refused', () => {
  const bench = new Bench();
  bench.queue('q');
  change(bench, 'none', {});
  change(bench, 'q', { lockDurationMicros: 0 });
  change(bench, 'q', { maxDeliveryCount: 0 });
  const codes = bench.all('rejected').map(({ code }) => code);
  expect(codes).toEqual(['MessagingEntityNotFound', 'InvalidOperation', 'InvalidOperation']);
});
