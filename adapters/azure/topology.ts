/**
 * The entities of a cluster: made where they are missing, corrected where a rule is, left alone
 * otherwise. What is made here carries a mark, and nothing without it is ever removed.
 */
import { type Account, endpointOf } from './account.ts';
import { administrationClient } from './administration.ts';
import { durationOf } from './durations.ts';
import { failureOf } from './errors.ts';
import { broadcast, type Layout, receivePath, type Routes } from './routes.ts';
import type { AdministrationClient } from './sdk.ts';

export interface TopologyOptions extends Routes {
  readonly account: Account;
  /** Every node and client that receives. */
  readonly participants: readonly string[];
  /** Peek-locks; 30 s by default, 5 s at least, 5 min at most. */
  readonly lockMs?: number;
  /** Of messages that nobody fetches; 10 min by default. */
  readonly timeToLiveMs?: number;
  /** Unused for so long, an entity goes by itself; 1 h by default, 5 min at least. */
  readonly autoDeleteOnIdleMs?: number;
}

export interface TopologyReport {
  /** Paths, and `path rule` for rules. */
  readonly made: readonly string[];
  readonly found: readonly string[];
}

const mark = 'whitewater';
const ownRule = 'to';
const broadcastRule = 'all';
const matchAllRule = '$Default';
/** The service's limit on names of subscriptions. */
const namePattern = /^[A-Za-z0-9](?:[\w.-]{0,48}[A-Za-z0-9])?$/;

/** Rejects with an Error that names the entity and the remedy; doing it again is safe. */
export async function ensureTopology(options: TopologyOptions): Promise<TopologyReport> {
  for (const name of options.participants) checkName(name);
  const endpoint = endpointOf(options.account);
  const client = await administrationClient(options.account, endpoint);
  const builder = new Builder(client, options, endpoint.secrets);
  if (options.layout === 'queues') {
    for (const node of options.participants) await builder.queue(receivePath(options, node));
  } else {
    await builder.topic();
    for (const node of options.participants) await builder.subscription(node, options.layout);
  }
  return builder;
}

/** Removes what carries the mark; returns the paths of what is gone. Safe to do again. */
export async function removeTopology(options: TopologyOptions): Promise<readonly string[]> {
  const endpoint = endpointOf(options.account);
  const client = await administrationClient(options.account, endpoint);
  const gone: string[] = [];
  const { topic, layout, participants } = options;
  if (layout === 'queues') {
    for (const node of participants) {
      const path = receivePath(options, node);
      if (!(await client.queueExists(path))) continue;
      if ((await client.getQueue(path)).userMetadata !== mark) continue;
      await client.deleteQueue(path);
      gone.push(path);
    }
  } else if (await client.topicExists(topic)) {
    if ((await client.getTopic(topic)).userMetadata !== mark) return gone;
    await client.deleteTopic(topic);
    gone.push(topic);
  }
  return gone;
}

function checkName(name: string): void {
  if (namePattern.test(name)) return;
  throw new Error(
    `'${name}' can't name a subscription. Names have up to 50 letters, digits, '.', '-' or '_', ` +
      'and begin and end with a letter or a digit.',
  );
}

class Builder implements TopologyReport {
  readonly made: string[];
  readonly found: string[];
  private readonly client: AdministrationClient;
  private readonly options: TopologyOptions;
  private readonly secrets: readonly string[];

  constructor(client: AdministrationClient, options: TopologyOptions, secrets: readonly string[]) {
    this.made = [];
    this.found = [];
    this.client = client;
    this.options = options;
    this.secrets = secrets;
  }

  async queue(path: string): Promise<void> {
    const { client } = this;
    await this.make(path, () => client.createQueue(path, this.receivable()));
  }

  async topic(): Promise<void> {
    const { client } = this;
    const { topic } = this.options;
    await this.make(topic, () => client.createTopic(topic, this.common()));
  }

