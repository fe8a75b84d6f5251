/** What `azure` takes where an option is absent: the environment first, then a fixed value. */
import type { PlannedRun } from '../../adapters/azure/provision/cost.ts';
import { participantsOf } from '../../adapters/azure/provision/emulator-config.ts';
import type { EntityOptions } from '../../adapters/azure/provision/entities.ts';
import { defaultGroup, defaultLocation } from '../../adapters/azure/provision/naming.ts';
import { defaultTopic } from '../../adapters/azure/routes.ts';
import type { Request } from './request.ts';
import { serversOf } from './request.ts';

const defaultServers = 5;
const defaultLifetimeMs = 8 * 3_600_000;
export const defaultLimitUsd = 0.5;

const spoken = (value: string | undefined): string | undefined =>
  value === '' ? undefined : value;

export function subscriptionOf({ given, io }: Request): { readonly subscription?: string } {
  const subscription = spoken(given.subscription ?? io.env['AZURE_SUBSCRIPTION_ID']);
  return subscription === undefined ? {} : { subscription };
}

/** Undefined: none was named. */
export function groupNamed({ given, io }: Request): string | undefined {
  return spoken(given.resourceGroup ?? io.env['AZURE_RESOURCE_GROUP']);
}

export function groupOf(request: Request): string {
  return groupNamed(request) ?? defaultGroup;
}

export function locationOf({ given, io }: Request): string {
  return spoken(given.location ?? io.env['AZURE_LOCATION']) ?? defaultLocation;
}

export function lifetimeMsOf({ given }: Request): number {
  return given.expires ?? defaultLifetimeMs;
}

export function entitiesOf({ given }: Request): EntityOptions {
  return {
    topic: given.topicName ?? defaultTopic,
    layout: given.layout ?? 'filteredTopic',
    participants: participantsOf({ servers: serversOf(given) ?? defaultServers, clients: 1 }),
  };
}

export function plannedRun(request: Request): PlannedRun {
  const { given } = request;
  return {
    servers: serversOf(given) ?? defaultServers,
    layout: given.layout ?? 'filteredTopic',
    mode: given.receiveMode ?? 'receiveAndDelete',
    heartbeatMs: given.heartbeat ?? 1_000,
    requestsPerSecond: given.rate ?? 1,
    durationMs: given.duration ?? 600_000,
    elections: 3,
    namespaceHours: lifetimeMsOf(request) / 3_600_000,
  };
}
