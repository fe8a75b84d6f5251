/** The options of a replay on a live bus, beside those that every command over Service Bus shares. */
import { UserError } from '../trace/user-error.ts';
import type { Flag } from './flag.ts';
import { durationMs } from './values.ts';

/** Options as parsed; absent ones were not given. */
export interface ReplayGiven {
  readonly target?: 'simulation' | 'broker' | 'azure';
  readonly record?: string;
  /** Milliseconds. */
  readonly patience?: number;
}

export type ReplayFlagName = 'target' | 'record' | 'patience';

/** In the order in which the help shows them. */
export const replayFlagNames: readonly ReplayFlagName[] = ['target', 'record', 'patience'];

export const replayFlags: Readonly<Record<ReplayFlagName, Flag>> = {
  target: {
    flags: '--target <name>',
    text: 'where messages travel (default simulation); broker is embedded, azure is live',
    group: 'Service',
    choices: ['simulation', 'broker', 'azure'],
  },
  record: { flags: '--record <file>', text: 'write the live trace here', group: 'Output' },
  patience: {
    flags: '--patience <duration>',
    text: 'how long the bus may take for a message (default 10s; azure 60s)',
    group: 'Service',
    parse: durationMs,
  },
};

/** What only makes sense with a target. */
export function refuseWithoutTarget({ given }: { readonly given: ReplayGiven }): void {
  if (given.record === undefined && given.patience === undefined) return;
  const option = given.record === undefined ? '--patience' : '--record';
  throw new UserError(`${option} belongs to a replay on a live bus`, {
    remedy: 'Add --target broker, or --target azure',
  });
}
