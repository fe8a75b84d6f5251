/** A Service Bus as promises: queues made, messages sent, received, renewed and completed. */
import type { Account } from '../../adapters/azure/account.ts';
import type { AzureBus } from '../../adapters/azure/azure.ts';
import { azureBus } from '../../adapters/azure/azure.ts';
import type { BusCommand, BusEvent, Delivered } from '../bus/bus.ts';
import { UserError } from '../trace/user-error.ts';

type Accepted = Extract<BusEvent<Buffer>, { readonly kind: 'accepted' }>;
type Tokened = Extract<BusCommand<Buffer>, { readonly token: number }>;
/** Each kind of command without its token. */
type Wish = Tokened extends infer Kind
  ? Kind extends Tokened
    ? Omit<Kind, 'token'>
    : never
  : never;

/** What the service said no to. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string, text: string) {
    super(text);
    this.name = 'Refused';
    this.code = code;
  }
}

interface Asked {
  readonly resolve: (accepted: Accepted) => void;
  readonly reject: (error: Refused) => void;
}

export interface Received {
  readonly body: Buffer;
  renew(): Promise<void>;
  complete(): Promise<void>;
  abandon(): Promise<void>;
}

interface Listener {
  readonly hear: (received: Received) => void;
  readonly lost: (reason: string) => void;
}

const micros = (): number => Math.round(performance.now() * 1_000);

export class Post {
  private readonly bus: AzureBus<Buffer>;
  private readonly asked = new Map<number, Asked>();
  private readonly listeners = new Map<string, Listener>();
  private token = 0;

  constructor(account: Account) {
    this.bus = azureBus<Buffer>({
      account,
      codec: { encode: (body) => body, decode: (bytes) => bytes },
      retries: 2,
      startedAtMs: Date.now() - performance.now(),
      onEvents: () => this.read(),
    });
  }

  /** Asks for something; rejects with `Refused` if the service says no. */
  ask(wish: Wish): Promise<Accepted> {
    this.token += 1;
    const { token } = this;
    return new Promise((resolve, reject) => {
      this.asked.set(token, { resolve, reject });
      this.bus.submit({ ...wish, token }, micros());
    });
  }

  /** Makes a queue; one that stands already is none of ours. */
  async makeQueue(path: string, lockMs: number): Promise<void> {
    try {
      await this.ask({
        kind: 'createQueue',
        path,
        options: {
          lockDurationMicros: lockMs * 1_000,
          // Workers come and go: only what ends one after another is given up.
          maxDeliveryCount: 50,
          requiresSession: false,
          duplicateDetectionMicros: 0,
          deadLetterOnExpiration: false,
          autoDeleteMicros: 24 * 3_600_000_000,
        },
      });
    } catch (cause) {
      const what = `the queue "${path}" cannot be made: ${textOf(cause)}`;
      const taken = cause instanceof Refused && cause.code === 'MessagingEntityAlreadyExists';
      const remedy = taken
        ? 'Choose another --queue, or remove that one'
        : 'whitewater azure doctor tells what is missing';
      throw new UserError(what, { remedy, exitCode: 69, cause });
    }
  }

  async send(path: string, messageId: string, body: Buffer): Promise<void> {
    const message = { messageId, body, sizeBytes: body.length };
    await this.ask({ kind: 'publish', path, message });
  }

  /** Receives from a queue, so many messages at a time; `lost` hears when there is no more. */
  async listen(path: string, prefetch: number, listener: Listener): Promise<void> {
    this.listeners.set(path, listener);
    await this.ask({ kind: 'openReceiver', receiver: path, path, mode: 'peekLock', prefetch });
  }

  async close(): Promise<void> {
    this.listeners.clear();
    await this.bus.close();
    for (const { reject } of this.asked.values()) reject(new Refused('Closed', 'closed'));
    this.asked.clear();
  }

  private read(): void {
    for (const event of this.bus.poll(micros())) this.happened(event);
  }

  private happened(event: BusEvent<Buffer>): void {
    if (event.kind === 'delivered') {
      this.listeners.get(event.receiver)?.hear(this.received(event));
    } else if (event.kind === 'disconnected') {
      this.listeners.get(event.receiver)?.lost(event.reason);
    } else if (event.kind === 'accepted' || event.kind === 'rejected') {
      const asked = this.asked.get(event.token);
      this.asked.delete(event.token);
      if (event.kind === 'accepted') asked?.resolve(event);
      else asked?.reject(new Refused(event.code, event.text));
    }
  }

  private received({ lock, message }: Delivered<Buffer>): Received {
    const settle = async (kind: 'complete' | 'abandon'): Promise<void> => {
      await this.ask({ kind: 'settle', lock, settlement: { kind } });
    };
    return {
      body: message.body,
      renew: async () => {
        await this.ask({ kind: 'renewLock', lock });
      },
      complete: () => settle('complete'),
      abandon: () => settle('abandon'),
    };
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
