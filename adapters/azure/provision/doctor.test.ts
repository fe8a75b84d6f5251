/** The doctor, with the embedded broker and a fake az as patients. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../broker/broker.ts';
import type { Account } from '../account.ts';
import { azOnPath } from './az.ts';
import { examine, type Patient } from './doctor.ts';
import { makeEntities } from './entities.ts';
import { type FakeAz, fakeAz, signedIn } from './fake-az.test.kit.ts';
import type { Finding } from './finding.ts';
import { clockOffset } from './reach.ts';

const key = 'c2VjcmV0LXNlY3JldA==';
const topic = 'rafttopic';
let broker: Broker;
let account: Account & { readonly connectionString: string };

beforeAll(async () => {
  broker = await startBroker({ keys: { Admin: key } });
  const { connectionString, adminPort } = broker;
  account = { connectionString, administrationEndpoint: `localhost:${adminPort}` };
});
afterAll(() => broker.close());
afterEach(() => broker.calm());

async function found(
  patient: Partial<Patient>,
  fake: FakeAz = fakeAz(),
): Promise<readonly Finding[]> {
  const heard: Finding[] = [];
  const findings = await examine(
    {
      nodeVersion: 'v20.19.0',
      run: azOnPath(fake.env),
      topic,
      nowMs: () => Date.now(),
      ...patient,
    },
    (finding) => heard.push(finding),
  );
  expect(heard).toEqual(findings);
  expect(JSON.stringify(findings)).not.toContain(key);
  for (const { state, remedy } of findings) expect(remedy === '').toBe(state === 'ok');
  return findings;
}

const states = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ name, state }) => `${name} ${state}`);

const of = (name: string, findings: readonly Finding[]): Finding | undefined =>
  findings.find((one) => one.name === name);

describe('without a namespace', () => {
  test('everything is well, and nobody is connected to', async () => {
    const findings = await found({});
    expect(states(findings)).toEqual([
      'Node ok',
      'Azure CLI ok',
      'sign-in ok',
      'provider ok',
      'roles ok',
      'namespace note',
    ]);
    expect(of('sign-in', findings)?.text).toBe('ada@example.org, subscription Playground');
  });

  test.each([
    ['v20.18.9', 'problem'],
    ['v18.20.0', 'problem'],
    ['v20.19.0', 'ok'],
    ['v24.0.0', 'ok'],
  ])('Node %s is a %s', async (nodeVersion, state) => {
    expect(of('Node', await found({ nodeVersion }))?.state).toBe(state);
  });

  test('no az, nobody signed in: one problem, and what to do', async () => {
    const none = await found({ run: azOnPath({ PATH: '/nowhere' }) });
    expect(states(none)).toEqual(['Node ok', 'Azure CLI problem', 'namespace note']);
    const out = fakeAz([
      ...signedIn,
      { when: 'account show', code: 1, err: "ERROR: Please run 'az login'" },
    ]);
    const findings = await found({}, out);
    expect(of('sign-in', findings)).toMatchObject({ state: 'problem', kind: 'unauthorised' });
    expect(of('sign-in', findings)?.remedy).toContain('az login');
  });

  test('who may not give roles learns it before anything is made', async () => {
    const answers = [
      { when: 'role assignment list', out: [{ roleDefinitionName: 'Contributor' }] },
    ];
    const fake = fakeAz([...signedIn, ...answers]);
    const roles = of('roles', await found({ group: 'rg' }, fake));
    expect(roles).toMatchObject({ state: 'problem', kind: 'unauthorised' });
    expect(roles?.remedy).toMatch(/^Ask for Role Based Access Control Administrator.*--no-role/);
    expect(fake.calls().at(-1)).toContain(
      '/subscriptions/00000000-0000-4000-8000-00000000abcd/resourceGroups/rg',
    );
  });

  test('it changes nothing', async () => {
    const fake = fakeAz();
    await found({}, fake);
    const verbs = /^(create|update|delete|register)$/;
    expect(fake.calls().flatMap((words) => words.filter((word) => verbs.test(word)))).toEqual([]);
  });
});

describe('with a namespace', () => {
  test('everything is well once the entities are there', async () => {
    expect(of('entities', await found({ account }))?.state).toBe('note');
    const participants = ['S1', 'S2'];
    await makeEntities(account, { topic, layout: 'filteredTopic', participants });
    const findings = await found({ account });
    expect(states(findings).slice(5)).toEqual([
      'address ok',
      'reach ok',
      'clock ok',
      'manage ok',
      'entities ok',
      'send ok',
      'listen ok',
    ]);
    expect(of('entities', findings)?.text).toBe('rafttopic with S1, S2');
  });

  test('nobody needs az for an emulator', async () => {
    const findings = await found({ account, run: azOnPath({ PATH: '/nowhere' }) });
    expect(of('Azure CLI', findings)?.state).toBe('note');
  });

  test('a wrong key is a problem with a remedy, and is not shown', async () => {
    const connectionString = account.connectionString.replace(key, 'd3Jvbmcta2V5');
    const findings = await found({ account: { ...account, connectionString } });
    expect(of('manage', findings)).toMatchObject({ state: 'problem', kind: 'unauthorised' });
    expect(of('send', findings)).toMatchObject({ state: 'problem', kind: 'unauthorised' });
    expect(JSON.stringify(findings)).not.toContain('d3Jvbmc');
  });

  test('who only may send and receive is told so, without alarm', async () => {
    broker.plant({ at: 'admin', effect: { kind: 'status', status: 401 } });
    const findings = await found({ account });
    expect(states(findings).slice(8)).toEqual(['manage note', 'send ok', 'listen ok']);
  });

  test.each([
    ['Endpoint=http://x', /no sb:\/\/ address/],
    ['SharedAccessKey=abc', /no Endpoint/],
    ['Endpoint=sb://localhost/', /no key/],
  ])('the shape of "%s" is looked at first', async (connectionString, text) => {
    const findings = await found({ account: { connectionString } });
    expect(findings.at(-1)).toMatchObject({ name: 'address', state: 'problem', kind: 'usage' });
    expect(findings.at(-1)?.text).toMatch(text);
  });

  test('a port where nobody listens is a problem of reach', async () => {
    const other = account.connectionString.replace(/localhost:\d+/, 'localhost:1');
    const findings = await found({ account: { connectionString: other } });
    expect(findings.at(-1)).toMatchObject({ name: 'reach', kind: 'unreachable' });
    expect(findings.at(-1)?.text).toMatch(/localhost:1 can't be reached: .*ECONNREFUSED/);
  });

  test('a clock that is far off is a problem, one that is a little off is told of', async () => {
    const at = (offsetMs: number) => found({ account, nowMs: () => Date.now() + offsetMs });
    expect(of('clock', await at(600_000))).toMatchObject({ state: 'problem' });
    expect(of('clock', await at(600_000))?.text).toMatch(/^theirs is (599|60\d)\.\d s behind/);
    expect(of('clock', await at(-90_000))).toMatchObject({ state: 'note' });
  });
});

test('whose time is not told is no problem', async () => {
  const silent = `http://localhost:1/`;
  await expect(clockOffset(silent, () => Date.now())).rejects.toThrow(/ECONNREFUSED/);
});
