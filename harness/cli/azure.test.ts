/** `whitewater azure` from the front door: with a fake az on the PATH, and the embedded broker. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../adapters/broker/broker.ts';
import { type FakeAz, fakeAz, signedIn } from '../../adapters/azure/provision/fake-az.test.kit.ts';
import { folder, type Ran, ran } from './main.test.kit.ts';

const key = 'c2VjcmV0LXNlY3JldA==';
let broker: Broker;
/** Reach the broker without showing the key. */
let reach: readonly string[];

beforeAll(async () => {
  broker = await startBroker({ keys: { Admin: key } });
  const file = join(folder(), 'connection-string');
  writeFileSync(file, `${broker.connectionString}\n`);
  const administration = `localhost:${broker.adminPort}`;
  reach = ['--connection-string', `@${file}`, '--administration', administration];
});
afterAll(() => broker.close());

const noAz = { PATH: '/nowhere' };

function azure(words: readonly string[], env: NodeJS.ProcessEnv = noAz): Promise<Ran> {
  const { PATH = '' } = env;
  return ran(['azure', ...words], { env: { PATH } });
}

describe('setup', () => {
  test('in a dry run prints every command and runs none', async () => {
    const fake = fakeAz();
    const { code, out, err } = await azure(
      ['setup', '--dry-run', '--namespace', 'sbns-mine', '--expires', '2h'],
      fake.env,
    );
    expect([code, err]).toEqual([0, '']);
    expect(fake.calls()).toEqual([]);
    const lines = out.split('\n').filter((line) => line.startsWith('az '));
    expect(lines.map((line) => line.split(' --')[0])).toEqual([
      'az account show',
      'az provider show',
      'az provider register',
      'az ad signed-in-user show',
      'az group show',
      'az group create',
      'az group update',
      'az deployment group create',
    ]);
    expect(lines.at(-1)).toContain('namespaceName=sbns-mine');
    expect(out).toContain('nothing was run');
  });

  test('as one document holds the argument lists', async () => {
    const { out } = await azure(['setup', '--dry-run', '--json', '--no-role']);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'whitewater.azure.setup/1',
      dryRun: true,
      entities: { topic: 'rafttopic', participants: ['S1', 'S2', 'S3', 'S4', 'S5', 'C1'] },
    });
    expect(out).not.toContain('principal');
  });

  test.each([
    [['--expires', '100h'], 64, /costs 1\.35 USD.*more than the limit/],
    [['--resource-group', '-x'], 64, /can't name a resource group/],
    [['--expired'], 64, /--expired does not go with azure setup\n {2}It goes with azure teardown/],
    [['--price', 'x=1'], 64, /"x=1" is no price/],
    [[], 69, /no Azure CLI/],
  ])('%j ends with %i', async (words, wanted, text) => {
    const { code, out, err } = await azure(['setup', ...words]);
    expect([code, out]).toEqual([wanted, '']);
    expect(err).toMatch(text);
  });

  test('nobody signed in is exit 77, and nothing is made', async () => {
    const fake = fakeAz([{ when: '', code: 1, err: "ERROR: Please run 'az login'." }]);
    const { code, err } = await azure(['setup'], fake.env);
    expect(code).toBe(77);
    expect(err).toMatch(/az account show.*error: nobody is signed in.*Run az login/s);
    expect(fake.calls()).toHaveLength(1);
  });
});

describe('over a connection string', () => {
  test('entities are made, counted, looked at and removed; the key is never shown', async () => {
    const said: string[] = [];
    const go = async (...words: readonly string[]): Promise<Ran> => {
      const done = await azure([...words, ...reach]);
      said.push(done.out, done.err);
      return done;
    };
    expect((await go('setup', '--dry-run', '--servers', '3')).out).toContain('nothing was run');
    const made = await go('setup', '--servers', '3');
    expect(made.code).toBe(0);
    expect(made.out).toContain('made   rafttopic/Subscriptions/S3\n');
    expect((await go('setup', '--servers', '3')).out).toContain('found  rafttopic\n');
    expect((await go('status')).out).toContain('rafttopic/Subscriptions/C1  0 messages waiting');
    const doctor = await go('doctor');
    expect(doctor.code).toBe(0);
    expect(doctor.out).toMatch(/✓ listen/);
    const unsure = await go('teardown');
    expect(unsure.code).toBe(64);
    expect(unsure.err).toContain('Add --yes to remove it');
    expect((await go('teardown', '--yes')).out).toBe('removed  rafttopic\n');
    expect((await go('teardown', '--yes')).out).toBe('there is nothing of ours to remove\n');
    expect(said.join('')).not.toContain(key);
  });

  test('the environment may name it', async () => {
    const { connectionString, adminPort } = broker;
    const env = {
      WHITEWATER_CONNECTION_STRING: connectionString,
      WHITEWATER_ADMINISTRATION_ENDPOINT: `localhost:${adminPort}`,
    };
    const { code, out } = await ran(['azure', 'status', '--json'], { env });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ schema: 'whitewater.azure.status/1', entities: [] });
  });

  test('among the arguments it is warned of, and still not shown', async () => {
    const words = ['--connection-string', broker.connectionString, ...reach.slice(2)];
    const { code, out, err } = await azure(['doctor', ...words]);
    expect(code).toBe(0);
    expect(err).toMatch(/visible to every user/);
    expect(out + err).not.toContain(key);
  });

  test.each([
    ['@/nowhere/file', /cannot be read/],
    ['Endpoint=http://x', /no sb:\/\/ address/],
  ])('%s is one clear error', async (word, text) => {
    const { code, err } = await azure(['status', '--connection-string', word]);
    expect(code).toBe(64);
    expect(err).toMatch(text);
  });
});

