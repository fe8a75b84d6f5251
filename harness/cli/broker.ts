/** `whitewater broker`: an embedded Service Bus on loopback until Ctrl-C, for any Azure SDK. */
import { readFileSync } from 'node:fs';
import { startBroker } from '../../adapters/broker/broker.ts';
import { readConfig } from '../../adapters/broker/config.ts';
import { UserError } from '../trace/user-error.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import type { Io } from './io.ts';
import type { Request } from './request.ts';

const amqpPort = 5_672;
const httpPort = 5_300;

function configured(path: string | undefined): ReturnType<typeof readConfig> {
  if (path === undefined) return {};
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError('cannot be read', { file: path, remedy: 'Check the path', cause });
  }
  return readConfig(text);
}

function interrupted(io: Io): Promise<void> {
  return new Promise((resolve) => {
    io.onInterrupt(() => resolve());
  });
}

function refusal(cause: unknown, port: number): UserError {
  const busy = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
  const what = busy ? 'a port is taken already' : `the broker cannot listen: ${String(cause)}`;
  const remedy = `Choose others: whitewater broker --port ${port + 1} --admin-port 0`;
  return new UserError(what, { remedy, exitCode: 69, cause });
}

/** Serves until it is interrupted; says first where, in connection strings. */
export async function brokerCommand(request: Request): Promise<ExitCode> {
  const { io, given } = request;
  const settings = configured(given.config);
  const port = given.port ?? amqpPort;
  const adminPort = given.adminPort ?? httpPort;
  const broker = await startBroker({ ...settings, port, adminPort }).catch((cause: unknown) => {
    throw refusal(cause, port);
  });
  const { connectionString, adminConnectionString } = broker;
  if (given.json === true) {
    const { port: amqp, adminPort: http } = broker;
    const schema = 'whitewater.broker/1';
    const said = { schema, port: amqp, adminPort: http, connectionString, adminConnectionString };
    io.out(`${JSON.stringify(said)}\n`);
  } else {
    const entities = (settings.queues?.length ?? 0) + (settings.topics?.length ?? 0);
    io.out(
      `an embedded Service Bus is up; queues and topics configured: ${entities}\n` +
        `  messages         ${connectionString}\n` +
        `  administration   ${adminConnectionString}\n` +
        '  everything is in memory and gone with it; Ctrl-C ends it\n',
    );
  }
  await interrupted(io);
  await broker.close();
  return exits.ok;
}
