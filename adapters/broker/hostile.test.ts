import { connect, type Socket } from 'node:net';
import { ServiceBusClient, ServiceBusError } from '@azure/service-bus';
import fc from 'fast-check';
import rhea from 'rhea';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from './broker.ts';

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker({ queues: ['q'], connectionsMax: 250 });
});
afterAll(async () => {
  await broker.close();
});

/** A plain socket; `ended` tells what it got until the broker ended it. */
function raw(port = broker.port): { readonly socket: Socket; readonly ended: Promise<Buffer> } {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  const ended = new Promise<Buffer>((resolve) => {
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
  return { socket, ended };
}

const amqpHeader = Buffer.from('AMQP\0\x01\0\0');
const saslHeader = Buffer.from('AMQP\x03\x01\0\0');
/** open with container-id "x". */
const open = frame(Buffer.from([0x00, 0x53, 0x10, 0xc0, 0x04, 0x01, 0xa1, 0x01, 0x78]));
const begin = frame(
  Buffer.from([0x00, 0x53, 0x11, 0xc0, 0x07, 0x04, 0x40, 0x43, 0x52, 0xff, 0x52, 0xff]),
);

/** A session with a window of 4 billion, and as much credit on its link 0. */
const wideBegin = frame(
  Buffer.from([0, 0x53, 0x11, 0xc0, 10, 4, 0x40, 0x43, 0x70, 255, 255, 255, 255, 0x52, 255]),
);
const endlessCredit = frame(
  Buffer.concat([
    Buffer.from([0, 0x53, 0x13, 0xc0, 18, 7, 0x52, 1, 0x70, 255, 255, 255, 255, 0x43]),
    Buffer.from([0x52, 255, 0x43, 0x43, 0x70, 0x7f, 255, 255, 255]),
  ]),
);
const close = frame(Buffer.from([0x00, 0x53, 0x18, 0x45]));

function frame(body: Buffer, channel = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head[4] = 2;
  head.writeUInt16BE(channel, 6);
  return Buffer.concat([head, body]);
}

async function worksFor(connectionString: string): Promise<boolean> {
  const client = new ServiceBusClient(connectionString);
  await client.createSender('q').sendMessages({ body: 'still alive' });
  const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
  const [message] = await receiver.receiveMessages(1);
  await client.close();
  return message?.body === 'still alive';
}

describe('hostile clients', () => {
  test.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a header of another protocol', Buffer.from('AMQP\x02\x01\0\0AMQP')],
    ['a frame that announces 4 GB', Buffer.concat([amqpHeader, Buffer.alloc(16, 0xff)])],
    ['a frame of 7 bytes', Buffer.concat([amqpHeader, Buffer.from([0, 0, 0, 7, 2, 0, 0])])],
    ['begin before open', Buffer.concat([amqpHeader, begin])],
    ['a session twice', Buffer.concat([amqpHeader, open, begin, begin])],
    [
      'a frame on no session',
      Buffer.concat([amqpHeader, open, frame(begin.subarray(8), 9).fill(0x17, 10, 11)]),
    ],
    [
      'a list longer than its frame',
      Buffer.concat([
        amqpHeader,
        frame(Buffer.from([0, 0x53, 0x10, 0xd0, 0, 0, 0xff, 0, 0, 0, 0, 1])),
      ]),
    ],
    [
      'an array of four billion nothings',
      Buffer.concat([
        amqpHeader,
        frame(
          Buffer.from([
            0, 0x53, 0x10, 0xc0, 12, 1, 0xf0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x40, 0,
          ]),
        ),
      ]),
    ],
    ['descriptors without end', Buffer.concat([amqpHeader, frame(Buffer.alloc(60_000, 0))])],
    [
      'an unknown SASL mechanism',
      Buffer.concat([
        saslHeader,
        frame(Buffer.from([0, 0x53, 0x41, 0xc0, 5, 1, 0xa3, 2, 0x58, 0x58])).fill(1, 5, 6),
        Buffer.from('garbage!'),
      ]),
    ],
  ])('%s ends the connection and nothing else', async (_name, bytes) => {
    const { socket, ended } = raw();
    socket.write(bytes);
    await ended;
    expect(await worksFor(broker.connectionString)).toBe(true);
  });

  test('an error after open is told with a Close', async () => {
    const { socket, ended } = raw();
    socket.write(Buffer.concat([amqpHeader, open, begin, begin]));
    expect((await ended).toString('latin1')).toContain('amqp:not-allowed');
  });

  test('a frame in single bytes is read as any other', async () => {
    const { socket, ended } = raw();
    socket.setNoDelay(true);
    for (const byte of Buffer.concat([amqpHeader, open])) {
      await new Promise<void>((resolve) => {
        socket.write(Buffer.from([byte]), () => resolve());
      });
    }
    await new Promise((resolve) => socket.once('data', resolve));
    socket.end();
    expect((await ended).toString('latin1')).toContain('whitewater');
  });

  test('half a frame is forgotten with its connection', async () => {
    const { socket, ended } = raw();
    socket.write(Buffer.concat([amqpHeader, open.subarray(0, 9)]));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await ended;
    expect(await worksFor(broker.connectionString)).toBe(true);
  });

  test('any bytes after open end in a Close or are understood, and the broker lives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const { socket, ended } = raw();
        socket.write(Buffer.concat([amqpHeader, open, begin, frame(Buffer.from(bytes))]));
        socket.end();
        await ended;
      }),
      { numRuns: 60 },
    );
    expect(await worksFor(broker.connectionString)).toBe(true);
  });

  test('a frame with one byte changed never hurts anyone else', async () => {
    const attach = recordedAttach();
    await fc.assert(
      fc.asyncProperty(fc.nat(attach.length - 9), fc.nat(255), async (at, value) => {
        const changed = Buffer.from(attach);
        changed[at + 8] = value;
        const { socket, ended } = raw();
        socket.write(Buffer.concat([amqpHeader, open, begin, changed]));
        socket.end();
        await ended;
      }),
      { numRuns: 60 },
    );
    expect(await worksFor(broker.connectionString)).toBe(true);
  });

  test('a client that asks for everything and reads nothing is given little', async () => {
    const full = await startBroker({ queues: ['q'] });
    const client = new ServiceBusClient(full.connectionString);
    const sender = client.createSender('q');
    const body = Buffer.alloc(200_000);
    for (let i = 0; i < 200; i++) await sender.sendMessages({ body });
    const { socket, ended } = raw(full.port);
    socket.write(Buffer.concat([amqpHeader, open, wideBegin, recordedAttach(1)]));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    socket.write(endlessCredit);
    const left = async (): Promise<number> => {
      const response = await fetch(`http://localhost:${full.adminPort}/q`);
      const count = /ActiveMessageCount>(?<count>\d+)</.exec(await response.text());
      return Number(count?.groups?.['count']);
    };
    while ((await left()) === 200) await new Promise(setImmediate);
    const first = await left();
    await sender.sendMessages({ body });
    expect(first).toBeGreaterThan(60);
    expect(await left()).toBe(first + 1);
    socket.resume();
    while ((await left()) > 0) await new Promise(setImmediate);
    socket.destroy();
    await ended;
    await client.close();
    await full.close();
  });

  test('200 connections at once are served, and one above the limit is closed', async () => {
    const sockets = Array.from({ length: 200 }, () => raw());
    await Promise.all(
      sockets.map(({ socket }) => {
        socket.write(Buffer.concat([amqpHeader, open]));
        return new Promise((resolve) => socket.once('data', resolve));
      }),
    );
    expect(broker.connections.length).toBeGreaterThanOrEqual(200);
    expect(await worksFor(broker.connectionString)).toBe(true);
    const more = Array.from({ length: 51 }, () => raw());
    await Promise.race(more.map(({ ended }) => ended));
    for (const { socket } of [...sockets, ...more]) socket.destroy();
    await Promise.all([...sockets, ...more].map(({ ended }) => ended));
  });
});

