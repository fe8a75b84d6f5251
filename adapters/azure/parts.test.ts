/** The parts that need no connection. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Account, administrationString, endpointOf } from './account.ts';
import { Bucket } from './bucket.ts';
import { bounded } from './bounded.ts';
import { Clock } from './clock.ts';
import { durationOf } from './durations.ts';
import { failureOf } from './errors.ts';
import { Inbox } from './inbox.ts';
import { Pace } from './pace.ts';
import { placeOf } from './paths.ts';
import { mendLinks } from './safe-links.ts';
import { mask, secretsIn } from './secrets.ts';
import { Suspicion } from './suspicion.ts';
import { azureBus } from './azure.ts';
import { defaultCredential } from './identity.ts';

const key = 'aGVsbG8+d29ybGQ/PT0=';
const keyed = `SharedAccessKeyName=Root;SharedAccessKey=${key}`;
const connectionString = `Endpoint=sb://ns.servicebus.windows.net/;${keyed}`;

describe('secrets', () => {
  const texts = [
    connectionString,
    `failed: ${connectionString};EntityPath=q`,
    'Authorization: SharedAccessSignature sr=x&sig=aGVsbG8%2Bd29ybGQ%2FPT0%3D&se=1&skn=Root',
    `the key ${key} was refused`,
    `?sig=${encodeURIComponent(key)}&se=5`,
    'Bearer eyJhbGciOi.payload.aGVsbG8-signature',
  ];
  test.each(texts)('are taken out of "%s"', (text) => {
    const masked = mask(text, secretsIn(connectionString));
    expect(masked).toContain('***');
    expect(masked).not.toMatch(/aGVsbG8/);
  });

  test('of any kind are found in a connection string and masked everywhere', () => {
    const base64 = fc.base64String({ minLength: 8, maxLength: 60 });
    fc.assert(
      fc.property(base64, fc.string(), fc.string(), (secret, before, after) => {
        const secrets = secretsIn(
          `Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=${secret}`,
        );
        expect(mask(`${before} ${secret} ${after}`, secrets)).not.toContain(secret);
      }),
      { seed: 20_261_122 },
    );
  });

  test('leave other texts alone', () => {
    const text = 'The messaging entity sb://ns/q could not be found.';
    expect(mask(text, secretsIn(connectionString))).toBe(text);
  });
});

describe('accounts', () => {
  test('give host, port and whether it is an emulator', () => {
    expect(endpointOf({ connectionString })).toMatchObject({
      host: 'ns.servicebus.windows.net',
      port: 5671,
      isEmulator: false,
    });
    const emulator = 'Endpoint=sb://localhost:43705;SharedAccessKeyName=a;SharedAccessKey=b';
    expect(
      endpointOf({ connectionString: `${emulator};UseDevelopmentEmulator=true` }),
    ).toMatchObject({ host: 'localhost', port: 43_705, isEmulator: true });
    expect(endpointOf({ namespace: 'ns.servicebus.windows.net' }).port).toBe(5671);
  });

  const wrong: readonly (readonly [string, Account, RegExp])[] = [
    ['nothing', { connectionString: '' }, /no Endpoint.*portal/],
    ['only a key', { connectionString: `SharedAccessKey=${key}` }, /no Endpoint/],
    [
      'https',
      { connectionString: connectionString.replace('sb:', 'https:') },
      /no sb:\/\/ address/,
    ],
    ['no key', { connectionString: 'Endpoint=sb://ns.x/' }, /no key and no signature/],
    ['a namespace with a scheme', { namespace: 'sb://ns.x' }, /not a host name/],
    ['a connection string as namespace', { namespace: connectionString }, /not a host name/],
  ];
  test.each(wrong)('are refused with a remedy and without the secret: %s', (_, account, said) => {
    expect(() => endpointOf(account)).toThrow(said);
    expect(() => endpointOf(account)).not.toThrow(/aGVsbG8/);
  });

  test('lead to the administration of an emulator', () => {
    const account = { connectionString, administrationEndpoint: 'localhost:5300' };
    expect(administrationString(account)).toBe(
      `Endpoint=sb://localhost:5300;SharedAccessKeyName=Root;SharedAccessKey=${key}`,
    );
  });

  test('are not shown by the bus they belong to', () => {
    const codec = { encode: (): Buffer => Buffer.alloc(0), decode: (): string => '' };
    const bus = azureBus<string>({ account: { connectionString }, codec });
    expect(JSON.stringify(bus)).not.toContain(key);
    expect(Object.keys(bus)).toEqual([]);
    return bus.close();
  });
});

describe('the default credential', () => {
  test('is made, and asks nobody for a token yet', async () => {
    expect(await defaultCredential()).toHaveProperty('getToken');
  });

  test('comes from the package that is installed', async () => {
    class DefaultAzureCredential {
      getToken(): Promise<null> {
        return Promise.resolve(null);
      }
    }
    const credential = await defaultCredential(() => Promise.resolve({ DefaultAzureCredential }));
    expect(credential).toBeInstanceOf(DefaultAzureCredential);
  });

  test('names the package when it is missing', async () => {
    const missing = defaultCredential(() => Promise.reject(new Error('not found')));
    await expect(missing).rejects.toThrow('npm install @azure/identity');
    await expect(missing).rejects.toMatchObject({ code: 'InvalidOperation' });
  });
});

describe('the token bucket', () => {
  test('lets a burst through, then so many a second', () => {
    let now = 0;
    const bucket = new Bucket({ creditsPerSecond: 100, burst: 10 }, () => now);
    expect(bucket.take(10)).toBe(0);
    expect(bucket.take(5)).toBe(50);
    now = 49;
    expect(bucket.take(5)).toBe(1);
    now = 50;
    expect(bucket.take(5)).toBe(0);
  });

  test('lets through what costs more than the burst, and makes it pay', () => {
    let now = 0;
    const bucket = new Bucket({ creditsPerSecond: 1_000, burst: 10 }, () => now);
    expect(bucket.take(30)).toBe(0);
    expect(bucket.take(1)).toBe(21);
    now = 21;
    expect(bucket.take(1)).toBe(0);
  });

  test('never lets through more than rate and burst allow', () => {
    const asks = fc.array(
      fc.record({ after: fc.nat(50), credits: fc.integer({ min: 1, max: 20 }) }),
    );
    fc.assert(
      fc.property(asks, (list) => {
        let now = 0;
        let taken = 0;
        const bucket = new Bucket({ creditsPerSecond: 200, burst: 20 }, () => now);
        for (const { after, credits } of list) {
          now += after;
          if (bucket.take(credits) === 0) taken += credits;
          expect(taken).toBeLessThanOrEqual(20 + now * 0.2 + 1e-6);
        }
      }),
      { seed: 20_261_122 },
    );
  });
});

describe('suspicion', () => {
  test('needs two failures and the time', () => {
    let now = 0;
    const suspicion = new Suspicion(100, () => now);
    expect(suspicion.bad()).toBe(false);
    now = 99;
    expect(suspicion.bad()).toBe(false);
    now = 100;
    expect(suspicion.bad()).toBe(true);
    expect(suspicion.bad()).toBe(false);
  });

  test('is ended by a success, and never comes when switched off', () => {
    let now = 0;
    const suspicion = new Suspicion(100, () => now);
    suspicion.bad();
    now = 200;
    suspicion.good();
    expect(suspicion.bad()).toBe(false);
    const never = new Suspicion(0, () => now);
    expect([never.bad(), never.bad(), never.bad()]).toEqual([false, false, false]);
  });
});

describe('errors', () => {
  const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });
  const rows: readonly (readonly [unknown, string])[] = [
    [coded('MessagingEntityNotFound'), 'MessagingEntityNotFound'],
    [coded('MessageEntityNotFoundError'), 'MessagingEntityNotFound'],
    [coded('ServiceBusy'), 'ServiceBusy'],
    [coded('ServiceCommunicationProblem'), 'ServiceTimeout'],
    [coded('GeneralError', 'InvalidOperationError: no'), 'InvalidOperation'],
    [coded('GeneralError', 'connect ECONNREFUSED 127.0.0.1:1'), 'ServiceTimeout'],
    [new AggregateError([coded('ServiceTimeout'), coded('ServiceBusy')]), 'ServiceBusy'],
    [new TypeError('no'), 'InvalidOperation'],
    ['a text', 'ServiceTimeout'],
    [undefined, 'ServiceTimeout'],
  ];
  test.each(rows)('%s has its code', (error, code) => {
    expect(failureOf(error).code).toBe(code);
    expect(failureOf(error).text).not.toBe('');
  });

  test('carry no secrets', () => {
    const error = coded('UnauthorizedAccess', `InvalidSignature with ${connectionString}`);
    expect(failureOf(error).text).not.toContain(key);
    expect(failureOf(error).sdkCode).toBe('UnauthorizedAccess');
  });
});

test('work that never ends is given up', async () => {
  await expect(bounded(new Promise(() => {}), 5, 'Waiting')).rejects.toThrow(
    'Waiting was not answered within 5 ms.',
  );
  expect(await bounded(Promise.resolve(7), 1000, 'Waiting')).toBe(7);
});

test('the inbox hands out each event once, in order, and holds deliveries back when full', async () => {
  let woken = 0;
  const inbox = new Inbox<string>(2, () => woken++);
  const message = { messageId: 'm', body: '', sizeBytes: 0 };
  for (let i = 1; i <= 2; i++) {
    inbox.push({
      kind: 'delivered',
      receiver: 'r',
      message,
      lock: i,
      lockedUntil: 0,
      deliveryCount: 0,
      sequenceNumber: i,
      enqueuedAt: 0,
    });
  }
  expect(woken).toBe(1);
  let hasRoom = false;
  const waiting = inbox.room()?.then(() => {
    hasRoom = true;
  });
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  expect(inbox.take().map((event) => event.kind === 'delivered' && event.lock)).toEqual([1, 2]);
  await waiting;
  expect(hasRoom).toBe(true);
  expect(inbox.take()).toEqual([]);
  expect(inbox.room()).toBeUndefined();
});

test('the clock goes to dates and back, never too early', () => {
  const clock = new Clock(1_000_000);
  expect(clock.micros(new Date(1_000_005))).toBe(5_000);
  expect(clock.date(5_001).getTime()).toBe(1_000_006);
  const guessed = new Clock();
  guessed.see(2_000_000);
  expect(Math.abs(guessed.now() - 2_000_000)).toBeLessThan(100_000);
});

test.each([
  ['q', { entity: 'q' }],
  ['a/b', { entity: 'a/b' }],
  ['t/Subscriptions/s', { entity: 't', subscription: 's' }],
  ['t/subscriptions/s', { entity: 't', subscription: 's' }],
  ['q/$DeadLetterQueue', { entity: 'q', subQueue: 'deadLetter' }],
  ['q/$Transfer/$DeadLetterQueue', { entity: 'q', subQueue: 'transferDeadLetter' }],
  [
    't/Subscriptions/s/$DeadLetterQueue',
    { entity: 't', subscription: 's', subQueue: 'deadLetter' },
  ],
])('the path %s is taken apart', (path, place) => {
  expect(placeOf(path)).toEqual(place);
});

test('durations are written as the administration reads them', () => {
  expect([durationOf(30_000_000), durationOf(1_500_000), durationOf(1)]).toEqual([
    'PT30S',
    'PT1.5S',
    'PT0.001S',
  ]);
});

describe('the pace of a receiver', () => {
  /** Counts how often the SDK was let go on. */
  function counted(pace: Pace): { readonly passed: () => number; readonly come: () => void } {
    let count = 0;
    const pass = (): void => void count++;
    void pace.attached().then(pass);
    return { passed: () => count, come: () => void pace.used(Promise.resolve()).then(pass) };
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('is its credit, and what was given anew', async () => {
    const pace = new Pace(2, 10);
    const { passed, come } = counted(pace);
    for (let i = 0; i < 2; i++) {
      await turn();
      come();
    }
    await turn();
    expect([passed(), pace.isOpen]).toEqual([2, false]);
    pace.set(1);
    await turn();
    expect([passed(), pace.isOpen]).toEqual([3, true]);
  });

  test('loses no credit with a link', async () => {
    const pace = new Pace(1, 10);
    counted(pace);
    await turn();
    const again = counted(pace);
    await turn();
    expect(again.passed()).toBe(1);
    again.come();
    await turn();
    expect([again.passed(), pace.isOpen]).toEqual([1, false]);
  });
});

describe('links of the SDK', () => {
  class Link {
    readonly source: { readonly address: string } | undefined;

    constructor(address?: string) {
      this.source = address === undefined ? undefined : { address };
    }

    get address(): string | undefined {
      if (this.source === undefined) throw new TypeError('no source');
      return this.source.address;
    }
  }
  class Receiver extends Link {}

  test('that forgot their address no longer throw when it is read', () => {
    expect(() => new Receiver().address).toThrow(TypeError);
    expect(mendLinks(() => ({ Receiver }))).toBe(true);
    expect(new Receiver().address).toBeUndefined();
    expect(new Receiver('q').address).toBe('q');
  });

  test('are mended in the library that the SDK uses', () => {
    expect(mendLinks()).toBe(true);
  });

  test('are left alone where they are built in another way', () => {
    for (const library of [undefined, {}, { Receiver: 5 }, { Receiver: class {} }]) {
      expect(mendLinks(() => library)).toBe(false);
    }
  });
});