describe('status and teardown by the tag', () => {
  const tags = (expires: string) => ({
    owner: 'whitewater',
    created: '2026-11-01T00:00:00Z',
    expires,
  });
  const type = 'Microsoft.ServiceBus/namespaces';
  const where = { location: 'westeurope', resourceGroup: 'rg-old' };
  const old = { name: 'sbns-old', ...where, type, tags: tags('2026-11-02T00:00:00Z') };

  function world(): FakeAz {
    const group = { name: 'rg-old', location: 'westeurope', tags: old.tags };
    return fakeAz([
      ...signedIn,
      { when: 'group list', out: [group] },
      { when: 'resource list', out: [old] },
    ]);
  }

  test('status says what there is, that it has expired, and how to remove it', async () => {
    const { code, out } = await azure(['status'], world().env);
    expect(code).toBe(0);
    expect(out).toMatch(/group {6}rg-old, westeurope: EXPIRED since 2026-11-02T00:00:00Z/);
    expect(out).toMatch(/base charge so far about \d+\.\d\d USD/);
    expect(out).toContain('$ whitewater azure teardown --resource-group rg-old --yes');
  });

  test('status of nothing says how to begin', async () => {
    expect((await azure(['status'], fakeAz().env)).out).toMatch(/nothing carries the tag/);
  });

  test('teardown needs a yes, then removes what has expired', async () => {
    const fake = world();
    const deletes = (): number => fake.calls().filter((words) => words.includes('delete')).length;
    const first = await azure(['teardown', '--expired'], fake.env);
    expect([first.code, deletes()]).toEqual([64, 0]);
    expect(first.out).toContain('would remove  resource group rg-old with sbns-old');
    const dry = await azure(['teardown', '--expired', '--yes', '--dry-run'], fake.env);
    expect([dry.code, deletes()]).toEqual([0, 0]);
    const second = await azure(['teardown', '--expired', '--yes', '--json'], fake.env);
    expect([second.code, deletes()]).toEqual([0, 1]);
    expect(JSON.parse(second.out)).toMatchObject({ removed: true, refusals: [] });
  });

  test('teardown refuses what does not carry the tag', async () => {
    const { code, err } = await azure(['teardown', '--resource-group', 'x', '--yes'], world().env);
    expect(code).toBe(64);
    expect(err).toMatch(/not removed: resource group x: .*owner=whitewater/);
  });
});

describe('cost', () => {
  test('shows the sum, its limit, and where prices come from', async () => {
    const { code, out } = await azure(['cost']);
    expect(code).toBe(0);
    expect(out).toMatch(/at most {6}0\.13 USD; the limit is 0\.50 USD/);
    expect(out).toMatch(/0\.0135 USD\/h\n.*from memory.*\(2026-11\)/);
  });

  test.each([
    [['--heartbeat', '150ms', '--rate', '5'], /throttles above 1000/],
    [['--limit-usd', '0.01'], /more than the limit of 0\.0100 USD/],
  ])('%j is refused, after it was shown', async (words, text) => {
    const { code, out, err } = await azure(['cost', ...words]);
    expect(code).toBe(64);
    expect(out).toContain('what a live run may cost');
    expect(err).toMatch(text);
  });
});

describe('doctor', () => {
  test('names what is missing and ends with it', async () => {
    const { code, out } = await azure(['doctor']);
    expect(code).toBe(69);
    expect(out).toMatch(/✓ Node.*✖ Azure CLI {2}there is no Azure CLI.*\n {4}Install it/s);
  });

  test('as one document', async () => {
    const { code, out } = await azure(['doctor', '--json'], fakeAz().env);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ schema: 'whitewater.azure.doctor/1' });
  });
});

test.each([
  [['setpu'], /azure knows no "setpu"\n {2}Did you mean setup/],
  [['setup', 'now'], /too many arguments for 'azure'/],
])('%j is a typing error with the remedy', async (words, text) => {
  const { code, err } = await azure(words);
  expect(code).toBe(64);
  expect(err).toMatch(text);
});
