/**
 * The Config.json of the official emulator with a cluster's topology. That emulator has stricter
 * limits than the service, and drops what it does not understand without a word.
 */
import { broadcast } from '../routes.ts';

export interface EmulatorTopology {
  readonly topic: string;
  readonly participants: readonly string[];
}

/** Servers and clients by the names that they have in a cluster. */
export function participantsOf(count: {
  readonly servers: number;
  readonly clients: number;
}): readonly string[] {
  const named = (letter: string, last: number): readonly string[] =>
    Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
  return [...named('S', count.servers), ...named('C', count.clients)];
}

/** The text of the file. */
export function emulatorConfig({ topic, participants }: EmulatorTopology): string {
  const whole = {
    UserConfig: {
      // The name is fixed there.
      Namespaces: [
        {
          Name: 'sbemulatorns',
          Queues: [],
          Topics: [
            {
              Name: topic,
              Properties: {
                DefaultMessageTimeToLive: 'PT10M',
                DuplicateDetectionHistoryTimeWindow: 'PT20S',
                RequiresDuplicateDetection: false,
              },
              Subscriptions: participants.map(subscription),
            },
          ],
        },
      ],
      Logging: { Type: 'Console' },
    },
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

function subscription(name: string): object {
  return {
    Name: name,
    Properties: {
      DeadLetteringOnMessageExpiration: false,
      DefaultMessageTimeToLive: 'PT10M',
      // Its schema wants a minute at least; the service has 30 s.
      LockDuration: 'PT1M',
      MaxDeliveryCount: 10,
      ForwardDeadLetteredMessagesTo: '',
      ForwardTo: '',
      RequiresSession: false,
    },
    Rules: [correlation('to', name), correlation('all', broadcast)],
  };
}

function correlation(name: string, to: string): object {
  return { Name: name, Properties: { FilterType: 'Correlation', CorrelationFilter: { To: to } } };
}
