import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TraceRecord } from './record.ts';
import { withScratch } from './scratch.ts';
import { UserError } from './user-error.ts';
import { toLine, traceWriter } from './write.ts';

const record = (seq: number): TraceRecord => ({
  kind: 'durable',
  seq,
  at: seq,
  cause: -1,
  server: 'Sé',
  write: seq,
});
const lines = (count: number): string =>
  Array.from({ length: count }, (_, seq) => toLine(record(seq))).join('');

describe('the writer', () => {
  test.each([0, 1, 1000, 1 << 20])(
    'writes what it was given, gathering %d',
    async (gatheredBytes) => {
      await withScratch((path) => {
        const writer = traceWriter(path('t.ndjson'), { gatheredBytes });
        for (let seq = 0; seq < 5000; seq += 1) writer.write(record(seq));
        writer.close();
        writer.close();
        expect(readFileSync(path('t.ndjson'), 'utf8')).toBe(lines(5000));
      });
    },
  );

  test('writes each record at once when it gathers none', async () => {
    await withScratch((path) => {
      const writer = traceWriter(path('t.ndjson'), { gatheredBytes: 0 });
      writer.write(record(0));
      expect(readFileSync(path('t.ndjson'), 'utf8')).toBe(lines(1));
      writer.close();
    });
  });

  test('says what to do when the file cannot be made', async () => {
    await withScratch((path) => {
      mkdirSync(path('d'));
      expect(() => traceWriter(path('no/t.ndjson'))).toThrow(/does not exist\. Create it first\.$/);
      expect(() => traceWriter(path('d'))).toThrow(UserError);
    });
  });

  test.runIf(process.platform === 'linux')('says that the disk is full', () => {
    const writer = traceWriter('/dev/full');
    writer.write(record(0));
    expect(() => writer.close()).toThrow('/dev/full: the disk is full. Make room, then run again.');
  });
});

describe('a process that ends with records gathered loses none', () => {
  const compiled = (directory: string): string => {
    const tsc = createRequire(import.meta.url).resolve('typescript/package.json');
    const options = '--ignoreConfig --target es2023 --module nodenext --types node --skipLibCheck';
    execFileSync(process.execPath, [
      join(tsc, '../bin/tsc'),
      ...options.split(' '),
      '--rewriteRelativeImportExtensions',
      '--outDir',
      directory,
      join(import.meta.dirname, 'write.ts'),
    ]);
    return join(directory, 'trace/write.js');
  };

  test('by an uncaught error, an unhandled rejection, process.exit or the end of its work', async () => {
    await withScratch((path) => {
      writeFileSync(path('package.json'), '{"type":"module"}');
      const module = compiled(path('out'));
      const endings = ['throw new Error("x")', 'await Promise.reject(1)', 'process.exit(3)', ''];
      for (const [index, ending] of endings.entries()) {
        const file = path(`t${index}.ndjson`);
        const script = `import { traceWriter } from ${JSON.stringify(module)};
          const writers = [${JSON.stringify(file)}, ${JSON.stringify(`${file}2`)}].map((p) => traceWriter(p));
          for (let seq = 0; seq < 1234; seq += 1) for (const writer of writers)
            writer.write({ kind: 'durable', seq, at: seq, cause: -1, server: 'Sé', write: seq });
          ${ending}`;
        writeFileSync(path('run.js'), script);
        spawnSync(process.execPath, [path('run.js')]);
        expect(readFileSync(file, 'utf8')).toBe(lines(1234));
        expect(readFileSync(`${file}2`, 'utf8')).toBe(lines(1234));
      }
    });
  });
});
