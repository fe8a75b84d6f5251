/** For tests: a live bus in virtual time, around any bus that has it. */
import type { Bus, FaultyBus, Micros } from '../bus/bus.ts';
import type { EnforceOptions } from './enforce.ts';
import type { LiveBus, Parcel } from './parcel.ts';
import { parcelCodec } from './parcel.ts';

const topic = 'rafttopic';

export const virtualPlace: Pick<EnforceOptions, 'topic' | 'run' | 'pathOf' | 'patienceMicros'> = {
  topic,
  run: 'test',
  pathOf: (id) => `${topic}/Subscriptions/${id}`,
  patienceMicros: 5_000_000,
};

/** Bodies travel as bytes, as on the real bus. */
function asBytes(bus: FaultyBus<Parcel>): Bus<Parcel> {
  return {
    submit(command, now) {
      if (command.kind !== 'publish') return bus.submit(command, now);
      const { message } = command;
      const body = parcelCodec.decode(parcelCodec.encode(message.body));
      bus.submit({ ...command, message: { ...message, body } }, now);
    },
    poll: (now) => bus.poll(now),
    wakeAt: () => bus.wakeAt(),
  };
}

/** Gives the bus a topic with a filtered subscription for each participant, and a clock. */
export function virtualLive(
  inner: FaultyBus<Parcel>,
  participants: readonly string[],
  /** What the bus is told may be changed on its way. */
  around: (bus: Bus<Parcel>) => Bus<Parcel> = (bus) => bus,
): LiveBus {
  const bus = around(asBytes(inner));
  let clock: Micros = 0;
  const options = { duplicateDetectionMicros: 0 };
  inner.submit({ kind: 'createTopic', token: 0, path: topic, options }, 0);
  for (const id of participants) {
    inner.submit(
      {
        kind: 'createSubscription',
        token: 0,
        path: virtualPlace.pathOf(id),
        options: {
          lockDurationMicros: 300_000_000,
          maxDeliveryCount: 10,
          requiresSession: false,
          deadLetterOnExpiration: false,
        },
        rule: { name: 'to', filter: { kind: 'correlation', to: id } },
      },
      0,
    );
  }
  return {
    bus,
    now: () => clock,
    wait(until) {
      clock = Math.max(clock, Math.min(until, bus.wakeAt() ?? until));
      return Promise.resolve();
    },
  };
}
