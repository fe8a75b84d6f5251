/**
 * A namespace for live runs: the group, the deployment, the role, then the entities by the SDK.
 * What a dry run shows and what is run come from the same functions; doing it again is safe.
 */
import type { Account } from '../account.ts';
import type { Layout } from '../routes.ts';
import { Az, type RunAz } from './az.ts';
import * as commands from './commands.ts';
import { type AzCommand, typed } from './commands.ts';
import { dataOf, textAt } from './data.ts';
import { makeEntities, untilReady } from './entities.ts';
import { ProvisionError } from './failure.ts';
import { checkName, type Lifetime, markOf, tagsFor } from './naming.ts';

export type PrincipalType = 'User' | 'Group' | 'ServicePrincipal';

export interface Principal {
  readonly id: string;
  readonly type: PrincipalType;
}

export interface SetupOptions {
  readonly subscription?: string;
  readonly group: string;
  readonly location: string;
  /** Undefined: the template makes one of the group's id. */
  readonly namespace?: string;
  readonly lifetimeMs: number;
  /** Whether keys are allowed beside identities. */
  readonly localAuth: boolean;
  /** Who becomes Data Owner: who is signed in, nobody, or somebody by id. */
  readonly owner: 'caller' | 'nobody' | Principal;
  readonly topic: string;
  readonly layout: Layout;
  readonly participants: readonly string[];
  readonly template: string;
}

/** The outside world, so that tests can be it. */
export interface SetupPorts {
  readonly run: RunAz;
  /** How the SDK gets into the namespace that was made. */
  readonly accountFor: (namespace: string) => Account;
  readonly nowMs: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** Told of every step before it is taken. */
  readonly onStep: (text: string) => void;
}

export interface SetupReport {
  /** Fully qualified. */
  readonly namespace: string;
  readonly group: string;
  readonly expiresAtMs: number;
  readonly made: readonly string[];
  readonly found: readonly string[];
}

/** Throws a ProvisionError for the first name that Azure would refuse. */
export function checkSetup(options: SetupOptions): void {
  const { subscription, namespace, owner } = options;
  if (subscription !== undefined) checkName('subscription', subscription);
  checkName('resource group', options.group);
  checkName('location', options.location);
  if (namespace !== undefined) checkName('namespace', namespace);
  checkName('topic', options.topic);
  if (typeof owner === 'object') checkName('principal', owner.id);
}

/** In a dry run nobody has been asked who is signed in. */
const unknownPrincipal: Principal = { id: 'ID-OF-WHO-IS-SIGNED-IN', type: 'User' };

/** Every command in order, without running any. */
export function plannedCommands(options: SetupOptions, nowMs: number): readonly AzCommand[] {
  const { owner, group } = options;
  const life = { createdAtMs: nowMs, expiresAtMs: nowMs + options.lifetimeMs };
  const asks = owner === 'caller' ? [commands.signedInUser()] : [];
  const principal = owner === 'caller' ? unknownPrincipal : owner;
  const az = new Az(
    () => Promise.reject(new Error('a dry run runs nothing')),
    options.subscription,
  );
  return [
    commands.account(),
    commands.registration(),
    commands.register(),
    ...asks,
    commands.group(group),
    commands.createGroup(group, options.location, tagsFor(life)),
    commands.prolongGroup(group, life.expiresAtMs),
    deployment(options, life, principal),
  ].map((command) => az.whole(command));
}

function deployment(
  options: SetupOptions,
  life: Lifetime,
  principal: Principal | 'nobody',
): AzCommand {
  const { created = '', expires = '' } = tagsFor(life);
  return commands.deploy({
    group: options.group,
    template: options.template,
    parameters: {
      ...(options.namespace === undefined ? {} : { namespaceName: options.namespace }),
      location: options.location,
      created,
      expires,
      localAuth: String(options.localAuth),
      entities: 'false',
      ...(principal === 'nobody'
        ? {}
        : { principalId: principal.id, principalType: principal.type }),
    },
  });
}

/** Rejects with a ProvisionError that says how to get on. */
export async function setUp(options: SetupOptions, ports: SetupPorts): Promise<SetupReport> {
  checkSetup(options);
  const az = new Az(ports.run, options.subscription);
  const step = (command: AzCommand): AzCommand => {
    ports.onStep(typed(az.whole(command)));
    return command;
  };
  const signedIn = dataOf(await az.ask(step(commands.account())));
  const state = textAt(dataOf(await az.ask(step(commands.registration()))), 'registrationState');
  if (state !== 'Registered') await az.ask(step(commands.register()));
  const principal = options.owner === 'caller' ? await callerOf(signedIn, az, step) : options.owner;
  const life = await groupFor(options, ports, { az, step });
  const deployed = await az.ask(step(deployment(options, life, principal)));
  const namespace = namespaceIn(deployed);
  const account = ports.accountFor(namespace);
  await untilReady(account, ports);
  ports.onStep(`topic ${options.topic} and who receives from it, by the SDK`);
  const { made, found } = await makeEntities(account, options);
  return { namespace, group: options.group, expiresAtMs: life.expiresAtMs, made, found };
}

interface Asking {
  readonly az: Az;
  readonly step: (command: AzCommand) => AzCommand;
}

async function callerOf(
  signedIn: ReturnType<typeof dataOf>,
  az: Az,
  step: Asking['step'],
): Promise<Principal> {
  const isPerson = textAt(signedIn, 'user', 'type') === 'user';
  const command = isPerson
    ? commands.signedInUser()
    : commands.servicePrincipal(textAt(signedIn, 'user', 'name'));
  const answer = await az.ask(step(command)).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what = `whose role it will be is not known: ${reason}`;
    const remedy = 'Give the object id with --principal-id (and --principal-type)';
    throw new ProvisionError('unauthorised', what, remedy);
  });
  const id = textAt(dataOf(answer), 'id') || textAt(dataOf(answer), 'objectId');
  checkName('principal', id);
  return { id, type: isPerson ? 'User' : 'ServicePrincipal' };
}

/** Made, prolonged, or, if it is somebody else's, used without a change. */
async function groupFor(
  { group, location, lifetimeMs }: SetupOptions,
  { nowMs }: SetupPorts,
  { az, step }: Asking,
): Promise<Lifetime> {
  const now = nowMs();
  const life = { createdAtMs: now, expiresAtMs: now + lifetimeMs };
  const present = await az.find(step(commands.group(group)));
  if (present === undefined) {
    await az.ask(step(commands.createGroup(group, location, tagsFor(life))));
    return life;
  }
  const mark = markOf(dataOf(present)['tags']);
  if (!mark.isOurs) return life;
  await az.ask(step(commands.prolongGroup(group, life.expiresAtMs)));
  return { ...life, createdAtMs: mark.createdAtMs ?? now };
}

function namespaceIn(deployed: unknown): string {
  const path = ['properties', 'outputs', 'fullyQualifiedNamespace', 'value'];
  const namespace = textAt(dataOf(deployed), ...path);
  if (namespace !== '') return namespace;
  const what = 'the deployment did not say what the namespace is called';
  throw new ProvisionError('unreachable', what, 'Look with whitewater azure status');
}
