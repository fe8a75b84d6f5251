/** The options of live Azure: those that every command over Service Bus shares, and `azure`'s own. */
import type { Flag } from './flag.ts';
import { amount, durationMs, gather } from './values.ts';

/** Options as parsed; absent ones were not given. */
export interface AzureGiven {
  readonly namespace?: string;
  /** As written: the string itself, `@file`, or `-`. */
  readonly connectionString?: string;
  readonly administration?: string;
  readonly topicName?: string;
  readonly layout?: 'filteredTopic' | 'plainTopic' | 'queues';
  readonly subscription?: string;
  readonly resourceGroup?: string;
  readonly location?: string;
  /** Milliseconds. */
  readonly expires?: number;
  readonly localAuth?: boolean;
  /** False after `--no-role`. */
  readonly role?: boolean;
  readonly principalId?: string;
  readonly principalType?: 'User' | 'Group' | 'ServicePrincipal';
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly expired?: boolean;
  readonly limitUsd?: number;
  readonly price?: readonly string[];
  /** Requests a second. */
  readonly rate?: number;
  /** Milliseconds. */
  readonly heartbeat?: number;
  /** Milliseconds. */
  readonly duration?: number;
  readonly receiveMode?: 'receiveAndDelete' | 'peekLock';
}

type SharedName = 'namespace' | 'connectionString' | 'administration' | 'topicName' | 'layout';

type OwnName =
  | 'subscription'
  | 'resourceGroup'
  | 'location'
  | 'expires'
  | 'localAuth'
  | 'noRole'
  | 'principalId'
  | 'principalType'
  | 'limitUsd'
  | 'price'
  | 'duration'
  | 'rate'
  | 'heartbeat'
  | 'receiveMode'
  | 'expired'
  | 'dryRun'
  | 'yes';

/** Options of `azure` alone, in the order in which its help shows them. */
export const azureFlagNames: readonly OwnName[] = [
  'subscription',
  'resourceGroup',
  'location',
  'expires',
  'localAuth',
  'noRole',
  'principalId',
  'principalType',
  'limitUsd',
  'price',
  'duration',
  'rate',
  'heartbeat',
  'receiveMode',
  'expired',
  'dryRun',
  'yes',
];

export type AzureFlagName = SharedName | OwnName;

const group = 'Azure' as const;

export const azureFlags: Readonly<Record<AzureFlagName, Flag>> = {
  namespace: {
    flags: '--namespace <name>',
    text: 'get in by identity (also WHITEWATER_NAMESPACE)',
    group: 'Service',
  },
  connectionString: {
    flags: '--connection-string <text>',
    text: '@file, or - for standard input; as it is, others see it (WHITEWATER_CONNECTION_STRING)',
    group: 'Service',
  },
  administration: {
    flags: '--administration <address>',
    text: "host:port of an emulator's administration (default port 5300)",
    group: 'Service',
  },
  topicName: {
    flags: '--topic-name <name>',
    text: 'what begins the names of entities (default rafttopic)',
    group: 'Service',
  },
  layout: {
    flags: '--layout <name>',
    text: 'how messages are addressed (default filteredTopic)',
    group: 'Service',
    choices: ['filteredTopic', 'plainTopic', 'queues'],
  },
  subscription: {
    flags: '--subscription <id>',
    text: 'the Azure subscription, if not the one az has chosen (AZURE_SUBSCRIPTION_ID)',
    group,
  },
  resourceGroup: {
    flags: '--resource-group <name>',
    text: 'default rg-whitewater (AZURE_RESOURCE_GROUP)',
    group,
  },
  location: {
    flags: '--location <name>',
    text: 'default westeurope (AZURE_LOCATION)',
    group,
  },
  expires: {
    flags: '--expires <duration>',
    text: 'after which teardown --expired removes it (default 8h)',
    group,
    parse: durationMs,
  },
  localAuth: { flags: '--local-auth', text: 'allow keys beside identities', group },
  noRole: { flags: '--no-role', text: 'give nobody the role Azure Service Bus Data Owner', group },
  principalId: {
    flags: '--principal-id <id>',
    text: 'who gets that role, if not who is signed in',
    group,
  },
  principalType: {
    flags: '--principal-type <name>',
    text: 'what that is (default User)',
    group,
    choices: ['User', 'Group', 'ServicePrincipal'],
  },
  limitUsd: {
    flags: '--limit-usd <usd>',
    text: 'refuse what may cost more (default 0.50)',
    group,
    parse: amount,
  },
  price: {
    flags: '--price <price>',
    text: 'NAME=VALUE in place of a built-in one (repeatable; azure cost names them)',
    group,
    parse: gather,
  },
  duration: {
    flags: '--duration <duration>',
    text: 'how long the run goes (azure cost: 10m unless told)',
    group,
    parse: durationMs,
  },
  rate: {
    flags: '--rate <number>',
    text: 'its requests a second (default 1)',
    group,
    parse: amount,
  },
  heartbeat: {
    flags: '--heartbeat <duration>',
    text: 'between heartbeats of the leader (default 1s)',
    group,
    parse: durationMs,
  },
  receiveMode: {
    flags: '--receive-mode <name>',
    text: 'how it receives (default receiveAndDelete)',
    group,
    choices: ['receiveAndDelete', 'peekLock'],
  },
  expired: { flags: '--expired', text: 'remove only what is past its day', group },
  dryRun: { flags: '--dry-run', text: 'say what would be done, change nothing', group },
  yes: { flags: '-y, --yes', text: 'remove it without asking', group },
};
