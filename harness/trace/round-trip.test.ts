import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TraceRecord } from './record.ts';
import { recordKinds } from './kinds.ts';
import { renderRecord } from './render.ts';
import { eachRow } from './rows.ts';
import { jsonSchema, traceRecord } from './schema.ts';
import { withScratch } from './scratch.ts';
import { toLine } from './write.ts';

interface Schema {
  readonly [key: string]: unknown;
}
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const anyJson = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)));
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '__proto__', '\u001b[2J', '\ud800', '\u2028', '"\\\n', '"kind":"send"'),
);

/** Arbitrary values of a JSON Schema as far as ours use it. */
function arbitrary(schema: unknown): fc.Arbitrary<unknown> {
  if (!isSchema(schema)) throw new Error('not a schema');
  const choices = [...list(schema['oneOf']), ...list(schema['anyOf'])];
  if (choices.length > 0) return fc.oneof(...choices.map(arbitrary));
  if ('const' in schema) return fc.constant(schema['const']);
  if ('enum' in schema) return fc.constantFrom(...list(schema['enum']));
  const types = list(schema['type']);
  if (types.length > 0) return fc.oneof(...types.map((type) => arbitrary({ ...schema, type })));
  switch (schema['type']) {
    case 'integer':
      return fc.maxSafeInteger().map((n) => Math.max(n, Number(schema['minimum'])));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return anyText;
    case 'array':
      return fc.array(arbitrary(schema['items']), { maxLength: 3 });
    case 'object': {
      const properties = isSchema(schema['properties']) ? schema['properties'] : null;
      if (properties === null) return fc.dictionary(anyText, anyJson, { maxKeys: 3 });
      const fields = Object.entries(properties).map(([name, part]) => [name, arbitrary(part)]);
      return fc.record(Object.fromEntries(fields));
    }
    default:
      return anyJson;
  }
}

const schema = jsonSchema();
const kinds = list(isSchema(schema) ? schema['oneOf'] : []);
const parse = (line: string): unknown => JSON.parse(line);
/** The value itself, not zod's copy: that one has lost any field called `__proto__`. */
function asRecord(value: unknown): TraceRecord {
  if (isRecord(value)) return value;
  throw new Error(`no record: ${JSON.stringify(value)}`);
}
const isRecord = (value: unknown): value is TraceRecord => traceRecord.safeParse(value).success;

describe('a record', () => {
  test('of every kind is described by the schema', () => {
    const described = kinds.flatMap((kind) => {
      const field =
        isSchema(kind) && isSchema(kind['properties']) ? kind['properties']['kind'] : {};
      return isSchema(field) ? [...list(field['enum']), field['const']] : [];
    });
    expect(new Set(described.filter((name) => name !== undefined))).toEqual(recordKinds);
  });

  test('survives being a line, whatever its texts hold', () => {
    fc.assert(
      fc.property(arbitrary(schema), (value) => {
        const record = asRecord(value);
        const line = toLine(record);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(asRecord(parse(line))).toEqual(record);
      }),
      { seed: 20261101, numRuns: 2000 },
    );
  });

  test('as a line is the same whether the package or JSON.parse reads it', async () => {
    const values = fc.sample(arbitrary(schema), { seed: 20261102, numRuns: 300 });
    const lines = values.map((value) => toLine(asRecord(value)));
    await withScratch(async (path) => {
      writeFileSync(path('t.ndjson'), lines.join(''));
      const read: unknown[] = [];
      await eachRow(path('t.ndjson'), (value) => void read.push(value));
      expect(read).toEqual(lines.map(parse));
    });
  });

  test('of every kind has one harmless line for people', () => {
    fc.assert(
      fc.property(arbitrary(schema), (value) => {
        const line = renderRecord(asRecord(value));
        expect(line).toMatch(/^ *\d+\.\d{3} ms {2}\P{Cc}+$/u);
        expect(line).not.toMatch(/\p{Surrogate}/u);
      }),
      { seed: 20261103, numRuns: 1000 },
    );
  });
});
