import { describe, expect, test } from 'vitest';
import { Bench, second } from './testing.ts';

function open(bench: Bench, credit: number): void {
  const rest = { receiver: 'r', path: 'q', mode: 'peekLock', prefetch: 100 } as const;
  bench.submit({ kind: 'openReceiver', token: 0, ...rest, credit });
}

describe('credit', () => {
  test('a receiver gets no more than its credit, and the rest when it is given more', () => {
    const bench = new Bench({ ordering: 'total' });
    bench.queue('q');
    open(bench, 2);
    for (const body of ['a', 'b', 'c', 'd']) bench.publish('q', body);
    bench.advance(second);
    expect(bench.bodies('r')).toEqual(['a', 'b']);
    bench.submit({ kind: 'setCredit', receiver: 'r', credit: 1 });
    expect(bench.bodies('r')).toEqual(['a', 'b', 'c']);
    bench.submit({ kind: 'setCredit', receiver: 'r', credit: -1 });
    expect(bench.bodies('r')).toEqual(['a', 'b', 'c', 'd']);
  });

  test('settling gives no credit back', () => {
    const bench = new Bench();
    bench.queue('q');
    open(bench, 1);
    bench.publish('q', 'a');
    bench.publish('q', 'b');
    bench.advance(second);
    bench.complete(bench.lastLock());
    expect(bench.bodies('r')).toHaveLength(1);
  });

  test('a deferred message is received without credit', () => {
    const bench = new Bench();
    bench.queue('q');
    open(bench, 1);
    bench.publish('q', 'a');
    bench.advance(second);
    const [delivery] = bench.all('delivered');
    const lock = delivery?.lock ?? 0;
    bench.submit({ kind: 'settle', token: 0, lock, settlement: { kind: 'defer' } });
    const sequenceNumber = delivery?.sequenceNumber ?? 0;
    bench.submit({ kind: 'receiveDeferred', token: 0, receiver: 'r', sequenceNumber });
    expect(bench.bodies('r')).toEqual(['a', 'a']);
  });
});

test('a settlement may set properties, on this copy only', () => {
  const bench = new Bench();
  const options = { lockDurationMicros: second, maxDeliveryCount: 9, requiresSession: false };
  bench.submit({
    kind: 'createTopic',
    token: 0,
    path: 't',
    options: { duplicateDetectionMicros: 0 },
  });
  for (const name of ['one', 'two']) {
    const path = `t/Subscriptions/${name}`;
    const rest = { options: { ...options, deadLetterOnExpiration: false } };
    bench.submit({ kind: 'createSubscription', token: 0, path, ...rest });
    bench.open(name, path, { prefetch: 1 });
  }
  bench.publish('t', 'a', { properties: { kept: 1, changed: 'old' } });
  bench.advance(1_000);
  const lock = bench.all('delivered').find(({ receiver }) => receiver === 'one')?.lock ?? 0;
  const settlement = { kind: 'abandon', properties: { changed: 'new', added: true } } as const;
  bench.submit({ kind: 'settle', token: 0, lock, settlement });
  const again = bench.all('delivered').at(-1);
  expect(again?.message.properties).toEqual({ kept: 1, changed: 'new', added: true });
  const other = bench.all('delivered').find(({ receiver }) => receiver === 'two');
  expect(other?.message.properties).toEqual({ kept: 1, changed: 'old' });
});

test('a peek may be limited to one session', () => {
  const bench = new Bench();
  bench.queue('q', { requiresSession: true });
  bench.publish('q', 'a', { sessionId: 's1' });
  bench.publish('q', 'b', { sessionId: 's2' });
  const rest = { path: 'q', fromSequenceNumber: 0, count: 9 };
  bench.submit({ kind: 'peek', token: 1, ...rest, sessionId: 's2' });
  const [peeked] = bench.all('peeked');
  expect(peeked?.messages.map(({ message }) => message.body)).toEqual(['b']);
});

test('an entity holds no more bytes than it may, and takes messages again when it has room', () => {
  const bench = new Bench({ entityBytesMax: 25, latencyMicros: () => 0 });
  bench.queue('q');
  for (const body of ['a', 'b', 'c']) bench.publish('q', body);
  expect(bench.all('rejected').map(({ code, text }) => [code, text])).toEqual([
    ['QuotaExceeded', "'q' is full: it holds 20 bytes; the limit is 25."],
  ]);
  bench.publish('q', 'small', { sizeBytes: 5 });
  bench.open('r', 'q', { mode: 'receiveAndDelete' });
  bench.publish('q', 'd');
  bench.look();
  expect(bench.bodies('r')).toEqual(['a', 'b', 'small', 'd']);
});
