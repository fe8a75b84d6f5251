/** `whitewater azure status`: what there is of ours, until when, and what is in it. */
import { Az, azOnPath } from '../../adapters/azure/provision/az.ts';
import { dollars } from '../../adapters/azure/provision/cost.ts';
import { countEntities, type EntityCounts } from '../../adapters/azure/provision/entities.ts';
import {
  type Group,
  type Inventory,
  inventoryOf,
} from '../../adapters/azure/provision/inventory.ts';
import { instant, isExpired } from '../../adapters/azure/provision/naming.ts';
import { pricesWith } from '../../adapters/azure/provision/prices.ts';
import { counted, duration } from '../report/words.ts';
import { subscriptionOf } from './azure-defaults.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { accountGiven } from './namespace-given.ts';
import type { Request } from './request.ts';

/** With a connection string only what is in it; with a namespace both; else what carries the tag. */
export async function statusCommand(request: Request): Promise<ExitCode> {
  const { given, io } = request;
  const account = accountGiven(request);
  const { subscription } = subscriptionOf(request);
  const isKeyed = account !== undefined && 'connectionString' in account;
  const found = isKeyed ? null : await inventoryOf(new Az(azOnPath(io.env), subscription));
  const entities = account === undefined ? null : await countEntities(account);
  const nowMs = Date.now();
  if (given.json === true) {
    const schema = 'whitewater.azure.status/1';
    io.out(`${JSON.stringify({ schema, now: instant(nowMs), ...found, entities })}\n`);
    return exits.ok;
  }
  const basePerHour = pricesWith(given.price ?? [], nowMs)['base-per-hour'].value;
  if (found !== null) io.out(inventoryText(found, nowMs, basePerHour));
  if (entities !== null) io.out(entityTable(entities));
  return exits.ok;
}

function inventoryText({ groups, namespaces }: Inventory, nowMs: number, perHour: number): string {
  if (groups.length + namespaces.length === 0) {
    return 'nothing carries the tag owner=whitewater; whitewater azure setup makes a namespace\n';
  }
  const lines = [
    ...groups.map((one) => `  group      ${one.name}, ${one.location}: ${lifeText(one, nowMs)}`),
    ...namespaces.flatMap((one) => [
      `  namespace  ${one.name} in ${one.group}, ${one.location}: ${lifeText(one, nowMs)}`,
      `             ${chargeText(one, nowMs, perHour)}`,
    ]),
  ];
  const owned = new Set(groups.map(({ name }) => name.toLowerCase()));
  const remedies = [
    ...groups.map(({ name }) => `--resource-group ${name}`),
    ...namespaces
      .filter(({ group }) => !owned.has(group.toLowerCase()))
      .map(({ name }) => `--namespace ${name}`),
  ].map((what) => `  $ whitewater azure teardown ${what} --yes`);
  return `tagged owner=whitewater\n${lines.join('\n')}\nto remove it\n${remedies.join('\n')}\n`;
}

function lifeText({ mark }: Group, nowMs: number): string {
  const { expiresAtMs } = mark;
  if (expiresAtMs === undefined) return 'says not when it expires: remove it by name';
  const day = instant(expiresAtMs);
  if (isExpired(mark, nowMs)) return `EXPIRED since ${day}`;
  return `expires ${day}, in ${duration(expiresAtMs - nowMs)}`;
}

function chargeText({ mark }: Group, nowMs: number, perHour: number): string {
  const { createdAtMs } = mark;
  if (createdAtMs === undefined) return `costs ${dollars(perHour)} an hour`;
  const hours = Math.ceil(Math.max(0, nowMs - createdAtMs) / 3_600_000);
  return `base charge so far about ${dollars(hours * perHour)}, since ${instant(createdAtMs)}`;
}

function entityTable(entities: readonly EntityCounts[]): string {
  if (entities.length === 0) return 'there are no queues and no topics\n';
  const width = Math.max(...entities.map(({ path }) => path.length)) + 2;
  const lines = entities.map(({ path, isOurs, active, deadLettered, scheduled }) => {
    const waiting = active === undefined ? '' : `${counted(active, 'message')} waiting`;
    const dead = deadLettered === undefined ? '' : `, ${deadLettered} dead-lettered`;
    const later = scheduled === 0 ? '' : `${waiting === '' ? '' : ', '}${scheduled} scheduled`;
    return `  ${path.padEnd(width)}${waiting}${dead}${later}${isOurs ? '' : '  (not ours)'}`.trimEnd();
  });
  return `queues, topics and subscriptions\n${lines.join('\n')}\n`;
}
