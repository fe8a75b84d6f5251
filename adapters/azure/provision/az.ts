/**
 * The Azure CLI as a child process: no shell, arguments as a list, JSON back. It keeps the sign-in,
 * so that no token passes through here, and what it says is masked before anybody sees it.
 */
import { execFile } from 'node:child_process';
import { mask } from '../secrets.ts';
import type { AzCommand } from './commands.ts';
import { ProvisionError } from './failure.ts';

export interface AzAnswer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Rejects only when there is no such program. */
export type RunAz = (args: readonly string[]) => Promise<AzAnswer>;

/** Runs what `PATH` has under that name. */
export function azOnPath(environment: NodeJS.ProcessEnv): RunAz {
  const env = {
    ...environment,
    AZURE_CORE_NO_COLOR: '1',
    AZURE_CORE_ONLY_SHOW_ERRORS: '1',
    AZURE_CORE_COLLECT_TELEMETRY: '0',
  };
  const isWindows = process.platform === 'win32';
  return (args) =>
    new Promise((resolve, reject) => {
      const words = isWindows ? args.map(windowsWord) : [...args];
      const options = { env, maxBuffer: 64 * 1024 * 1024, shell: isWindows, windowsHide: true };
      const child = execFile('az', words, options, (error, out, err) => {
        if (error !== null && error.code === 'ENOENT') return reject(missing());
        resolve({ code: child.exitCode ?? 1, out, err });
      });
      child.stdin?.end();
    });
}

/** There `az` is a script that only the shell starts; what the shell would read itself is refused. */
export function windowsWord(word: string): string {
  if (/^[\w@+=:,./\\-]+$/.test(word)) return word;
  if (/["%^&|<>!\r\n]/.test(word)) {
    throw new ProvisionError('usage', `"${word}" can't be passed to az`, 'Choose a plainer name');
  }
  return `"${word}"`;
}

function missing(): ProvisionError {
  const remedy =
    'Install it (https://learn.microsoft.com/cli/azure/install-azure-cli) and run az login; ' +
    'without Azure, whitewater broker serves an embedded Service Bus';
  return new ProvisionError('unreachable', 'there is no Azure CLI (az) on the PATH', remedy);
}

/** What the Azure CLI answers, as data; its refusals as ProvisionErrors. */
export class Az {
  private readonly run: RunAz;
  private readonly subscription: string | undefined;

  constructor(run: RunAz, subscription: string | undefined) {
    this.run = run;
    this.subscription = subscription;
  }

  /** The command as it is really run: with the subscription, where one was named. */
  whole(command: AzCommand): AzCommand {
    const { subscription } = this;
    const [area] = command.args;
    // Of the directory and of the program itself: no subscription.
    if (subscription === undefined || area === 'ad' || area === 'version') return command;
    if (command.args.includes('--subscription')) return command;
    return { ...command, args: [...command.args, '--subscription', subscription] };
  }

  async ask(command: AzCommand): Promise<unknown> {
    const answer = await this.run(this.whole(command).args);
    if (answer.code !== 0) throw refusalOf(command, answer);
    return parsed(command, answer.out);
  }

  /** Undefined if there is no such thing. */
  async find(command: AzCommand): Promise<unknown> {
    const answer = await this.run(this.whole(command).args);
    if (answer.code === 0) return parsed(command, answer.out);
    if (/\((?:ResourceGroupNotFound|ResourceNotFound)\)/.test(answer.err)) return undefined;
    throw refusalOf(command, answer);
  }
}

function parsed(command: AzCommand, out: string): unknown {
  if (out.trim() === '') return null;
  try {
    return JSON.parse(out);
  } catch (cause) {
    const what = `az ${verbs(command)} answered with no JSON`;
    const error = new ProvisionError('unreachable', what, 'Update the Azure CLI: az upgrade');
    error.cause = cause;
    throw error;
  }
}

interface Known {
  readonly pattern: RegExp;
  readonly kind: ProvisionError['kind'];
  readonly what: string;
  readonly remedy: string;
}

/** By what the Azure CLI prints; the first that fits. */
const known: readonly Known[] = [
  {
    pattern: /az login|AADSTS\d+|refresh token has expired/i,
    kind: 'unauthorised',
    what: 'nobody is signed in to Azure, or the sign-in has run out',
    remedy: 'Run az login, then az account set --subscription NAME',
  },
  {
    pattern: /roleAssignments\/write/,
    kind: 'unauthorised',
    what: 'the caller may not give roles',
    remedy:
      'Have an Owner, User Access Administrator or Role Based Access Control Administrator of ' +
      'the resource group run it, or add --no-role and have the role given',
  },
  {
    pattern: /AuthorizationFailed|does not have authorization/,
    kind: 'unauthorised',
    what: 'the caller may not do that in this subscription',
    remedy: 'Ask for the role Contributor on the resource group, or name one: --resource-group',
  },
  {
    pattern: /MissingSubscriptionRegistration|not registered to use namespace/,
    kind: 'usage',
    what: 'the subscription does not know Service Bus',
    remedy: 'Run az provider register --namespace Microsoft.ServiceBus --wait',
  },
  {
    pattern:
      /NamespaceUnavailable|NamespaceNotAvailable|already (?:in use|taken)|ServiceNameInUse/i,
    kind: 'usage',
    what: "the namespace's name is taken; names are unique in all of Azure",
    remedy: 'Choose another with --namespace, or leave it out for a name of its own',
  },
  {
    pattern: /LocationNotAvailable|NoRegisteredProviderFound|InvalidLocation/,
    kind: 'usage',
    what: 'there is no Service Bus in that location',
    remedy: 'Choose another with --location; az account list-locations names them',
  },
  {
    pattern: /bicep/i,
    kind: 'unreachable',
    what: 'the Azure CLI could not read the Bicep file',
    remedy: 'Run az bicep install, then try again',
  },
  {
    pattern: /Max retries exceeded|Failed to establish|ConnectionError|Name or service not known/i,
    kind: 'unreachable',
    what: "the Azure CLI can't reach Azure",
    remedy: 'Check the network and the proxy (HTTPS_PROXY), then try again',
  },
];

function refusalOf(command: AzCommand, { err, code }: AzAnswer): ProvisionError {
  const line = reasonIn(err);
  const found = known.find(({ pattern }) => pattern.test(err));
  if (found !== undefined) {
    const what = line === '' ? found.what : `${found.what} (${line})`;
    return new ProvisionError(found.kind, what, found.remedy);
  }
  const what = `az ${verbs(command)} failed: ${line || `it ended with ${code}`}`;
  return new ProvisionError(
    'unreachable',
    what,
    'Run whitewater azure doctor to see what is missing',
  );
}

function verbs({ args }: AzCommand): string {
  const end = args.findIndex((word) => word.startsWith('-'));
  return args.slice(0, end).join(' ');
}

/** Its first line of error, masked, and not longer than one reads. */
function reasonIn(err: string): string {
  const lines = err.split('\n').map((line) => line.trim());
  const line =
    lines.find((one) => one.startsWith('ERROR:')) ?? lines.find((one) => one !== '') ?? '';
  return mask(line.replace(/^ERROR:\s*/, '')).slice(0, 240);
}
