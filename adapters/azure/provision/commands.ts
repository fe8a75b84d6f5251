/**
 * Every call of the Azure CLI, as a list of arguments made by a pure function. None takes a secret
 * and none asks for one: what is in an argument list, every user of the machine can read.
 */
import { instant, owner, ownerTag, type Tags } from './naming.ts';

export interface AzCommand {
  readonly args: readonly string[];
  /** What it is for, in a few words. */
  readonly does: string;
  /** Whether anything is different afterwards. */
  readonly changes: boolean;
  /** When it is not run after all. */
  readonly onlyIf?: string;
}

const words = (text: string): readonly string[] => text.split(' ');

const json = words('--output json');

const read = (does: string, args: readonly string[]): AzCommand => ({
  args: [...args, ...json],
  does,
  changes: false,
});

const change = (does: string, args: readonly string[], onlyIf?: string): AzCommand => ({
  args: [...args, ...json],
  does,
  changes: true,
  ...(onlyIf === undefined ? {} : { onlyIf }),
});

const provider = ['--namespace', 'Microsoft.ServiceBus'];

export const version = (): AzCommand => read('which Azure CLI this is', ['version']);

export const account = (): AzCommand => read('who is signed in', ['account', 'show']);

export const registration = (): AzCommand =>
  read('whether the subscription knows Service Bus', ['provider', 'show', ...provider]);

export const register = (): AzCommand =>
  change(
    'make the subscription know Service Bus',
    ['provider', 'register', ...provider, '--wait'],
    'it does not yet',
  );

export const signedInUser = (): AzCommand => ({
  ...read('whose role it will be', ['ad', 'signed-in-user', 'show']),
  onlyIf: 'a person is signed in',
});

export const servicePrincipal = (applicationId: string): AzCommand => ({
  ...read('whose role it will be', ['ad', 'sp', 'show', '--id', applicationId]),
  onlyIf: 'an application is signed in',
});

export const group = (name: string): AzCommand =>
  read('whether the resource group is there', ['group', 'show', '--name', name]);

export const createGroup = (name: string, location: string, tags: Tags): AzCommand =>
  change(
    'make the resource group',
    ['group', 'create', '--name', name, '--location', location, '--tags', ...pairs(tags)],
    'there is none; one that is not ours is used as it is',
  );

export const prolongGroup = (name: string, expiresAtMs: number): AzCommand =>
  change(
    'move its day of expiry',
    ['group', 'update', '--name', name, '--set', `tags.expires=${instant(expiresAtMs)}`],
    'the group is there and ours',
  );

export interface Deployment {
  readonly group: string;
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export const deploy = ({ group: name, template, parameters }: Deployment): AzCommand =>
  change('deploy the namespace and the role', [
    ...words('deployment group create --resource-group'),
    name,
    '--name',
    owner,
    '--template-file',
    template,
    '--parameters',
    ...pairs(parameters),
  ]);

export const ourGroups = (): AzCommand =>
  read('our resource groups', ['group', 'list', '--tag', `${ownerTag}=${owner}`]);

/** Its own filters exclude each other; the type is looked at afterwards. */
export const ourResources = (): AzCommand =>
  read('our namespaces', ['resource', 'list', '--tag', `${ownerTag}=${owner}`]);

export const resourcesIn = (name: string): AzCommand =>
  read('what is in the group', ['resource', 'list', '--resource-group', name]);

export interface NamespaceAt {
  readonly group: string;
  readonly name: string;
}

const at = ({ group: name, name: namespace }: NamespaceAt): readonly string[] => [
  '--resource-group',
  name,
  '--name',
  namespace,
];

export const namespace = (where: NamespaceAt): AzCommand =>
  read('the namespace', ['servicebus', 'namespace', 'show', ...at(where)]);

export const deleteNamespace = (where: NamespaceAt): AzCommand =>
  change('remove the namespace', ['servicebus', 'namespace', 'delete', ...at(where)]);

export const deleteGroup = (name: string): AzCommand =>
  change('remove the group with all that is in it', ['group', 'delete', '--name', name, '--yes']);

export const rolesOf = (principalId: string, scope: string): AzCommand =>
  read('which roles there are', [
    ...words('role assignment list --assignee'),
    principalId,
    '--scope',
    scope,
    ...words('--include-inherited --include-groups'),
  ]);

function pairs(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}

/** As one would type it; POSIX quoting where it is needed. */
export function typed({ args }: Pick<AzCommand, 'args'>): string {
  return ['az', ...args].map(quoted).join(' ');
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
