/** The options of `campaign` alone: how it searches, by how many, and what it must have reached. */
import { InvalidArgumentError } from 'commander';
import { strategyChoices } from '../search/portfolio.ts';
import type { Shard } from '../search/ledger.ts';
import type { StrategyChoice } from '../search/portfolio.ts';
import type { Flag } from './flag.ts';
import { gather, percent } from './values.ts';

/** Options as parsed; absent ones were not given. */
export interface CampaignGiven {
  readonly strategy?: StrategyChoice;
  readonly shard?: Shard;
  /** Percent. */
  readonly requireCoverage?: number;
  readonly sometimes?: readonly string[];
  /** `broker`, or a connection string as `--connection-string` takes it. */
  readonly distributed?: string;
  readonly queue?: string;
  readonly join?: boolean;
}

export type CampaignFlagName =
  'strategy' | 'shard' | 'requireCoverage' | 'sometimes' | 'distributed' | 'queue' | 'join';

export const campaignFlagNames: readonly CampaignFlagName[] = [
  'strategy',
  'shard',
  'requireCoverage',
  'sometimes',
  'distributed',
  'queue',
  'join',
];

/** `2/4`: the second of four shards, which people count from 1. */
export function shard(text: string): Shard {
  const [, index = '0', of = '0'] = /^(\d{1,6})\/(\d{1,6})$/u.exec(text) ?? [];
  if (Number(index) < 1 || Number(index) > Number(of)) {
    throw new InvalidArgumentError('a shard is 1/4, 2/4, 3/4 or 4/4 of four.');
  }
  return { index: Number(index) - 1, of: Number(of) };
}

export const campaignFlags: Readonly<Record<CampaignFlagName, Flag>> = {
  strategy: {
    flags: '--strategy <name>',
    text: 'how to search (default portfolio: timed runs mostly, the others by turns)',
    group: 'Search',
    choices: strategyChoices,
  },
  shard: {
    flags: '--shard <part>',
    text: 'only 1/4 of the chunks, or 2/4 …; whitewater merge puts the results together',
    group: 'Search',
    parse: shard,
  },
  requireCoverage: {
    flags: '--require-coverage <percent>',
    text: "of the table's cells (role by input) to be reached, or exit 3",
    group: 'Judging',
    parse: percent,
  },
  sometimes: {
    flags: '--sometimes <event>',
    text: 'must be seen at least once, or exit 3 (repeatable)',
    group: 'Judging',
    parse: gather,
  },
  distributed: {
    flags: '--distributed <bus>',
    text: 'chunks through a Service Bus: broker (embedded), or a connection string in @file or -',
    group: 'Service',
  },
  queue: {
    flags: '--queue <name>',
    text: 'of the queue of chunks; NAME-results holds what they came to (default: drawn)',
    group: 'Service',
  },
  join: {
    flags: '--join',
    text: 'work for the campaign of that queue, until it is over',
    group: 'Service',
  },
};