/** A receiving link to `q`, by hand: peek-lock, or receive-and-delete for 1. */
function recordedAttach(sendSettled = 0): Buffer {
  const source = Buffer.from([0, 0x53, 0x28, 0xc0, 4, 1, 0xa1, 1, 0x71]);
  const target = Buffer.from([0, 0x53, 0x29, 0x45]);
  const fields = Buffer.concat([
    Buffer.from([0xa1, 1, 0x6c, 0x43, 0x41, 0x50, sendSettled, 0x50, 0]),
    source,
    target,
  ]);
  const head = Buffer.from([0, 0x53, 0x12, 0xc0, fields.length + 1, 7]);
  return frame(Buffer.concat([head, fields]));
}

/** A link on which the client sends: to the queue `q`, or to whatever the target names. */
function sendingAttach(
  handle: number,
  target = Buffer.from([0, 0x53, 0x29, 0xc0, 4, 1, 0xa1, 1, 0x71]),
): Buffer {
  const source = Buffer.from([0, 0x53, 0x28, 0x45]);
  const name = Buffer.from([0xa1, 2, 0x6c, handle]);
  const rest = Buffer.from([0x52, handle, 0x42, 0x50, 0, 0x50, 0]);
  const fields = Buffer.concat([name, rest, source, target]);
  return Buffer.concat([Buffer.from([0, 0x53, 0x12, 0xc0, fields.length + 1, 7]), fields]);
}

/** The first frame of a message that goes on. */
function partialTransfer(handle: number, bytes: number): Buffer {
  const fields = Buffer.from([0x52, handle, 0x52, handle, 0xa0, 1, handle, 0x43, 0x42, 0x41]);
  const head = Buffer.from([0, 0x53, 0x14, 0xc0, fields.length + 1, 6]);
  return Buffer.concat([head, fields, Buffer.alloc(bytes)]);
}

