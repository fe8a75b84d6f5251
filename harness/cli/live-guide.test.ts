/** The guide for live Azure is true as far as that shows here: commands parse, files exist. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exits } from './exit.ts';
import { ran } from './main.test.kit.ts';
import { silentCommand } from './program.test.kit.ts';

const guide = join('adapters', 'azure', 'LIVE.md');
const text = readFileSync(guide, 'utf8');
const deploy = join('adapters', 'azure', 'deploy');
const scripts = [
  join(deploy, 'setup.sh'),
  join(deploy, 'setup.ps1'),
  join('.github', 'workflows', 'live.yml'),
];

const commands: readonly string[] = [...text.matchAll(/```console\n([\s\S]*?)```/g)]
  .flatMap((match) => (match[1] ?? '').split('\n'))
  .filter((line) => line.startsWith('$ '))
  .map((line) => line.slice(2));

const prefix = 'npx whitewater ';

/** Words of the command line; a variable of a shell stands for some word. */
function wordsOf(line: string): readonly string[] {
  const [, rest = ''] = line.split(prefix);
  const [command = ''] = rest.split(/ > |"$/);
  const words = command.trim().split(/\s+/);
  return words.map((word, at) => {
    if (!/^"?\$/.test(word)) return word;
    return words[at - 1] === '--limit-usd' ? '0.5' : 'some-word';
  });
}

/** Options that the command does not know; throws for values that it refuses. */
function unknownIn([name = '', ...words]: readonly string[]): readonly string[] {
  return silentCommand(name).parseOptions([...words]).unknown;
}

describe('the guide', () => {
  test('shows commands of every kind', () => {
    for (const part of ['azure doctor', 'azure setup', 'azure cost', 'azure teardown']) {
      expect(commands.some((line) => line.startsWith(`${prefix}${part}`))).toBe(true);
    }
    for (const part of ['cluster', 'replay', 'broker']) {
      expect(commands.some((line) => line.startsWith(`${prefix}${part} `))).toBe(true);
    }
  });

  test.each(commands.filter((line) => line.startsWith(prefix)))('%s parses', (line) => {
    expect(unknownIn(wordsOf(line))).toEqual([]);
  });

  const harmless = commands.filter((line) => /azure (?:cost|setup --dry-run)/.test(line));
  test.each(harmless)('%s runs without Azure', async (line) => {
    const { code } = await ran(wordsOf(line), { env: { PATH: '/nowhere' } });
    expect(code).toBe(exits.ok);
  });

  test('names only commands of others that were tried', () => {
    const others = commands.filter((line) => !line.startsWith(prefix));
    const known =
      /^(?:npm (?:ci|run build)|az login|export WHITEWATER_NAMESPACE=\S+|cp \.env\.\w+ \.env)$/;
    const rest = others.filter((line) => !known.test(line));
    expect(rest).toEqual([
      'npx vitest run adapters/azure/conformance.test.ts',
      'az group delete --name rg-whitewater',
      `cd ${deploy}/emulator`,
      'docker compose up --detach',
    ]);
  });

  test('names files that exist', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(4);
    expect(links.filter((link) => !existsSync(join(dirname(guide), link)))).toEqual([]);
    const paths = commands.join('\n').match(/(?:adapters|traces)\/[\w./-]+/g) ?? [];
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });
});

test.each(scripts)('%s calls whitewater with options that there are', (file) => {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes(prefix));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(unknownIn(wordsOf(line)), line).toEqual([]);
});

test('what is not there is noticed', () => {
  expect(unknownIn(['azure', 'setup', '--no-such-option'])).toEqual(['--no-such-option']);
  expect(() => unknownIn(['nothing'])).toThrow('no command nothing');
});
