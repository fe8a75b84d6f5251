/** What can befall a sender: its messages, its link, and the opening of its link. */
import { type FaultKind, losing, planted, sudden, text } from './kind.ts';

const rejections = [
  'com.microsoft:server-busy',
  'com.microsoft:timeout',
  'amqp:internal-error',
  'com.microsoft:operation-cancelled',
  'amqp:unauthorized-access',
  'amqp:resource-limit-exceeded',
  'com.microsoft:entity-disabled',
  'amqp:link:message-size-exceeded',
  'amqp:not-allowed',
  'com.microsoft:argument-error',
  'com.microsoft:no-matching-subscription',
] as const;

const refusals = [
  'com.microsoft:server-busy',
  'amqp:unauthorized-access',
  'amqp:internal-error',
  'com.microsoft:entity-disabled',
  'amqp:not-found',
] as const;

export const sendingFaults: readonly FaultKind[] = [
  ...rejections.map((condition) =>
    planted(`sends are rejected with ${condition}`, 'sending', ({ sendTo }) => {
      return { at: 'send', path: sendTo, effect: { kind: 'error', ...text(condition) } };
    }),
  ),
  planted('one send is rejected with server-busy', 'sending', ({ sendTo: path }) => {
    const effect = { kind: 'error', ...text('com.microsoft:server-busy') } as const;
    return { at: 'send', path, times: 1, effect };
  }),
  planted('sends are stored, and their answers lost', 'sending', ({ sendTo: path }) => {
    return { at: 'send', path, times: 3, effect: { kind: 'noAck' } };
  }),
  losing(
    planted('sends are confirmed, and not stored', 'sending', ({ sendTo: path }) => {
      return { at: 'send', path, times: 3, effect: { kind: 'lose' } };
    }),
  ),
  planted('sends are stored twice', 'sending', ({ sendTo: path }) => {
    return { at: 'send', path, effect: { kind: 'duplicate' } };
  }),
  planted('sends are stored late', 'sending', ({ sendTo: path }) => {
    return { at: 'send', path, effect: { kind: 'delay', delayMs: 150 } };
  }),
  planted('a link is detached with a send in flight', 'sending', ({ sendTo: path }) => {
    return { at: 'send', path, times: 1, effect: { kind: 'detach' } };
  }),
  planted('a link is detached by force with a send in flight', 'sending', ({ sendTo: path }) => {
    const effect = { kind: 'detach', condition: 'amqp:link:detach-forced' } as const;
    return { at: 'send', path, times: 1, effect };
  }),
  planted('the connection is lost with a send in flight', 'sending', ({ sendTo: path }) => {
    return { at: 'send', path, times: 1, effect: { kind: 'disconnect' } };
  }),
  sudden('a sending link is detached', 'sending', (broker, { sendTo }) =>
    broker.detach(sendTo, text('amqp:link:detach-forced')),
  ),
  ...refusals.map((condition) =>
    planted(
      `sending links are refused with ${condition}`,
      'sending',
      ({ sendTo: path }) => ({ at: 'attach', path, effect: { kind: 'error', ...text(condition) } }),
      (broker, { sendTo }) => broker.detach(sendTo),
    ),
  ),
  planted(
    'sending links find no entity, in the words that the SDK knows',
    'sending',
    ({ sendTo: path }) => {
      const description = `The messaging entity '${path}' could not be found.`;
      const effect = { kind: 'error', condition: 'amqp:not-found', description } as const;
      return { at: 'attach', path, effect };
    },
    (broker, { sendTo }) => broker.detach(sendTo),
  ),
  planted(
    'sending links are given no credit',
    'sending',
    ({ sendTo: path }) => ({ at: 'attach', path, effect: { kind: 'noCredit' } }),
    (broker, { sendTo }) => broker.detach(sendTo),
  ),
  planted(
    'sending links are never answered',
    'sending',
    ({ sendTo: path }) => ({ at: 'attach', path, effect: { kind: 'ignore' } }),
    (broker, { sendTo }) => broker.detach(sendTo),
  ),
  planted(
    'the connection is lost while a sending link is opened',
    'sending',
    ({ sendTo: path }) => ({ at: 'attach', path, times: 1, effect: { kind: 'disconnect' } }),
    (broker, { sendTo }) => broker.detach(sendTo),
  ),
];
