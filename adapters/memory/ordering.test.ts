import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ordering } from '../../harness/bus/bus.ts';
import { Bench, second } from './testing.ts';

interface Sent {
  readonly queue: number;
  readonly sender: number;
  readonly latency: number;
  readonly pause: number;
}

const sent: fc.Arbitrary<readonly Sent[]> = fc.array(
  fc.record({
    queue: fc.nat(2),
    sender: fc.nat(2),
    latency: fc.nat(1_000),
    pause: fc.nat(300),
  }),
  { minLength: 1, maxLength: 40 },
);

interface Arrival {
  readonly index: number;
  readonly queue: number;
  readonly sender: number;
}

/** Publishes all, receives all, and tells the arrivals in their order. */
function deliver(ordering: Ordering, list: readonly Sent[]): readonly Arrival[] {
  const latencyMicros = ({ body }: { readonly body: string }): number =>
    list[Number(body)]?.latency ?? 0;
  const bench = new Bench({ ordering, latencyMicros });
  for (const queue of [0, 1, 2]) {
    bench.queue(`q${queue}`);
    bench.open(`r${queue}`, `q${queue}`, { mode: 'receiveAndDelete' });
  }
  for (const [index, { queue, sender, pause }] of list.entries()) {
    bench.publish(`q${queue}`, `${index}`, { replyTo: `s${sender}` });
    bench.advance(pause);
  }
  bench.settleDown();
  return bench.all('delivered').map(({ message }) => {
    const index = Number(message.body);
    const { queue, sender } = list[index] ?? { queue: -1, sender: -1 };
    return { index, queue, sender };
  });
}

const isSorted = (arrivals: readonly Arrival[]): boolean =>
  arrivals.every(({ index }, i) => i === 0 || index > (arrivals[i - 1]?.index ?? 0));

describe('ordering', () => {
  test('under `total` no copy on the whole bus overtakes another', () => {
    fc.assert(
      fc.property(sent, (list) => {
        const arrivals = deliver('total', list);
        expect(arrivals).toHaveLength(list.length);
        expect(isSorted(arrivals)).toBe(true);
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  test('under `session` no copy overtakes another of its sender in the same entity', () => {
    fc.assert(
      fc.property(sent, (list) => {
        const arrivals = deliver('session', list);
        expect(arrivals).toHaveLength(list.length);
        for (const queue of [0, 1, 2]) {
          for (const sender of [0, 1, 2]) {
            const one = arrivals.filter((at) => at.queue === queue && at.sender === sender);
            expect(isSorted(one)).toBe(true);
          }
        }
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  const overtaking = [
    { queue: 0, sender: 0, latency: 900, pause: 1 },
    { queue: 0, sender: 1, latency: 100, pause: 1 },
    { queue: 0, sender: 0, latency: 100, pause: 1 },
  ];
  const orders: readonly (readonly [Ordering, readonly number[]])[] = [
    ['total', [0, 1, 2]],
    ['session', [1, 0, 2]],
    ['none', [1, 2, 0]],
  ];
  test.each(orders)('under `%s` the same three messages arrive as %j', (ordering, expected) => {
    expect(deliver(ordering, overtaking).map(({ index }) => index)).toEqual(expected);
  });

  test('under `session` a session id counts before the sender', () => {
    const delays = [900, 100];
    const latencyMicros = ({ body }: { readonly body: string }): number =>
      delays[Number(body)] ?? 0;
    const bench = new Bench({ ordering: 'session', latencyMicros });
    bench.queue('q');
    bench.open('r', 'q', { mode: 'receiveAndDelete' });
    bench.publish('q', '0', { sessionId: 'a', replyTo: 'x' });
    bench.publish('q', '1', { sessionId: 'b', replyTo: 'x' });
    bench.settleDown();
    expect(bench.bodies('r')).toEqual(['1', '0']);
  });

  test('equal times are told apart by the order of publishing', () => {
    const bench = new Bench({ ordering: 'none' });
    bench.queue('q');
    bench.open('r', 'q', { mode: 'receiveAndDelete' });
    for (let i = 0; i < 50; i++) bench.publish('q', `${i}`);
    bench.settleDown();
    expect(bench.bodies('r')).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
  });

  test('the due times of thousands of senders are forgotten without losing the order', () => {
    const bench = new Bench({ ordering: 'session', entityMessagesMax: 1e6 });
    bench.queue('q');
    bench.open('r', 'q', { mode: 'receiveAndDelete' });
    for (let i = 0; i < 5_000; i++) {
      bench.publish('q', `${i}`, { replyTo: `sender ${i}` });
      bench.advance(10);
    }
    bench.advance(second);
    expect(bench.bodies('r')).toHaveLength(5_000);
  });
});
