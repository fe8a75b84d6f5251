/**
 * An embedded Service Bus: AMQP 1.0 on one port, the HTTP administration on another, in front of the
 * memory model. The unmodified Azure SDKs connect to it; everything is gone when it is closed.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { BusFault } from '../../harness/bus/bus.ts';
import { adminServer } from './admin/server.ts';
import { memoryBus } from '../memory/memory.ts';
import type { Keys } from './authority.ts';
import type { Certificate } from './certificate.ts';
import { Catalog } from './catalog.ts';
import { conditions } from './conditions.ts';
import { Connection } from './connection.ts';
import { Engine } from './engine.ts';
import type { EntitySettings } from './entities.ts';
import { type FaultAt, Faults, type Place, type Planted } from './faults.ts';
import type { Hub } from './hub.ts';
import { LockTokens } from './lock-tokens.ts';
import type { Payload } from './message.ts';
import { listening } from './ports.ts';

export interface BrokerOptions extends EntitySettings {
  /** 0, the default, takes a free one; 5672 is AMQP's own. */
  readonly port?: number;
  /** Of the administration; 0, the default, takes a free one; 5300 is the official emulator's. */
  readonly adminPort?: number;
  /** `127.0.0.1` by default: nobody else can connect. */
  readonly host?: string;
  /** TLS on both ports, for clients that speak nothing else; `selfSigned` makes a certificate. */
  readonly tls?: Certificate;
  /** Shared access keys by name. Without any, every client is let in. */
  readonly keys?: Keys;
  /** 262,144 by default, as on the Standard tier. */
  readonly messageBytesMax?: number;
  /** Messages stored in a queue, or in a topic with all its subscriptions; 100,000 by default. */
  readonly entityMessagesMax?: number;
  /** The same in bytes; 100 MiB by default, as with the official emulator. */
  readonly entityBytesMax?: number;
  /** 1,000 by default; one more is closed at once. */
  readonly connectionsMax?: number;
  /** Clients that take longer to open their connection are closed; 30 s by default. */
  readonly handshakeMs?: number;
}

/** What becomes of a new connection: `silence` answers nothing, `garbage` something that is no AMQP. */
export type Welcome = 'service' | 'refusal' | 'silence' | 'garbage';

export interface FaultText {
  readonly condition: string;
  readonly description: string;
}

/** What a broker knows of a connection, and what can be done to it. */
export interface BrokerConnection {
  readonly containerId: string;
  /** The bytes vanish in that direction, while the socket stays open. */
  blackHole(direction: 'none' | 'in' | 'out' | 'both'): void;
  /** AMQP's Close; without an error the SDK never comes back from it. */
  close(error?: FaultText): void;
  /** AMQP's End: the sessions are gone, and their links with them; the connection stays. */
  endSessions(error: FaultText): void;
  /** Ends the socket: FIN, or RST. */
  cut(how?: 'close' | 'reset'): void;
  /** The next frames end after so many bytes, and so does the connection. */
  tear(bytes: number): void;
  slowDown(chunking: { readonly bytes: number; readonly everyMs: number }): void;
  /** All tokens have run out: links are detached, and open again only with new ones. */
  expireTokens(): void;
}

export interface Broker {
  readonly port: number;
  /** For any Azure SDK; with the first of the keys, if there are any. */
  readonly connectionString: string;
  readonly adminPort: number;
  /** For administration clients. The JavaScript one needs a policy that makes it speak http. */
  readonly adminConnectionString: string;
  readonly catalog: Catalog;
  /** Those that are open, each the same object as long as it is. */
  readonly connections: readonly BrokerConnection[];
  plant<At extends Place>(fault: FaultAt<At>): Planted;
  /** What Service Bus itself can do; throws RangeError for a path where nothing is. */
  inject(fault: BusFault): void;
  /** Detaches the links of one entity, or all of them; returns how many. */
  detach(path?: string, error?: FaultText): number;
  /** How clients that connect from now on are met; fulfilled when they are. */
  welcome(how: Welcome): Promise<void>;
  /** Removes all planted faults. */
  calm(): void;
  /** Closes all connections and ports; messages are gone. */
  close(): Promise<void>;
}

/** Rejects if a port is taken or an entity's description makes no sense. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const engine: Engine = new Engine(
    memoryBus<Payload>({
      ordering: 'total',
      latencyMicros: () => 0,
      messageSizeBytesMax: options.messageBytesMax ?? 262_144,
      entityMessagesMax: options.entityMessagesMax ?? 100_000,
      entityBytesMax: options.entityBytesMax ?? 100 * 1024 * 1024,
      // Each client says how long it waits.
      sessionWaitMicros: 24 * 3600 * 1_000_000,
      onAutoDelete: (path) => catalog.forget(path),
    }),
  );
  const catalog = new Catalog(engine);
  const hub: Hub = {
    engine,
    catalog,
    faults: new Faults(),
    tokens: new LockTokens(),
    limits: {
      messageBytesMax: options.messageBytesMax ?? 262_144,
      frameBytesMax: 65_536,
      connectionsMax: options.connectionsMax ?? 1000,
      idleTimeoutMs: 120_000,
      handshakeMs: options.handshakeMs ?? 30_000,
      linksMax: 5_000,
      partialBytesMax: Math.max(64 * 1024 * 1024, 2 * (options.messageBytesMax ?? 0)),
    },
    keys: options.keys,
    holders: new Map(),
  };
  hub.catalog.addAll(options);
  const broker = new EmbeddedBroker(hub, options.tls);
  await broker.listen(options);
  return broker;
}

/** How long clients may take to answer the broker's Close. */
const politeMs = 200;

