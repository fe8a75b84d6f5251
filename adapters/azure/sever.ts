/**
 * Ends a client that was given up, with the socket under it. Its close waits for answers that a dead
 * peer never gives, and until the socket is gone the service goes on delivering to its receivers:
 * every second message of a subscription went to nobody, as long as the old link had credit.
 */
import { bounded } from './bounded.ts';

interface Closable {
  close(): Promise<unknown>;
}

/** Fulfilled when the client is closed, or `closeMs` later when its socket is destroyed. */
export async function sever(client: Closable, closeMs: number): Promise<void> {
  try {
    await bounded(client.close(), closeMs, 'Closing');
  } catch (error) {
    const socket = socketOf(client);
    // Without an error the library would not notice, and wait for the peer.
    if (isDestroyable(socket)) socket.destroy(asError(error));
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Where the SDK (7.9) and its AMQP library (rhea 3) keep it; undefined if they do not. */
function socketOf(client: unknown): unknown {
  const path = ['_connectionContext', 'connection', '_connection', 'socket'];
  return path.reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !(name in value)) return undefined;
    return Object.entries(value).find(([key]) => key === name)?.[1];
  }, client);
}

function isDestroyable(value: unknown): value is { destroy(error: Error): void } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'destroy' in value &&
    typeof value.destroy === 'function'
  );
}
