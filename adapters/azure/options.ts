/** What can be said about an Azure bus, with the defaults that the service's limits suggest. */
import type { Account } from './account.ts';
import type { BucketOptions } from './bucket.ts';

/** How a body becomes bytes. `decode` throws what is none of ours. */
export interface BodyCodec<Body> {
  encode(body: Body): Buffer;
  decode(bytes: Buffer): Body;
}

/** Who sends: stamped on every message, and looked for on every message received. */
export interface Identity {
  /** Of this cluster and this run; messages of any other are strangers. */
  readonly cluster: string;
  readonly node: string;
  /** Grows with every start of the node; what an earlier one sent is stale. */
  readonly incarnation: number;
}

/** Milliseconds; tests shorten them. */
export interface AzureTimes {
  /** One attempt of the SDK; 1,100 at least, below that it does not wait for credit. */
  readonly attemptMs: number;
  /** Until a command is answered, come what may. */
  readonly answerMs: number;
  /** So long `openReceiver` waits for the next available session. */
  readonly sessionWaitMs: number;
  /** Failing or deaf for so long, a client is rebuilt. 0: never. */
  readonly watchdogMs: number;
  /** How long `close` waits for the SDK. */
  readonly closeMs: number;
}

export interface AzureBusOptions<Body> {
  readonly account: Account;
  readonly codec: BodyCodec<Body>;
  /** Without one nothing is stamped and nobody is a stranger. */
  readonly identity?: Identity;
  /** Drops what is addressed to others, for subscriptions without filters. */
  readonly addressee?: string;
  readonly times?: Partial<AzureTimes>;
  /** Attempts after the first; each hides a fault, so 0 by default. */
  readonly retries?: number;
  /** Larger messages are refused before they are sent; 262,144 by default. */
  readonly messageSizeBytesMax?: number;
  /** Deliveries kept for `poll`; above, the receivers wait. 10,000 by default. */
  readonly inboxMax?: number;
  /** Publishes not yet sent; above, ServiceBusy. 10,000 by default. */
  readonly outboxMax?: number;
  /** Transfers not yet confirmed; 64 by default. */
  readonly inFlightMax?: number;
  /** Without one nothing is held back. */
  readonly throttle?: BucketOptions & {
    /** What one message costs: 1, one for each filter, one for each delivery. */
    readonly creditsPerMessage: number;
  };
  /** Lets the watchdog see that messages really arrive: where a message to this node is sent. */
  readonly probe?: { readonly path: string; readonly to: string };
  /** One connection for everything in place of two, for emulators that allow only few. */
  readonly oneConnection?: boolean;
  /** Milliseconds since 1970 when the caller's clock was 0. */
  readonly startedAtMs?: number;
  /** Called when `poll` has something new. */
  readonly onEvents?: () => void;
  /** Called with what nobody asked for: errors, rebuilds. Without secrets. */
  readonly onNotice?: (notice: Notice) => void;
}

export type Notice =
  | { readonly kind: 'error'; readonly path: string; readonly code: string; readonly text: string }
  /** Another process runs under this node's name, started later: this one should end. */
  | { readonly kind: 'superseded'; readonly incarnation: number }
  | { readonly kind: 'rebuilt'; readonly client: ClientName; readonly reason: string };

export type ClientName = 'send' | 'receive';

/** What was dropped or repaired so far. */
export interface Counts {
  /** Messages of another cluster or run. */
  readonly strangers: number;
  /** Messages of a node's earlier incarnation. */
  readonly stale: number;
  /** Messages to others. */
  readonly misaddressed: number;
  readonly undecodable: number;
  readonly sent: number;
  readonly received: number;
  readonly errors: number;
  readonly rebuilds: number;
}

export const defaultTimes: AzureTimes = {
  attemptMs: 1_500,
  answerMs: 10_000,
  sessionWaitMs: 60_000,
  watchdogMs: 10_000,
  closeMs: 2_000,
};
