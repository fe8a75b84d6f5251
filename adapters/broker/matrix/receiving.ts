/** What can befall a receiver: its link, the opening of it, deliveries, settlements, and locks. */
import type { Broker } from '../broker.ts';
import { type FaultKind, losing, planted, sudden, type Targets, text } from './kind.ts';

const detachments = [
  'amqp:link:detach-forced',
  'amqp:internal-error',
  'amqp:link:stolen',
  'com.microsoft:server-busy',
  'com.microsoft:timeout',
  'amqp:unauthorized-access',
  'amqp:not-found',
  'com.microsoft:entity-disabled',
] as const;

const detached = (broker: Broker, { receiveFrom }: Targets): number => broker.detach(receiveFrom);

export const receivingFaults: readonly FaultKind[] = [
  ...detachments.map((condition) =>
    sudden(`a receiving link is detached with ${condition}`, 'receiving', (broker, targets) =>
      broker.detach(targets.receiveFrom, text(condition)),
    ),
  ),
  sudden('a receiving link is detached without an error', 'receiving', detached),
  planted(
    'receiving links are refused',
    'receiving',
    ({ receiveFrom: path }) => {
      const effect = { kind: 'error', ...text('com.microsoft:server-busy') } as const;
      return { at: 'attach', path, effect };
    },
    detached,
  ),
  planted(
    'receiving links are never answered',
    'receiving',
    ({ receiveFrom: path }) => ({ at: 'attach', path, effect: { kind: 'ignore' } }),
    detached,
  ),
  planted(
    'the connection is lost while a receiving link is opened',
    'receiving',
    ({ receiveFrom: path }) => ({ at: 'attach', path, times: 1, effect: { kind: 'disconnect' } }),
    detached,
  ),
  planted('messages are delivered twice', 'receiving', ({ receiveFrom: path }) => {
    return { at: 'deliver', path, effect: { kind: 'duplicate' } };
  }),
  planted('messages are delivered late, and overtaken', 'receiving', ({ receiveFrom: path }) => {
    return { at: 'deliver', path, times: 5, effect: { kind: 'delay', delayMs: 120 } };
  }),
  losing(
    planted('messages are lost on their way to a receiver', 'receiving', ({ receiveFrom }) => {
      return { at: 'deliver', path: receiveFrom, effect: { kind: 'drop' } };
    }),
  ),
  planted('settlements are not confirmed', 'settling', ({ receiveFrom: path }) => {
    return { at: 'settle', path, times: 3, effect: { kind: 'noAck' } };
  }),
  planted('settlements are refused: the lock is lost', 'settling', ({ receiveFrom: path }) => {
    const effect = { kind: 'error', ...text('com.microsoft:message-lock-lost') } as const;
    return { at: 'settle', path, times: 3, effect };
  }),
  planted('settlements are refused: busy', 'settling', ({ receiveFrom: path }) => {
    const effect = { kind: 'error', ...text('com.microsoft:server-busy') } as const;
    return { at: 'settle', path, times: 3, effect };
  }),
  sudden('all locks are lost', 'receiving', (broker, { receiveFrom: path }) => {
    broker.inject({ kind: 'expireLocks', path });
    return 1;
  }),
  sudden('the last messages are delivered again', 'receiving', (broker, targets) => {
    broker.inject({ kind: 'redeliver', path: targets.receiveFrom, count: 5 });
    return 1;
  }),
  planted('drained credit is not given back', 'draining', ({ receiveFrom: path }) => {
    return { at: 'drain', path, effect: { kind: 'ignore' } };
  }),
];
