/**
 * A child of `whitewater cluster`: a server, or the embedded broker. It is told over its channel
 * what to be, and ends when the channel or the client's process does, however that came about.
 */
import { join } from 'node:path';
import type { AzureBus } from '../../adapters/azure/azure.ts';
import { azureBus } from '../../adapters/azure/azure.ts';
import type { Notice } from '../../adapters/azure/options.ts';
import { startBroker } from '../../adapters/broker/broker.ts';
import { clockSince } from '../live/clock.ts';
import { openFileDisk } from '../live/file-disk.ts';
import { FileJournal, unwritten } from '../live/journal.ts';
import { LiveServer } from '../live/server.ts';
import { raft } from '../raft/machine.ts';
import type { TraceRecord } from '../trace/record.ts';
import { UserError } from '../trace/user-error.ts';
import { MachineBroke } from '../world/turn.ts';
import { busOptions, journalPath, routesOf } from './cluster-bus.ts';
import type { ClusterPart, FromChild, ToChild } from './cluster-messages.ts';
import { isToChild } from './cluster-messages.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import type { Request } from './request.ts';

const lookEveryMs = 2_000;
const connectedEveryMs = 5;

function tell(message: FromChild, then: () => void = () => undefined): void {
  if (process.send === undefined || !process.connected) return then();
  process.send(message, undefined, undefined, then);
}

/** Says why, and ends. */
function fail(error: unknown): void {
  const user = error instanceof UserError;
  const what = error instanceof MachineBroke ? 'machine' : user ? 'user' : 'internal';
  const text = user
    ? `${error.file === null ? '' : `${error.file}: `}${error.what}`
    : error instanceof Error
      ? ((what === 'internal' ? error.stack : undefined) ?? error.message)
      : String(error);
  const remedy = user ? error.remedy : null;
  tell({ kind: 'failed', what, text, remedy }, () => process.exit(exits.internal));
}

/** Ends this process when its parent has ended: by the channel, and should that fail, by its id. */
function endWithParent(parent: number | undefined): void {
  process.on('disconnect', () => process.exit(exits.interrupted));
  // Ctrl-C reaches the whole group; the parent decides how its children end.
  process.on('SIGINT', () => undefined);
  if (parent === undefined) return;
  setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch {
      process.exit(exits.interrupted);
    }
  }, lookEveryMs).unref();
}

async function beBroker(): Promise<void> {
  const broker = await startBroker();
  const { connectionString, adminPort } = broker;
  const administrationEndpoint = `localhost:${adminPort}`;
  tell({ kind: 'serving', connectionString, administrationEndpoint });
}

type Beginning = Extract<ToChild, { readonly kind: 'server' }>;

/** Shows role changes to the parent as they are recorded. */
function watchful(record: TraceRecord): void {
  if (record.kind !== 'state') return;
  const { role, term, leader } = record;
  tell({ kind: 'state', role, term, leader });
}

function noticed(notice: Notice): void {
  switch (notice.kind) {
    case 'error':
      tell({ kind: 'notice', text: `${notice.code}: ${notice.text}` });
      break;
    case 'rebuilt':
      tell({
        kind: 'notice',
        text: `the ${notice.client} connection is made anew: ${notice.reason}`,
      });
      if (notice.client === 'receive') tell({ kind: 'rebuilt' });
      break;
    case 'superseded':
      fail(
        new UserError('another process runs under this name, started later', {
          remedy: 'Let one process be one server',
        }),
      );
      break;
    default:
      notice satisfies never;
  }
}

class ServerProcess {
  private readonly server: LiveServer;
  private readonly bus: AzureBus<Buffer>;
  private readonly journal: FileJournal | null;

  constructor({ part, server: name, incarnation, processNumber }: Beginning) {
    const disk = openFileDisk(diskPath(part, name), { server: name, cluster: part.cluster });
    const file = journalPath(part, name, incarnation);
    const { last: found } = disk.recovered;
    const head = { schema: 'whitewater.journal/1', process: name, incarnation, found } as const;
    this.journal = part.isJournalled ? new FileJournal(file, head, watchful) : null;
    const clock = clockSince(part.began);
    this.bus = azureBus<Buffer>({
      ...busOptions(part, { node: name, incarnation, startedAtMs: Date.now() - clock.now() / 1e3 }),
      onEvents: () => this.server.reactor.wake(),
      onNotice: noticed,
    });
    this.server = new LiveServer(
      {
        scenario: part.scenario,
        subject: raft,
        bus: this.bus,
        routes: routesOf(part),
        process: name,
        incarnation,
        processNumber,
        timeToLiveMicros: part.scenario.bus.timeToLiveMs * 1_000,
        clock,
        journal: this.journal ?? unwritten(['state'], watchful),
        onBroken: fail,
      },
      disk,
    );
  }

  begin(): void {
    this.server.connect();
    const waiting = setInterval(() => {
      if (!this.server.isConnected) return this.server.connect();
      clearInterval(waiting);
      tell({ kind: 'connected' });
    }, connectedEveryMs);
  }

  obey(message: Exclude<ToChild, { readonly kind: 'broker' | 'server' }>): void {
    switch (message.kind) {
      case 'go':
        if (!this.server.isUp) this.server.start();
        break;
      case 'impose':
        this.server.impose(message.index, message.fault);
        break;
      case 'relieve':
        this.server.relieve(message.index);
        break;
      case 'status':
        tell({ kind: 'status', status: this.server.status() });
        break;
      case 'stop': {
        this.server.reactor.stop();
        this.journal?.close();
        const { strangers, stale, undecodable } = this.bus.counts;
        const { misaddressed } = this.server.reactor.port.counts;
        const dropped = { strangers, stale, misaddressed, undecodable };
        tell({ kind: 'stopped', dropped }, () => process.exit(exits.ok));
        break;
      }
      default:
        message satisfies never;
    }
  }
}

function diskPath({ folder }: ClusterPart, server: string): string {
  return join(folder, `${server}.log`);
}

/** Serves until it is told to stop or its parent is gone. */
export function childCommand({ given }: Request): Promise<ExitCode> {
  if (process.send === undefined) {
    throw new UserError('--server-id is for processes that whitewater cluster starts itself', {
      remedy: 'Leave it out: whitewater cluster --help',
    });
  }
  endWithParent(given.clientProcessId);
  let server: ServerProcess | null = null;
  process.on('message', (message: unknown) => {
    if (!isToChild(message)) return;
    try {
      if (message.kind === 'broker') beBroker().catch(fail);
      else if (message.kind === 'server') {
        server = new ServerProcess(message);
        server.begin();
      } else server?.obey(message);
    } catch (error) {
      fail(error);
    }
  });
  return new Promise(() => undefined);
}
