/** Link addresses: what a client names, however it spells it. */

export type Address =
  | { readonly kind: 'cbs' }
  | { readonly kind: 'management'; readonly path: string }
  | { readonly kind: 'entity'; readonly path: string };

const deadLetterSuffix = '/$DeadLetterQueue';
const transferSuffix = `/$Transfer${deadLetterSuffix}`;
const scheme = /^[a-z]+:\/\/[^/]*/i;

/** Takes `q`, `/q`, `sb://host/q`, and any spelling of the reserved words. */
export function parseAddress(text: string): Address {
  const path = canonicalPath(text);
  if (path.toLowerCase() === '$cbs') return { kind: 'cbs' };
  const management = /^(?<path>.+)\/\$management$/i.exec(path)?.groups?.['path'];
  if (management !== undefined) return { kind: 'management', path: canonicalPath(management) };
  return { kind: 'entity', path };
}

/** Without scheme, host and outer slashes; `Subscriptions` and `$DeadLetterQueue` as written here. */
export function canonicalPath(text: string): string {
  return text
    .replace(scheme, '')
    .replace(/^\/+|\/+$/g, '')
    .replace(/\/subscriptions\//i, '/Subscriptions/')
    .replace(/\/\$deadletterqueue$/i, deadLetterSuffix)
    .replace(/\/\$transfer(?=\/\$DeadLetterQueue$)/i, '/$Transfer');
}

/** The entity that a path belongs to: without the dead-letter queues. */
export function entityOf(path: string): string {
  if (path.endsWith(transferSuffix)) return path.slice(0, -transferSuffix.length);
  return path.endsWith(deadLetterSuffix) ? path.slice(0, -deadLetterSuffix.length) : path;
}

export function isDeadLetter(path: string): boolean {
  return path.endsWith(deadLetterSuffix);
}

export function deadLettersOf(path: string): string {
  return `${path}${deadLetterSuffix}`;
}

/** What an entity could not forward. */
export function transferDeadLettersOf(path: string): string {
  return `${path}${transferSuffix}`;
}
