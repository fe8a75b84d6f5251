/** How a process of a cluster is connected: its identity, its probe, its share of the tier's limit. */
import { join } from 'node:path';
import { endpointOf } from '../../adapters/azure/account.ts';
import type { AzureBusOptions } from '../../adapters/azure/options.ts';
import { publishPath, receivePath } from '../../adapters/azure/routes.ts';
import type { Routes } from '../live/port.ts';
import type { ClusterPart } from './cluster-messages.ts';

/** Credits a second of a Standard namespace, less a tenth. */
const creditsPerSecond = 900;
/** On loopback a connection that says nothing is looked at soon. */
const watchdogMs = { near: 3_000, far: 10_000 };

/** False for emulators and the embedded broker. */
export function isRemote(part: Pick<ClusterPart, 'account'>): boolean {
  return !endpointOf(part.account).isEmulator;
}

export function routesOf({ layout, topic }: ClusterPart): Routes {
  const routes = { layout, topic };
  return {
    publish: (to) => publishPath(routes, to) ?? topic,
    receive: (who) => receivePath(routes, who),
  };
}

/** One message is published, looked at by two filters of each subscription, and delivered. */
function throttleOf({ scenario }: ClusterPart): NonNullable<AzureBusOptions<Buffer>['throttle']> {
  const participants = scenario.cluster.servers + scenario.workload.clients;
  return {
    creditsPerSecond: creditsPerSecond / (scenario.cluster.servers + 1),
    creditsPerMessage: 2 + 2 * participants,
  };
}

/** Everything but the callbacks. */
export function busOptions(
  part: ClusterPart,
  who: {
    readonly node: string;
    readonly incarnation: number;
    readonly startedAtMs: number;
    /** Where a message to this process arrives, if not under its own name. */
    readonly probe?: string;
  },
): AzureBusOptions<Buffer> {
  const remote = isRemote(part);
  const { node, incarnation, startedAtMs, probe = node } = who;
  const path = publishPath(part, probe) ?? part.topic;
  return {
    account: part.account,
    codec: { encode: (body) => body, decode: (bytes) => bytes },
    identity: { cluster: part.cluster, node, incarnation },
    times: { watchdogMs: remote ? watchdogMs.far : watchdogMs.near },
    probe: { path, to: probe },
    startedAtMs,
    ...(remote ? { throttle: throttleOf(part) } : {}),
  };
}

export function journalPath(
  { folder }: Pick<ClusterPart, 'folder'>,
  name: string,
  incarnation: number,
): string {
  return join(folder, `${name}-${incarnation}.ndjson`);
}
