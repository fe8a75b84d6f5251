/**
 * The connection layer is rhea's: protocol headers, SASL, open and close, heartbeats. Sessions and
 * links are the broker's own, because rhea is made for clients: it decodes messages and loses their
 * types, opens links before the broker has decided, and blocks a session behind its slowest link.
 */
import { EventEmitter } from 'node:events';
import rhea from 'rhea';
import type { WireError } from './amqp/performatives.ts';

export interface Peer {
  readonly containerId: string;
  readonly frameBytesMax: number;
}

export interface HandshakeOptions {
  readonly frameBytesMax: number;
  readonly idleTimeoutMs: number;
  /** Whether PLAIN's name and password are right. */
  readonly allows: (name: string, password: string) => boolean;
}

export interface HandshakeEvents {
  write(bytes: Buffer): void;
  /** Nothing more will be written. */
  end(): void;
  opened(peer: Peer): void;
  /** The peer closed, broke the rules, or is gone. */
  ended(): void;
  /** PLAIN succeeded: no token is needed. */
  trusted(): void;
}

const heartbeat = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);
const heartbeatEveryMs = 1000;

export class Handshake {
  private readonly connection: ReturnType<typeof rhea.create_connection>;
  private readonly socket: EventEmitter;
  private fedAt: number;

  constructor(options: HandshakeOptions, events: HandshakeEvents) {
    const container = rhea.create_container({ id: 'whitewater' });
    const mechanisms: unknown = container.sasl_server_mechanisms;
    offer(mechanisms, options, () => events.trusted());
    const connection = container.create_connection({
      port: 0,
      container_id: 'whitewater',
      max_frame_size: options.frameBytesMax,
      channel_max: 4999,
      idle_time_out: options.idleTimeoutMs,
      reconnect: false,
    });
    this.connection = connection;
    this.fedAt = 0;
    connection.on('connection_open', () => events.opened(peerOf(connection)));
    for (const name of ['connection_close', 'connection_error', 'disconnected']) {
      connection.on(name, () => events.ended());
    }
    for (const name of ['protocol_error', 'error']) connection.on(name, () => events.ended());
    const socket = Object.assign(new EventEmitter(), {
      write: (bytes: Buffer) => events.write(bytes),
      end: () => events.end(),
      destroy: () => events.end(),
      get_id_string: () => 'client',
    });
    this.socket = socket;
    connection['accept'](socket);
  }

  /** A protocol header, or a frame that is not a session's. */
  feed(unit: Buffer): void {
    this.fedAt = Date.now();
    this.socket.emit('data', unit);
  }

  /** Some other frame came: the peer is alive. */
  alive(): void {
    if (Date.now() - this.fedAt > heartbeatEveryMs) this.feed(heartbeat);
  }

  close(error?: WireError): void {
    this.connection.close(error === undefined ? undefined : { ...error });
  }

  /** The socket is gone: timers end. */
  gone(): void {
    this.socket.emit('end');
    this.socket.removeAllListeners();
  }
}

interface Mechanism {
  outcome: boolean | undefined;
  start(): void;
}

/** In the order of the service; the last two need no more than ANONYMOUS does. */
function offer(mechanisms: unknown, options: HandshakeOptions, trusted: () => void): void {
  if (!isMechanisms(mechanisms)) throw new TypeError('rhea offers no SASL mechanisms.');
  const willing = (): Mechanism => ({
    outcome: undefined,
    start() {
      this.outcome = true;
    },
  });
  mechanisms['MSSBCBS'] = willing;
  mechanisms.enable_plain((name, password) => {
    const right = options.allows(name, password);
    if (right) trusted();
    return right;
  });
  mechanisms.enable_anonymous();
  mechanisms['EXTERNAL'] = willing;
}

interface Mechanisms {
  [name: string]: unknown;
  enable_plain(check: (name: string, password: string) => boolean): void;
  enable_anonymous(): void;
}

function isMechanisms(value: unknown): value is Mechanisms {
  return typeof value === 'object' && value !== null && 'enable_plain' in value;
}

function peerOf(connection: { readonly [name: string]: unknown }): Peer {
  const { container_id, max_frame_size } = connection;
  return {
    containerId: typeof container_id === 'string' ? container_id : '',
    frameBytesMax: typeof max_frame_size === 'number' ? Math.max(512, max_frame_size) : Infinity,
  };
}
