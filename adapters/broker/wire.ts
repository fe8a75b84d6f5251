/**
 * One socket: whole frames in, gathered writes out. Sizes are checked before anything is kept, so a
 * peer can't make the broker hold more than one frame of its own; a peer that does not read stops
 * being read. Slow, silent and torn links are made here too.
 */
import type { Socket } from 'node:net';
import { AmqpError } from './amqp/values.ts';

export interface WireEvents {
  /** Eight bytes of a protocol header, or a frame with its header. */
  unit(unit: Buffer): void;
  broken(error: AmqpError): void;
  /** The peer reads again after it did not. */
  roomAgain(): void;
  closed(): void;
}

/** `AMQP` as a number: no frame may be as large, so headers and frames can't be mixed up. */
const magic = 0x41_4d_51_50;
const headerSize = 8;
const unreadBytesMax = 4 * 1024 * 1024;

export type Silence = 'none' | 'in' | 'out' | 'both';

export class Wire {
  private readonly socket: Socket;
  private readonly events: WireEvents;
  private readonly frameBytesMax: number;
  private chunks: Buffer[];
  private have: number;
  private need: number;
  private held: boolean;
  private outgoing: Buffer[];
  /** Bytes of those. */
  private gathered: number;
  private silence: Silence;
  private chunking: { readonly bytes: number; readonly everyMs: number } | undefined;
  private slow: Buffer;
  private ended: boolean;
  /** The peer broke the rules; nothing more is read. */
  private deaf: boolean;
  private timers: Set<NodeJS.Timeout>;

  constructor(socket: Socket, frameBytesMax: number, events: WireEvents) {
    this.socket = socket;
    this.events = events;
    this.frameBytesMax = frameBytesMax;
    this.chunks = [];
    this.have = 0;
    this.need = headerSize;
    this.held = false;
    this.outgoing = [];
    this.gathered = 0;
    this.silence = 'none';
    this.chunking = undefined;
    this.slow = Buffer.alloc(0);
    this.ended = false;
    this.deaf = false;
    this.timers = new Set();
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('drain', () => this.drained());
    // 'close' follows and tells the connection.
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('close', () => this.closed());
  }

  /** Gathers until the end of this turn of the event loop. */
  write(bytes: Buffer): void {
    if (this.ended || bytes.length === 0) return;
    if (this.outgoing.length === 0) process.nextTick(() => this.flush());
    this.outgoing.push(bytes);
    this.gathered += bytes.length;
  }

  /** No unit is handed out until the other work of this turn is done. */
  holdForThisTurn(): void {
    if (this.held) return;
    this.held = true;
    this.socket.pause();
    setImmediate(() => {
      this.held = false;
      this.resume();
      this.parse();
    });
  }

  /** Sends what is gathered, then ends; the peer has a second to end its side. */
  end(): void {
    if (this.ended) return;
    this.flush();
    this.ended = true;
    if (this.slow.length === 0) this.socket.end();
    this.later(1000, () => this.socket.destroy());
  }

  destroy(how: 'close' | 'reset' = 'close'): void {
    this.ended = true;
    if (how === 'reset') this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  /** A black hole: the bytes of that direction vanish, the socket stays open. */
  silent(silence: Silence): void {
    this.silence = silence;
    if (silence === 'none') this.events.roomAgain();
  }

  /** Sends in small pieces from now on. */
  slowDown(chunking: { readonly bytes: number; readonly everyMs: number }): void {
    this.chunking = chunking;
  }

  /** Sends only the first bytes of what is gathered next, then closes. */
  cutAfter(bytes: number): void {
    const gathered = Buffer.concat(this.outgoing);
    this.outgoing = [];
    this.ended = true;
    this.socket.write(gathered.subarray(0, bytes));
    this.socket.end(() => this.socket.destroy());
  }

  /** The peer reads slower than it asks. */
  get isCongested(): boolean {
    return this.socket.writableLength + this.gathered + this.slow.length > unreadBytesMax / 4;
  }

  /** The peer has a second to end the connection itself. */
  endSoon(): void {
    this.later(1000, () => this.socket.destroy());
  }

  private drained(): void {
    this.resume();
    this.events.roomAgain();
  }

  private closed(): void {
    this.ended = true;
    this.chunks = [];
    this.outgoing = [];
    this.slow = Buffer.alloc(0);
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.events.closed();
  }

  private resume(): void {
    if (!this.held && this.socket.isPaused()) this.socket.resume();
  }

  private flush(): void {
    const { outgoing } = this;
    if (outgoing.length === 0 || this.ended) return;
    this.outgoing = [];
    this.gathered = 0;
    const bytes = outgoing.length === 1 ? outgoing[0] : Buffer.concat(outgoing);
    if (bytes === undefined || this.silence === 'out' || this.silence === 'both') return;
    if (this.chunking !== undefined) return this.trickle(bytes);
    if (!this.socket.write(bytes) && this.socket.writableLength > unreadBytesMax) {
      this.socket.pause();
    }
  }

  private trickle(bytes: Buffer): void {
    const idle = this.slow.length === 0;
    this.slow = idle ? bytes : Buffer.concat([this.slow, bytes]);
    if (idle) this.trickleNext();
  }

  private trickleNext(): void {
    const { bytes, everyMs } = this.chunking ?? { bytes: Infinity, everyMs: 0 };
    this.socket.write(this.slow.subarray(0, bytes));
    this.slow = this.slow.subarray(bytes);
    if (this.slow.length > 0) this.later(everyMs, () => this.trickleNext());
    else if (this.ended) this.socket.end();
    else this.events.roomAgain();
  }

  private later(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, ms);
    this.timers.add(timer);
  }

  private read(chunk: Buffer): void {
    if (this.deaf || this.silence === 'in' || this.silence === 'both') return;
    this.chunks.push(chunk);
    this.have += chunk.length;
    this.parse();
  }

  private parse(): void {
    while (!this.held && !this.ended && this.have >= this.need) {
      const first = this.chunks[0];
      const data =
        this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
      let at = 0;
      try {
        for (;;) {
          const size = this.sizeAt(data, at);
          this.need = size;
          if (at + size > data.length || this.held || this.ended) break;
          at += size;
          this.need = headerSize;
          this.events.unit(data.subarray(at - size, at));
        }
      } catch (error) {
        this.deaf = true;
        this.chunks = [];
        this.have = 0;
        this.events.broken(asAmqpError(error));
        return;
      }
      const rest = data.subarray(at);
      this.chunks = rest.length === 0 ? [] : [rest];
      this.have = rest.length;
    }
  }

  /** The size of the unit that begins there, as far as it can be told. */
  private sizeAt(data: Buffer, at: number): number {
    if (data.length - at < 4) return headerSize;
    const size = data.readUInt32BE(at);
    if (size === magic) return headerSize;
    if (size >= headerSize && size <= this.frameBytesMax) return size;
    throw new AmqpError(
      'amqp:connection:framing-error',
      `A frame of ${size} bytes was announced; this broker reads 8 to ${this.frameBytesMax}.`,
    );
  }
}

function asAmqpError(error: unknown): AmqpError {
  if (error instanceof AmqpError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new AmqpError('amqp:internal-error', `The broker failed: ${text}`);
}
