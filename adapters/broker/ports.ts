/**
 * Which port a broker takes that may have any. One that refuses connections for a while has given
 * its port back, and wants the same again: so it is none of those that a system hands out to whoever
 * asks (from 32,768 on Linux, from 49,152 elsewhere; RFC 6335, section 6), and no second broker of
 * this process gets it until all others were given.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:net';

const firstPort = 20_000;
const ports = 12_000;
/** So many that are taken in a row mean something else is wrong. */
const triesMax = 200;

// Processes that begin at the same moment begin at different places.
let offset = randomInt(ports);

function nextPort(): number {
  offset = (offset + 1) % ports;
  return firstPort + offset;
}

/** By another server, or by the system itself: Windows sets ports apart, and says EACCES. */
function isTaken(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return error.code === 'EADDRINUSE' || error.code === 'EACCES';
}

/** Fulfilled with the port that the server listens on; 0 means any. Rejects if it is taken. */
export async function listening(server: Server, port: number, host: string): Promise<number> {
  if (port !== 0) return bound(server, port, host);
  for (let tries = 1; ; tries++) {
    try {
      return await bound(server, nextPort(), host);
    } catch (error) {
      if (!isTaken(error) || tries === triesMax) throw error;
    }
  }
}

async function bound(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return port;
}
