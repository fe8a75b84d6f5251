/** The list of hand-written scenarios with their expected verdicts. */
import { clients } from './clients.ts';
import { elections } from './elections.ts';
import { logs } from './logs.ts';
import { membership } from './membership.ts';
import type { Named } from './named-scenario.ts';
import { offices } from './offices.ts';
import { reads } from './reads.ts';
import { serviceBus } from './service-bus.ts';
import { snapshots } from './snapshots.ts';

export type { Named } from './named-scenario.ts';

/** Every named scenario, by concern. */
export const named: readonly Named[] = [
  ...elections,
  ...logs,
  ...clients,
  ...serviceBus,
  ...offices,
  ...snapshots,
  ...membership,
  ...reads,
];

const byName: ReadonlyMap<string, Named> = new Map(named.map((each) => [each.name, each]));

/** The scenario of this name (`figure-8`), or undefined. */
export function scenarioNamed(name: string): Named | undefined {
  return byName.get(name);
}
