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

function python(
  ...argv: readonly string[]
): Promise<{ readonly ok: boolean; readonly out: string }> {
  return new Promise((resolve) => {
    execFile('python3', argv, { timeout: 40_000 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, out: `${stdout}${stderr}` });
    });
  });
}

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

  test('qpid-proton for Python, where it is installed', async () => {
    const { ok: isInstalled } = await python('-c', 'import proton');
    const queues = ['q'];
    const broker = await startBroker({ queues, topics: [{ name: 't', subscriptions: ['s'] }] });
    const { ok, out } = await python(script('proton_client.py'), String(broker.port));
    await broker.close();
    expect(isInstalled ? out : 'all ok').toContain('all ok');
    expect(ok).toBe(isInstalled);
  });
});

test('the Azure SDK for Python over TLS, where it is installed', async () => {
  const { ok: isInstalled } = await python('-c', 'import azure.servicebus');
  if (!isInstalled) return;
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
  const { out } = await python(script('servicebus_client.py'), connectionString, certificate);
  await broker.close();
  await rm(folder, { recursive: true });
  expect(out).toContain('all ok');
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
