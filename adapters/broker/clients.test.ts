import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { ServiceBusAdministrationClient } from '@azure/service-bus';
import rhea from 'rhea';
import { describe, expect, test } from 'vitest';
import { startBroker } from './broker.ts';
import { selfSigned } from './certificate.ts';

function script(name: string): string {
  return fileURLToPath(new URL(`clients/${name}`, import.meta.url));
}

interface Ended {
  readonly ok: boolean;
  readonly out: string;
}

function run(command: string, ...argv: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, argv, { timeout: 40_000 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, out: `${stdout}${stderr}` });
    });
  });
}

/** A Python that has the module: the first in the path, or Debian's own, which has its packages. */
async function pythonWith(module: string): Promise<string | undefined> {
  for (const command of ['python3', '/usr/bin/python3']) {
    if ((await run(command, '-c', `import ${module}`)).ok) return command;
  }
  return undefined;
}

const withProton = await pythonWith('proton');
const withAzure = await pythonWith('azure.servicebus');

/** What the name of a test says of a client that is not there. */
const notRun = (command: string | undefined, debianPackage: string): string =>
  command === undefined ? ` (NOT RUN: apt-get install ${debianPackage})` : '';

describe('clients that are not the Azure SDK', () => {
  test('rhea, without any token, sends, receives, and sees messages dead-lettered', async () => {
    const broker = await startBroker({ queues: ['q'] });
    const container = rhea.create_container();
    const connection = container.connect({ port: broker.port, host: '127.0.0.1' });
    const sender = connection.open_sender('q');
    await new Promise((resolve) => sender.once('sendable', resolve));
    const accepted = new Promise((resolve) => sender.once('accepted', resolve));
    sender.send({ message_id: 'm1', body: 'hello', subject: 'vote' });
    await accepted;
    const receiver = connection.open_receiver({ source: 'q', autoaccept: false });
    await new Promise<void>((resolve) => {
      receiver.once('message', ({ message, delivery }) => {
        expect([message?.body, message?.subject]).toEqual(['hello', 'vote']);
        delivery?.reject({ condition: 'mine', description: 'no good' });
        resolve();
      });
    });
    const dead = connection.open_receiver('q/$DeadLetterQueue');
    const [context] = await new Promise<readonly rhea.EventContext[]>((resolve) => {
      dead.once('message', (found: rhea.EventContext) => resolve([found]));
    });
    expect(context?.message?.application_properties).toMatchObject({
      DeadLetterErrorDescription: 'no good',
    });
    connection.close();
    await new Promise((resolve) => connection.once('connection_close', resolve));
    await broker.close();
  });

  test(`qpid-proton for Python${notRun(withProton, 'python3-qpid-proton')}`, async () => {
    if (withProton === undefined) return;
    const queues = ['q', { name: 's', requiresSession: true }];
    const broker = await startBroker({ queues, topics: [{ name: 't', subscriptions: ['s'] }] });
    const { out } = await run(withProton, script('proton_client.py'), String(broker.port));
    await broker.close();
    expect(out).toContain('all ok');
  });

  test(`the Azure SDK for Python over TLS${notRun(withAzure, 'python3-azure')}`, async () => {
    if (withAzure === undefined) return;
    const folder = await mkdtemp(join(tmpdir(), 'whitewater-'));
    const tls = selfSigned();
    const certificate = join(folder, 'certificate.pem');
    await writeFile(certificate, tls.cert);
    // It dials no other port.
    const port = 5671;
    const queues = ['q', { name: 's', requiresSession: true }];
    const topics = [{ name: 't', subscriptions: ['s'] }];
    const broker = await startBroker({ port, tls, queues, topics });
    const connectionString = broker.connectionString.replace(`:${port}`, '');
    const file = script('servicebus_client.py');
    const { out } = await run(withAzure, file, connectionString, certificate);
    await broker.close();
    await rm(folder, { recursive: true });
    expect(out).toContain('all ok');
  });
});

describe('TLS', () => {
  test('the certificate is what it says, and both ports speak with it', async () => {
    const tls = selfSigned();
    const certificate = new X509Certificate(tls.cert);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    const broker = await startBroker({ queues: ['q'], tls });
    const container = rhea.create_container();
    const connection = container.connect({
      port: broker.port,
      host: 'localhost',
      transport: 'tls',
      ca: tls.cert,
    });
    const sender = connection.open_sender('q');
    await new Promise((resolve) => sender.once('sendable', resolve));
    const accepted = new Promise((resolve) => sender.once('accepted', resolve));
    sender.send({ message_id: 'm1', body: 'secret' });
    await accepted;
    const tlsOptions = { ca: tls.cert };
    const { adminConnectionString } = broker;
    const admin = new ServiceBusAdministrationClient(adminConnectionString, { tlsOptions });
    const { activeMessageCount } = await admin.getQueueRuntimeProperties('q');
    expect(activeMessageCount).toBe(1);
    connection.close();
    await new Promise((resolve) => connection.once('connection_close', resolve));
    await broker.close();
  });

  test('a client that does not trust the certificate disturbs nobody', async () => {
    const broker = await startBroker({ queues: ['q'], tls: selfSigned() });
    const socket = connect(broker.port, 'localhost');
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(error.message).toMatch(/self.signed/i);
    await broker.close();
  });
});
