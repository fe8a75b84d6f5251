/** Teardown: what carries the tag goes, anything else stays, and nothing goes unseen. */
import { describe, expect, test } from 'vitest';
import { Az, azOnPath } from './az.ts';
import { fakeAz, type Played, signedIn } from './fake-az.test.kit.ts';
import { planTeardown, tearDown, type TeardownScope } from './teardown.ts';

const nowMs = Date.parse('2026-11-22T10:00:00Z');
const past = '2026-11-22T09:59:59Z';
const later = '2026-11-22T18:00:00Z';
const type = 'Microsoft.ServiceBus/namespaces';

const tags = (expires: string) => ({ owner: 'whitewater', created: past, expires });

function world(
  resources: readonly { name: string; group: string; tags?: object; type?: string }[],
  groups: Readonly<Record<string, object>>,
): readonly Played[] {
  const all = resources.map((one) => ({ type, tags: {}, ...one, resourceGroup: one.group }));
  const names = [...new Set([...Object.keys(groups), ...resources.map(({ group }) => group)])];
  return [
    ...signedIn,
    {
      when: 'group list',
      out: Object.entries(groups).map(([name, held]) => ({ name, location: 'x', tags: held })),
    },
    // A service whose filter can't be trusted: everything comes back.
    { when: 'resource list --tag', out: all },
    ...names.map((name) => ({
      when: `resource list --resource-group ${name} `,
      out: all.filter(({ group }) => group === name),
    })),
  ];
}

async function plan(answers: readonly Played[], scope: Partial<TeardownScope>) {
  const fake = fakeAz(answers);
  const az = new Az(azOnPath(fake.env), undefined);
  const { removals, refusals } = await planTeardown(az, { expiredOnly: false, ...scope }, nowMs);
  const lines = removals.map(({ command }) => command.args.slice(0, -2).join(' '));
  return { lines, refusals: refusals.map(({ what, reason }) => `${what}: ${reason}`), fake };
}

const ours = { name: 'sbns-a', group: 'rg', tags: tags(later) };
const foreign = { name: 'payroll', group: 'rg', type: 'Microsoft.Sql/servers', tags: {} };
const removeGroup = 'group delete --name rg --yes';
const removeNamespace = 'servicebus namespace delete --resource-group rg --name sbns-a';

describe('teardown', () => {
  test('removes our group with what is in it', async () => {
    const found = await plan(world([ours], { rg: tags(later) }), { group: 'rg' });
    expect(found).toMatchObject({ lines: [removeGroup], refusals: [] });
  });

  test('keeps our group if it holds what is not ours', async () => {
    const found = await plan(world([ours, foreign], { rg: tags(later) }), { group: 'rg' });
    expect(found.lines).toEqual([]);
    expect(found.refusals[0]).toMatch(/rg: it holds what is not ours: payroll \(Microsoft.Sql/);
  });

  test("removes only our namespace from somebody else's group", async () => {
    const found = await plan(world([ours, foreign], {}), { group: 'rg' });
    expect(found).toMatchObject({ lines: [removeNamespace], refusals: [] });
  });

  test('removes a namespace by its name, also in full', async () => {
    const answers = world([ours], { rg: tags(later) });
    for (const namespace of ['sbns-a', 'SBNS-A.servicebus.windows.net']) {
      expect(await plan(answers, { namespace })).toMatchObject({ lines: [removeNamespace] });
    }
  });

  test.each<readonly [string, Partial<TeardownScope>]>([
    ['a namespace without the tag', { namespace: 'theirs' }],
    ['a namespace that is not there', { namespace: 'nowhere' }],
    ['a group without the tag', { group: 'other' }],
  ])('refuses %s', async (_, scope) => {
    const theirs = { name: 'theirs', group: 'other', tags: { owner: 'somebody' } };
    const { lines, refusals } = await plan(world([ours, theirs], { rg: tags(later) }), scope);
    expect(lines).toEqual([]);
    expect(refusals[0]).toMatch(/does not carry the tag owner=whitewater/);
  });

  test('of the expired removes those past their day, group or alone', async () => {
    const answers = world(
      [
        { name: 'sbns-a', group: 'rg', tags: tags(past) },
        { name: 'sbns-b', group: 'young', tags: tags(later) },
        { name: 'sbns-c', group: 'shared', tags: tags(past) },
        { name: 'sbns-d', group: 'shared', tags: tags(later) },
        { name: 'sbns-e', group: 'shared', tags: { owner: 'whitewater' } },
        { name: 'sbns-f', group: 'shared', tags: { owner: 'x', expires: past } },
      ],
      { rg: tags(past), young: tags(later) },
    );
    expect(await plan(answers, { expiredOnly: true })).toMatchObject({
      lines: [removeGroup, 'servicebus namespace delete --resource-group shared --name sbns-c'],
      refusals: [],
    });
  });

  test('keeps an expired group with something in it that has been prolonged', async () => {
    const found = await plan(world([ours], { rg: tags(past) }), { expiredOnly: true });
    expect(found.lines).toEqual([]);
    expect(found.refusals[0]).toMatch(/has not expired: sbns-a/);
  });

  test('wants to be told what', async () => {
    await expect(plan(world([ours], {}), {})).rejects.toMatchObject({ kind: 'usage' });
  });

  test('finds nothing where there is nothing', async () => {
    expect(await plan(signedIn, { expiredOnly: true })).toMatchObject({ lines: [], refusals: [] });
  });

  test('only looks until it is told to remove', async () => {
    const { fake } = await plan(world([ours], { rg: tags(later) }), { group: 'rg' });
    expect(fake.calls().some((words) => words.includes('delete'))).toBe(false);
    const az = new Az(azOnPath(fake.env), 'sub');
    const { removals } = await planTeardown(az, { group: 'rg', expiredOnly: false }, nowMs);
    await tearDown(az, removals, () => {});
    expect(fake.calls().at(-1)?.join(' ')).toBe(
      'group delete --name rg --yes --output json --subscription sub',
    );
  });
});
