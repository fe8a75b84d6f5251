/** Files that only Azure, Docker or GitHub can run: as much of them as can be checked without. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../broker/broker.ts';
import { readConfig } from '../../broker/config.ts';
import { emulatorConfig, participantsOf } from '../provision/emulator-config.ts';
import { makeEntities } from '../provision/entities.ts';
import { type FakeAz, fakeAz, signedIn } from '../provision/fake-az.test.kit.ts';
import { plannedCommands } from '../provision/setup.ts';
import { templatePath } from '../provision/template.ts';
import { broadcast, defaultTopic } from '../routes.ts';
import { readBicep } from './bicep.test.kit.ts';
import { readYaml, type Yaml } from './yaml.test.kit.ts';

const here = join('adapters', 'azure', 'deploy');
const file = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');

const isMap = (value: Yaml): value is { readonly [key: string]: Yaml } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is at the end of the path; null: nothing. */
function within(value: Yaml, ...path: readonly string[]): Yaml {
  let found = value;
  for (const key of path) found = isMap(found) ? (found[key] ?? null) : null;
  return found;
}

const listOf = (value: Yaml): readonly Yaml[] => (Array.isArray(value) ? value : []);
const textOf = (value: Yaml): string => (typeof value === 'string' ? value : '');

describe('main.bicep', () => {
  const text = file(templatePath());
  const bicep = readBicep(text);

  test('hangs together', () => {
    expect(bicep.unknown).toEqual([]);
    expect(bicep.unused.filter((name) => !['everybody', 'dataOwner'].includes(name))).toEqual([]);
    expect(bicep.required).toEqual(['expires']);
  });

  test('makes a Standard namespace without keys, tagged, with its role, topic and rules', () => {
    expect(Object.keys(bicep.resources)).toEqual([
      'namespace',
      'dataOwner',
      'topic',
      'subscriptions',
      'own',
      'everybody',
    ]);
    for (const type of Object.values(bicep.resources)) {
      expect(type).toMatch(/^Microsoft\.(ServiceBus|Authorization)\/[\w/]+@20\d\d-\d\d-\d\d$/);
    }
    expect(text).toMatch(/name: 'Standard'\n\s+tier: 'Standard'/);
    expect(text).toContain('param localAuth bool = false');
    expect(text).toContain('disableLocalAuth: !localAuth');
    expect(text).toContain("owner: 'whitewater'");
    // Azure Service Bus Data Owner.
    expect(text).toContain("'090c5cfd-751d-490a-894a-3ce6f1109419'");
  });

  test('tells no secrets', () => {
    expect(bicep.outputs).toEqual(['namespaceName', 'fullyQualifiedNamespace']);
    expect(text).not.toMatch(/listKeys|primaryKey|connectionString/i);
  });

  test('knows every parameter that set-up gives it', () => {
    const owner = { id: 'x', type: 'User' } as const;
    const [deployment] = plannedCommands(
      {
        group: 'g',
        location: 'l',
        namespace: 'n',
        lifetimeMs: 1,
        localAuth: true,
        owner,
        topic: 't',
        layout: 'queues',
        participants: [],
        template: 'main.bicep',
      },
      0,
    ).slice(-1);
    const args = deployment?.args ?? [];
    const given = args.filter((word) => word.includes('=')).map((word) => word.split('=')[0] ?? '');
    expect(given.length).toBeGreaterThan(5);
    expect(given.filter((name) => !bicep.parameters.includes(name))).toEqual([]);
  });

  test('has the same participants, address of everybody and topic as the code', () => {
    const [, block = ''] = /param participants array = \[([^\]]*)\]/.exec(text) ?? [];
    const names = [...block.matchAll(/'(\w+)'/g)].map((match) => match[1]);
    expect(names).toEqual(participantsOf({ servers: 5, clients: 1 }));
    expect(text).toContain(`to: '${broadcast}'`);
    expect(text).toContain(`param topicName string = '${defaultTopic}'`);
  });
});

test.each([
  ["var a = 'x'\noutput o string = b\n", ['b'], ['a']],
  ["param a string\noutput o string = '${a}'\n", [], []],
])('the reader of Bicep notices what does not hang together', (text, unknown, unused) => {
  expect(readBicep(text)).toMatchObject({ unknown, unused });
});
test.each(['var a = [\n', 'var a = {]\n', "var a = 'x\n"])('%j does not close', (text) => {
  expect(() => readBicep(text)).toThrow();
});

