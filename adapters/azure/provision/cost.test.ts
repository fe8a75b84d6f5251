/** The estimate: figures worked out by hand, limits that bind, prices that can be replaced. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Layout } from '../routes.ts';
import { checkEstimate, dollars, estimate, limits, type PlannedRun } from './cost.ts';
import { defaultPrices, priceNames, pricesWith } from './prices.ts';

const tenMinutes: PlannedRun = {
  servers: 5,
  layout: 'filteredTopic',
  mode: 'receiveAndDelete',
  heartbeatMs: 1_000,
  requestsPerSecond: 1,
  durationMs: 600_000,
  elections: 0,
  namespaceHours: 8,
};
const setUpOperations = 40;

describe('five servers, a client, ten minutes', () => {
  test.each([
    [1_000, 1, 10_800, 27_600, 262],
    [500, 5, 39_600, 109_200, 974],
    [150, 5, 62_000, 154_000, 1_497],
  ])(
    'a heartbeat each %i ms and %i requests a second come to %i messages',
    (heartbeatMs, requestsPerSecond, published, operations, credits) => {
      const found = estimate({ ...tenMinutes, heartbeatMs, requestsPerSecond }, defaultPrices);
      expect(found.published).toBe(published);
      expect(found.operations).toBe(operations + setUpOperations);
      expect(found.creditsPerSecond).toBe(credits);
      expect(found.connections).toBe(12);
    },
  );

  test.each<readonly [Layout, PlannedRun['mode'], number]>([
    ['filteredTopic', 'peekLock', 44_400],
    ['plainTopic', 'receiveAndDelete', 75_600],
    ['queues', 'receiveAndDelete', 2 * (600 * 16 + 600 * 2 * 6)],
  ])('%s with %s', (layout, mode, operations) => {
    const found = estimate({ ...tenMinutes, layout, mode }, defaultPrices);
    expect(found.operations).toBe(operations + setUpOperations);
  });

  test('an election is a request to everybody, answers, and a first round', () => {
    const { published } = estimate({ ...tenMinutes, elections: 1 }, defaultPrices);
    expect(published - 10_800).toBe(1 + 4 + 4 + 4);
  });
});

test('more of anything never costs less', () => {
  const run = fc.record({
    servers: fc.integer({ min: 1, max: 7 }),
    layout: fc.constantFrom<Layout>('filteredTopic', 'plainTopic', 'queues'),
    mode: fc.constantFrom<PlannedRun['mode']>('receiveAndDelete', 'peekLock'),
    heartbeatMs: fc.integer({ min: 10, max: 10_000 }),
    requestsPerSecond: fc.integer({ min: 0, max: 100 }),
    durationMs: fc.integer({ min: 0, max: 3_600_000 }),
    elections: fc.integer({ min: 0, max: 50 }),
    namespaceHours: fc.integer({ min: 0, max: 100 }),
  });
  fc.assert(
    fc.property(run, (one) => {
      const less = estimate(one, defaultPrices).totalUsd;
      const longer = { ...one, durationMs: one.durationMs + 60_000 };
      for (const more of [
        longer,
        { ...one, namespaceHours: one.namespaceHours + 1 },
        { ...one, requestsPerSecond: one.requestsPerSecond + 1 },
        { ...one, servers: one.servers + 1 },
      ]) {
        expect(estimate(more, defaultPrices).totalUsd).toBeGreaterThanOrEqual(less);
      }
    }),
    { seed: 20_261_122 },
  );
});

describe('limits', () => {
  const check = (run: PlannedRun, limitUsd: number): void =>
    checkEstimate(estimate(run, defaultPrices), run, limitUsd);

  test('let a modest run pass', () => expect(() => check(tenMinutes, 0.5)).not.toThrow());

  test('refuse what may cost more', () => {
    const { totalUsd } = estimate(tenMinutes, defaultPrices);
    expect(() => check(tenMinutes, totalUsd)).not.toThrow();
    expect(() => check(tenMinutes, totalUsd - 0.001)).toThrow(/may cost 0\.13 USD.*limit/);
  });

  test('refuse what the tier would throttle', () => {
    const busy = { ...tenMinutes, heartbeatMs: 150, requestsPerSecond: 5 };
    expect(() => check(busy, 100)).toThrow(/1497 credits a second.*throttles above 1000/);
    expect(() => check({ ...busy, layout: 'queues' }, 100)).not.toThrow();
  });

  test('refuse more connections than a namespace takes', () => {
    const crowd = { ...tenMinutes, servers: 600, heartbeatMs: 1e9, requestsPerSecond: 1e-4 };
    expect(() => check(crowd, 100)).toThrow(`a namespace takes ${limits.connections}`);
  });
});

describe('prices', () => {
  test('each name their source and month', () => {
    for (const name of priceNames) {
      expect(defaultPrices[name].source.length).toBeGreaterThan(10);
      expect(defaultPrices[name].date).toMatch(/^\d{4}-\d\d$/);
    }
  });

  test('can be replaced, and then say so', () => {
    const prices = pricesWith(['base-per-hour=0.02'], Date.parse('2027-01-02'));
    expect(prices['base-per-hour']).toMatchObject({
      value: 0.02,
      source: 'given on the command line',
      date: '2027-01-02',
    });
    expect(estimate(tenMinutes, prices).baseUsd).toBeCloseTo(0.16);
  });

  test.each(['base-per-hour', 'base-per-hour=', 'base=1', 'base-per-hour=-1', '=1', 'x'])(
    '%j is refused with the names there are',
    (change) => expect(() => pricesWith([change], 0)).toThrow(`"${change}" is no price`),
  );

  test.each([
    [0, '0.00 USD'],
    [0.00001, 'less than 0.0001 USD'],
    [0.0135, '0.0135 USD'],
    [12.345, '12.35 USD'],
  ])('%d reads %s', (usd, text) => expect(dollars(usd)).toBe(text));
});
