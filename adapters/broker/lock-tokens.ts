/**
 * Lock tokens: sixteen bytes that hold the broker's mark and the model's lock number, so that no
 * table of them is needed and a token of an earlier broker is never taken for one of this.
 */
import { randomBytes } from 'node:crypto';

export class LockTokens {
  private readonly mark: Buffer;
  private deliveries: number;

  constructor() {
    this.mark = randomBytes(8);
    this.deliveries = 0;
  }

  /** In the order of RFC 4122, as management uses it. */
  uuidOf(lock: number): Buffer {
    const uuid = Buffer.allocUnsafe(16);
    this.mark.copy(uuid);
    uuid.writeBigUInt64BE(BigInt(lock), 8);
    return uuid;
  }

  /** As a delivery tag: .NET stores the first three groups of a uuid with their bytes reversed. */
  tagOf(lock: number): Buffer {
    const uuid = this.uuidOf(lock);
    uuid.subarray(0, 4).reverse();
    uuid.subarray(4, 6).reverse();
    uuid.subarray(6, 8).reverse();
    return uuid;
  }

  /** For deliveries without a lock. */
  freeTag(): Buffer {
    const tag = Buffer.alloc(16);
    tag.writeBigUInt64BE(BigInt(++this.deliveries), 8);
    return tag;
  }

  /** 0, which locks nothing, for a token that is not of this broker. */
  lockOf(uuid: Buffer): number {
    if (uuid.length !== 16 || !uuid.subarray(0, 8).equals(this.mark)) return 0;
    return Number(uuid.readBigUInt64BE(8));
  }
}
