import { describe, expect, test } from 'vitest';
import { explanations, promiseOf } from '../report/promises.ts';
import { allChecks } from '../check/checks.ts';
import { commands } from './commands.ts';
import { exits } from './exit.ts';
import { ran } from './main.test.kit.ts';
import { silentCommand } from './program.test.kit.ts';

/** A value that the option accepts, by what its help calls it. */
const samples: { readonly [value: string]: string } = {
  integer: '7',
  count: '3',
  duration: '10s',
  file: 'x.ndjson',
  folder: 'out',
  usd: '0.5',
  number: '3',
  part: '2/4',
  percent: '80',
};

function sampleFor(line: string): readonly string[] {
  const value = /<(\w+)>/u.exec(line)?.[1];
  if (value === undefined) return [];
  const choice = /choices: "([\w-]+)"/u.exec(line)?.[1];
  return [choice ?? samples[value] ?? 'junit'];
}

/** Every option that the help names, with a value that fits, one a row. */
function documented(help: string): readonly (readonly [string, readonly string[]])[] {
  const options = help.slice(help.search(/^(?:Scenario|Search|Judging|Service|Azure|Output)$/mu));
  const joined = options.replace(/\n {10,}/gu, ' ');
  const rows: (readonly [string, readonly string[]])[] = [];
  for (const line of joined.split('\n')) {
    if (line.startsWith('  $')) continue;
    for (const [flag] of line.matchAll(/(?<![\w-])--?[a-zA-Z][\w-]*/gu)) {
      if (flag !== '-h' && flag !== '--help') rows.push([flag, sampleFor(line)]);
    }
  }
  return rows;
}

describe.each(commands.map(({ name }) => name))('%s --help', (name) => {
  test('exits with 0 and fits 100 columns', async () => {
    const { code, out, err } = await ran([name, '--help']);
    expect(code).toBe(exits.ok);
    expect(err).toBe('');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('documents only options that parse', async () => {
    const { out } = await ran([name, '--help']);
    const rows = documented(out);
    expect(rows.length).toBeGreaterThan(5);
    for (const [flag, value] of rows) {
      const { unknown } = silentCommand(name).parseOptions([flag, ...value]);
      expect(unknown, flag).toStrictEqual([]);
    }
  });

  test('has three examples whose options parse', async () => {
    const { out } = await ran([name, '--help']);
    const examples = [...out.matchAll(/^ {2}\$ whitewater (\S+)(.*)$/gmu)];
    expect(examples.length).toBeGreaterThanOrEqual(3);
    for (const [, command, rest] of examples) {
      expect(command).toBe(name);
      const words = (rest ?? '').split(/ {2,}/u)[0]?.trim().split(' ') ?? [];
      expect(silentCommand(name).parseOptions(words).unknown).toStrictEqual([]);
    }
  });
});

test('every name of the size of a cluster parses', () => {
  for (const flag of ['-n', '--servers', '--num-servers', '--local-cluster-size']) {
    expect(silentCommand('campaign').parseOptions([flag, '3']).unknown).toStrictEqual([]);
  }
});

test('whitewater --help names all commands and where to start', async () => {
  const { code, out } = await ran(['--help']);
  expect(code).toBe(exits.ok);
  for (const { name } of commands) expect(out).toContain(`  ${name} `);
  expect(out).toContain('start here');
});

test('campaign answers to the name test', async () => {
  expect((await ran(['test', '--help'])).out).toContain('whitewater campaign');
});

test('every check has an explanation, and every explanation a promise', () => {
  const explained = explanations.map(({ name }) => name);
  for (const { name } of allChecks) expect(explained).toContain(name);
  for (const name of explained) expect(promiseOf(name)).not.toBe('');
});
