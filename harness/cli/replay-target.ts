/** A live bus for a replay: the embedded broker, or the namespace that somebody has named. */
import { randomBytes } from 'node:crypto';
import type { Account } from '../../adapters/azure/account.ts';
import { endpointOf } from '../../adapters/azure/account.ts';
import { azureBus } from '../../adapters/azure/azure.ts';
import { variables } from '../../adapters/azure/environment.ts';
import { receivePath } from '../../adapters/azure/routes.ts';
import { mask } from '../../adapters/azure/secrets.ts';
import { ensureTopology, removeTopology } from '../../adapters/azure/topology.ts';
import { startBroker } from '../../adapters/broker/broker.ts';
import type { Micros } from '../bus/bus.ts';
import type { LiveBus, Parcel } from '../replay/parcel.ts';
import { parcelCodec } from '../replay/parcel.ts';
import { UserError } from '../trace/user-error.ts';
import { accountGiven } from './namespace-given.ts';
import type { Request } from './request.ts';

export interface Target {
  readonly live: LiveBus;
  readonly adapter: 'broker' | 'azure';
  readonly run: string;
  readonly topic: string;
  pathOf(participant: string): string;
  readonly patienceMicros: Micros;
  /** What the SDK had to say that nobody asked for. */
  readonly notices: readonly string[];
  close(): Promise<void>;
}

interface Place {
  readonly account: Account;
  close(): Promise<void>;
}

const patienceMs = { broker: 10_000, azure: 60_000 } as const;
const times = {
  broker: { attemptMs: 5_000, answerMs: 9_000 },
  azure: { attemptMs: 10_000, answerMs: 40_000 },
} as const;
/** Below the Standard tier's 1,000. */
const creditsPerSecond = 700;
/** The service's longest. */
const lockMs = 300_000;

async function embedded(): Promise<Place> {
  const broker = await startBroker();
  const { connectionString, adminPort } = broker;
  const account = { connectionString, administrationEndpoint: `localhost:${adminPort}` };
  return { account, close: () => broker.close() };
}

function named(request: Request): Place {
  const account = accountGiven(request);
  if (account === undefined) {
    throw new UserError('no namespace is named for the target azure', {
      remedy: `Give --namespace, --connection-string @FILE, or set ${variables.connectionString}`,
    });
  }
  return { account, close: () => Promise.resolve() };
}

/** The bus as a person can put it right. Texts of the adapter hold no secrets; they are masked. */
export function unusable(cause: unknown, kind: Target['adapter']): UserError {
  const text = mask(cause instanceof Error ? cause.message : String(cause));
  const exitCode = /unauthori[sz]ed|\b401\b/iu.test(text) ? 77 : 69;
  const remedy =
    kind === 'azure' ? 'whitewater azure doctor looks for the reason' : 'Try again, without load';
  return new UserError(`the ${kind} bus cannot be used: ${text}`, { remedy, exitCode, cause });
}

function wallClock(account: Account, kind: Target['adapter'], participants: number) {
  let wake = (): void => {};
  const notices: string[] = [];
  let isClosed = false;
  const origin = performance.now();
  // Once it is closed all patience is over: nobody goes on waiting.
  const now = (): Micros =>
    isClosed ? Number.MAX_SAFE_INTEGER : Math.floor((performance.now() - origin) * 1_000);
  const creditsPerMessage = 2 + 2 * participants;
  const bus = azureBus<Parcel>({
    account,
    codec: parcelCodec,
    times: times[kind],
    startedAtMs: Date.now(),
    ...(endpointOf(account).isEmulator
      ? {}
      : { throttle: { creditsPerSecond, creditsPerMessage } }),
    onEvents: () => wake(),
    onNotice: (notice) => {
      if (notice.kind === 'error') notices.push(`${notice.path}: ${notice.code} ${notice.text}`);
      if (notice.kind === 'rebuilt') notices.push(`${notice.client} made anew: ${notice.reason}`);
    },
  });
  const wait = (until: Micros): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, (until - now()) / 1_000));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const close = (): Promise<void> => {
    isClosed = true;
    wake();
    return bus.close();
  };
  return { live: { bus, now, wait }, notices, close };
}

/** Entities for these participants, and a connection. Throws a `UserError`. */
export async function openTarget(
  kind: Target['adapter'],
  participants: readonly string[],
  request: Request,
): Promise<Target> {
  const { given } = request;
  const place = kind === 'broker' ? await embedded() : named(request);
  const run = randomBytes(4).toString('hex');
  const topic = given.topicName ?? `whitewater-replay-${run}`;
  const { account } = place;
  const topology = { account, layout: 'filteredTopic', topic, participants, lockMs } as const;
  try {
    const { made } = await ensureTopology(topology);
    const clock = wallClock(account, kind, participants.length);
    return {
      live: clock.live,
      adapter: kind,
      run,
      topic,
      pathOf: (participant) => receivePath(topology, participant),
      patienceMicros: 1_000 * (given.patience ?? patienceMs[kind]),
      notices: clock.notices,
      async close() {
        await clock.close();
        if (kind === 'azure' && made.includes(topic)) await removeTopology(topology);
        await place.close();
      },
    };
  } catch (cause) {
    await place.close();
    throw unusable(cause, kind);
  }
}
