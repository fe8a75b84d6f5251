/** Paths of the port, taken apart as the SDK wants them. */

export interface Place {
  /** A queue's or a topic's name. */
  readonly entity: string;
  readonly subscription?: string;
  readonly subQueue?: 'deadLetter' | 'transferDeadLetter';
}

const deadLetters = /(?<transfer>\/\$transfer)?\/\$deadletterqueue$/i;
const receivable = /^(?<entity>.+?)(?:\/subscriptions\/(?<subscription>[^/]+))?$/i;

export function placeOf(path: string): Place {
  const dead = deadLetters.exec(path);
  const owner = dead === null ? path : path.slice(0, dead.index);
  const { entity = owner, subscription } = receivable.exec(owner)?.groups ?? {};
  const isTransfer = dead?.groups?.['transfer'] !== undefined;
  return {
    entity,
    ...(subscription === undefined ? {} : { subscription }),
    ...(dead === null ? {} : { subQueue: isTransfer ? 'transferDeadLetter' : 'deadLetter' }),
  };
}
