/** The broker as a command: says where it is, ends politely, tells of a taken port. */
import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Io } from './io.ts';
import { main } from './main.ts';

interface Heard {
  out: string;
  err: string;
}

/** Interrupts as soon as something was said on standard output. */
function impatient(heard: Heard): Io {
  let interrupt: (() => void) | null = null;
  return {
    out: (text) => void (heard.out += text),
    err: (text) => void (heard.err += text),
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 100,
    env: {},
    now: () => 0,
    onInterrupt(handler) {
      interrupt = handler;
      queueMicrotask(() => interrupt?.());
      return () => undefined;
    },
  };
}

const taken = createServer();
afterEach(() => void taken.close());

test('says both connection strings, and ends with 0 when it is interrupted', async () => {
  const heard = { out: '', err: '' };
  const code = await main(
    ['broker', '--port', '0', '--admin-port', '0', '--json'],
    impatient(heard),
  );
  expect([code, heard.err]).toEqual([0, '']);
  const said: unknown = JSON.parse(heard.out);
  expect(said).toMatchObject({
    schema: 'whitewater.broker/1',
    connectionString: expect.stringMatching(/^Endpoint=sb:\/\/localhost:\d+;/),
    adminConnectionString: expect.stringMatching(/UseDevelopmentEmulator=true/),
  });
});

test('a taken port is one clear sentence and exit 69', async () => {
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const heard = { out: '', err: '' };
  const code = await main(
    ['broker', '--port', String(port), '--admin-port', '0'],
    impatient(heard),
  );
  expect(code).toBe(69);
  expect(heard.err).toContain('a port is taken already');
  expect(heard.err).toContain('whitewater broker --port');
});
