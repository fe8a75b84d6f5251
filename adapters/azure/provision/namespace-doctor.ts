/** The doctor's look at one namespace: from the shape of its address to the right to use it. */
import { type Account, administrationString, endpointOf, type Endpoint } from '../account.ts';
import { administrationClient } from '../administration.ts';
import { bounded, ignored } from '../bounded.ts';
import { Clients } from '../clients.ts';
import { failureOf } from '../errors.ts';
import { defaultTimes } from '../options.ts';
import type { AdministrationClient } from '../sdk.ts';
import { asProvisionError, type Finding, note, ok, problem } from './finding.ts';
import { misshapen, provisionErrorOf } from './entities.ts';
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
    return tell(problem('address', misshapen(cause)));
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
    const seconds = (Math.abs(offsetMs) / 1000).toFixed(1);
    const where = offsetMs < 0 ? 'behind' : 'ahead';
    const text = `theirs is ${seconds} s ${where}, give or take ${(uncertainMs / 1000).toFixed(1)} s`;
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

/** Whose subscription is tried if nobody may list them. */
const likely = 'S1';

async function examineEntities(
  patient: NamespacePatient,
  { secrets }: Endpoint,
  tell: Tell,
): Promise<void> {
  const { account, topic } = patient;
  const names: string[] = [];
  const mayManage = ok('manage', 'entities may be made and listed');
  const absent = note('entities', `there is no topic ${topic}`, 'Run whitewater azure setup');
  try {
    const client = await administrationClient(account, endpointOf(account));
    await bounded(list(client, topic, names), patienceMs, 'Listing entities');
  } catch (cause) {
    if (failureOf(cause, secrets).sdkCode === 'MessageEntityNotFoundError') {
      tell(mayManage);
      return tell(absent);
    }
    const error = provisionErrorOf(cause, account);
    if (error.kind !== 'unauthorised') return tell(problem('manage', error));
    return unmanaged(patient, error, tell);
  }
  tell(mayManage);
  const [first] = names;
  if (first === undefined) return tell(absent);
  tell(ok('entities', `${topic} with ${names.join(', ')}`));
  for (const finding of await rights(patient, first)) tell(finding);
}

/** Whoever only sends and receives needs no right to manage. */
async function unmanaged(
  patient: NamespacePatient,
  error: ProvisionError,
  tell: Tell,
): Promise<void> {
  const findings = await rights(patient, likely);
  const remedy = 'Have somebody else make the entities, or ask for Azure Service Bus Data Owner';
  const mayRun = findings.every(({ state }) => state === 'ok');
  tell(mayRun ? note('manage', error.message, remedy) : problem('manage', error));
  for (const finding of findings) tell(finding);
}

async function list(client: AdministrationClient, topic: string, names: string[]): Promise<void> {
  for await (const { subscriptionName } of client.listSubscriptions(topic)) {
    names.push(subscriptionName);
  }
}

/** Opens links as a run would, sends nothing, and takes nothing away. */
async function rights(
  { account, topic }: NamespacePatient,
  subscription: string,
): Promise<readonly Finding[]> {
  const endpoint = endpointOf(account);
  const times = { ...defaultTimes, attemptMs: 5_000 };
  const options = { account, endpoint, times, retries: 0, oneConnection: true };
  const clients = new Clients(options, () => {});
  const attempt = (name: string, text: string, work: Promise<unknown>): Promise<Finding> =>
    bounded(work, patienceMs, text).then(
      () => ok(name, text),
      (cause: unknown) => problem(name, provisionErrorOf(cause, account)),
    );
  const live = clients.get('receive');
  const send = live.then((one) => one.sender(topic).createMessageBatch());
  const path = `${topic}/Subscriptions/${subscription}`;
  const listen = live.then((one) => one.helper(path).peekMessages(1));
  const findings = await Promise.all([
    attempt('send', `a link to ${topic} opens`, send),
    attempt('listen', `a link from ${subscription} opens`, listen),
  ]);
  ignored(bounded(clients.close(), times.closeMs, 'Closing'));
  return findings;
}
