/** The options of `cluster` and `client`, beside those that every command over Service Bus shares. */
import type { Flag } from './flag.ts';
import { count, durationMs, natural, percent } from './values.ts';

/** Options as parsed; absent ones were not given. */
export interface ClusterGiven {
  readonly numRequests?: number;
  readonly clients?: number;
  /** Milliseconds, as are the next two. */
  readonly killEvery?: number;
  readonly pause?: number;
  readonly partition?: number;
  /** Of 100 messages. */
  readonly rough?: number;
  readonly cluster?: string;
  readonly serverId?: string;
  readonly clientProcessId?: number;
}

type OwnName =
  | 'numRequests'
  | 'clients'
  | 'killEvery'
  | 'pause'
  | 'partition'
  | 'rough'
  | 'serverId'
  | 'clientProcessId';

/** Options of `cluster` alone, in the order in which its help shows them. */
export const clusterFlagNames: readonly OwnName[] = [
  'numRequests',
  'clients',
  'killEvery',
  'pause',
  'partition',
  'rough',
  'serverId',
  'clientProcessId',
];

export type ClusterFlagName = OwnName | 'cluster';

export const clusterFlags: Readonly<Record<ClusterFlagName, Flag>> = {
  numRequests: {
    flags: '--num-requests <count>',
    text: 'requests to send (default 5, or 4 a second if a time is given; 0: only serve)',
    group: 'Scenario',
    parse: natural,
  },
  clients: {
    flags: '--clients <count>',
    text: 'clients that send them (default 1, or 5 for more than 20 requests)',
    group: 'Scenario',
    parse: count,
  },
  killEvery: {
    flags: '--kill-every <duration>',
    text: 'end a server by SIGKILL so often, and start it again',
    group: 'Scenario',
    parse: durationMs,
  },
  pause: {
    flags: '--pause <duration>',
    text: 'stop a server for a while so often (SIGSTOP, SIGCONT)',
    group: 'Scenario',
    parse: durationMs,
  },
  partition: {
    flags: '--partition <duration>',
    text: 'cut links between servers for a while so often',
    group: 'Scenario',
    parse: durationMs,
  },
  rough: {
    flags: '--rough <count>',
    text: 'drop, delay, double and reorder so many of 100 messages each',
    group: 'Scenario',
    parse: percent,
  },
  cluster: {
    flags: '--cluster <file>',
    text: 'the cluster.json of a running cluster (default: in the folder of results)',
    group: 'Service',
  },
  serverId: {
    flags: '--server-id <name>',
    text: 'be that server, for the process that says so',
    group: 'Service',
    hidden: true,
  },
  clientProcessId: {
    flags: '--client-process-id <count>',
    text: 'end when that process does',
    group: 'Service',
    parse: count,
    hidden: true,
  },
};
