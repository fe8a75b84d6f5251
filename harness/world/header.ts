/** The first record of every trace: what ran, where, and the scenario that makes it run again. */
import type { HeaderRecord } from '../trace/record.ts';
import { traceSchema } from '../trace/record.ts';
import { version } from '../trace/version.ts';
import type { Scenario } from './scenario.ts';
import { clientNames, membersOf, serverNames } from './setup.ts';

/** The header of a run of `scenario`: the machine by name, and the bus (memory, broker, azure). */
export function headerOf(
  scenario: Scenario,
  { subject, adapter }: { readonly subject: string; readonly adapter: string },
): HeaderRecord {
  return {
    kind: 'header',
    seq: 0,
    at: 0,
    cause: -1,
    schema: traceSchema,
    whitewater: version,
    subject,
    adapter,
    servers: serverNames(scenario),
    ...membersOf(scenario),
    clients: clientNames(scenario),
    model: scenario.workload.model,
    scenario,
  };
}
