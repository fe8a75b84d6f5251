/** `whitewater azure`: what it is to do, and which options go with that. */
import { type FailureKind, ProvisionError } from '../../adapters/azure/provision/failure.ts';
import { UserError, type UserErrorExit } from '../trace/user-error.ts';
import { type AzureGiven, azureFlags } from './azure-flags.ts';
import type { ExitCode } from './exit.ts';
import type { Action, Given, Request } from './request.ts';
import { remedyFor } from './suggest.ts';

type Key = keyof AzureGiven;

interface Part {
  readonly options: readonly Key[];
  load(): Promise<Action>;
}

const service: readonly Key[] = ['namespace', 'connectionString', 'administration', 'topicName'];
const place: readonly Key[] = ['subscription', 'resourceGroup'];
const making: readonly Key[] = ['location', 'expires', 'localAuth', 'principalId', 'principalType'];
const money: readonly Key[] = ['limitUsd', 'price'];
const planned: readonly Key[] = ['duration', 'rate', 'heartbeat', 'receiveMode', 'expires'];

const parts: ReadonlyMap<string, Part> = new Map<string, Part>([
  [
    'setup',
    {
      options: [...service, ...place, ...making, ...money, 'layout', 'role', 'dryRun'],
      load: async () => (await import('./azure-setup.ts')).setupCommand,
    },
  ],
  [
    'status',
    {
      options: [...service, 'subscription', 'price'],
      load: async () => (await import('./azure-status.ts')).statusCommand,
    },
  ],
  [
    'cost',
    {
      options: [...planned, ...money, 'layout'],
      load: async () => (await import('./azure-cost.ts')).costCommand,
    },
  ],
  [
    'teardown',
    {
      options: [...service, ...place, 'layout', 'expired', 'dryRun', 'yes'],
      load: async () => (await import('./azure-teardown.ts')).teardownCommand,
    },
  ],
  [
    'doctor',
    {
      options: [...service, ...place],
      load: async () => (await import('./azure-doctor.ts')).doctorCommand,
    },
  ],
]);

/** Dispatches by the first word; what Azure refuses comes out as one clear error. */
export async function azureCommand(request: Request): Promise<ExitCode> {
  const [word = ''] = request.args;
  const part = parts.get(word);
  if (part === undefined) {
    const remedy = remedyFor(word, [...parts.keys()]);
    throw new UserError(`azure knows no "${word}"`, { remedy });
  }
  refuseStrays(request.given, word, part);
  const action = await part.load();
  try {
    return await action(request);
  } catch (error) {
    throw error instanceof ProvisionError ? userErrorOf(error) : error;
  }
}

function refuseStrays(given: Given, word: string, { options }: Part): void {
  for (const key of keys) {
    // Its absence is true.
    const isGiven = key === 'role' ? given.role === false : given[key] !== undefined;
    if (!isGiven || options.includes(key)) continue;
    const [flag = ''] = (key === 'role' ? azureFlags.noRole : azureFlags[key]).flags.split(' <');
    const others = [...parts].filter(([, part]) => part.options.includes(key));
    const names = others.map(([name]) => name).join(' or ');
    const remedy = `It goes with azure ${names}; leave it out`;
    throw new UserError(`${flag} does not go with azure ${word}`, { remedy });
  }
}

const keys: readonly Key[] = [...new Set([...parts.values()].flatMap(({ options }) => options))];

const exitOf: Readonly<Record<FailureKind, UserErrorExit>> = {
  usage: 64,
  unreachable: 69,
  unauthorised: 77,
};

/** The adapter's refusal as the command line shows refusals. */
function userErrorOf(error: ProvisionError): UserError {
  const { message, remedy, kind } = error;
  return new UserError(message, { remedy, exitCode: exitOf[kind], cause: error });
}
