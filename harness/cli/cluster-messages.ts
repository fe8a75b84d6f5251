/**
 * What the client's process and its children say to each other, over the channel that Node opens
 * between them: the one way by which a connection string reaches a child.
 */
import type { Account } from '../../adapters/azure/account.ts';
import type { Layout } from '../../adapters/azure/routes.ts';
import type { ServerStatus } from '../live/server.ts';
import type { Fault, Scenario } from '../world/scenario.ts';

/** What all processes of a cluster know. */
export interface ClusterPart {
  /** Of this run: messages of any other are strangers. */
  readonly cluster: string;
  /** Without a credential: that, each process makes for itself. */
  readonly account: Account;
  readonly topic: string;
  readonly layout: Layout;
  readonly scenario: Scenario;
  /** The clock's zero. */
  readonly began: string;
  /** Holds disks and journals. */
  readonly folder: string;
  readonly isJournalled: boolean;
}

export type ToChild =
  | { readonly kind: 'broker' }
  | {
      readonly kind: 'server';
      readonly part: ClusterPart;
      readonly server: string;
      readonly incarnation: number;
      readonly processNumber: number;
    }
  /** Come on line. */
  | { readonly kind: 'go' }
  | { readonly kind: 'impose'; readonly index: number; readonly fault: Fault }
  | { readonly kind: 'relieve'; readonly index: number }
  | { readonly kind: 'status' }
  | { readonly kind: 'stop' };

export type FromChild =
  | {
      readonly kind: 'serving';
      readonly connectionString: string;
      readonly administrationEndpoint: string;
    }
  /** Its receiver is open. */
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'state';
      readonly role: string;
      readonly term: number;
      readonly leader: string | null;
    }
  | { readonly kind: 'status'; readonly status: ServerStatus }
  /** Something went wrong that is mended by itself. */
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'rebuilt' }
  /** The process ends: the machine broke an assertion, or it could not go on. */
  | {
      readonly kind: 'failed';
      readonly what: 'machine' | 'user' | 'internal';
      readonly text: string;
      readonly remedy: string | null;
    }
  | { readonly kind: 'stopped'; readonly dropped: Dropped };

/** Messages that a process received and did not take, by reason. */
export interface Dropped {
  readonly strangers: number;
  readonly stale: number;
  readonly misaddressed: number;
  readonly undecodable: number;
}

interface Kinded {
  readonly kind: string;
}

function hasKind(message: unknown): message is Kinded {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    typeof message.kind === 'string'
  );
}

/** The channel is private to parent and child: its messages are what this program sent. */
export function isToChild(message: unknown): message is ToChild {
  return hasKind(message);
}

export function isFromChild(message: unknown): message is FromChild {
  return hasKind(message);
}
