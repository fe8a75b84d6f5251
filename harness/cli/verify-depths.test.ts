import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { worlds } from '../verify/hunt.ts';
import { planted } from '../verify/planted.ts';
import { explore } from '../verify/explore.ts';
import { doubted, recovered, verified } from '../verify/verify.ts';
import { exits } from './exit.ts';
import { mutantNamed } from './lab.ts';
import { folder, ran } from './main.test.kit.ts';
import { beyond, depthRows, depthsText, explorable } from './verify-depths.ts';

const file = join(import.meta.dirname, '../verify/DEPTHS.md');
const text = readFileSync(file, 'utf8');
const rows = depthRows(text);

const places = [
  ...worlds.map((world) => ({ ...world, watch: 'cluster' as const })),
  ...doubted(recovered, Infinity).map((world) => ({ ...world, watch: 'recovery' as const })),
  ...doubted(verified, Infinity).map((world) => ({ ...world, watch: 'ports' as const })),
];

describe('the table of depths (whitewater verify --table harness/verify/DEPTHS.md)', () => {
  test('has a row for every planted fault and every mutant of the machine, in their order', () => {
    const names = [...planted, ...explorable].map(({ name }) => name);
    expect(rows.map(({ name }) => name)).toStrictEqual(names);
  });

  test('says of each that it was found, or why the worlds cannot show it', () => {
    for (const { name, check, world } of rows) {
      const reason = beyond(name);
      expect(check === '' ? world : null, name).toBe(reason);
      expect(reason === null, name).toBe(check !== '');
    }
  });

  test.each(
    rows.filter(({ name, states }) => states !== null && states < 60_000 && isMutant(name)),
  )(
    'and $name breaks $check at depth $depth to this day, after $states states',
    ({ name, check, depth, states, world }) => {
      const place = places.find((one) => one.name === world);
      if (place === undefined) throw new Error(`no world is called ${world}`);
      const found = explore(mutantNamed(name).subject, place.bounds, { watches: [place.watch] });
      expect(found.breach?.check).toBe(check);
      expect(found).toMatchObject({ depth, states });
    },
  );

  test('reads what it writes', () => {
    const [head = ''] = text.split('\n| ', 1);
    expect(depthsText(rows, head)).toBe(text);
  });

  test('is kept as it is, but for the rows that were taken away', async () => {
    const copy = join(folder(), 'depths.md');
    const cut = text.split('\n').filter((line) => !line.startsWith('| quorum-half '));
    writeFileSync(copy, cut.join('\n'));
    const { code } = await ran(['verify', '--table', copy]);
    expect(code).toBe(exits.ok);
    expect(readFileSync(copy, 'utf8')).toBe(text);
  });
});

function isMutant(name: string): boolean {
  return explorable.some((mutant) => mutant.name === name);
}
