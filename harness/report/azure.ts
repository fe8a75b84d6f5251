/**
 * What every fault stands for in Azure. A simulated fault is only worth fearing if a reader knows
 * what would do the same to a live namespace; this table is the one place that says so.
 */
import type { BusRecord, DropRecord, Json } from '../trace/record.ts';
import { clean, duration, joined } from './words.ts';

const mechanisms = {
  crash: 'process killed (host replaced, container evicted)',
  offline: 'orderly shutdown (deployment, scale-in)',
  pause: 'process paused (GC or VM), its locks go on expiring',
  clockSkew: "the VM's clock drifts",
  clockJump: "the VM's clock is stepped (resume, time sync)",
  slowDisk: 'managed disk throttled',
  drop: 'message lost (SDK gave up: ServiceTimeout)',
  delay: 'late delivery (busy broker or link)',
  duplicate: "sent again by the SDK's retry after a lost acknowledgement",
  reorder: 'no order is promised without sessions',
  partition: 'AMQP connections cut (network split, firewall, DNS)',
  lockExpiry: 'peek-lock expired before the message was settled',
  redeliver: 'peek-lock expired or link detached, delivered again',
  throttle: 'ServerBusy (50009): the namespace throttles',
  brokerRestart: 'broker moved or upgraded: links detached, locks lost',
  slowSubscription: 'backlog in the subscription',
  deadLetter: 'moved to the dead-letter queue (MaxDeliveryCountExceeded)',
} as const;

/** The mechanism behind a fault's kind; for kinds of the future the kind itself. */
export function mechanism(kind: string): string {
  const table: { readonly [kind: string]: string | undefined } = mechanisms;
  return (Object.hasOwn(table, kind) ? table[kind] : undefined) ?? clean(kind, 30);
}

/** Why a message did not arrive when no fault of the scenario says so. */
export function dropReason(reason: DropRecord['reason']): string {
  switch (reason) {
    case 'fault':
      return mechanisms.drop;
    case 'offline':
      return 'nobody receives there';
    case 'rejected':
      return 'the broker refused it (ServerBusy or MessageSizeExceeded)';
    case 'expired':
      return 'its time-to-live passed in the subscription';
    case 'deduplicated':
      return 'duplicate detection swallowed it';
  }
}

/** A broker event in words. */
export function busEvent(what: BusRecord['what']): string {
  switch (what) {
    case 'settled':
      return 'settled';
    case 'lockLost':
      return 'peek-lock lost (MessageLockLost)';
    case 'deadLettered':
      return mechanisms.deadLetter;
    case 'throttled':
      return mechanisms.throttle;
    case 'disconnected':
      return 'link detached';
  }
}

type Detail = { readonly [key: string]: Json };

/** The fault as data, or nothing. */
export function detailOf(detail: Json): Detail {
  return typeof detail === 'object' && detail !== null && !Array.isArray(detail)
    ? (detail as Detail)
    : {};
}

/** A text field of a fault, made harmless. */
export function field(detail: Detail, name: string): string {
  const value = Object.hasOwn(detail, name) ? detail[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? clean(String(value), 20) : '';
}

function side(detail: Detail): string[] {
  const names = Object.hasOwn(detail, 'side') ? detail['side'] : undefined;
  if (!Array.isArray(names)) return [];
  return names.filter((name) => typeof name === 'string').map((name) => clean(name, 20));
}

/** `partition {S1, S2} | {S3, S4, S5}` and its four odd shapes. */
function partition(detail: Detail, servers: readonly string[]): string {
  const here = side(detail);
  const there = servers.filter((server) => !here.includes(server));
  const halves = `{${here.join(',')}} | {${there.join(',')}}`;
  switch (field(detail, 'shape')) {
    case 'oneWay':
      return `one-way partition: ${joined(here)} can send but not receive`;
    case 'bridge':
      return `partition in two halves, joined only by ${here[0] ?? '?'}`;
    case 'ring':
      return 'partition as a ring: each server reaches only its two neighbours';
    default:
      return `partition ${halves}`;
  }
}

/** `RequestVote S1 → any` */
function linkText(detail: Detail): string {
  const message = field(detail, 'message');
  const what = message === '' || message === 'any' ? 'messages' : message;
  return `${what} ${field(detail, 'from') || 'any'} → ${field(detail, 'to') || 'any'}`;
}

/** One fault in few words, targets included, without the mechanism: `crash of S2`. */
export function faultName(
  fault: { readonly name: string; readonly detail: Json },
  servers: readonly string[],
): string {
  const detail = detailOf(fault.detail);
  const server = field(detail, 'server');
  const by = duration(Number(field(detail, 'byMs')));
  switch (fault.name) {
    case 'partition':
      return partition(detail, servers);
    case 'drop':
    case 'duplicate':
      return `${fault.name} of ${linkText(detail)}`;
    case 'delay':
      return `delay of ${linkText(detail)} by ${by}`;
    case 'reorder':
      return `reorder of ${linkText(detail)} by up to ${by}`;
    case 'clockJump':
    case 'slowDisk':
    case 'slowSubscription':
      return `${fault.name} of ${server} by ${by}`;
    case 'clockSkew':
      return `clockSkew of ${server} by ${field(detail, 'perMille')} per mille`;
    default:
      return server === '' ? clean(fault.name, 30) : `${clean(fault.name, 30)} of ${server}`;
  }
}
