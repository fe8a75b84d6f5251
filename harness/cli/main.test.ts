import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseScenario } from '../world/scenario-schema.ts';
import { exits, worst } from './exit.ts';
import type { Ran } from './main.test.kit.ts';
import { folder, ran } from './main.test.kit.ts';

const mutant = 'votes-counted-as-integer';
const named = 'duplicate-vote-reply';
// oxlint-disable-next-line no-control-regex -- escape codes are what must not be there
const escapes = /\u001b/u;

/** A failure's folder, made once: the planted bug in the scenario that shows it. */
let out = '';
let failed: Ran;
let failure = '';

const words = (line: string): readonly string[] => line.split(' ');

function faultsIn(path: string): number {
  const scenario: unknown = JSON.parse(readFileSync(join(path, 'scenario.json'), 'utf8'));
  return parseScenario(scenario, path).faults.length;
}

beforeAll(async () => {
  out = folder();
  failed = await ran(['run', named, '--mutant', mutant, '--out', out]);
  failure = join(out, readlinkSync(join(out, 'latest')));
});

describe('run', () => {
  test('tells a failure in at most 45 lines of 100 columns and exits with 1', () => {
    expect(failed.code).toBe(exits.violation);
    const lines = failed.out.split('\n');
    const broken = 'S1 leads term 1 with its own vote and that of S3, which is no quorum (3 of 5)';
    expect(lines[0]).toBe(`ElectedByQuorum: ${broken}`);
    expect(lines.length).toBeLessThanOrEqual(45);
    const prose = lines.filter((line) => !line.includes('npx whitewater'));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(failed.out).toContain('S1 counts S3’s vote again'.replace('’', "'"));
    expect(failed.out).not.toMatch(escapes);
    expect(failed.err).toBe('');
  });

  test('writes one folder a bug, and `latest` names it', () => {
    expect(failure).toMatch(/ElectedByQuorum-[0-9a-f]{6}$/u);
    for (const name of ['scenario.json', 'trace.ndjson', 'story.md', 'repro.json']) {
      expect(existsSync(join(failure, name))).toBe(true);
    }
    const repro: unknown = JSON.parse(readFileSync(join(failure, 'repro.json'), 'utf8'));
    expect(repro).toMatchObject({ schema: 'whitewater.repro/1', subject: mutant });
  });

  test('passes without the planted bug, by name and by file', async () => {
    const byName = await ran(['run', named, '--out', out]);
    expect(byName).toMatchObject({ code: exits.ok, err: '' });
    expect(byName.out).toContain('every promise held');
    const file = join(failure, 'scenario.json');
    expect((await ran(['run', file, '--out', out])).code).toBe(exits.ok);
    expect((await ran([file, '--mutant', mutant])).code).toBe(exits.usage);
    expect((await ran(['run', file, '--mutant', mutant, '--out', out])).code).toBe(1);
  });

  test('runs a trace again with the machine that the trace names', async () => {
    expect((await ran(['run', join(failure, 'trace.ndjson'), '--out', out])).code).toBe(1);
  });

  test('prints exactly one document with --json', async () => {
    const { out: text } = await ran(['run', named, '--mutant', mutant, '--out', out, '--json']);
    expect(JSON.parse(text)).toMatchObject({
      schema: 'whitewater.run/1',
      verdict: 'fail',
      failure: { invariant: 'ElectedByQuorum' },
    });
  });

  test('prints the seed that was drawn', async () => {
    const first = await ran(['run', '--profile', 'none', '--out', out]);
    const seed = /seed (\d+)/u.exec(first.out)?.[1] ?? '';
    const again = await ran(['run', '--profile', 'none', '--out', out, '--seed', seed]);
    expect(again.out).toBe(first.out);
  });
});

