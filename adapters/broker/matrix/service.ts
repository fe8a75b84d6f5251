/** What Service Bus itself does to its users: restarts, throttling, entities that go. */
import type { Broker } from '../broker.ts';
import { type FaultKind, losing, planted, sudden, type Targets, text } from './kind.ts';

/** Beyond every clock. */
const always = Number.MAX_SAFE_INTEGER;

const throttled: FaultKind = {
  name: 'everything is throttled',
  concerns: 'sending',
  loses: false,
  inject: (broker) => {
    broker.inject({ kind: 'throttle', untilMicros: always });
    return Promise.resolve({
      hits: 1,
      cure: async () => broker.inject({ kind: 'throttle', untilMicros: 0 }),
    });
  },
};

const slow: FaultKind = {
  name: 'deliveries are slow',
  concerns: 'receiving',
  loses: false,
  inject: (broker, { receiveFrom: path }) => {
    const extraMicros = 100_000;
    broker.inject({ kind: 'slow', path, extraMicros, untilMicros: always });
    return Promise.resolve({
      hits: 1,
      cure: async () => broker.inject({ kind: 'slow', path, extraMicros, untilMicros: 0 }),
    });
  },
};

/** Gone with its messages, and made again empty. */
const deleted: FaultKind = {
  name: 'the entity is deleted, and made again',
  concerns: 'receiving',
  loses: true,
  inject: ({ catalog }, { receiveFrom }) => {
    const entry = catalog.find(receiveFrom);
    if (entry === undefined || entry.kind === 'topic') {
      throw new RangeError(`Nothing can be received from '${receiveFrom}'.`);
    }
    catalog.remove(receiveFrom);
    return Promise.resolve({ hits: 1, cure: async () => catalog.restore(entry) });
  },
};

/** Send and receive are refused, by the administration's own hand. */
const disabled: FaultKind = {
  name: 'the entity is disabled',
  concerns: 'receiving',
  loses: false,
  inject: (broker, targets) => {
    setStatus(broker, targets, 'Disabled');
    broker.detach(targets.receiveFrom, text('com.microsoft:entity-disabled'));
    return Promise.resolve({
      hits: 1,
      cure: async () => setStatus(broker, targets, 'Active'),
    });
  },
};

function setStatus(
  { catalog }: Broker,
  { receiveFrom }: Targets,
  status: 'Active' | 'Disabled',
): void {
  const entry = catalog.find(receiveFrom);
  if (entry !== undefined) catalog.update(entry, { ...entry.properties, status });
}

export const serviceFaults: readonly FaultKind[] = [
  sudden('a restart', 'all', (broker) => {
    broker.inject({ kind: 'restart' });
    return 1;
  }),
  throttled,
  slow,
  deleted,
  disabled,
  losing(
    sudden('everything waiting is dead-lettered', 'receiving', (broker, { receiveFrom: path }) => {
      broker.inject({ kind: 'deadLetter', path });
      return 1;
    }),
  ),
  planted('management refuses: busy', 'peeking', ({ receiveFrom: path }) => {
    const effect = { kind: 'error', ...text('com.microsoft:server-busy') } as const;
    return { at: 'management', path, effect };
  }),
  planted('management refuses: the lock is lost', 'peeking', ({ receiveFrom: path }) => {
    const effect = { kind: 'error', ...text('com.microsoft:message-lock-lost') } as const;
    return { at: 'management', path, effect };
  }),
  planted('management answers late', 'peeking', ({ receiveFrom: path }) => {
    return { at: 'management', path, effect: { kind: 'delay', delayMs: 150 } };
  }),
  planted('management never answers', 'peeking', ({ receiveFrom: path }) => {
    return { at: 'management', path, effect: { kind: 'drop' } };
  }),
  planted('the administration is busy', 'administering', () => {
    return { at: 'admin', effect: { kind: 'status', status: 503 } };
  }),
  planted('the administration answers late', 'administering', () => {
    return { at: 'admin', effect: { kind: 'delay', delayMs: 150 } };
  }),
];
