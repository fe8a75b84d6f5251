import { readFileSync } from 'node:fs';
import { format as prettier } from 'prettier';
import { expect, test } from 'vitest';
import { traceSchema } from './record.ts';
import { jsonSchema } from './schema.ts';

const folder = new URL('../../traces/', import.meta.url);
const format = readFileSync(new URL('FORMAT.md', folder), 'utf8');

interface Schema {
  readonly [key: string]: unknown;
}
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
const children = (schema: Schema): readonly Schema[] =>
  Object.values(schema).flatMap((value) =>
    Array.isArray(value) ? value.filter(isSchema) : isSchema(value) ? [value] : [],
  );

/** Every object with a `kind`, wherever it stands: its kinds and the paths of its fields. */
function described(schema: Schema): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const properties = schema['properties'];
  if (isSchema(properties)) {
    const kind = properties['kind'];
    if (isSchema(kind)) {
      const names = Array.isArray(kind['enum']) ? kind['enum'] : [kind['const']];
      for (const name of names) found.set(String(name), fieldsOf(properties, ''));
    }
  }
  for (const child of children(schema)) {
    for (const [name, fields] of described(child)) found.set(name, fields);
  }
  return found;
}

function fieldsOf(properties: Schema, prefix: string): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    if (name === 'kind' && prefix === '') return [];
    return [`${prefix}${name}`, ...(isSchema(field) ? nested(field, `${prefix}${name}.`) : [])];
  });
}

function nested(field: Schema, prefix: string): string[] {
  const parts = [field, ...(Array.isArray(field['anyOf']) ? field['anyOf'] : [])];
  if (isSchema(field['items'])) parts.push(field['items']);
  return parts.flatMap((part) =>
    isSchema(part) && isSchema(part['properties']) && !('kind' in part['properties'])
      ? fieldsOf(part['properties'], prefix)
      : [],
  );
}

/** What the page says: `### kind` (or `kind`, `kind`) and a table whose rows begin with a field. */
function documented(page: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const section of page.split(/^### /mu).slice(1)) {
    const [title = '', ...lines] = section.split('\n');
    const fields = lines.flatMap((line) => /^\| `([\w.]+)` /u.exec(line)?.[1] ?? []);
    for (const [, name = ''] of title.matchAll(/`(\w+)`/gu)) found.set(name, fields);
  }
  return found;
}

/** Fields that every record has are explained once. */
const common = ['seq', 'at', 'cause'];

test('FORMAT.md names every kind and every field of the schema, and no other', () => {
  const schema = jsonSchema();
  if (!isSchema(schema)) throw new Error('no schema');
  const fromSchema = [...described(schema)].map(([kind, fields]): [string, string[]] => [
    kind,
    fields.filter((field) => !common.includes(field)).toSorted(),
  ]);
  const fromPage = [...documented(format)].map(([kind, fields]): [string, string[]] => [
    kind,
    fields.toSorted(),
  ]);
  const byName = ([a]: [string, string[]], [b]: [string, string[]]): number => (a < b ? -1 : 1);
  expect(fromPage.toSorted(byName)).toEqual(fromSchema.toSorted(byName));
  for (const field of common) {
    expect(format).toMatch(new RegExp(`^\\| \`${field}\` +\\|`, 'mu'));
  }
});

test('FORMAT.md names the version of the format', () => {
  expect(format).toContain(`\`${traceSchema}\``);
});

test('trace.schema.json is the schema of this program (vitest -u writes it)', async () => {
  const text = JSON.stringify(jsonSchema(), null, 2);
  await expect(await prettier(text, { parser: 'json', printWidth: 100 })).toMatchFileSnapshot(
    '../../traces/trace.schema.json',
  );
});
