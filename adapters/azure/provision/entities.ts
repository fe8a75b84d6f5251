/** What the administration client does for provisioning: make, count, and see whether it may. */
import { type Account, endpointOf } from '../account.ts';
import { administrationClient } from '../administration.ts';
import { bounded } from '../bounded.ts';
import { failureOf } from '../errors.ts';
import type { Layout } from '../routes.ts';
import type { AdministrationClient } from '../sdk.ts';
import { ensureTopology, removeTopology, type TopologyReport } from '../topology.ts';
import { type FailureKind, ProvisionError } from './failure.ts';

export interface EntityOptions {
  readonly topic: string;
  readonly layout: Layout;
  readonly participants: readonly string[];
}

/** Doing it again is safe. Rejects with a ProvisionError. */
export async function makeEntities(
  account: Account,
  { topic, layout, participants }: EntityOptions,
): Promise<TopologyReport> {
  const options = { account, topic, layout, participants };
  return ensureTopology(options).catch((cause: unknown) => {
    throw provisionErrorOf(cause, account);
  });
}

/** Only what carries Whitewater's mark; the paths of what is gone. */
export async function removeEntities(
  account: Account,
  { topic, layout, participants }: EntityOptions,
): Promise<readonly string[]> {
  try {
    // To the SDK's questions whether something exists, a refusal is a no.
    const client = await administrationClient(account, endpointOf(account));
    await client.getNamespaceProperties();
    return await removeTopology({ account, topic, layout, participants });
  } catch (cause) {
    throw provisionErrorOf(cause, account);
  }
}

const readyWithinMs = 5.5 * 60_000;
const lookEveryMs = 10_000;

/** A role takes up to five minutes to count, and a namespace's name a while to be found. */
export async function untilReady(
  account: Account,
  ports: {
    readonly nowMs: () => number;
    readonly wait: (ms: number) => Promise<void>;
    readonly onStep: (text: string) => void;
  },
): Promise<void> {
  const end = ports.nowMs() + readyWithinMs;
  const client = await administrationClient(account, endpointOf(account));
  for (;;) {
    try {
      await bounded(client.getNamespaceProperties(), lookEveryMs, 'Looking at the namespace');
      return;
    } catch (cause) {
      const leftMs = end - ports.nowMs();
      if (leftMs <= 0) throw provisionErrorOf(cause, account);
      const { sdkCode } = failureOf(cause, endpointOf(account).secrets);
      const seconds = Math.ceil(leftMs / 1000);
      ports.onStep(`waiting until the role counts (${sdkCode}); at most ${seconds} s more`);
      await ports.wait(lookEveryMs);
    }
  }
}

export interface EntityCounts {
  readonly path: string;
  readonly isOurs: boolean;
  /** Undefined for a topic, whose messages are in its subscriptions. */
  readonly active?: number;
  readonly deadLettered?: number;
  readonly scheduled: number;
}

const mark = 'whitewater';

/** Queues, topics and subscriptions, in the order in which the service lists them. */
export async function countEntities(account: Account): Promise<readonly EntityCounts[]> {
  try {
    const client = await administrationClient(account, endpointOf(account));
    return [...(await queues(client)), ...(await topics(client))];
  } catch (cause) {
    throw provisionErrorOf(cause, account);
  }
}

async function queues(client: AdministrationClient): Promise<readonly EntityCounts[]> {
  const found: EntityCounts[] = [];
  for await (const { name, userMetadata } of client.listQueues()) {
    const counts = await client.getQueueRuntimeProperties(name);
    const { activeMessageCount: active, deadLetterMessageCount: deadLettered } = counts;
    const scheduled = counts.scheduledMessageCount;
    found.push({ path: name, isOurs: userMetadata === mark, active, deadLettered, scheduled });
  }
  return found;
}

async function topics(client: AdministrationClient): Promise<readonly EntityCounts[]> {
  const found: EntityCounts[] = [];
  for await (const { name, userMetadata } of client.listTopics()) {
    const { scheduledMessageCount: scheduled } = await client.getTopicRuntimeProperties(name);
    found.push({ path: name, isOurs: userMetadata === mark, scheduled });
    for await (const one of client.listSubscriptionsRuntimeProperties(name)) {
      const { subscriptionName, activeMessageCount: active, deadLetterMessageCount } = one;
      const path = `${name}/Subscriptions/${subscriptionName}`;
      const isOurs = userMetadata === mark;
      found.push({ path, isOurs, active, deadLettered: deadLetterMessageCount, scheduled: 0 });
    }
  }
  return found;
}

const unauthorised =
  /Unauthori[sz]ed|\b401\b|CredentialUnavailable|Authentication(?:Required)?Error/;
const unreachable = /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|REQUEST_SEND_ERROR|ServiceTimeout/;

/** The SDK's failures, and the adapter's, with what to do about them. */
export function provisionErrorOf(cause: unknown, account: Account): ProvisionError {
  if (cause instanceof ProvisionError) return cause;
  let secrets: readonly string[];
  try {
    ({ secrets } = endpointOf(account));
  } catch (shape) {
    return misshapen(shape);
  }
  const { text, sdkCode } = failureOf(cause, secrets);
  const [kind, remedy] = kindOf(`${sdkCode} ${text}`, 'namespace' in account);
  const error = new ProvisionError(kind, oneLine(text), remedy);
  error.cause = cause;
  return error;
}

/** Credentials tell what each of them says in a line of its own. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\.\s*$/, '');
}

/** An address that makes no sense: the first sentence says what, the others the remedy. */
export function misshapen(shape: unknown): ProvisionError {
  const text = shape instanceof Error ? shape.message : String(shape);
  const [what = text, ...rest] = text.split(/\.\s+/);
  return new ProvisionError('usage', what, rest.join('. ').replace(/\.$/, ''));
}

function kindOf(text: string, isIdentity: boolean): readonly [FailureKind, string] {
  if (unauthorised.test(text)) {
    const remedy = isIdentity
      ? 'Run az login; it takes the role Azure Service Bus Data Owner to make entities'
      : 'Check the key, and that the namespace allows keys; or use --namespace and az login';
    return ['unauthorised', remedy];
  }
  if (unreachable.test(text)) {
    return ['unreachable', 'Check the name and the network with whitewater azure doctor'];
  }
  return ['usage', 'Run whitewater azure doctor to see what is missing'];
}
