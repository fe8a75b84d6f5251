import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportFormats } from '../report/export/formats.ts';
import { exits } from './exit.ts';
import { folder, ran } from './main.test.kit.ts';

const trace = 'traces/golden/one-write.ndjson';

describe.each(exportFormats)('export --to %s', (form) => {
  test('is the same on standard output, in a file and in a document', async () => {
    const shown = await ran(['export', trace, '--to', form]);
    expect([shown.code, shown.err]).toEqual([exits.ok, '']);
    const file = join(folder(), 'deep', `trace.${form}`);
    const written = await ran(['export', trace, '--to', form, '--out', file]);
    expect(written).toEqual({ code: exits.ok, out: `${file}\n`, err: '' });
    expect(readFileSync(file, 'utf8')).toBe(shown.out);
    const { out } = await ran(['export', trace, '--to', form, '--json']);
    expect(JSON.parse(out)).toEqual({
      schema: 'whitewater.export/1',
      format: form,
      lines: shown.out.split('\n').length - 1,
      bytes: Buffer.byteLength(shown.out),
      text: shown.out,
    });
  });
});

test.each(['edn', 'porcupine', 'etcd-raft'])(
  'check reads what export --to %s wrote',
  async (form) => {
    const file = join(folder(), `trace.${form}`);
    await ran(['export', 'traces/caught/stale-read', '--to', form, '--out', file]);
    const { code, out } = await ran(['check', file, '--model', 'kv']);
    // Its lines show no fault of Raft's steps: the fault is in what a client was told.
    expect(code).toBe(form === 'etcd-raft' ? exits.ok : exits.violation);
    expect(out).toMatch(form === 'etcd-raft' ? /^✓ every promise held/u : /^✖ Linearizability: /u);
  },
);

test.each([
  [['export', trace], /wants to know the form.*--to: edn, porcupine/su],
  [['export', trace, '--to', 'pdf'], /'pdf' is invalid.*perfetto/su],
  [['export', 'nowhere.ndjson', '--to', 'csv'], /no such file.*nowhere\.ndjson/su],
  [['export', trace, '--to', 'csv', '--out', 'package.json/x.csv'], /cannot be written.*--out/su],
])('%j is told what is wrong', async (words, said) => {
  const { code, out, err } = await ran(words);
  expect([code, out]).toEqual([exits.usage, '']);
  expect(err).toMatch(said);
  expect(existsSync('package.json/x.csv')).toBe(false);
});
