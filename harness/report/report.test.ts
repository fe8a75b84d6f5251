import { describe, expect, test } from 'vitest';
import { faultKinds } from '../check/sometimes.ts';
import { faultName, mechanism } from './azure.ts';
import type { FailureReport } from './failure.ts';
import { failureText, shellWord } from './failure.ts';
import { githubAnnotations, stepSummary } from './github.ts';
import { junitXml } from './junit.ts';
import { toAscii, wrapped } from './layout.ts';
import { escaped, fenced } from './markdown.ts';
import type { ReportedResult } from './result.ts';
import type { Story } from './shape.ts';
import { clean, crowd, duration, grouped, joined } from './words.ts';

const story: Story = {
  invariant: 'ElectionSafety',
  verdict: 'fail',
  title: 'two leaders in term 2 — S1 and S3',
  promise: 'A term has at most one leader (Raft §5.2).',
  lines: [
    { at: 0, mark: ' ', text: 'S1–S3 are followers in term 1; logs empty', seq: 0 },
    { at: 181_000, mark: '✖', text: 'S1 becomes leader', seq: 40 },
  ],
  steps: 2,
  events: 212,
  cone: 10,
  blocks: [],
};

const report: FailureReport = {
  story,
  needed: { of: 2, faults: ['partition {S1} | {S2,S3} (at 100 to 170 ms)'] },
  nearby: { failing: 41, of: 64, operations: ['write(x, 1) from 90 ms on'] },
  schedule: { servers: 3, operations: 0, faults: 2, seed: 7 },
  shrunk: { faults: 47, operations: 12, tries: 61, ms: 2_300 },
  folder: 'test-results/raft/ElectionSafety-7c1e90',
  files: ['trace.ndjson', 'story.md'],
};

const hostile = 'a\nb\u001b[31m::error::<b>|`"&]]>';

const result: ReportedResult = {
  verdict: 'violation',
  stats: { runs: 18_402, wallMs: 252_000, simMs: 458_212_000 },
  bugs: [
    {
      id: 'ElectionSafety-7c1e90',
      invariant: 'ElectionSafety',
      title: `two leaders, 100% ${hostile}`,
      count: 31,
      seed: 7,
      story: ['what happened', `::warning::${hostile}`, '```'],
      replay: ['npx', 'whitewater', 'replay', 'x'],
    },
  ],
};

test('the failure block says which promise broke, how, and how to see it again', () => {
  expect(failureText(report)).toMatchInlineSnapshot(`
    "ElectionSafety: two leaders in term 2 — S1 and S3

      A term has at most one leader (Raft §5.2).

      what happened   (2 steps, from 10 of 212 events; the rest does not influence the violation)
           0.0 ms  S1–S3 are followers in term 1; logs empty
     ✖   181.0 ms  S1 becomes leader

      needed faults   1 of 2   partition {S1} | {S2,S3} (at 100 to 170 ms)
      other seeds     fails in 41 of 64 neighbouring schedules; needs write(x, 1) from 90 ms on
      schedule        3 servers · 0 client operations · 2 faults · seed 7
                      (found with 47 faults and 12 operations; shrunk in 61 tries, 2.3 s)

      replay          npx whitewater replay test-results/raft/ElectionSafety-7c1e90
      look            npx whitewater view test-results/raft/ElectionSafety-7c1e90
      explain         npx whitewater explain test-results/raft/ElectionSafety-7c1e90 --full
      files           trace.ndjson · story.md"
  `);
});

describe('azure', () => {
  test.each(faultKinds)('%s has a mechanism of its own', (kind) => {
    expect(mechanism(kind)).not.toBe(kind);
    expect(faultName({ name: kind, detail: { kind, server: 'S1' } }, ['S1', 'S2'])).not.toBe('');
  });

  test.each([
    [{ shape: 'halves', side: ['S1'] }, 'partition {S1} | {S2,S3}'],
    [{ shape: 'oneWay', side: ['S1'] }, 'one-way partition: S1 can send but not receive'],
    [{ shape: 'bridge', side: ['S2'] }, 'partition in two halves, joined only by S2'],
    [
      { shape: 'ring', side: [] },
      'partition as a ring: each server reaches only its two neighbours',
    ],
  ])('%j is named %s', (detail, name) => {
    expect(faultName({ name: 'partition', detail }, ['S1', 'S2', 'S3'])).toBe(name);
  });

  test('a fault of the future keeps its name, made harmless', () => {
    expect(mechanism('constructor')).toBe('constructor');
    expect(mechanism('new\u0007kind')).toBe('new\\u{7}kind');
  });
});

