/**
 * Sends small frames at once. The SDK leaves Nagle's algorithm on, which with delayed
 * acknowledgements costs some 40 ms a message; Node tells of every new plain socket, and that is
 * the one place where it can be switched off from outside. (Node 20 tells nothing of sockets under
 * TLS: there, Nagle's algorithm stays on.)
 */
import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

const ports = new Set<number>();

/** From now on, for every connection of this process to that port. */
export function noDelayTo(port: number): void {
  if (ports.size === 0) subscribe('net.client.socket', onSocket);
  ports.add(port);
}

function onSocket(message: unknown): void {
  if (typeof message !== 'object' || message === null || !('socket' in message)) return;
  const { socket } = message;
  if (!(socket instanceof Socket)) return;
  socket.once('connect', () => {
    if (socket.remotePort !== undefined && ports.has(socket.remotePort)) socket.setNoDelay(true);
  });
}