  async subscription(node: string, layout: Exclude<Layout, 'queues'>): Promise<void> {
    const { client } = this;
    const { topic } = this.options;
    const path = receivePath(this.options, node);
    const first =
      layout === 'filteredTopic'
        ? { defaultRuleOptions: { name: ownRule, filter: { to: node } } }
        : {};
    await this.make(path, () =>
      client.createSubscription(topic, node, { ...this.receivable(), ...first }),
    );
    const wanted: ReadonlyMap<string, Wanted> =
      layout === 'filteredTopic'
        ? new Map([
            [ownRule, { to: node }],
            [broadcastRule, { to: broadcast }],
          ])
        : new Map([[matchAllRule, { sqlExpression: '1=1' }]]);
    await this.rules(node, path, wanted);
  }

  /** Adds what is missing before it removes what is too much: nothing is lost in between. */
  private async rules(
    node: string,
    path: string,
    wanted: ReadonlyMap<string, Wanted>,
  ): Promise<void> {
    const { client } = this;
    const { topic } = this.options;
    const present = new Map<string, unknown>();
    for await (const { name, filter } of client.listRules(topic, node)) present.set(name, filter);
    for (const name of present.keys()) {
      if (wanted.has(name) || ours.has(name)) continue;
      throw new Error(
        `Subscription '${path}' has a rule '${name}' that is not Whitewater's. ` +
          'Remove the rule, or name another topic.',
      );
    }
    for (const [name, filter] of wanted) {
      if (present.has(name) && takes(present.get(name), filter)) continue;
      if (present.has(name)) await client.deleteRule(topic, node, name);
      await this.make(`${path} ${name}`, () => client.createRule(topic, node, name, filter));
    }
    for (const name of present.keys()) {
      if (!wanted.has(name)) await client.deleteRule(topic, node, name);
    }
  }

  private async make(path: string, create: () => Promise<unknown>): Promise<void> {
    try {
      await create();
      this.made.push(path);
    } catch (error) {
      const { code, text, sdkCode } = failureOf(error, this.secrets);
      if (code === 'MessagingEntityAlreadyExists') {
        this.found.push(path);
        return;
      }
      throw new Error(`'${path}' can't be created (${sdkCode}): ${text} ${remedyFor(sdkCode)}`);
    }
  }

  private common(): {
    readonly userMetadata: string;
    readonly defaultMessageTimeToLive: string;
    readonly autoDeleteOnIdle: string;
  } {
    const { timeToLiveMs = 600_000, autoDeleteOnIdleMs = 3_600_000 } = this.options;
    return {
      userMetadata: mark,
      defaultMessageTimeToLive: durationOf(timeToLiveMs * 1000),
      autoDeleteOnIdle: durationOf(autoDeleteOnIdleMs * 1000),
    };
  }

  private receivable(): ReturnType<Builder['common']> & {
    readonly lockDuration: string;
    readonly maxDeliveryCount: number;
    readonly deadLetteringOnMessageExpiration: boolean;
  } {
    const { lockMs = 30_000 } = this.options;
    return {
      ...this.common(),
      lockDuration: durationOf(lockMs * 1000),
      maxDeliveryCount: 10,
      deadLetteringOnMessageExpiration: false,
    };
  }
}

type Wanted = { readonly to: string } | { readonly sqlExpression: string };

const ours: ReadonlySet<string> = new Set([ownRule, broadcastRule, matchAllRule]);

/** Whether the rule that is there does what is wanted; nobody changes what `$Default` takes. */
function takes(filter: unknown, wanted: Wanted): boolean {
  if (!('to' in wanted)) return true;
  return typeof filter === 'object' && filter !== null && 'to' in filter && filter.to === wanted.to;
}

function remedyFor(sdkCode: string): string {
  if (sdkCode !== 'UnauthorizedRequestError') return '';
  return (
    'Creating entities needs the right to manage: the role Azure Service Bus Data Owner, or a ' +
    'key with the Manage claim. Or create them beforehand.'
  );
}
