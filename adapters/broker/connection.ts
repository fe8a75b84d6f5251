/** A client's connection: its socket, rhea's handshake, and the sessions on it. */
import type { Socket } from 'node:net';
import { codes, readPerformative, type WireError } from './amqp/performatives.ts';
import { AmqpError } from './amqp/values.ts';
import { Authority, isKey } from './authority.ts';
import type { ConnectionPort, ReplyPort } from './contracts.ts';
import { Handshake, type Peer } from './handshake.ts';
import type { Hub } from './hub.ts';
import { openLink } from './open-link.ts';
import { Session } from './session.ts';
import { Wire } from './wire.ts';

/** Room for the performative and the tag of a transfer. */
const transferHeadMax = 96;
const channelMax = 4999;

export class Connection implements ConnectionPort {
  readonly hub: Hub;
  readonly authority: Authority;
  readonly replies: Set<ReplyPort>;
  readonly wire: Wire;
  payloadBytesMax: number;
  peer: Peer | undefined;
  private readonly handshake: Handshake;
  private readonly sessions: Map<number, Session>;
  private closing: boolean;
  private links: number;
  private partialBytes: number;
  /** Ends a connection that is never opened. */
  private readonly deadline: NodeJS.Timeout;

  constructor(hub: Hub, socket: Socket, gone: (connection: Connection) => void) {
    this.hub = hub;
    this.authority = new Authority(hub.keys);
    this.replies = new Set();
    this.payloadBytesMax = 512 - transferHeadMax;
    this.peer = undefined;
    this.sessions = new Map();
    this.closing = false;
    this.links = 0;
    this.partialBytes = 0;
    this.deadline = setTimeout(() => this.wire.end(), hub.limits.handshakeMs);
    this.wire = new Wire(socket, hub.limits.frameBytesMax, {
      unit: (unit) => this.receive(unit),
      broken: ({ condition, message }) => {
        this.close({ condition, description: message });
        // Nothing that the peer says is understood any more, its own Close least of all.
        setImmediate(() => this.wire.end());
      },
      roomAgain: () => this.roomAgain(),
      closed: () => {
        clearTimeout(this.deadline);
        this.endSessions();
        this.handshake.gone();
        gone(this);
      },
    });
    const { frameBytesMax, idleTimeoutMs } = hub.limits;
    const allows = (name: string, key: string): boolean => isKey(hub.keys, name, key);
    this.handshake = new Handshake(
      { frameBytesMax, idleTimeoutMs, allows },
      {
        write: (bytes) => this.wire.write(bytes),
        end: () => this.wire.end(),
        opened: (peer) => this.opened(peer),
        ended: () => this.endSessions(),
        trusted: () => this.authority.trust(),
      },
    );
  }

  get isCongested(): boolean {
    return this.wire.isCongested;
  }

  countLinks(change: number): void {
    this.links += change;
    const { linksMax } = this.hub.limits;
    if (this.links > linksMax) throw tooMuch(`${this.links} links, of ${linksMax} allowed`);
  }

  countPartial(change: number): void {
    this.partialBytes += change;
    const { partialBytesMax: most } = this.hub.limits;
    if (this.partialBytes <= most) return;
    throw tooMuch(`${this.partialBytes} bytes of incomplete messages, of ${most} allowed`);
  }

  write(bytes: Buffer): void {
    if (!this.closing) this.wire.write(bytes);
  }

  cut(): void {
    this.wire.destroy();
  }

  /** The AMQP way out: Close, with or without an error; the peer has a second to answer. */
  close(error?: WireError): void {
    if (this.closing) return;
    this.endSessions();
    this.closing = true;
    if (this.peer === undefined) return this.wire.end();
    this.handshake.close(error);
    this.wire.endSoon();
  }

  /** Takes links away, of one entity or of all, and tells how many; the connection stays. */
  detachLinks(path: string | undefined, error?: WireError): number {
    let count = 0;
    for (const session of this.sessions.values()) count += session.detachLinks(path, error);
    return count;
  }

  /** Ends every session with its links; the peer keeps its connection. */
  endSessionsWith(error: WireError): void {
    for (const session of this.sessions.values()) session.endWith(error);
  }

  private opened(peer: Peer): void {
    clearTimeout(this.deadline);
    this.peer = peer;
    const most = Math.min(peer.frameBytesMax, this.hub.limits.frameBytesMax * 16);
    this.payloadBytesMax = most - transferHeadMax;
  }

  private receive(unit: Buffer): void {
    const isFrame = unit[0] === 0 || unit.readUInt32BE(0) !== 0x41_4d_51_50;
    if (!isFrame || unit.length === 8 || unit[5] === 1) return this.feed(unit);
    const start = (unit[4] ?? 2) * 4;
    if (start < 8 || start > unit.length || unit[5] !== 0) {
      throw new AmqpError('amqp:connection:framing-error', 'A frame header makes no sense.');
    }
    const performative = readPerformative(unit.subarray(start));
    if (performative.code === codes.open || performative.code === codes.close) {
      return this.feed(unit);
    }
    if (this.peer === undefined) {
      throw new AmqpError('amqp:illegal-state', 'The connection is not open yet; send open first.');
    }
    if (this.closing) return;
    this.handshake.alive();
    this.dispatch(unit.readUInt16BE(6), performative);
  }

  /** rhea answers at the end of the turn; what comes after must wait for that. */
  private feed(unit: Buffer): void {
    if (unit.length > 8 && unit[5] === 1) readPerformative(unit.subarray((unit[4] ?? 2) * 4));
    this.handshake.feed(unit);
    if (unit.length > 8 || unit[0] !== 0) this.wire.holdForThisTurn();
  }

  private dispatch(channel: number, performative: ReturnType<typeof readPerformative>): void {
    const session = this.sessions.get(channel);
    if (performative.code === codes.begin) {
      if (session !== undefined || channel > channelMax) {
        throw new AmqpError('amqp:not-allowed', `Channel ${channel} can't begin a session.`);
      }
      const begin = performative.fields;
      this.sessions.set(channel, new Session(this, openLink, { channel, begin }));
      return;
    }
    if (session === undefined) {
      throw new AmqpError('amqp:not-found', `There is no session on channel ${channel}.`);
    }
    if (performative.code !== codes.end) return session.receive(performative);
    this.sessions.delete(channel);
    session.endedByPeer();
  }

  private roomAgain(): void {
    for (const session of this.sessions.values()) session.roomAgain();
  }

  private endSessions(): void {
    for (const session of this.sessions.values()) session.end();
    this.sessions.clear();
    this.replies.clear();
  }
}

function tooMuch(what: string): AmqpError {
  return new AmqpError('amqp:resource-limit-exceeded', `The connection has ${what}.`);
}
