/** What the owner of a memory bus decides: order, delay and limits. Nothing here changes later. */
import type { BusMessage, Micros, Ordering } from '../../harness/bus/bus.ts';

export interface MemoryOptions<Body> {
  readonly ordering: Ordering;
  /** Publish-to-deliver time of one copy in microseconds; keyed draws are the caller's business. */
  readonly latencyMicros: (message: BusMessage<Body>, path: string) => Micros;
  /** 262,144 on the Standard tier; a larger message is rejected with MessageSizeExceeded. */
  readonly messageSizeBytesMax: number;
  /** Messages stored in a queue, or in a topic with all its subscriptions, dead letters included. */
  readonly entityMessagesMax: number;
  /** The same in bytes; undefined: no limit. */
  readonly entityBytesMax?: number;
  /** How many past deliveries of a queue the fault `redeliver` can reach; 64 unless given. */
  readonly redeliverMax?: number;
  /** How long `openReceiver` waits for the next available session; 60 s, as the SDK's default. */
  readonly sessionWaitMicros?: Micros;
  /** Told of an entity that went by itself, unused for too long. */
  readonly onAutoDelete?: (path: string) => void;
}
