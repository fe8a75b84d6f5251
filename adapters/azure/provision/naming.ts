/** Names that Azure accepts, and the tags by which Whitewater knows its own. */
import { ProvisionError } from './failure.ts';

export const ownerTag = 'owner';
export const owner = 'whitewater';
export const defaultGroup = 'rg-whitewater';
export const defaultLocation = 'westeurope';

export interface Tags {
  readonly [name: string]: string;
}

export interface Lifetime {
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** ISO 8601 to the second, as the tags hold it. */
export function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

export function tagsFor({ createdAtMs, expiresAtMs }: Lifetime): Tags {
  return {
    [ownerTag]: owner,
    purpose: 'test',
    created: instant(createdAtMs),
    expires: instant(expiresAtMs),
  };
}

export interface Mark {
  /** Tagged by Whitewater; nothing else is ever removed. */
  readonly isOurs: boolean;
  readonly createdAtMs: number | undefined;
  readonly expiresAtMs: number | undefined;
}

/** What the tags say, whatever they are. */
export function markOf(tags: unknown): Mark {
  const map = typeof tags === 'object' && tags !== null ? new Map(Object.entries(tags)) : new Map();
  return {
    isOurs: map.get(ownerTag) === owner,
    createdAtMs: momentOf(map.get('created')),
    expiresAtMs: momentOf(map.get('expires')),
  };
}

function momentOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Past its day. What carries no readable day never expires by itself. */
export function isExpired({ isOurs, expiresAtMs }: Mark, nowMs: number): boolean {
  return isOurs && expiresAtMs !== undefined && expiresAtMs <= nowMs;
}

export type Named =
  'resource group' | 'namespace' | 'location' | 'topic' | 'subscription' | 'principal';

interface Shape {
  readonly pattern: RegExp;
  readonly rule: string;
}

const shapes: Readonly<Record<Named, Shape>> = {
  'resource group': {
    pattern: /^(?!-)[\w.()-]{0,89}[\w()-]$/,
    rule: 'It has 1 to 90 letters, digits, "_", "-", "." or brackets, and does not end with "."',
  },
  namespace: {
    pattern: /^[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]$/,
    rule: 'It has 6 to 50 letters, digits or "-", begins with a letter, and does not end with "-"',
  },
  location: {
    pattern: /^[a-z0-9]{3,40}$/,
    rule: 'It reads as westeurope; az account list-locations names them',
  },
  topic: {
    pattern: /^[A-Za-z0-9](?:[\w./-]{0,258}[A-Za-z0-9])?$/,
    rule: 'It has up to 260 letters, digits, ".", "-", "_" or "/", a letter or digit at both ends',
  },
  subscription: {
    pattern: /^[\w][\w .()-]{0,63}$/,
    rule: 'Give the id or the name that az account list shows',
  },
  principal: {
    pattern: /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
    rule: 'Give the object id, a GUID: az ad signed-in-user show --query id',
  },
};

/** Throws a ProvisionError with the rule that is broken. */
export function checkName(kind: Named, name: string): void {
  const { pattern, rule } = shapes[kind];
  if (pattern.test(name)) return;
  throw new ProvisionError('usage', `"${name}" can't name a ${kind}`, rule);
}
