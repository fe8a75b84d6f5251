/**
 * The card that a standing cluster leaves in its folder, so that `whitewater client` finds it:
 * names and times, and the way to an embedded Service Bus. A key of Azure is never written.
 */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Account } from '../../adapters/azure/account.ts';
import { UserError } from '../trace/user-error.ts';
import { clientNames } from '../world/setup.ts';
import type { Cluster } from './cluster-core.ts';
import type { ClusterPart } from './cluster-messages.ts';

const schema = 'whitewater.running/1';

export interface Card {
  readonly schema: typeof schema;
  readonly pid: number;
  /** Without the account, unless the bus is embedded: that one has no secret. */
  readonly part: Omit<ClusterPart, 'account'>;
  readonly account: Account | null;
  /** Clients of the scenario that other processes may be. */
  readonly guests: readonly string[];
}

/** Writes the card, if there are guests to come. */
export function announce(path: string, { part, isEmbedded, guests }: Cluster): void {
  if (guests === 0) return;
  const { account, ...rest } = part;
  const card: Card = {
    schema,
    pid: process.pid,
    part: rest,
    account: isEmbedded ? account : null,
    guests: clientNames(part.scenario).slice(-guests),
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(card)}\n`, { mode: 0o600 });
}

/** Takes the card away, if it is this process's. */
export function withdraw(path: string): void {
  let card: unknown;
  try {
    card = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return;
  }
  if (isCard(card) && card.pid === process.pid) rmSync(path, { force: true });
}

function isCard(value: unknown): value is Card {
  return (
    typeof value === 'object' &&
    value !== null &&
    'schema' in value &&
    value.schema === schema &&
    'pid' in value &&
    'part' in value &&
    'guests' in value &&
    Array.isArray(value.guests)
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The card at `path`. Throws a `UserError` when no cluster stands behind it. */
export function readCard(path: string): Card {
  const remedy = 'Start one: npx whitewater cluster --num-requests 0 --duration 10m';
  let card: unknown;
  try {
    card = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new UserError('no cluster is running here', { file: path, remedy, cause });
  }
  if (!isCard(card)) throw new UserError('this is no card of a cluster', { file: path, remedy });
  if (!isAlive(card.pid)) {
    throw new UserError('the cluster that left this card is gone', { file: path, remedy });
  }
  return card;
}

/** A guest's name, and how to give it back. */
export interface Seat {
  readonly name: string;
  leave(): void;
}

/** Takes a name that no other process has taken. */
export function takeSeat({ part, guests }: Card): Seat {
  for (const name of guests) {
    const lock = join(part.folder, `${name}.lock`);
    if (!isFree(lock)) continue;
    try {
      const descriptor = openSync(lock, 'wx');
      writeFileSync(descriptor, String(process.pid));
      closeSync(descriptor);
    } catch {
      continue;
    }
    return { name, leave: () => rmSync(lock, { force: true }) };
  }
  throw new UserError(`all ${guests.length} guests' places are taken`, {
    remedy: 'Wait until another client has ended',
  });
}

/** A lock whose process is gone is nobody's. */
function isFree(lock: string): boolean {
  let pid: number;
  try {
    pid = Number(readFileSync(lock, 'utf8'));
  } catch {
    return true;
  }
  if (pid > 0 && isAlive(pid)) return false;
  rmSync(lock, { force: true });
  return true;
}
