/** What all connections of a broker share. */
import type { Keys } from './authority.ts';
import type { Catalog } from './catalog.ts';
import type { Engine } from './engine.ts';
import type { Faults } from './faults.ts';
import type { LockTokens } from './lock-tokens.ts';

export interface Limits {
  /** 262,144 on the Standard tier. */
  readonly messageBytesMax: number;
  readonly frameBytesMax: number;
  readonly connectionsMax: number;
  readonly idleTimeoutMs: number;
  /** So long a client may take to open its connection. */
  readonly handshakeMs: number;
  /** Of one connection. */
  readonly linksMax: number;
  /** Of messages that have not come to their end yet, on one connection. */
  readonly partialBytesMax: number;
}

export interface Hub {
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly faults: Faults;
  readonly tokens: LockTokens;
  readonly limits: Limits;
  readonly keys: Keys | undefined;
  /** Who holds a session: the model's receiver, by `holderKey`. */
  readonly holders: Map<string, string>;
}

export function holderKey(path: string, sessionId: string): string {
  return `${path.toLowerCase()}\n${sessionId}`;
}
