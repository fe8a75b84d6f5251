/** What is settled at once with different outcomes is settled with those outcomes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Settlement } from '../../harness/bus/bus.ts';
import { type Broker, startBroker } from '../broker/broker.ts';
import { accountOf, Bench } from './testing.ts';

const settlements = {
  complete: { kind: 'complete' },
  abandon: { kind: 'abandon' },
  deadLetter: { kind: 'deadLetter', reason: 'R', description: '' },
} as const satisfies { readonly [name: string]: Settlement };
type Kind = keyof typeof settlements;

let broker: Broker;
let bench: Bench;
beforeEach(async () => {
  broker = await startBroker({ queues: [{ name: 'q' }] });
  bench = new Bench(accountOf(broker));
});
afterEach(async () => {
  await bench.close();
  await broker.close();
});

describe('neighbours settled in one turn', () => {
  test.each<[Kind, Kind]>([
    ['abandon', 'complete'],
    ['complete', 'abandon'],
    ['complete', 'deadLetter'],
    ['deadLetter', 'complete'],
    ['deadLetter', 'abandon'],
  ])('the first by %s, the second by %s', async (...kinds) => {
    await bench.open('q', { mode: 'peekLock', receiver: 'r' });
    bench.publish('q', 'one');
    bench.publish('q', 'two');
    const locks = [await bench.delivery('one'), await bench.delivery('two')].map(
      ({ lock }) => lock,
    );
    const answers = locks.map((lock, at) => {
      const settlement = settlements[kinds[at] ?? 'complete'];
      return bench.ask({ kind: 'settle', lock, settlement });
    });
    for (const answer of answers) expect((await answer).kind).toBe('accepted');

    const bodies = ['one', 'two'];
    const meant = (kind: Kind): readonly string[] => bodies.filter((_, at) => kinds[at] === kind);
    await bench.open('q/$DeadLetterQueue', { mode: 'receiveAndDelete', receiver: 'd' });
    for (const body of [...meant('abandon'), ...meant('deadLetter')]) {
      expect((await bench.delivery(body)).message.body).toBe(body);
    }
    await bench.pass(100);
    const delivered = bench.seen.filter(({ kind }) => kind === 'delivered').length;
    expect(delivered).toBe(2 + meant('abandon').length + meant('deadLetter').length);
  });
});
