/** Forwarding and idleness at exact moments; what all buses share is in the conformance suite. */
import { describe, expect, test } from 'vitest';
import { Bench, second } from './testing.ts';

function forwarding(bench: Bench, path: string, change: object): void {
  bench.submit({ kind: 'updateEntity', token: 0, path, change });
}

describe('forwarding', () => {
  test('in a circle ends after four times, in the transfer dead letters', () => {
    const bench = new Bench({ ordering: 'total' });
    for (const path of ['a', 'b']) bench.queue(path);
    forwarding(bench, 'a', { forwardTo: 'b' });
    forwarding(bench, 'b', { forwardTo: 'a' });
    bench.publish('a', 'round');
    bench.settleDown();
    expect(bench.all('deadLettered')).toMatchObject([
      { path: 'a', reason: 'MaxTransferHopCountExceeded', message: { body: 'round' } },
    ]);
  });

  test('closes the receivers of the queue, and sends on what they give back', () => {
    const bench = new Bench();
    for (const path of ['from', 'to']) bench.queue(path);
    bench.open('r', 'from');
    bench.publish('from', 'held');
    bench.advance(second);
    forwarding(bench, 'from', { forwardTo: 'to' });
    expect(bench.all('disconnected')).toMatchObject([{ receiver: 'r' }]);
    bench.abandon(bench.lastLock());
    bench.open('s', 'to', { mode: 'receiveAndDelete' });
    bench.settleDown();
    expect(bench.bodies('s')).toEqual(['held']);
  });

  test('fails for want of room, and room is counted right on both sides', () => {
    const bench = new Bench({ entityMessagesMax: 2, latencyMicros: () => 0 });
    bench.queue('to');
    bench.queue('from', { forwardTo: 'to' });
    for (const body of ['1', '2', '3', '4', '5']) bench.publish('from', body);
    bench.settleDown();
    const stuck = bench.all('deadLettered').map(({ message }) => message.body);
    expect(stuck).toEqual(['3', '4']);
    expect(bench.all('rejected')).toMatchObject([{ code: 'QuotaExceeded' }]);
    bench.open('r', 'to', { mode: 'receiveAndDelete' });
    expect(bench.bodies('r')).toEqual(['1', '2']);
  });

  test('does not count what the target has seen already', () => {
    const bench = new Bench();
    bench.queue('to', { duplicateDetectionMicros: second });
    bench.queue('from', { forwardTo: 'to' });
    for (const body of ['first', 'again']) bench.publish('from', body, { messageId: 'same' });
    bench.open('r', 'to', { mode: 'receiveAndDelete' });
    bench.settleDown();
    expect(bench.bodies('r')).toEqual(['first']);
    expect(bench.all('deduplicated')).toMatchObject([{ path: 'to', message: { body: 'again' } }]);
  });
});

describe('an idle entity', () => {
  test('goes at the very end of its time, and its owner is told', () => {
    const gone: string[] = [];
    const bench = new Bench({ onAutoDelete: (path) => gone.push(path) });
    bench.queue('q', { autoDeleteMicros: 10 * second });
    bench.advance(4 * second);
    bench.publish('q', 'used');
    bench.advance(10 * second - 1);
    expect(gone).toEqual([]);
    bench.advance(1);
    expect(gone).toEqual(['q']);
    expect(bench.bus.wakeAt()).toBeUndefined();
  });

  test('is not idle while it forwards, is received from, or has scheduled messages', () => {
    const gone: string[] = [];
    const bench = new Bench({ onAutoDelete: (path) => gone.push(path) });
    const autoDeleteMicros = second;
    for (const path of ['target', 'received']) bench.queue(path, { autoDeleteMicros });
    bench.queue('forwards', { autoDeleteMicros, forwardTo: 'target' });
    bench.queue('scheduled', { autoDeleteMicros });
    bench.publish('scheduled', 'later', { scheduledAt: 5 * second });
    bench.open('r', 'received');
    bench.advance(4 * second);
    expect(gone).toEqual(['target']);
    bench.submit({ kind: 'closeReceiver', receiver: 'r' });
    bench.advance(4 * second);
    expect([...gone].sort()).toEqual(['received', 'scheduled', 'target']);
  });

  test('stays when it is told to', () => {
    const bench = new Bench();
    bench.queue('q', { autoDeleteMicros: second });
    forwarding(bench, 'q', { autoDeleteMicros: null });
    bench.advance(5 * second);
    bench.publish('q', 'still');
    expect(bench.all('rejected')).toEqual([]);
  });
});
