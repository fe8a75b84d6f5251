/** Set-up against a fake az and the embedded broker: what is run, in which order, and what is not. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../broker/broker.ts';
import { azOnPath } from './az.ts';
import { typed } from './commands.ts';
import { countEntities, makeEntities, removeEntities, untilReady } from './entities.ts';
import { participantsOf } from './emulator-config.ts';
import { type FakeAz, fakeAz, principalId, signedIn, subscriptionId } from './fake-az.test.kit.ts';
import {
  plannedCommands,
  setUp,
  type SetupOptions,
  type SetupPorts,
  type SetupReport,
} from './setup.ts';

const nowMs = Date.parse('2026-11-22T10:00:00Z');
const created = '2026-11-22T10:00:00Z';
const expires = '2026-11-22T18:00:00Z';
const key = 'c2VjcmV0LXNlY3JldA==';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker({ keys: { Admin: key } });
});
afterAll(() => broker.close());

function accountOf({ connectionString, adminPort }: Broker) {
  return { connectionString, administrationEndpoint: `localhost:${adminPort}` };
}

let topics = 0;
function options(changes: Partial<SetupOptions> = {}): SetupOptions {
  return {
    group: 'rg-whitewater',
    location: 'westeurope',
    lifetimeMs: 8 * 3_600_000,
    localAuth: false,
    owner: 'caller',
    topic: `topic${++topics}`,
    layout: 'filteredTopic',
    participants: participantsOf({ servers: 1, clients: 1 }),
    template: '/deploy/main.bicep',
    ...changes,
  };
}

interface Done {
  readonly report: SetupReport;
  readonly steps: readonly string[];
  readonly calls: readonly (readonly string[])[];
}

async function done(
  fake: FakeAz,
  given: SetupOptions,
  ports: Partial<SetupPorts> = {},
): Promise<Done> {
  const steps: string[] = [];
  const report = await setUp(given, {
    run: azOnPath(fake.env),
    accountFor: () => accountOf(broker),
    nowMs: () => nowMs,
    wait: () => Promise.resolve(),
    onStep: (text) => steps.push(text),
    ...ports,
  });
  return { report, steps, calls: fake.calls() };
}

const verbs = (calls: Done['calls']): readonly string[] =>
  calls.map((words) =>
    words
      .slice(
        0,
        words.findIndex((word) => word.startsWith('-')),
      )
      .join(' '),
  );

describe('set-up', () => {
  test('makes group, namespace, role and entities, in that order', async () => {
    const given = options();
    const { report, calls } = await done(fakeAz(), given);
    expect(verbs(calls)).toEqual([
      'account show',
      'provider show',
      'ad signed-in-user show',
      'group show',
      'group create',
      'deployment group create',
    ]);
    expect(calls.at(-1)?.join(' ')).toBe(
      'deployment group create --resource-group rg-whitewater --name whitewater ' +
        '--template-file /deploy/main.bicep --parameters location=westeurope ' +
        `created=${created} expires=${expires} localAuth=false entities=false ` +
        `principalId=${principalId} principalType=User --output json`,
    );
    expect(report).toMatchObject({
      namespace: 'sbns-x.servicebus.windows.net',
      expiresAtMs: Date.parse(expires),
      found: [],
    });
    expect(report.made).toHaveLength(1 + 2 * 2);
    expect(broker.catalog.find(`${given.topic}/Subscriptions/C1`)).toBeDefined();
  });

  test('runs exactly what a dry run shows, less what is not needed', async () => {
    const given = options({
      subscription: subscriptionId,
      namespace: 'sbns-mine',
      localAuth: true,
    });
    const planned = plannedCommands(given, nowMs).map(typed);
    const { steps } = await done(fakeAz(), given);
    const seen = steps.filter((step) => step.startsWith('az '));
    const known = planned.map((line) => line.replace('ID-OF-WHO-IS-SIGNED-IN', principalId));
    expect(seen.filter((line) => !known.includes(line))).toEqual([]);
    const left = known.filter((line) => !seen.includes(line));
    expect(left.map((line) => line.split(' --')[0])).toEqual([
      'az provider register',
      'az group update',
    ]);
  });

  test('done again prolongs what is there, keeps its first day and makes nothing twice', async () => {
    const given = options();
    await done(fakeAz(), given);
    const tags = { owner: 'whitewater', created: '2026-11-01T00:00:00Z', expires: created };
    const fake = fakeAz([...signedIn, { when: 'group show', out: { name: 'rg', tags } }]);
    const { report, calls } = await done(fake, given);
    expect(verbs(calls)).toContain('group update');
    expect(verbs(calls)).not.toContain('group create');
    expect(calls.at(-1)).toContain('created=2026-11-01T00:00:00Z');
    expect(report.made).toEqual([]);
  });

  test("somebody else's group is used without touching its tags", async () => {
    const theirs = { name: 'rg', tags: { owner: 'payroll' } };
    const fake = fakeAz([...signedIn, { when: 'group show', out: theirs }]);
    const { calls } = await done(fake, options());
    expect(verbs(calls).filter((verb) => /group (create|update)/.test(verb))).toEqual([
      'deployment group create',
    ]);
  });

  test('a subscription that does not know Service Bus learns it first', async () => {
    const fake = fakeAz([
      ...signedIn,
      { when: 'provider show', out: { registrationState: 'NotRegistered' } },
      { when: 'provider register' },
    ]);
    const { calls } = await done(fake, options());
    expect(verbs(calls).slice(1, 3)).toEqual(['provider show', 'provider register']);
  });

  test('an application signed in gives the role to itself', async () => {
    const user = { name: 'app-id', type: 'servicePrincipal' };
    const fake = fakeAz([
      ...signedIn,
      { when: 'account show', out: { user } },
      { when: 'ad sp show --id app-id', out: { id: principalId } },
    ]);
    const { calls } = await done(fake, options());
    expect(calls.at(-1)).toContain('principalType=ServicePrincipal');
  });

  test('with a principal given nobody is asked, and with none nobody gets a role', async () => {
    const owner = { id: principalId, type: 'Group' } as const;
    const given = await done(fakeAz(), options({ owner }));
    expect(verbs(given.calls)).not.toContain('ad signed-in-user show');
    expect(given.calls.at(-1)).toContain('principalType=Group');
    const without = await done(fakeAz(), options({ owner: 'nobody' }));
    expect(without.calls.at(-1)?.join(' ')).not.toContain('principal');
  });

  test('stops before anything is made when nobody is signed in', async () => {
    const fake = fakeAz([{ when: 'account show', code: 1, err: "ERROR: Please run 'az login'." }]);
    await expect(done(fake, options())).rejects.toMatchObject({ kind: 'unauthorised' });
    expect(fake.calls()).toHaveLength(1);
  });

  test('a bad name is refused before anything is run', async () => {
    const fake = fakeAz();
    await expect(done(fake, options({ group: '--yes' }))).rejects.toThrow(/can't name/);
    expect(fake.calls()).toEqual([]);
  });
});

describe('a role that does not count yet', () => {
  afterEach(() => broker.calm());

  test('is waited for, with a word on how long', async () => {
    broker.plant({ at: 'admin', effect: { kind: 'status', status: 401 }, times: 2 });
    const steps: string[] = [];
    const waited: number[] = [];
    await untilReady(accountOf(broker), {
      nowMs: () => nowMs,
      wait: (ms) => Promise.resolve(void waited.push(ms)),
      onStep: (text) => steps.push(text),
    });
    expect(waited.length).toBeGreaterThan(0);
    expect(steps[0]).toMatch(
      /waiting until the role counts \(UnauthorizedRequestError\); at most \d/,
    );
  });

  test('is given up in the end, with the remedy', async () => {
    broker.plant({ at: 'admin', effect: { kind: 'status', status: 401 } });
    let now = 0;
    const failing = untilReady(accountOf(broker), {
      nowMs: () => now,
      wait: (ms) => Promise.resolve(void (now += ms)),
      onStep: () => {},
    });
    await expect(failing).rejects.toMatchObject({ kind: 'unauthorised' });
    expect(now).toBeGreaterThan(300_000);
  });
});

describe('entities', () => {
  test('are made, counted and removed; of others nothing is', async () => {
    const { topic, layout, participants } = options({ layout: 'queues' });
    const entities = { topic, layout, participants };
    const account = accountOf(broker);
    await makeEntities(account, entities);
    broker.catalog.addQueue({ name: 'theirs' });
    const counted = await countEntities(account);
    expect(counted).toContainEqual({
      path: `${topic}-S1`,
      isOurs: true,
      active: 0,
      deadLettered: 0,
      scheduled: 0,
    });
    expect(counted).toContainEqual(expect.objectContaining({ path: 'theirs', isOurs: false }));
    expect(await removeEntities(account, entities)).toHaveLength(participants.length);
    expect(broker.catalog.find('theirs')).toBeDefined();
  });

  test('a wrong key is one sentence without the key', async () => {
    const wrong = broker.connectionString.replace(key, 'd3Jvbmcta2V5');
    const account = { ...accountOf(broker), connectionString: wrong };
    const error: unknown = await countEntities(account).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'unauthorised', remedy: expect.stringMatching(/key/) });
    expect(String(error)).not.toMatch(/d3Jvbmc|c2VjcmV0/);
  });

  test('where nobody listens, that is said', async () => {
    const connectionString =
      'Endpoint=sb://localhost:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true';
    const entities = { topic: 't', layout: 'plainTopic', participants: [] } as const;
    const removing = removeEntities({ connectionString }, entities);
    await expect(removing).rejects.toMatchObject({ kind: 'unreachable' });
    await expect(countEntities({ connectionString })).rejects.toMatchObject({
      kind: 'unreachable',
    });
    await expect(countEntities({ connectionString: 'x' })).rejects.toMatchObject({ kind: 'usage' });
  });
});