/** What decides where messages go. */
function topology({ catalog }: Broker, participants: readonly string[]): readonly unknown[] {
  return participants.map((name) => {
    const entry = catalog.find(`${defaultTopic}/Subscriptions/${name}`);
    if (entry?.kind !== 'subscription') throw new Error(`no subscription ${name}`);
    const { maxDeliveryCount, defaultTimeToLiveMs, requiresSession } = entry.properties;
    const rules = [...entry.rules.values()].map(({ rule }) => [rule.name, rule.filter]);
    return { name, rules, maxDeliveryCount, defaultTimeToLiveMs, requiresSession };
  });
}

describe("the official emulator's files", () => {
  const participants = participantsOf({ servers: 5, clients: 5 });
  const text = file(here, 'emulator', 'Config.json');
  const compose = readYaml(file(here, 'emulator', 'compose.yaml'));

  test('Config.json is the generated one', () => {
    expect(text).toBe(emulatorConfig({ topic: defaultTopic, participants }));
  });

  test('the embedded broker starts from it, with the topology that set-up makes', async () => {
    const [fromFile, made] = [await startBroker(readConfig(text)), await startBroker()];
    const { connectionString, adminPort } = made;
    const account = { connectionString, administrationEndpoint: `localhost:${adminPort}` };
    await makeEntities(account, { topic: defaultTopic, layout: 'filteredTopic', participants });
    expect(topology(fromFile, participants)).toEqual(topology(made, participants));
    await Promise.all([fromFile.close(), made.close()]);
  });

  test('compose starts emulator and database, on loopback, with the file', () => {
    expect(within(compose, 'services', 'emulator', 'ports')).toEqual([
      '127.0.0.1:5672:5672',
      '127.0.0.1:5300:5300',
    ]);
    expect(within(compose, 'services', 'emulator', 'volumes')).toEqual([
      './Config.json:/ServiceBus_Emulator/ConfigFiles/Config.json:ro',
    ]);
    const server = textOf(within(compose, 'services', 'emulator', 'environment', 'SQL_SERVER'));
    expect(within(compose, 'services', server, 'image')).toMatch(/mssql/);
    expect(within(compose, 'services', 'emulator', 'depends_on')).toEqual([server]);
  });

  test('nobody accepts a licence or chooses a password for the user', () => {
    for (const service of ['emulator', 'sql']) {
      const environment = ['services', service, 'environment'];
      expect(within(compose, ...environment, 'ACCEPT_EULA')).toMatch(/^\$\{ACCEPT_EULA:\?/);
      expect(within(compose, ...environment, 'MSSQL_SA_PASSWORD')).toMatch(/^\$\{\w+:\?/);
    }
    expect(file(here, 'emulator', '.env.example')).toMatch(/^ACCEPT_EULA=$/m);
    expect(file(here, 'emulator', '.gitignore')).toMatch(/^\.env$/m);
  });
});

describe.each(['ci.yml', 'live.yml'])('the workflow %s', (name) => {
  const text = file('.github', 'workflows', name);
  const workflow = readYaml(text);
  const jobs = within(workflow, 'jobs');
  const steps = isMap(jobs)
    ? Object.values(jobs).flatMap((job) => listOf(within(job, 'steps')))
    : [];

  test('pins every action by commit, and is read-only', () => {
    const uses = steps.map((step) => textOf(within(step, 'uses'))).filter((one) => one !== '');
    expect(uses.length).toBeGreaterThan(1);
    for (const one of uses) expect(one).toMatch(/^[\w/-]+@[0-9a-f]{40}$/);
    expect(within(workflow, 'permissions', 'contents')).toBe('read');
  });

  test('puts no expression into a shell and needs no secret', () => {
    const runs = steps.map((step) => textOf(within(step, 'run'))).filter((one) => one !== '');
    expect(runs.length).toBeGreaterThan(0);
    for (const run of runs) expect(run).not.toContain('${{');
    expect(text).not.toContain('secrets.');
  });

  test('every job ends by itself', () => {
    for (const job of isMap(jobs) ? Object.values(jobs) : []) {
      expect(Number(within(job, 'timeout-minutes'))).toBeGreaterThan(0);
    }
  });
});

describe('live.yml', () => {
  const workflow = readYaml(file('.github', 'workflows', 'live.yml'));

  test('runs only when somebody says so, one at a time, signed in by OIDC', () => {
    const on = within(workflow, 'on');
    expect(isMap(on) ? Object.keys(on) : []).toEqual(['workflow_dispatch', 'schedule']);
    expect(within(workflow, 'permissions', 'id-token')).toBe('write');
    expect(within(workflow, 'concurrency', 'group')).toBe('azure-live');
    expect(within(workflow, 'jobs', 'conformance', 'environment')).toBe('azure-live');
    expect(within(workflow, 'jobs', 'conformance', 'if')).toContain('workflow_dispatch');
  });

  test('tears down whatever happened, and again what has expired', () => {
    const last = listOf(within(workflow, 'jobs', 'conformance', 'steps')).at(-1) ?? null;
    expect(within(last, 'if')).toBe('always()');
    expect(within(last, 'run')).toMatch(/azure teardown --resource-group "\$GROUP" --yes/);
    expect(within(workflow, 'jobs', 'expired', 'if')).toBe('always()');
    const steps = listOf(within(workflow, 'jobs', 'expired', 'steps'));
    expect(textOf(within(steps.at(-1) ?? null, 'run'))).toContain('azure teardown --expired --yes');
  });
});

describe('the one-pagers', () => {
  function bash(fake: FakeAz, ...words: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const { env } = fake;
      execFile('bash', [join(here, 'setup.sh'), ...words], { env }, (error, out) =>
        error === null ? resolve(out) : reject(error),
      );
    });
  }

  test.each([
    ['false', ['group create', 'deployment group create']],
    ['true', ['deployment group create']],
  ])('setup.sh, when it is %s that the group is there', async (isThere, changes) => {
    const fake = fakeAz([...signedIn, { when: 'group exists', out: isThere === 'true' }]);
    const out = await bash(fake, 'rg-of-mine', 'northeurope', '2');
    const changing = fake.calls().filter((words) => words.includes('create'));
    expect(changing.map((words) => words.join(' ').split(' --')[0])).toEqual(changes);
    for (const words of changing) expect(words).toContain('rg-of-mine');
    const [, expires = ''] = /expires=(\S+)/.exec(changing.at(-1)?.join(' ') ?? '') ?? [];
    const hours = (Date.parse(expires) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(2);
    expect(out).toContain('azure teardown --resource-group rg-of-mine --yes');
  });

  test('setup.sh stops at the first refusal', async () => {
    const failing = { when: 'group exists', code: 1, err: 'ERROR: (AuthorizationFailed)' };
    const fake = fakeAz([...signedIn, failing]);
    await expect(bash(fake)).rejects.toThrow();
    expect(fake.calls().filter((words) => words.includes('create'))).toEqual([]);
  });

  test.each(['setup.sh', 'setup.ps1'])('%s makes what teardown may remove, and no keys', (name) => {
    const text = file(here, name);
    expect(text).toContain('owner=whitewater');
    expect(text).toContain('main.bicep');
    expect(text).toMatch(/teardown --resource-group \$(?:group|Group) --yes/);
    expect(text).not.toMatch(/keys list|get-access-token|Invoke-Expression|\beval\b/);
    const { parameters } = readBicep(file(templatePath()));
    const given = [...text.matchAll(/"(\w+)=\$/g)].map((match) => match[1] ?? '');
    expect(given).toEqual(expect.arrayContaining(['expires', 'created', 'principalId']));
    expect(given.filter((one) => !parameters.includes(one))).toEqual([]);
  });
});

test.each([
  ['a:\n  - b\n  - c: 1\n    d: [x, y]\n', { a: ['b', { c: '1', d: ['x', 'y'] }] }],
  ['a: |\n  one\n  two\nb: "c"\n', { a: 'one\ntwo', b: 'c' }],
  ['a:\n- b # c\n', { a: ['b # c'] }],
])('the reader of YAML reads %j', (text, value) => {
  if (text.includes(' # ')) expect(() => readYaml(text)).toThrow(/more YAML/);
  else expect(readYaml(text)).toEqual(value);
});
test.each(['a: 1\n  b: 2\n', 'a: 1\na: 2\n', 'a: {b: c}\n', 'a: &x b\n', 'just text\n', '\ta: b'])(
  'the reader of YAML refuses %j',
  (text) => expect(() => readYaml(text)).toThrow(),
);
