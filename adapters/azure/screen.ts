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
  admits(message: IncomingMessage, context: Context<unknown>): boolean {
    if (!this.isOfThisRun(message, context) || isProbe(message)) return false;
    const { addressee } = context.options;
    const { to = '' } = message;
    if (addressee === undefined || to === addressee || to === '*' || to === '') return true;
    context.counts.misaddressed++;
    return false;
  }

  private isOfThisRun(message: IncomingMessage, context: Context<unknown>): boolean {
    const { counts, options } = context;
    const { identity } = options;
    if (identity === undefined) return true;
    const stamp = stampOn(message);
    if (stamp?.cluster !== identity.cluster) {
      counts.strangers++;
      return false;
    }
    const { node, incarnation } = stamp;
    const own = node === identity.node ? identity.incarnation : 0;
    const latest = Math.max(own, this.incarnations.get(node) ?? 0);
    if (incarnation < latest) {
      counts.stale++;
      return false;
    }
    if (node === identity.node && incarnation > latest) {
      context.notice({ kind: 'superseded', incarnation });
    }
    this.incarnations.set(node, incarnation);
    return true;
  }
}
