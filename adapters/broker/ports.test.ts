import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from './broker.ts';
import { listening } from './ports.ts';

const host = '127.0.0.1';

function server(): Server {
  const made = createServer();
  onTestFinished(() => void made.close());
  return made;
}

test('any port is one that systems hand out to nobody', async () => {
  const port = await listening(server(), 0, host);
  expect(port).toBeGreaterThanOrEqual(20_000);
  expect(port).toBeLessThan(32_000);
});

test('a port that somebody has is stepped over', async () => {
  const port = await listening(server(), 0, host);
  // Whoever has it: it is taken then.
  await listening(server(), port + 1, host).catch(() => undefined);
  const other = await listening(server(), 0, host);
  expect([port, port + 1]).not.toContain(other);
});

test('a port asked for by number is that one or none', async () => {
  const port = await listening(server(), 0, host);
  await expect(listening(server(), port, host)).rejects.toThrow(/EADDRINUSE/);
});

test('what a broker gave back while it refuses connections, no other broker takes', async () => {
  const refusing = await startBroker();
  onTestFinished(() => refusing.close());
  await refusing.welcome('refusal');
  const others = await Promise.all(Array.from({ length: 50 }, () => startBroker()));
  onTestFinished(async () => void (await Promise.all(others.map((other) => other.close()))));
  expect(others.map(({ port }) => port)).not.toContain(refusing.port);
  await refusing.welcome('service');
});
