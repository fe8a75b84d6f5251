/** Argument lists of the Azure CLI: what they are, that they hold no secret, how they are typed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Az, azOnPath, windowsWord } from './az.ts';
import * as commands from './commands.ts';
import { type AzCommand, typed } from './commands.ts';
import { fakeAz } from './fake-az.test.kit.ts';
import { checkName, isExpired, markOf, type Named, tagsFor } from './naming.ts';

const at = { group: 'rg', name: 'sbns-x' };
const life = { createdAtMs: 0, expiresAtMs: 3_600_000 };

const table: readonly (readonly [AzCommand, string])[] = [
  [commands.account(), 'az account show --output json'],
  [
    commands.createGroup('rg', 'westeurope', tagsFor(life)),
    'az group create --name rg --location westeurope --tags owner=whitewater purpose=test ' +
      'created=1970-01-01T00:00:00Z expires=1970-01-01T01:00:00Z --output json',
  ],
  [
    commands.prolongGroup('rg', 3_600_000),
    'az group update --name rg --set tags.expires=1970-01-01T01:00:00Z --output json',
  ],
  [
    commands.deploy({ group: 'rg', template: '/a b/main.bicep', parameters: { x: 'y' } }),
    'az deployment group create --resource-group rg --name whitewater ' +
      "--template-file '/a b/main.bicep' --parameters x=y --output json",
  ],
  [commands.ourGroups(), 'az group list --tag owner=whitewater --output json'],
  [commands.resourcesIn('rg'), 'az resource list --resource-group rg --output json'],
  [
    commands.deleteNamespace(at),
    'az servicebus namespace delete --resource-group rg --name sbns-x --output json',
  ],
  [commands.deleteGroup('rg'), 'az group delete --name rg --yes --output json'],
];

describe('a command', () => {
  test.each(table)('%# reads as one would type it', (command, line) => {
    expect(typed(command)).toBe(line);
  });

  test('that only looks has no verb that changes anything', () => {
    for (const [{ args, changes }] of table) {
      const verbs = /create|update|delete|register/;
      expect(args.slice(0, 3).some((word) => verbs.test(word))).toBe(changes);
    }
  });

  test('never lists keys, and never asks for a token', () => {
    for (const [{ args }] of table) {
      expect(args.join(' ')).not.toMatch(/keys list|get-access-token|password|secret/i);
    }
  });

  test('typed into a POSIX shell is the same words again', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (args) => {
        expect(unquoted(typed({ args }))).toEqual(['az', ...args]);
      }),
      { seed: 20_261_122 },
    );
  });
});

/** What a POSIX shell makes of words and single quotes. */
function unquoted(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*'|\\'|[^\s'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(/'([^']*)'|\\(')/g, (_, inner?: string, quote?: string) => inner ?? quote ?? ''),
  );
}

describe('on Windows, where a shell starts az', () => {
  test.each([
    ['owner=whitewater', 'owner=whitewater'],
    ['C:\\Program Files\\main.bicep', '"C:\\Program Files\\main.bicep"'],
  ])('%s becomes %s', (word, quoted) => expect(windowsWord(word)).toBe(quoted));

  test.each(['a"b', '%PATH%', 'a&b', 'a|b', 'a^b', 'a\nb'])('%j is refused', (word) => {
    expect(() => windowsWord(word)).toThrow(/can't be passed to az/);
  });
});

describe('az as a child process', () => {
  const az = (environment: NodeJS.ProcessEnv, subscription?: string): Az =>
    new Az(azOnPath(environment), subscription);

  test('gets each argument as it is, and the subscription where that makes sense', async () => {
    const fake = fakeAz();
    await az(fake.env, 'Play ground').ask(commands.account());
    await az(fake.env, 'Play ground').ask(commands.signedInUser());
    expect(fake.calls()).toEqual([
      ['account', 'show', '--output', 'json', '--subscription', 'Play ground'],
      ['ad', 'signed-in-user', 'show', '--output', 'json'],
    ]);
  });

  test('that is not there is one sentence with the remedy', async () => {
    const failing = az({ PATH: '/nowhere' }).ask(commands.account());
    await expect(failing).rejects.toMatchObject({
      kind: 'unreachable',
      message: 'there is no Azure CLI (az) on the PATH',
      remedy: expect.stringContaining('az login'),
    });
  });

  test.each([
    ["ERROR: Please run 'az login' to setup account.", 'unauthorised', /nobody is signed in/],
    ['ERROR: AADSTS700082: The refresh token has expired', 'unauthorised', /sign-in has run out/],
    [
      "ERROR: (AuthorizationFailed) The client 'x' does not have authorization to perform action " +
        "'Microsoft.Authorization/roleAssignments/write'",
      'unauthorised',
      /may not give roles/,
    ],
    ['ERROR: (AuthorizationFailed) The client does not', 'unauthorised', /may not do that/],
    ['ERROR: (MissingSubscriptionRegistration) x', 'usage', /does not know Service Bus/],
    ['ERROR: (NamespaceUnavailable) The name is in use', 'usage', /name is taken/],
    ['ERROR: (LocationNotAvailableForResourceType) x', 'usage', /no Service Bus in that location/],
    ['ERROR: Max retries exceeded with url', 'unreachable', /can't reach Azure/],
    ['something else', 'unreachable', /^az account show failed: something else$/],
  ] as const)('says of "%s" what it means', async (err, kind, message) => {
    const fake = fakeAz([{ when: 'account', code: 1, err }]);
    const failing = az(fake.env).ask(commands.account());
    await expect(failing).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  test('keeps secrets to itself', async () => {
    const err = 'ERROR: bad Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=aGVsbG8=;x';
    const failing = az(fakeAz([{ when: '', code: 1, err }]).env).ask(commands.account());
    const error: unknown = await failing.catch((reason: unknown) => reason);
    expect(String(error)).toContain('***');
    expect(String(error)).not.toContain('aGVsbG8');
  });

  test('that answers with no JSON is told of', async () => {
    const run = () => Promise.resolve({ code: 0, out: 'A new version is out!', err: '' });
    await expect(new Az(run, undefined).ask(commands.account())).rejects.toThrow(/no JSON/);
  });
});

describe('names', () => {
  test.each<readonly [Named, string]>([
    ['resource group', 'rg-whitewater'],
    ['namespace', 'sbns-whitewater-7c1e90'],
    ['location', 'westeurope'],
    ['topic', 'rafttopic'],
    ['subscription', 'Visual Studio (test)'],
    ['principal', '00000000-0000-4000-8000-000000000001'],
  ])('a %s may be called %s', (kind, name) => expect(() => checkName(kind, name)).not.toThrow());

  test.each<readonly [Named, string]>([
    ['resource group', 'rg.'],
    ['resource group', '--yes'],
    ['namespace', 'short'],
    ['namespace', '-begins-so'],
    ['namespace', 'x'.repeat(51)],
    ['location', 'West Europe'],
    ['topic', '/raft'],
    ['subscription', '--query'],
    ['principal', 'ada@example.org'],
  ])('no %s is called %s', (kind, name) => {
    expect(() => checkName(kind, name)).toThrow(`can't name a ${kind}`);
  });
});

describe('tags', () => {
  test('say whose it is and when it expires', () => {
    const mark = markOf(tagsFor(life));
    expect(mark).toEqual({ isOurs: true, ...life });
    expect(isExpired(mark, 3_599_999)).toBe(false);
    expect(isExpired(mark, 3_600_000)).toBe(true);
  });

  test.each([
    null,
    'owner=whitewater',
    {},
    { owner: 'somebody', expires: '1970-01-01T00:00:00Z' },
    { owner: 'whitewater' },
    { owner: 'whitewater', expires: 'soon' },
  ])('%j never expires', (tags) => {
    expect(isExpired(markOf(tags), Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});
