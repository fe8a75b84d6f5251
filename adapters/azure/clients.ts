/**
 * The SDK's clients: one to send and one to receive, since a link that can't be opened stalls its
 * whole client for a minute. A client that is given up is replaced at once and closed behind.
 */
import type { Account, Endpoint } from './account.ts';
import { ignored } from './bounded.ts';
import { noDelayTo } from './no-delay.ts';
import type { AzureTimes, ClientName } from './options.ts';
import { placeOf } from './paths.ts';
import type { Receiver, RetryOptions, Sender, ServiceBusClient } from './sdk.ts';
import { defaultCredential } from './identity.ts';
import { loadSdk } from './sdk.ts';
import { sever } from './sever.ts';

export interface ClientsOptions {
  readonly account: Account;
  readonly endpoint: Endpoint;
  readonly times: AzureTimes;
  readonly retries: number;
  readonly oneConnection: boolean;
}

type ReceiveMode = 'peekLock' | 'receiveAndDelete';

/** A client with what was made from it; replaced as a whole. */
export class Live {
  readonly client: ServiceBusClient;
  private readonly senders: Map<string, Sender>;
  private readonly helpers: Map<string, Receiver>;

  constructor(client: ServiceBusClient) {
    this.client = client;
    this.senders = new Map();
    this.helpers = new Map();
  }

  sender(path: string): Sender {
    let sender = this.senders.get(path);
    if (sender === undefined) {
      sender = this.client.createSender(path);
      this.senders.set(path, sender);
    }
    return sender;
  }

  /** Never subscribed: for peeking, deferred messages and settling what its own link can't. */
  helper(path: string, mode: ReceiveMode = 'peekLock'): Receiver {
    const key = `${mode} ${path}`;
    let helper = this.helpers.get(key);
    if (helper === undefined) {
      helper = this.receiver(path, mode);
      this.helpers.set(key, helper);
    }
    return helper;
  }

  receiver(path: string, receiveMode: ReceiveMode): Receiver {
    const { entity, subscription, subQueue } = placeOf(path);
    const options = {
      receiveMode,
      skipParsingBodyAsJson: true,
      maxAutoLockRenewalDurationInMs: 0,
      ...(subQueue === undefined ? {} : { subQueueType: subQueue }),
    };
    return subscription === undefined
      ? this.client.createReceiver(entity, options)
      : this.client.createReceiver(entity, subscription, options);
  }
}

export class Clients {
  private readonly options: ClientsOptions;
  private readonly onRebuilt: (name: ClientName, reason: string) => void;
  private readonly current: Map<ClientName, Promise<Live>>;

  constructor(options: ClientsOptions, onRebuilt: (name: ClientName, reason: string) => void) {
    this.options = options;
    this.onRebuilt = onRebuilt;
    this.current = new Map();
    noDelayTo(options.endpoint.port);
  }

  /** Connects nothing yet. Rejects if the SDK can't be loaded or refuses the account. */
  get(name: ClientName): Promise<Live> {
    const key = this.options.oneConnection ? 'receive' : name;
    let live = this.current.get(key);
    if (live === undefined) {
      const created = this.create();
      live = created;
      this.current.set(key, created);
      created.catch(() => {
        if (this.current.get(key) === created) this.current.delete(key);
      });
    }
    return live;
  }

  rebuild(name: ClientName, reason: string): void {
    const key = this.options.oneConnection ? 'receive' : name;
    const old = this.current.get(key);
    this.current.delete(key);
    this.onRebuilt(key, reason);
    ignored(old?.then(({ client }) => sever(client, this.options.times.closeMs)));
  }

  /** Fulfilled when all clients are closed, within a bound. */
  async close(): Promise<void> {
    const all = [...this.current.values()];
    this.current.clear();
    const { closeMs } = this.options.times;
    await Promise.allSettled(all.map(async (live) => sever((await live).client, closeMs)));
  }

  private async create(): Promise<Live> {
    const { account, times, retries } = this.options;
    const { ServiceBusClient } = await loadSdk();
    // The SDK writes into these options, so each client has its own.
    const retryOptions: RetryOptions = {
      maxRetries: retries,
      retryDelayInMs: 250,
      maxRetryDelayInMs: 2_000,
      timeoutInMs: times.attemptMs,
    };
    if ('connectionString' in account) {
      return new Live(new ServiceBusClient(account.connectionString, { retryOptions }));
    }
    const credential = account.credential ?? (await defaultCredential());
    return new Live(new ServiceBusClient(account.namespace, credential, { retryOptions }));
  }
}
