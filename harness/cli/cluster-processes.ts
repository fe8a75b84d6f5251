/**
 * The processes of a cluster, as the client's process holds them: started, listened to, ended. A
 * server that ended is started again on its disk by whoever wants it.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ServerStatus } from '../live/server.ts';
import type { ClusterPart, Dropped, FromChild, ToChild } from './cluster-messages.ts';
import { isFromChild } from './cluster-messages.ts';

/** What the operating system shows to everybody: no secret is in it. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string | undefined };
}

/** From TypeScript sources (in tests), the compiled program is started. */
function mainProgram(): string {
  const here = import.meta.url;
  const compiled = here.endsWith('.js');
  return fileURLToPath(new URL(compiled ? '../main.js' : '../../dist/harness/main.js', here));
}

/** How a child is started. Its connection string comes later, through its channel. */
export function launchOf(name: string, env: Launch['env']): Launch {
  const kept = Object.entries(env).filter(([key]) => !key.startsWith('WHITEWATER_'));
  return {
    program: mainProgram(),
    args: ['cluster', '--server-id', name, '--client-process-id', String(process.pid)],
    env: Object.fromEntries(kept),
  };
}

function launched({ program, args, env }: Launch): ChildProcess {
  return fork(program, [...args], {
    env: { ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

export type Standing = 'starting' | 'connected' | 'up' | 'down';

export interface ServerProcess {
  readonly name: string;
  incarnation: number;
  standing: Standing;
  isPaused: boolean;
  /** Its end was wished for: by a kill, or by a stop. */
  isEnding: boolean;
  role: string;
  term: number;
  leader: string | null;
  child: ChildProcess | null;
}

export interface Hooks {
  readonly onState: (server: ServerProcess) => void;
  /** Its receiver is open: it may come on line. */
  readonly onConnected: (server: ServerProcess) => void;
  readonly onEnd: (server: ServerProcess, how: string) => void;
  readonly onFailed: (
    server: string,
    failure: Extract<FromChild, { readonly kind: 'failed' }>,
  ) => void;
  readonly onNotice: (server: string, text: string) => void;
  readonly onRebuilt: (server: string) => void;
}

export class Processes {
  readonly servers: readonly ServerProcess[];
  readonly dropped: { -readonly [Reason in keyof Dropped]: number };
  private readonly part: ClusterPart;
  private readonly env: Launch['env'];
  private readonly hooks: Hooks;
  private readonly asked: Map<string, (status: ServerStatus) => void>;
  /** 0 is the client's process. */
  private started: number;
  /** All are being ended: nobody is started again, and nobody is told. */
  private isOver: boolean;

  constructor(part: ClusterPart, names: readonly string[], env: Launch['env'], hooks: Hooks) {
    this.part = part;
    this.env = env;
    this.hooks = hooks;
    this.asked = new Map();
    this.started = 0;
    this.isOver = false;
    this.dropped = { strangers: 0, stale: 0, misaddressed: 0, undecodable: 0 };
    this.servers = names.map((name) => ({
      name,
      incarnation: 0,
      standing: 'down',
      isPaused: false,
      isEnding: false,
      role: 'offline',
      term: 0,
      leader: null,
      child: null,
    }));
  }

  start(server: ServerProcess): void {
    this.started += 1;
    server.incarnation += 1;
    server.standing = 'starting';
    server.isEnding = false;
    server.role = 'offline';
    const child = launched(launchOf(server.name, this.env));
    server.child = child;
    let errors = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      errors = `${errors}${bytes.toString('utf8')}`.slice(-2_000);
    });
    child.on('message', (message) => {
      if (isFromChild(message)) this.heard(server, message);
    });
    child.on('error', (error) => void (errors += error.message));
    child.on('close', (code, signal) => {
      if (server.child !== child) return;
      server.child = null;
      server.standing = 'down';
      server.isPaused = false;
      const how = signal === null ? `ended with code ${code ?? '?'}` : `was ended by ${signal}`;
      if (!this.isOver)
        this.hooks.onEnd(server, `${how}${errors === '' ? '' : `: ${errors.trim()}`}`);
    });
    const { part, started: processNumber } = this;
    const { name, incarnation } = server;
    this.tell(server, { kind: 'server', part, server: name, incarnation, processNumber });
  }

  tell(server: ServerProcess, message: ToChild): void {
    const { child } = server;
    // A child that has just died is told of by its `close`.
    if (child?.connected === true) child.send(message, () => undefined);
  }

  tellAll(message: ToChild): void {
    for (const server of this.servers) this.tell(server, message);
  }

  go(server: ServerProcess): void {
    server.standing = 'up';
    this.tell(server, { kind: 'go' });
  }

  signal(server: ServerProcess, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (signal === 'SIGKILL') server.isEnding = true;
    server.child?.kill(signal);
  }

  /** How all servers stand, or null when some do not answer in time. */
  async statuses(withinMs: number): Promise<readonly ServerStatus[] | null> {
    const late = new Promise<null>((resolve) => {
      setTimeout(() => resolve(null), withinMs).unref();
    });
    const all = Promise.all(
      this.servers.map((server) => {
        return new Promise<ServerStatus>((resolve) => {
          this.asked.set(server.name, resolve);
          this.tell(server, { kind: 'status' });
        });
      }),
    );
    return Promise.race([all, late]);
  }

  /** Ends them all in good order, and what does not end by force. */
  async stop(withinMs: number): Promise<void> {
    this.isOver = true;
    for (const server of this.servers) {
      if (server.isPaused) server.child?.kill('SIGCONT');
    }
    this.tellAll({ kind: 'stop' });
    const end = performance.now() + withinMs;
    while (this.isAnyLeft() && performance.now() < end) await pause(5);
    this.kill();
    while (this.isAnyLeft()) await pause(5);
  }

  /** Whatever else happens: no child stays. */
  kill(): void {
    this.isOver = true;
    for (const { child } of this.servers) child?.kill('SIGKILL');
  }

  private isAnyLeft(): boolean {
    return this.servers.some(({ child }) => child !== null);
  }

  private heard(server: ServerProcess, message: FromChild): void {
    switch (message.kind) {
      case 'connected':
        server.standing = 'connected';
        this.hooks.onConnected(server);
        break;
      case 'state':
        server.role = message.role;
        server.term = message.term;
        server.leader = message.leader;
        this.hooks.onState(server);
        break;
      case 'status':
        this.asked.get(server.name)?.(message.status);
        break;
      case 'notice':
        this.hooks.onNotice(server.name, message.text);
        break;
      case 'rebuilt':
        this.hooks.onRebuilt(server.name);
        break;
      case 'failed':
        this.hooks.onFailed(server.name, message);
        break;
      case 'stopped':
        for (const reason of ['strangers', 'stale', 'misaddressed', 'undecodable'] as const) {
          this.dropped[reason] += message.dropped[reason];
        }
        break;
      case 'serving':
        break;
      default:
        message satisfies never;
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Where the embedded broker is, and how to end it. */
export interface BrokerProcess {
  readonly connectionString: string;
  readonly administrationEndpoint: string;
  end(): void;
}

/** Rejects when it ends before it serves; `onLost` hears when it ends afterwards, unwished. */
export function startBrokerProcess(
  env: Launch['env'],
  onLost: (how: string) => void,
): Promise<BrokerProcess> {
  let isWished = false;
  const child = launched(launchOf('broker', env));
  child.send({ kind: 'broker' } satisfies ToChild);
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (!isFromChild(message)) return;
      if (message.kind === 'failed') reject(new Error(`the broker: ${message.text}`));
      if (message.kind !== 'serving') return;
      const { connectionString, administrationEndpoint } = message;
      resolve({
        connectionString,
        administrationEndpoint,
        end: () => {
          isWished = true;
          child.kill('SIGKILL');
        },
      });
    });
    child.on('close', (code, signal) => {
      const how = `the embedded broker ended (${signal ?? `code ${code ?? '?'}`})`;
      reject(new Error(how));
      if (!isWished) onLost(how);
    });
  });
}