describe('what one connection may take', () => {
  test('a client that never opens its connection is closed', async () => {
    const hasty = await startBroker({ handshakeMs: 50 });
    const { socket, ended } = raw(hasty.port);
    socket.write(amqpHeader);
    expect((await ended).toString('latin1')).toContain('AMQP');
    while (hasty.connections.length > 0) await new Promise(setImmediate);
    await hasty.close();
  });

  test('more links than a client can need are refused with a Close', async () => {
    const { socket, ended } = raw();
    socket.write(Buffer.concat([amqpHeader, open]));
    for (let channel = 0; channel < 20; channel++) {
      socket.write(frame(begin.subarray(8), channel));
      for (let handle = 0; handle < 256; handle++) {
        socket.write(frame(sendingAttach(handle), channel));
      }
    }
    expect((await ended).toString('latin1')).toContain('5001 links, of 5000 allowed');
    expect(await worksFor(broker.connectionString)).toBe(true);
  });

  test('messages that never come to their end are not kept without bound', async () => {
    const { socket, ended } = raw();
    socket.write(Buffer.concat([amqpHeader, open]));
    for (let channel = 0; channel < 6; channel++) {
      socket.write(frame(begin.subarray(8), channel));
      for (let handle = 0; handle < 256; handle++) {
        socket.write(frame(sendingAttach(handle), channel));
        socket.write(frame(partialTransfer(handle, 60_000), channel));
      }
    }
    expect((await ended).toString('latin1')).toContain('bytes of incomplete messages');
    expect(await worksFor(broker.connectionString)).toBe(true);
  });

  test.each([
    ['transactions', Buffer.from([0, 0x53, 0x30, 0x45]), 'amqp:not-implemented'],
    ['a link without an address', Buffer.from([0, 0x53, 0x29, 0x45]), 'amqp:invalid-field'],
  ])('%s are refused, and the connection lives', async (_name, target, condition) => {
    const { socket, ended } = raw();
    const attach = frame(sendingAttach(1, target));
    socket.write(Buffer.concat([amqpHeader, open, begin, attach, close]));
    const said = (await ended).toString('latin1');
    expect(said).toContain(condition);
    expect(said.indexOf(condition)).toBe(said.lastIndexOf(condition));
  });
});

describe('keys', () => {
  async function codeWith(connectionString: string): Promise<string> {
    const client = new ServiceBusClient(connectionString, {
      retryOptions: { maxRetries: 0, timeoutInMs: 1500 },
    });
    const error: unknown = await client
      .createSender('q')
      .sendMessages({ body: 1 })
      .then(
        () => 'accepted',
        (reason: unknown) => reason,
      );
    await client.close();
    return error instanceof ServiceBusError ? error.code : String(error);
  }

  test('only who signs with a key of the broker is let in', async () => {
    const locked = await startBroker({ queues: ['q'], keys: { root: 's3cr3t', other: 'x' } });
    const { connectionString } = locked;
    expect(await codeWith(connectionString)).toBe('accepted');
    expect(await codeWith(connectionString.replace('s3cr3t', 'guess'))).toBe('UnauthorizedAccess');
    expect(await codeWith(connectionString.replace('=root', '=nobody'))).toBe('UnauthorizedAccess');
    const { socket, ended } = raw(locked.port);
    socket.write(Buffer.concat([amqpHeader, open, begin, recordedAttach(), close]));
    expect((await ended).toString('latin1')).toContain('amqp:unauthorized-access');
    await locked.close();
  });
});

test('with keys, a name and a password are as good as a token, if they are right', async () => {
  const locked = await startBroker({ queues: ['q'], keys: { root: 's3cr3t' } });
  const outcome = (password: string): Promise<string> =>
    new Promise((resolve) => {
      const options = { port: locked.port, host: '127.0.0.1', reconnect: false };
      const container = rhea.create_container();
      const connection = container.connect({ ...options, username: 'root', password });
      const end = (name: string) => (): void => {
        connection.removeAllListeners();
        connection.close();
        resolve(name);
      };
      for (const name of ['connection_error', 'disconnected']) connection.on(name, end(name));
      connection.open_sender('q').on('sendable', end('sendable'));
    });
  expect(await outcome('s3cr3t')).toBe('sendable');
  expect(await outcome('guess')).not.toBe('sendable');
  await locked.close();
});

test('a closed broker leaves no connection and no port behind', async () => {
  const short = await startBroker({ queues: ['q'] });
  const { socket, ended } = raw(short.port);
  socket.write(Buffer.concat([amqpHeader, open]));
  await new Promise((resolve) => socket.once('data', resolve));
  await short.close();
  expect((await ended).toString('latin1')).toContain('amqp:connection:forced');
  const again = await startBroker({ port: short.port, adminPort: short.adminPort });
  expect(again.port).toBe(short.port);
  await expect(startBroker({ port: short.port })).rejects.toThrow(/EADDRINUSE/);
  await again.close();
});
