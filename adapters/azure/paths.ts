/** Paths of the port, taken apart as the SDK wants them. */

export interface Place {
  /** A queue's or a topic's name. */
  readonly entity: string;
  readonly subscription?: string;
  readonly isDeadLetter: boolean;
}

const pattern =
  /^(?<entity>.+?)(?:\/subscriptions\/(?<subscription>[^/]+))?(?<dead>\/\$deadletterqueue)?$/i;

export function placeOf(path: string): Place {
  const { entity = path, subscription, dead } = pattern.exec(path)?.groups ?? {};
  const isDeadLetter = dead !== undefined;
  return subscription === undefined
    ? { entity, isDeadLetter }
    : { entity, subscription, isDeadLetter };
}