describe('replay', () => {
  test('is byte for byte the same, and exits with 1 for the violation', async () => {
    const { code, out: text } = await ran(['replay', failure]);
    expect(code).toBe(exits.violation);
    expect(text).toContain('✖ reproduced ElectedByQuorum at record');
    expect(text).toContain('byte for byte the same');
  });

  test.each([
    ['violation', exits.ok],
    ['ok', exits.violation],
  ])('--expect %s exits with %i', async (expected, code) => {
    expect((await ran(['replay', failure, '--expect', expected])).code).toBe(code);
  });

  test('names the first differing line of an altered recording and exits with 70', async () => {
    const lines = readFileSync(join(failure, 'trace.ndjson'), 'utf8').split('\n');
    const altered = lines.map((line, index) =>
      index === 20 ? line.replace(/"at":\d+/u, '"at":7') : line,
    );
    const file = join(out, 'altered.ndjson');
    writeFileSync(file, altered.join('\n'));
    const { code, out: text } = await ran(['replay', file]);
    expect(code).toBe(exits.internal);
    expect(text).toContain('NONDETERMINISM: replay diverged at line 21');
    expect(text).toContain('"at":7');
  });

  test('of an older version says so instead of crying nondeterminism', async () => {
    const text = readFileSync(join(failure, 'trace.ndjson'), 'utf8');
    const file = join(out, 'older.ndjson');
    writeFileSync(file, text.replace(/"whitewater":"[^"]+"/u, '"whitewater":"0.0.1"'));
    const { code, out: said } = await ran(['replay', file]);
    expect(code).toBe(exits.violation);
    expect(said).toContain('recorded with whitewater 0.0.1');
    expect(said).not.toContain('NONDETERMINISM');
  });

  test('of a recording that was cut off compares what is there', async () => {
    const text = readFileSync(join(failure, 'trace.ndjson'), 'utf8');
    const file = join(out, 'torn.ndjson');
    writeFileSync(file, text.slice(0, -40));
    const { code, out: said } = await ran(['replay', file]);
    expect(code).toBe(exits.violation);
    expect(said).toContain('the recording is cut off at line');
  });

  test('of a trace from another bus is refused', async () => {
    const text = readFileSync(join(failure, 'trace.ndjson'), 'utf8');
    const file = join(out, 'azure.ndjson');
    writeFileSync(file, text.replace('"adapter":"memory"', '"adapter":"azure"'));
    const { code, err } = await ran(['replay', file]);
    expect(code).toBe(exits.usage);
    expect(err).toContain('recorded on the azure bus');
  });
});

describe('check and explain', () => {
  test('check finds in the trace what the run found', async () => {
    const { code, out: text } = await ran(['check', failure]);
    expect(code).toBe(exits.violation);
    expect(text).toContain('✖ ElectedByQuorum: S1 leads term 1');
  });

  test('check judges only the promise asked for', async () => {
    expect((await ran(['check', failure, '--invariant', 'TermMonotonic'])).code).toBe(exits.ok);
  });

  test.each([
    ['1', exits.ok],
    ['2', exits.violation],
  ])('a foreign history whose read returns %s exits with %i', async (value, code) => {
    const file = join(out, `history-${value}.ndjson`);
    const rows = [
      '{"process":0,"type":"invoke","f":"write","key":"x","value":1}',
      '{"process":0,"type":"ok","f":"write","key":"x","value":1}',
      '{"process":1,"type":"invoke","f":"read","key":"x","value":null}',
      `{"process":1,"type":"ok","f":"read","key":"x","value":${value}}`,
    ];
    writeFileSync(file, `${rows.join('\n')}\n`);
    expect((await ran(['check', file, '--model', 'register'])).code).toBe(code);
  });

  test('explain tells the same story as the run, in three formats', async () => {
    const text = await ran(['explain', failure]);
    expect(text.code).toBe(exits.ok);
    expect(failed.out).toContain(text.out.split('\n').slice(0, 12).join('\n'));
    expect((await ran(['explain', failure, '--format', 'markdown'])).out).toMatch(/^# /u);
    const json = await ran(['explain', failure, '--format', 'json']);
    expect(JSON.parse(json.out)).toMatchObject({ invariant: 'ElectedByQuorum' });
  });

  test('explain knows promises in any spelling of their capitals', async () => {
    const { code, out: text } = await ran(['explain', 'logmatching']);
    expect(code).toBe(exits.ok);
    expect(text).toContain('Figure 7');
  });
});

describe('campaign', () => {
  const results = folder();

  test('of the correct Raft passes, writes its result and counts in its last line', async () => {
    const argv = words('campaign --runs 40 --seed 7 --profile mild --out');
    const { code, out: text, err } = await ran([...argv, results]);
    expect(text).toMatch(/40 passed, 0 failed\n$/u);
    expect(code).toBe(exits.ok);
    expect(err).toMatch(/^campaign on raft · portfolio · \d+ workers? · seed 7\n$/u);
    const file = join(results, 'campaign.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ verdict: 'ok', seed: 7 });
  });

  test('finds the planted bug, shrinks it and exits with 1', async () => {
    const summary = join(results, 'summary.md');
    const argv = words(`campaign --mutant ${mutant} --seed 11 --runs 3000 --fail-fast -q`);
    const reporters = words('--reporter junit --reporter github --out');
    const { code, out: text } = await ran([...argv, ...reporters, results], {
      env: { GITHUB_STEP_SUMMARY: summary, CI: 'true' },
      stepMs: 50,
    });
    expect(code).toBe(exits.violation);
    expect(text).toContain('needed faults');
    expect(text).toMatch(/^::error title=ElectedByQuorum::S\d leads term \d+ with/mu);
    expect(text).not.toMatch(escapes);
    expect(readFileSync(summary, 'utf8')).toContain('| ElectedByQuorum |');
    expect(readFileSync(join(results, 'junit.xml'), 'utf8')).toContain('failures="1"');
  });

  test('in which too little happened exits with 3', async () => {
    const argv = words('campaign --runs 1 --seed 3 --profile none --out');
    const { code, out: text } = await ran([...argv, results]);
    expect(code).toBe(exits.vacuous);
    expect(text).toContain('but that proves too little');
    expect(text).toMatch(/1 passed, 0 failed\n$/u);
  });

  test('that was interrupted is not a pass: exit 130', async () => {
    const argv = ['campaign', '--runs', '40', '--seed', '7', '--out', results];
    const { code, out: text } = await ran(argv, { interrupt: true });
    expect(code).toBe(exits.interrupted);
    expect(text).toContain('not a pass');
  });

  test('prints exactly one document with --json', async () => {
    const argv = ['campaign', '--runs', '32', '--seed', '7', '--out', results, '--json', '-q'];
    const { out: text, err } = await ran(argv);
    expect(JSON.parse(text)).toMatchObject({ schema: 'whitewater.result/1', stats: { runs: 32 } });
    expect(err).toBe('');
  });

  test('keeps within its budget of time', async () => {
    const argv = ['campaign', '--budget', '1s', '--seed', '7', '--out', results, '--json', '-q'];
    const { out: text } = await ran(argv, { stepMs: 10 });
    expect(JSON.parse(text)).toMatchObject({ stopped: true });
  });
});

test('shrink makes a failing scenario smaller and reports what it started from', async () => {
  const argv = ['shrink', failure, '--budget', '3s', '--out', folder(), '--json', '-q'];
  const { code, out: text } = await ran(argv, { stepMs: 20 });
  expect(code).toBe(exits.violation);
  expect(JSON.parse(text)).toMatchObject({
    before: { faults: faultsIn(failure) },
    failure: { invariant: 'ElectedByQuorum' },
  });
});

describe('mutants', () => {
  test('are listed', async () => {
    const { code, out: text } = await ran(['mutants']);
    expect(code).toBe(exits.ok);
    expect(text).toContain(mutant);
  });

  test('one is hunted, and the table names judge and run', async () => {
    const argv = words(`mutants ${mutant} --runs 3000 --seed 11 -q`);
    const { code, out: text } = await ran(argv, { stepMs: 50 });
    expect(code).toBe(exits.ok);
    expect(text).toMatch(/✓ votes-counted-as-integer +ElectionSafety +run \d/u);
    expect(text).toMatch(/1 passed, 0 failed\n$/u);
  });

  test('one that survives makes the hunt vacuous: exit 3', async () => {
    const argv = ['mutants', 'commit-old-term', '--runs', '2', '--seed', '1', '-q'];
    expect((await ran(argv)).code).toBe(exits.vacuous);
  });
});

describe('wrong usage', () => {
  test.each([
    [['campagn'], 'Did you mean campaign'],
    [['run', '--sed', '3'], 'Did you mean --seed?'],
    [['run', '--seed', 'abc'], 'a seed is an integer'],
    [['run', '-n', '9'], '1 to 7 servers'],
    [['run', '--profile', 'stormy'], 'Allowed choices are'],
    [['run', 'figure-9'], 'Did you mean figure-'],
    [['run', '--mutant', 'votes-counted'], 'Did you mean votes-counted-as-integer'],
    [['campaign', '--budget', '10'], '500ms, 30s, 10m or 2h'],
    [['campaign', '--runs', '0'], 'a whole number from 1 on'],
    [['campaign', '--invariant', 'LogMatchin'], 'Did you mean LogMatching'],
    [['campaign', '--reporter', 'junitt'], 'Did you mean junit'],
    [['replay'], "missing required argument 'trace'"],
    [['replay', 'nowhere.ndjson'], 'no such file'],
    [['check', 'nowhere.ndjson'], 'no such file'],
    [['explain', 'ElectionSafty'], 'Did you mean ElectionSafety'],
    [['mutants', 'vote'], 'Did you mean'],
    [['run', 'a', 'b'], 'too many arguments'],
  ])('%j is refused with a remedy and 64', async (argv, remedy) => {
    const { code, out: text, err } = await ran(argv);
    expect(code).toBe(exits.usage);
    expect(text).toBe('');
    expect(err).toContain(remedy);
    expect(err).not.toContain('    at ');
  });

  test('a broken scenario names file and field', async () => {
    const file = join(out, 'broken.json');
    writeFileSync(file, '{"schema":"whitewater.scenario/1"}');
    const { code, err } = await ran(['run', file]);
    expect(code).toBe(exits.usage);
    expect(err).toContain('broken.json');
  });

  test('results that cannot be written name the folder', async () => {
    const file = join(out, 'occupied');
    writeFileSync(file, '');
    const { code, err } = await ran(['run', named, '--mutant', mutant, '--out', file]);
    expect(code).toBe(exits.usage);
    expect(err).toContain('--out');
  });

  test('a folder without a trace is refused', async () => {
    const empty = join(out, 'empty');
    mkdirSync(empty);
    expect((await ran(['replay', empty])).err).toContain('holds no trace.ndjson');
  });
});

describe('terminals', () => {
  test.each([
    ['a terminal', { terminal: true }, true],
    ['no terminal', {}, false],
    ['NO_COLOR', { terminal: true, env: { NO_COLOR: '1' } }, false],
    ['CI', { terminal: true, env: { CI: 'true' } }, false],
    ['TERM=dumb', { terminal: true, env: { TERM: 'dumb' } }, false],
    ['FORCE_COLOR', { env: { FORCE_COLOR: '1' } }, true],
  ])('with %s colours are %s', async (_, world, coloured) => {
    const { out: text } = await ran(['run', named, '--out', out], world);
    expect(escapes.test(text)).toBe(coloured);
  });

  test('--no-color wins over a terminal, --color over its absence', async () => {
    const argv = ['run', named, '--out', out];
    expect((await ran([...argv, '--no-color'], { terminal: true })).out).not.toMatch(escapes);
    expect((await ran([...argv, '--color'])).out).toMatch(escapes);
  });

  test('--ascii leaves no other character', async () => {
    const argv = ['run', named, '--mutant', mutant, '--out', out, '--ascii'];
    expect((await ran(argv)).out).toMatch(/^[\n\x20-\x7e]*$/u);
  });

  test('progress is one rewritten line on a terminal', async () => {
    const argv = ['campaign', '--runs', '64', '--seed', '7', '--out', out];
    const { err } = await ran(argv, { terminal: true, stepMs: 200 });
    expect(err).toContain('\r\u001b[2K');
    expect((await ran([...argv, '-q'], { terminal: true })).err).toBe('');
  });
});

test('with several outcomes 70 goes before 1 before 3 before 2', () => {
  expect(worst([exits.unknown, exits.ok])).toBe(exits.unknown);
  expect(worst([exits.unknown, exits.vacuous])).toBe(exits.vacuous);
  expect(worst([exits.vacuous, exits.violation])).toBe(exits.violation);
  expect(worst([exits.violation, exits.internal])).toBe(exits.internal);
});
