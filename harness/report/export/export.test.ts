import { beforeAll, describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../../scenarios/generate/scenario.ts';
import { judgeEtcd } from '../../cli/check-etcd.ts';
import { recorded } from '../../cli/failure.ts';
import { labFor } from '../../cli/lab.ts';
import { takeHistory } from '../../trace/foreign.ts';
import type { HistoryRecord, TraceRecord } from '../../trace/record.ts';
import fc from 'fast-check';
import { csvColumns } from './csv.ts';
import {
  fileOf,
  hostileTrace,
  kept,
  linesOf,
  malice,
  recordsOf,
  textOf,
  verdictOn,
  verdictOnFile,
} from './export.test.kit.ts';
import { exportFormats } from './formats.ts';
import { historyOf } from './history.ts';
import { shivizExpression } from './shiviz.ts';

const traces = new Map<string, readonly TraceRecord[]>();

beforeAll(async () => {
  for (const path of kept) traces.set(path, await recordsOf(path));
  traces.set('hostile', hostileTrace());
});

const trace = (path: string): readonly TraceRecord[] => traces.get(path) ?? [];
const all = [...kept, 'hostile'];

test('there are traces to export', () => {
  expect(kept.length).toBeGreaterThan(15);
  expect([...traces.values()].every((records) => records.length > 10)).toBe(true);
});

describe.each(exportFormats)('%s', (format) => {
  test('is the same bytes every time, and no line breaks within', () => {
    for (const records of traces.values()) {
      const lines = linesOf(records, format);
      expect(linesOf(records, format)).toEqual(lines);
      expect(lines.filter((line) => /[\n\r\u2028]/u.test(line))).toEqual([]);
      expect(lines.length).toBeGreaterThan(1);
    }
  });

  test('shows nothing foreign that steers a terminal or ends a tag', () => {
    const text = textOf(trace('hostile'), format);
    // oxlint-disable-next-line no-control-regex -- these are the characters that must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u);
    if (format !== 'shiviz' && format !== 'csv') expect(text).not.toMatch(/<\/?\w/u);
  });
});

describe.each(['edn', 'porcupine'] as const)('%s, read back,', (format) => {
  test.each(kept)('of %s has the verdict of the trace', (path) => {
    const records = trace(path);
    const file = fileOf(textOf(records, format));
    expect(verdictOnFile(file)).toBe(verdictOn(records));
  });

  test('has every operation with its key and value, whatever they hold', () => {
    const read: HistoryRecord[] = [];
    const file = fileOf(textOf(trace('hostile'), format));
    takeHistory(file, { model: 'kv' }, (record) => read.push({ ...record }));
    const told = historyOf(trace('hostile'));
    const shape = ({ kind, f, key, value }: HistoryRecord): unknown => ({ kind, f, key, value });
    expect(read.map(shape)).toEqual(told.map(shape));
    expect(new Set(read.map(({ key }) => key))).toEqual(new Set(malice));
  });

  test.each(['stale-read', 'no-dedup', 'answer-before-commit', 'raft'])(
    'has the verdict of generated runs of %s',
    (mutant) => {
      const seed = 20_261_123;
      const runs = fc.sample(scenarioArbitrary({ servers: 3, features: 'none' }), {
        seed,
        numRuns: 25,
      });
      const verdicts = runs.map((scenario) => {
        const { records } = recorded(scenario, labFor({ mutant, invariants: [] }));
        const file = fileOf(textOf(records, format));
        expect([scenario.name, verdictOnFile(file)]).toEqual([scenario.name, verdictOn(records)]);
        return verdictOn(records);
      });
      if (mutant !== 'raft') expect(verdicts).toContain('fail');
    },
  );
});

describe('etcd-raft', () => {
  test.each(kept.filter((path) => path.includes('golden')))(
    'of %s is a behaviour of the specification',
    async (path) => {
      const { verdict, records } = await judgeEtcd(fileOf(textOf(trace(path), 'etcd-raft')));
      expect(verdict.kind).toBe('pass');
      expect(records).toBeGreaterThan(5);
    },
  );
});

describe('shiviz', () => {
  const expression = new RegExp(`^${shivizExpression}$`, 'u');

  test.each(all)('of %s: the expression reads every line, and the clocks agree', (path) => {
    const [first, second, ...lines] = linesOf(trace(path), 'shiviz');
    expect([first, second]).toEqual([shivizExpression, '']);
    const own = new Map<string, number>();
    const last = new Map<string, ReadonlyMap<string, number>>();
    for (const line of lines) {
      const { host = '', clock = '', event } = expression.exec(line)?.groups ?? {};
      expect(event).toBeDefined();
      const fields: Readonly<Record<string, number>> = JSON.parse(clock);
      const now = new Map(Object.entries(fields));
      expect(now.get(host)).toBe((own.get(host) ?? 0) + 1);
      own.set(host, now.get(host) ?? 0);
      // Nobody knows of an event that has not happened, nor forgets one.
      for (const [other, count] of now) expect(count).toBeLessThanOrEqual(own.get(other) ?? 0);
      for (const [other, count] of last.get(host) ?? []) {
        expect(now.get(other)).toBeGreaterThanOrEqual(count);
      }
      last.set(host, now);
    }
    expect(own.size).toBeGreaterThan(2);
  });

  test('a delivery knows of its send, and a send of no delivery to come', () => {
    const records = trace('traces/golden/election.ndjson');
    const lines = linesOf(records, 'shiviz').slice(2);
    const known = lines
      .filter((line) => line.includes(' deliver '))
      .map((line) => line.split('}')[0]);
    expect(known.length).toBeGreaterThan(3);
    expect(known.every((clock) => (clock?.match(/"S\d":/gu) ?? []).length >= 2)).toBe(true);
  });
});

describe('csv', () => {
  /** A small reader of RFC 4180. */
  function cellsOf(line: string): readonly string[] {
    const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/gu);
    return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  }

  test.each(all)('of %s: a row a record, in the columns of the head, whole in the last', (path) => {
    const records = trace(path);
    const [head = '', ...rows] = linesOf(records, 'csv');
    expect(head).toBe(csvColumns.join(','));
    expect(rows).toHaveLength(records.length);
    rows.forEach((row, index) => {
      const cells = cellsOf(row);
      expect(cells).toHaveLength(csvColumns.length);
      expect(JSON.parse(cells.at(-1) ?? '')).toEqual(records[index]);
      expect(cells.slice(0, 4)).toEqual(
        [records[index]?.seq, records[index]?.at, records[index]?.cause, records[index]?.kind].map(
          String,
        ),
      );
    });
  });

  test('no cell is a formula, but numbers are numbers', () => {
    const cells = linesOf(trace('hostile'), 'csv').slice(1).flatMap(cellsOf);
    expect(cells.filter((cell) => /^[=+@-]/u.test(cell) && Number.isNaN(Number(cell)))).toEqual([]);
    expect(cells.some((cell) => cell.startsWith("'="))).toBe(true);
    expect(cells).toContain('-1');
  });
});
