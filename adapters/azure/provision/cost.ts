/**
 * What a run over live Azure would come to, before it is run: operations, credits, connections and
 * dollars. It counts too much rather than too little: what is included in the base charge may have
 * been used up by others, and every rule of a filter costs a credit.
 */
import type { Layout } from '../routes.ts';
import { ProvisionError } from './failure.ts';
import type { Prices } from './prices.ts';

export interface PlannedRun {
  readonly servers: number;
  readonly layout: Layout;
  /** Settling a peeked message is an operation more. */
  readonly mode: 'receiveAndDelete' | 'peekLock';
  readonly heartbeatMs: number;
  readonly requestsPerSecond: number;
  readonly durationMs: number;
  /** Each with a request for votes to everybody, answers, and a first round of heartbeats. */
  readonly elections: number;
  /** How long the namespace stays, which is charged by the hour. */
  readonly namespaceHours: number;
}

export interface Estimate {
  readonly published: number;
  readonly operations: number;
  /** Of 1,000 that the Standard tier grants in a second. */
  readonly creditsPerSecond: number;
  readonly connections: number;
  readonly baseUsd: number;
  /** What the operations cost if none is included any more. */
  readonly operationsUsd: number;
  readonly connectionsUsd: number;
  readonly totalUsd: number;
}

/** The service's limits for a namespace of the Standard tier, as its documentation names them. */
export const limits = {
  creditsPerSecond: 1_000,
  connections: 1_000,
  subscriptionsPerTopic: 2_000,
  entities: 10_000,
} as const;

/** Counted in management calls: look, make, look again, remove. */
const setUpOperations = 40;
const clients = 1;
/** One to send and one to receive, for each participant. */
const connectionsEach = 2;

/** Rounded up, but not for what division left behind. */
const whole = (count: number): number => Math.ceil(count - 1e-6);

interface Traffic {
  readonly unicasts: number;
  readonly broadcasts: number;
}

export function estimate(run: PlannedRun, prices: Prices): Estimate {
  const seconds = run.durationMs / 1_000;
  const steady = steadyTraffic(run);
  const peers = run.servers - 1;
  const unicasts = steady.unicasts * seconds + run.elections * 3 * peers;
  const broadcasts = steady.broadcasts * seconds + run.elections;
  const one = costOf(run, 'unicast');
  const all = costOf(run, 'broadcast');
  const operations =
    whole(unicasts) * one.operations + whole(broadcasts) * all.operations + setUpOperations;
  const connections = (run.servers + clients) * connectionsEach;
  const baseUsd = run.namespaceHours * prices['base-per-hour'].value;
  const operationsUsd = (operations / 1e6) * prices['per-million-operations'].value;
  const beyond = Math.max(0, connections - prices['connections-included'].value);
  const connectionsUsd = beyond * prices['per-connection-month'].value;
  return {
    published: whole(unicasts) + whole(broadcasts),
    operations,
    creditsPerSecond: whole(steady.unicasts * one.credits + steady.broadcasts * all.credits),
    connections,
    baseUsd,
    operationsUsd,
    connectionsUsd,
    totalUsd: baseUsd + operationsUsd + connectionsUsd,
  };
}

/**
 * A second without an election: AppendEntries to each follower and back, for each heartbeat and for
 * each request; a request and its answer, which are for everybody where there is a topic.
 */
function steadyTraffic({ servers, heartbeatMs, requestsPerSecond }: PlannedRun): Traffic {
  const round = 2 * (servers - 1);
  return {
    unicasts: round * (1_000 / heartbeatMs + requestsPerSecond),
    broadcasts: 2 * requestsPerSecond,
  };
}

interface Each {
  readonly operations: number;
  readonly credits: number;
}

/** One message: what it takes to publish it, to filter it, and to receive its copies. */
function costOf({ servers, layout, mode }: PlannedRun, reach: 'unicast' | 'broadcast'): Each {
  const everybody = servers + clients;
  const perCopy = mode === 'peekLock' ? 2 : 1;
  switch (layout) {
    case 'queues': {
      const sends = reach === 'unicast' ? 1 : everybody;
      return { operations: sends * (1 + perCopy), credits: sends * 2 };
    }
    case 'plainTopic':
      return { operations: 1 + everybody * perCopy, credits: 1 + everybody + everybody };
    case 'filteredTopic': {
      const copies = reach === 'unicast' ? 1 : everybody;
      return { operations: 1 + copies * perCopy, credits: 1 + 2 * everybody + copies };
    }
    default:
      return layout satisfies never;
  }
}

/** Throws a ProvisionError if the run would cost more, or be throttled, or not fit. */
export function checkEstimate(found: Estimate, run: PlannedRun, limitUsd: number): void {
  const { creditsPerSecond, connections, totalUsd } = found;
  if (totalUsd > limitUsd) {
    throw new ProvisionError(
      'usage',
      `the run may cost ${dollars(totalUsd)}, more than the limit of ${dollars(limitUsd)}`,
      'Make it shorter or slower, let the namespace expire sooner, or raise --limit-usd',
    );
  }
  if (creditsPerSecond > limits.creditsPerSecond) {
    const what =
      `the run needs ${creditsPerSecond} credits a second, and the Standard tier ` +
      `throttles above ${limits.creditsPerSecond}`;
    const remedy =
      run.layout === 'queues'
        ? 'Slow down: --heartbeat 1s, or a lower --rate'
        : 'Slow down: --heartbeat 1s, a lower --rate, or --layout queues';
    throw new ProvisionError('usage', what, remedy);
  }
  if (connections > limits.connections) {
    const what = `the run needs ${connections} connections, and a namespace takes ${limits.connections}`;
    throw new ProvisionError('usage', what, 'Take fewer servers');
  }
}

/** Two figures that count, and never less than a hundredth of a cent as nothing. */
export function dollars(usd: number): string {
  if (usd === 0) return '0.00 USD';
  if (usd < 0.0001) return 'less than 0.0001 USD';
  return `${usd < 0.1 ? usd.toFixed(4) : usd.toFixed(2)} USD`;
}
