/** What Azure charges for the Standard tier: every figure with its source and date, to be replaced. */
import { ProvisionError } from './failure.ts';

export interface Price {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
  /** When it was believed; year and month. */
  readonly date: string;
}

export const priceNames = [
  'base-per-hour',
  'operations-included',
  'per-million-operations',
  'connections-included',
  'per-connection-month',
] as const;
export type PriceName = (typeof priceNames)[number];
export type Prices = Readonly<Record<PriceName, Price>>;

const page = 'https://azure.microsoft.com/pricing/details/service-bus/';
const remembered = `from memory, to be compared with ${page}`;
const published = `the tiers on ${page}`;
const date = '2026-11';

/** Amounts in US dollars are not on any page that could be read without signing in. */
export const defaultPrices: Prices = {
  'base-per-hour': { value: 0.0135, unit: 'USD/h', source: remembered, date },
  'operations-included': { value: 13_000_000, unit: 'a month', source: published, date },
  // Of the first tier, up to 100 million; the dearest.
  'per-million-operations': { value: 0.8, unit: 'USD', source: remembered, date },
  'connections-included': { value: 1_000, unit: 'a month', source: published, date },
  'per-connection-month': { value: 0.03, unit: 'USD', source: remembered, date },
};

/** The prices with others of the user's, each as `name=value`; throws a ProvisionError. */
export function pricesWith(changes: readonly string[], dateMs: number): Prices {
  const prices: Record<PriceName, Price> = { ...defaultPrices };
  for (const change of changes) {
    const at = change.indexOf('=');
    const name = priceNames.find((one) => one === change.slice(0, at));
    const value = Number(change.slice(at + 1) || Number.NaN);
    if (at < 0 || name === undefined || !Number.isFinite(value) || value < 0) {
      throw new ProvisionError(
        'usage',
        `"${change}" is no price`,
        `Write NAME=VALUE with one of: ${priceNames.join(', ')}`,
      );
    }
    const today = new Date(dateMs).toISOString().slice(0, 10);
    prices[name] = { ...prices[name], value, source: 'given on the command line', date: today };
  }
  return prices;
}
