import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutants } from '../../../scenarios/mutants/mutants.ts';
import { BadPlay } from './bad-play.ts';
import { commandNames } from './commands.ts';
import { isPlay, runPlay } from './play.ts';

const folder = join(import.meta.dirname, '..', 'plays');
const plays = readdirSync(folder).filter((name) => name.endsWith('.txt'));
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('the plays of the repository', () => {
  test('are there for at least twenty situations', () => {
    expect(plays.length).toBeGreaterThanOrEqual(20);
  });

  test.each(plays)('%s says what happens (whitewater simulate FILE --rewrite)', (name) => {
    const text = textOf(name);
    expect(isPlay(text)).toBe(true);
    expect(runPlay(text).text).toBe(text);
  });

  test('use every command, and the page that explains the format names each', () => {
    const all = plays.map(textOf).join('\n');
    const page = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const name of commandNames) {
      expect(all).toMatch(new RegExp(`^> ${name}(?: |$)`, 'mu'));
      expect(page).toContain(`\`${name}`);
    }
  });
});

describe('a broken machine plays another play', () => {
  test.each([
    ['vote-without-checking-votedFor', 'split-vote.txt'],
    ['commit-old-term', 'figure-8.txt'],
    ['vote-sent-before-durable', 'vote-before-disk.txt'],
    ['no-dedup', 'exactly-once.txt'],
    ['no-truncation', 'probe-and-replicate.txt'],
  ])('%s is seen in %s', (mutant, play) => {
    const subject = mutants.find(({ name }) => name === mutant)?.subject;
    if (subject === undefined) throw new Error(`${mutant} is gone`);
    expect(runPlay(textOf(play), subject).differsAt).toBeGreaterThan(0);
  });
});

describe('what is wrong with a play is said with its line', () => {
  test.each([
    ['> timeout S1', 1, 'cluster S1 S2 S3 must stand first'],
    ['cluster S1 S2\n> timeout S3', 2, '"S3" is not on stage: S1, S2 are'],
    ['cluster S1 S2\n> tiemout S1', 2, 'there is no command "tiemout"'],
    ['cluster S1 S2\nwith window', 2, 'with wants one of pre-vote'],
    ['cluster S1 S2\nstored S1 log 1', 2, 'stored wants SERVER term N'],
    ['cluster S1 S2\n> timeout S1\nwith leases', 3, 'settings stand before'],
    ['cluster S1 S2\n> deliver S1 S2', 2, '0 messages are on their way from S1 to S2'],
    ['cluster S1 S2\n> durable S1', 2, 'S1 has no write under way'],
    ['cluster S1 S2\n> change S1 add', 2, '"" is not on stage'],
    ['cluster S1 S2\n> read S1 x via index', 2, 'read wants SERVER KEY by'],
    ['cluster S1 S2\nnonsense', 2, 'neither a command'],
  ])('%j', (text, line, message) => {
    const failed = (): unknown => runPlay(text);
    expect(failed).toThrow(message);
    try {
      failed();
    } catch (error) {
      expect(error).toBeInstanceOf(BadPlay);
      expect(error).toHaveProperty('line', line);
    }
  });
});
