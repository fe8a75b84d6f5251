/** Which arrivals are meant for this node: not a probe, a stranger's, a stale one's, or another's. */
import type { Context } from './context.ts';
import { isProbe, stampOn } from './messages.ts';
import type { IncomingMessage } from './sdk.ts';

export class Screen {
  /** The highest incarnation seen of each node of the cluster. */
  private readonly incarnations: Map<string, number>;

  constructor() {
    this.incarnations = new Map();
  }

  /** False: to be dropped; it has been counted. */
  admits(message: IncomingMessage, { options, counts }: Context<unknown>): boolean {
    const { identity, addressee } = options;
    if (identity !== undefined) {
      const stamp = stampOn(message);
      if (stamp?.cluster !== identity.cluster) {
        counts.strangers++;
        return false;
      }
      const latest = this.incarnations.get(stamp.node) ?? stamp.incarnation;
      if (stamp.incarnation < latest) {
        counts.stale++;
        return false;
      }
      this.incarnations.set(stamp.node, stamp.incarnation);
    }
    if (isProbe(message)) return false;
    const { to = '' } = message;
    if (addressee === undefined || to === addressee || to === '*' || to === '') return true;
    counts.misaddressed++;
    return false;
  }
}
