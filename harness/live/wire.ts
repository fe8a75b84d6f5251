/** The bodies that travel between processes: an envelope as JSON text in UTF-8. */
import type { Envelope } from '../world/world.ts';

export function encode(envelope: Envelope): Buffer {
  return Buffer.from(JSON.stringify(envelope), 'utf8');
}

const kinds: ReadonlySet<unknown> = new Set(['raft', 'request', 'reply']);

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  if (!('kind' in value) || !kinds.has(value.kind)) return false;
  for (const name of ['from', 'to', 'of', 'id', 'key'] as const) {
    if (!(name in value)) return false;
  }
  if (!('message' in value) || typeof value.message !== 'object') return false;
  const { message } = value;
  return message !== null && 'kind' in message && 'from' in message && 'to' in message;
}

/**
 * Throws TypeError for what is no envelope. The bus has dropped what other clusters sent; what is
 * left was written by this program.
 */
export function decode(bytes: Buffer): Envelope {
  const value: unknown = JSON.parse(bytes.toString('utf8'));
  if (!isEnvelope(value)) throw new TypeError('The body is no message of this program.');
  return value;
}
