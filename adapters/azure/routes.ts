/**
 * How nodes find each other on the bus. With filters a unicast is delivered once; the plain topic
 * copies everything to everybody, as the sample did that this project grew from; queues cost the
 * fewest credits and know no broadcast.
 */

export type Layout = 'filteredTopic' | 'plainTopic' | 'queues';

/** Everybody's address. No node may have it as its name. */
export const broadcast = '*';
export const defaultTopic = 'rafttopic';

export interface Routes {
  readonly layout: Layout;
  /** The topic, or what begins the names of the queues. */
  readonly topic: string;
}

/** Where a message to that node is published; undefined: a broadcast must be sent one by one. */
export function publishPath({ layout, topic }: Routes, to: string): string | undefined {
  if (layout !== 'queues') return topic;
  return to === broadcast ? undefined : `${topic}-${to}`;
}

export function receivePath({ layout, topic }: Routes, node: string): string {
  return layout === 'queues' ? `${topic}-${node}` : `${topic}/Subscriptions/${node}`;
}