describe('github', () => {
  test('an annotation is one line whatever the title holds', () => {
    const lines = githubAnnotations(result).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^::error title=ElectionSafety::two leaders, 100%25 /u);
    expect(lines.filter((line) => line.startsWith('::'))).toStrictEqual([
      lines[0],
      '::group::story of ElectionSafety-7c1e90',
      '::endgroup::',
    ]);
  });

  test('the summary keeps its table and its fences', () => {
    const summary = stepSummary(result);
    const rows = summary.split('\n').filter((line) => line.startsWith('| ElectionSafety'));
    expect(rows).toHaveLength(1);
    expect(rows[0]?.match(/(?<!\\)\|/gu)).toHaveLength(5);
    expect(summary).toContain('````text');
    expect(rows[0]).not.toContain('<b>');
  });
});

describe('junit', () => {
  test('is well formed, and the message stays below 4 kB', () => {
    const long = {
      ...result,
      bugs: result.bugs.map((bug) => ({ ...bug, title: '<é'.repeat(9_000) })),
    };
    for (const xml of [junitXml(result), junitXml(long)]) {
      const message = /message="([^"]*)"/u.exec(xml)?.[1] ?? '';
      expect(message).not.toBe('');
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4_000);
      expect(message).not.toMatch(/[<>]|&(?!\w+;)/u);
      expect(xml).toContain('tests="1" failures="1" errors="0"');
    }
  });

  test('a campaign without bugs that proves nothing is an error, not a pass', () => {
    expect(junitXml({ ...result, verdict: 'vacuous', bugs: [] })).toContain('errors="1"');
    expect(junitXml({ ...result, verdict: 'ok', bugs: [] })).toContain('failures="0" errors="0"');
  });
});

describe('words', () => {
  test.each([
    [['S1'], 'S1', 'S1'],
    [['S1', 'S2'], 'S1 and S2', 'S1 and S2'],
    [['S1', 'S2', 'S3'], 'S1, S2 and S3', 'S1–S3'],
    [['S1', 'S2', 'S4'], 'S1, S2 and S4', 'S1, S2 and S4'],
    [['a', 'b', 'c'], 'a, b and c', 'a, b and c'],
  ])('%j', (names, list, group) => {
    expect(joined(names)).toBe(list);
    expect(crowd(names)).toBe(group);
  });

  test.each([
    [12, '12 ms'],
    [2_300, '2.3 s'],
    [252_000, '4m 12s'],
    [7_380_000, '2h 03m'],
    [458_212_000, '5d 07h'],
  ])('%d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test('numbers are grouped by thousands', () => {
    expect([7, 999, 1_000, 31_400_000].map(grouped)).toStrictEqual([
      '7',
      '999',
      '1,000',
      '31,400,000',
    ]);
  });

  test('every character takes one column after cleaning', () => {
    expect(clean('x\ty')).toBe('x\\u{9}y');
    expect(clean('漢')).toBe('\\u{6f22}');
    expect(clean('e\u0301')).toBe('e\\u{301}');
    expect(clean('🙂')).toBe('\\u{1f642}');
    expect(clean('x'.repeat(50), 10)).toBe('xxxxxxxxx…');
  });
});

describe('layout', () => {
  test('wraps at spaces under the text, and inside words only when it must', () => {
    expect(
      wrapped({ first: ' 1  ', text: 'one two three four five six' }, { width: 26 }),
    ).toStrictEqual([' 1  one two three four', '    five six']);
    const lines = wrapped({ first: '', text: 'x'.repeat(100) }, { width: 40 });
    expect(lines.map((line) => line.length)).toStrictEqual([40, 40, 20]);
  });

  test('house glyphs have ASCII forms', () => {
    expect(toAscii('— → ★ ✖ ≤ §')).toBe('- -> * x <= section ');
    expect(toAscii('é')).toBe('\\u{e9}');
  });
});

describe('markdown', () => {
  test('a fence is longer than any in its content', () => {
    expect(fenced(['````', 'x'])).toBe('`````text\n````\nx\n`````');
  });

  test('text cannot become markup', () => {
    expect(escaped('<b> [x](y) | # *a*')).toBe('&lt;b&gt; \\[x\\]\\(y\\) \\| \\# \\*a\\*');
  });
});

test.each([
  ['out/x-1', 'out/x-1'],
  ['my results', "'my results'"],
  ["it's", "'it'\\''s'"],
])('the path %s is %s in a shell', (path, word) => {
  expect(shellWord(path)).toBe(word);
});