class EmbeddedBroker implements Broker {
  port: number;
  connectionString: string;
  adminPort: number;
  adminConnectionString: string;
  private readonly hub: Hub;
  private readonly open: Map<Connection, Handle>;
  /** Connections that were not served. */
  private readonly strays: Set<Socket>;
  private host: string;
  private met: Welcome;
  private readonly server: Server;
  private readonly admin: ReturnType<typeof adminServer>;

  constructor(hub: Hub, tls: Certificate | undefined) {
    this.port = 0;
    this.connectionString = '';
    this.adminPort = 0;
    this.adminConnectionString = '';
    this.admin = adminServer(hub, tls);
    this.hub = hub;
    this.open = new Map();
    this.strays = new Set();
    this.host = '';
    this.met = 'service';
    const connected = (socket: Socket): void => this.connected(socket);
    this.server =
      tls === undefined
        ? createServer({ noDelay: true }, connected)
        : createTlsServer({ ...tls, noDelay: true }, connected);
    // A client that fails to shake hands is its own problem.
    this.server.on('tlsClientError', () => {});
  }

  get catalog(): Catalog {
    return this.hub.catalog;
  }

  get connections(): readonly BrokerConnection[] {
    return [...this.open.values()];
  }

  async listen(options: BrokerOptions): Promise<void> {
    const { port = 0, adminPort = 0, host = '127.0.0.1', keys } = options;
    this.host = host;
    this.port = await listening(this.server, port, host);
    try {
      this.adminPort = await listening(this.admin, adminPort, host);
    } catch (error) {
      this.server.close();
      throw error;
    }
    const isSecure = options.tls !== undefined;
    this.connectionString = connectionString(this.port, keys, isSecure);
    this.adminConnectionString = connectionString(this.adminPort, keys, isSecure);
  }

  plant<At extends Place>(fault: FaultAt<At>): Planted {
    return this.hub.faults.plant(fault);
  }

  inject(fault: BusFault): void {
    this.hub.engine.inject(fault);
  }

  detach(path?: string, error?: FaultText): number {
    let count = 0;
    for (const connection of this.open.keys()) count += connection.detachLinks(path, error);
    return count;
  }

  calm(): void {
    this.hub.faults.clear();
  }

  async welcome(how: Welcome): Promise<void> {
    this.met = how;
    if (how === 'refusal') this.server.close();
    else if (!this.server.listening) await listening(this.server, this.port, this.host);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    const description = 'The broker is shutting down.';
    for (const stray of this.strays) stray.destroy();
    for (const connection of this.open.keys()) {
      connection.close({ condition: conditions.forced, description });
    }
    const cut = setTimeout(() => {
      for (const connection of this.open.keys()) connection.cut();
    }, politeMs);
    const adminClosed = new Promise<void>((resolve) => {
      this.admin.close(() => resolve());
    });
    this.admin.closeAllConnections();
    this.hub.engine.close();
    await Promise.all([closed, adminClosed]);
    clearTimeout(cut);
  }

  private connected(socket: Socket): void {
    if (this.met !== 'service') return this.astray(socket);
    if (this.open.size >= this.hub.limits.connectionsMax) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    const connection = new Connection(this.hub, socket, (gone) => this.open.delete(gone));
    this.open.set(connection, new Handle(connection));
  }

  private astray(socket: Socket): void {
    this.strays.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.strays.delete(socket));
    if (this.met === 'garbage') socket.end(noAmqp);
    socket.resume();
  }
}

const noAmqp = 'HTTP/1.1 400 Bad Request\r\n\r\n';

class Handle implements BrokerConnection {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  get containerId(): string {
    return this.connection.peer?.containerId ?? '';
  }

  blackHole(direction: 'none' | 'in' | 'out' | 'both'): void {
    this.connection.wire.silent(direction);
  }

  close(error?: FaultText): void {
    this.connection.close(error);
  }

  endSessions(error: FaultText): void {
    this.connection.endSessionsWith(error);
  }

  cut(how: 'close' | 'reset' = 'close'): void {
    this.connection.wire.destroy(how);
  }

  tear(bytes: number): void {
    this.connection.wire.cutAfter(bytes);
  }

  slowDown(chunking: { readonly bytes: number; readonly everyMs: number }): void {
    this.connection.wire.slowDown(chunking);
  }

  expireTokens(): void {
    this.connection.authority.expire();
    this.connection.detachLinks(undefined, {
      condition: conditions.unauthorized,
      description: 'ExpiredToken: the token has run out. Put a new one and attach again.',
    });
  }
}

function connectionString(port: number, keys: Keys = {}, isSecure: boolean): string {
  const [[name, key] = ['RootManageSharedAccessKey', 'SAS_KEY_VALUE']] = Object.entries(keys);
  const endpoint = `Endpoint=sb://localhost:${port};SharedAccessKeyName=${name}`;
  const rest = isSecure ? '' : ';UseDevelopmentEmulator=true';
  return `${endpoint};SharedAccessKey=${key}${rest}`;
}
