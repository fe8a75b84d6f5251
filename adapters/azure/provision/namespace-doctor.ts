/** The doctor's look at one namespace: from the shape of its address to the right to use it. */
import { type Account, administrationString, endpointOf, type Endpoint } from '../account.ts';
import { administrationClient } from '../administration.ts';
import { bounded, ignored } from '../bounded.ts';
import { Clients } from '../clients.ts';
import { failureOf } from '../errors.ts';
import { defaultTimes } from '../options.ts';
import type { AdministrationClient } from '../sdk.ts';
import { asProvisionError, type Finding, note, ok, problem } from './finding.ts';
import { provisionErrorOf } from './entities.ts';
import { ProvisionError } from './failure.ts';
import { clockOffset, connected, resolved } from './reach.ts';

export interface NamespacePatient {
  readonly account: Account;
  readonly topic: string;
  readonly nowMs: () => number;
}

type Tell = (finding: Finding) => void;

const patienceMs = 15_000;

/** Ends early where going on makes no sense; never rejects. */
export async function examineNamespace(patient: NamespacePatient, tell: Tell): Promise<void> {
  const { account, nowMs } = patient;
  let endpoint: Endpoint;
  try {
    endpoint = endpointOf(account);
  } catch (cause) {
    return tell(problem('address', shapeError(cause)));
  }
  const { host, port } = endpoint;
  const how = 'namespace' in account ? 'by identity' : 'by connection string';
  tell(ok('address', `${host}:${port}, ${how}`));
  try {
    const address = await bounded(resolved(host), patienceMs, 'Looking up the name');
    const tookMs = await connected(host, port, nowMs);
    tell(ok('reach', `${address}, port ${port} answers in ${Math.round(tookMs)} ms`));
  } catch (cause) {
    return tell(problem('reach', unreachable(host, port, cause)));
  }
  tell(await clock(administrationUrl(account, endpoint), nowMs));
  await examineEntities(patient, endpoint, tell);
}

function shapeError(cause: unknown): ProvisionError {
  const text = asProvisionError(cause).message;
  const [what = text, ...rest] = text.split(/\.\s+/);
  return new ProvisionError('usage', what, rest.join('. ').replace(/\.$/, ''));
}

function unreachable(host: string, port: number, cause: unknown): ProvisionError {
  const { message } = asProvisionError(cause);
  const remedy = /ENOTFOUND|EAI_AGAIN/.test(message)
    ? 'Check the name, and whether whitewater azure setup has made it'
    : `Allow outgoing TCP to port ${port}; HTTP proxies do not carry AMQP`;
  return new ProvisionError('unreachable', `${host}:${port} can't be reached: ${message}`, remedy);
}

function administrationUrl(account: Account, { host, isEmulator }: Endpoint): string {
  if (!isEmulator || !('connectionString' in account)) return `https://${host}/`;
  const at = /sb:\/\/([^/;]+)/.exec(administrationString(account))?.[1] ?? host;
  return `http://${at}/`;
}

/** Shared access signatures name the second from which on they are void. */
const noticeableMs = 30_000;
const harmfulMs = 5 * 60_000;

async function clock(url: string, nowMs: () => number): Promise<Finding> {
  try {
    const { offsetMs, uncertainMs } = await clockOffset(url, nowMs);
    const seconds = (offsetMs / 1000).toFixed(1);
    const text = `theirs is ${seconds} s ahead, give or take ${(uncertainMs / 1000).toFixed(1)} s`;
    if (Math.abs(offsetMs) < noticeableMs) return ok('clock', text);
    const remedy = 'Set the clock here: timedatectl set-ntp true, or w32tm /resync';
    if (Math.abs(offsetMs) < harmfulMs) return note('clock', text, remedy);
    return problem('clock', new ProvisionError('usage', text, remedy));
  } catch (cause) {
    const { message } = asProvisionError(cause);
    const remedy = 'Emulators have a port for it: --administration HOST:PORT';
    return note('clock', `their time is not known: ${message}`, remedy);
  }
}

async function examineEntities(
  patient: NamespacePatient,
  { secrets }: Endpoint,
  tell: Tell,
): Promise<void> {
  const { account, topic } = patient;
  const names: string[] = [];
  try {
    const client = await administrationClient(account, endpointOf(account));
    await bounded(list(client, topic, names), patienceMs, 'Listing entities');
    tell(ok('manage', 'entities may be made and listed'));
    tell(
      names.length > 0
        ? ok('entities', `${topic} with ${names.join(', ')}`)
        : note(
            'entities',
            `there is no topic ${topic} to receive from`,
            'Run whitewater azure setup',
          ),
    );
  } catch (cause) {
    if (failureOf(cause, secrets).sdkCode === 'MessageEntityNotFoundError') {
      const remedy = 'Run whitewater azure setup';
      tell(ok('manage', 'entities may be made and listed'));
      return tell(note('entities', `there is no topic ${topic}`, remedy));
    }
    // Whoever only sends and receives needs no right to manage.
    const error = provisionErrorOf(cause, account);
    const finding = problem('manage', error);
    tell(error.kind === 'unauthorised' ? finding : { ...finding, kind: 'unreachable' });
  }
  const [first] = names;
  if (first !== undefined) await examineRights(patient, first, tell);
}

async function list(client: AdministrationClient, topic: string, names: string[]): Promise<void> {
  for await (const { subscriptionName } of client.listSubscriptions(topic)) {
    names.push(subscriptionName);
  }
}

/** Opens links as a run would, sends nothing, and takes nothing away. */
async function examineRights(
  { account, topic }: NamespacePatient,
  subscription: string,
  tell: Tell,
): Promise<void> {
  const endpoint = endpointOf(account);
  const times = { ...defaultTimes, attemptMs: 5_000 };
  const options = { account, endpoint, times, retries: 0, oneConnection: true };
  const clients = new Clients(options, () => {});
  const attempt = async (name: string, text: string, work: () => Promise<unknown>) => {
    try {
      await bounded(work(), patienceMs, text);
      tell(ok(name, text));
    } catch (cause) {
      tell(problem(name, provisionErrorOf(cause, account)));
    }
  };
  await attempt('send', `a link to ${topic} opens`, async () => {
    await (await clients.get('send')).sender(topic).createMessageBatch();
  });
  await attempt('listen', `a link from ${subscription} opens`, async () => {
    const path = `${topic}/Subscriptions/${subscription}`;
    await (await clients.get('receive')).helper(path).peekMessages(1);
  });
  ignored(bounded(clients.close(), times.closeMs, 'Closing'));
}
