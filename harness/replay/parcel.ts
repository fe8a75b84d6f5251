/** What travels on the live bus: an envelope of one replay, as JSON. */
import { Buffer } from 'node:buffer';
import type { Bus, Micros } from '../bus/bus.ts';
import type { Envelope } from '../world/world.ts';

export interface Parcel {
  /** Names the replay: parcels of any other are strangers. */
  readonly run: string;
  /** Null in a trial, which only shows that a subscription is reached. */
  readonly envelope: Envelope | null;
}

/** A bus with the clock that it goes by. */
export interface LiveBus {
  readonly bus: Bus<Parcel>;
  now(): Micros;
  /** Time passes until then, or until the bus may have something new. */
  wait(until: Micros): Promise<void>;
}

const kinds: readonly unknown[] = ['raft', 'request', 'reply'] satisfies Envelope['kind'][];

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

/** What the message says is the machines' affair: the codec only knows the wrapping. */
function isEnvelope(value: unknown): value is Envelope {
  if (!isObject(value) || !kinds.includes(value['kind']) || !isObject(value['message'])) {
    return false;
  }
  return ['from', 'to', 'of', 'id', 'key'].every((name) => Number.isSafeInteger(value[name]));
}

/** Bytes and back. `decode` throws a TypeError for what no replay has sent. */
export const parcelCodec: {
  encode(parcel: Parcel): Buffer;
  decode(bytes: Buffer): Parcel;
} = {
  encode: (parcel) => Buffer.from(JSON.stringify(parcel), 'utf8'),
  decode(bytes) {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(value) && typeof value['run'] === 'string') {
      const { run, envelope } = value;
      if (envelope === null || isEnvelope(envelope)) return { run, envelope };
    }
    throw new TypeError('The message is no parcel of a replay.');
  },
};
