/** Paths of the port, taken apart as the SDK wants them. */

export interface Place {
  /** A queue's or a topic's name. */
  readonly entity: string;
  readonly subscription?: string;
  readonly subQueue?: 'deadLetter' | 'transferDeadLetter';
}

const pattern =
  /^(?<entity>.+?)(?:\/subscriptions\/(?<subscription>[^/]+))?(?<transfer>\/\$transfer)?(?<dead>\/\$deadletterqueue)?$/i;

export function placeOf(path: string): Place {
  const { entity = path, subscription, transfer, dead } = pattern.exec(path)?.groups ?? {};
  const subQueue = transfer === undefined ? 'deadLetter' : 'transferDeadLetter';
  return {
    entity,
    ...(subscription === undefined ? {} : { subscription }),
    ...(dead === undefined ? {} : { subQueue }),
  };
}
