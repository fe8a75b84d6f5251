/**
 * `npm run mutation [-- FILE…]`: every comparison in the judge of histories is turned into its
 * opposite, one at a time, and somebody must notice: first a quick examination, then the tests. What
 * survives both must be explained in `mutation-equivalents.ts`, or is named with its line.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Equivalent } from './mutation-equivalents.ts';
import { equivalents } from './mutation-equivalents.ts';

const folder = 'harness/check/linearizability';
/** Tools of the tests, and what only passes names on. */
const spared = /\.test\.|\.kit\.|\.d\.ts$|^brute-force|^random-history|^index\./u;
const opposites: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};
const comparison = / (===|!==|<=|>=|<|>) /gu;
/** Whoever needs so many times as long as when nothing is turned hangs, and that is noticed too. */
const patience = 8;

const examination = ['dist/harness/bench/mutation-battery.js'];
const tests = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', folder];

/** What is compiled leaves types out: comparisons keep their order, lines do not. */
interface Comparison {
  readonly file: string;
  /** Which one of its file, from 0. */
  readonly ordinal: number;
  readonly line: number;
  readonly text: string;
  /** Which one of its line, from 0. */
  readonly place: number;
}

const isComment = (line: string): boolean => /^\s*(?:\/\/|\/?\*)/u.test(line);

function comparisonsIn(file: string): readonly Comparison[] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  const found = lines.flatMap((text, at) =>
    isComment(text)
      ? []
      : [...text.matchAll(comparison)].map((_, place) => ({
          line: at + 1,
          text: text.trim(),
          place,
        })),
  );
  return found.map((where, ordinal) => ({ file, ordinal, ...where }));
}

/** The text with one of its comparisons turned. */
function turned(text: string, ordinal: number): string {
  let seen = -1;
  const lines = text.split('\n').map((line) => {
    if (isComment(line)) return line;
    return line.replaceAll(comparison, (whole: string, operator: string) => {
      seen += 1;
      return seen === ordinal ? ` ${opposites[operator] ?? operator} ` : whole;
    });
  });
  if (seen < ordinal) throw new Error(`there are only ${seen + 1} comparisons`);
  return lines.join('\n');
}

/** A copy of the project in which one file at a time is wrong. */
class Workshop {
  private readonly root = mkdtempSync(join(tmpdir(), 'whitewater-mutation-'));
  /** What the examination says when nothing is wrong. */
  private readonly wanted: string;
  /** How long the examination and the tests may take. */
  private readonly limitsMs = new Map<readonly string[], number>();

  constructor() {
    for (const name of ['dist', 'harness', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
      cpSync(name, join(this.root, name), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(this.root, 'node_modules'));
    this.wanted = this.right(examination);
  }

  /** What a program says while nothing is turned; it may never take much longer than that. */
  private right(words: readonly string[]): string {
    const begun = Date.now();
    const said = this.said(words);
    if (said === null) throw new Error(`${words.join(' ')} fails although nothing was turned`);
    this.limitsMs.set(words, patience * (Date.now() - begun));
    return said;
  }

  /** What a program says, or null: it fails, or hangs. */
  private said(words: readonly string[], limitMs?: number): string | null {
    const limits =
      limitMs === undefined ? {} : { timeout: limitMs, killSignal: 'SIGKILL' as const };
    const options = { cwd: this.root, encoding: 'utf8', ...limits } as const;
    const { status, stdout } = spawnSync(process.execPath, words, options);
    return status === 0 ? stdout : null;
  }

  private withTurned(file: string, ordinal: number, words: readonly string[]): string | null {
    const path = join(this.root, file);
    const right = readFileSync(path, 'utf8');
    writeFileSync(path, turned(right, ordinal));
    const said = this.said(words, this.limitsMs.get(words));
    writeFileSync(path, right);
    return said;
  }

  /** Does the examination notice? */
  examines({ file, ordinal }: Comparison): boolean {
    const compiled = join('dist', folder, file.replace(/\.ts$/u, '.js'));
    return this.withTurned(compiled, ordinal, examination) !== this.wanted;
  }

  /** Do the tests notice? */
  tests({ file, ordinal }: Comparison): boolean {
    if (!this.limitsMs.has(tests)) this.right(tests);
    return this.withTurned(join(folder, file), ordinal, tests) === null;
  }

  close(): void {
    rmSync(this.root, { recursive: true });
  }
}

const isSame = (entry: Equivalent, { file, text, place }: Comparison): boolean =>
  entry.file === file && entry.text === text && entry.place === place;

const whereIs = ({ file, line, place, text }: Comparison): string =>
  `${file}:${line}, comparison ${place}:  ${text}`;

/** What became of the comparisons turned so far. */
class Account {
  private readonly count = { examination: 0, tests: 0, explained: 0, unexplained: 0, wrong: 0 };

  take(found: Comparison, by: 'examination' | 'tests' | null): void {
    const explained = equivalents.some((each) => isSame(each, found));
    if (by !== null) {
      this.count[by] += 1;
      if (explained) this.complain(`${whereIs(found)}  is noticed, though it should not be`);
    } else if (explained) this.count.explained += 1;
    else {
      this.count.unexplained += 1;
      console.log(`${whereIs(found)}  survived`);
    }
  }

  complain(text: string): void {
    this.count.wrong += 1;
    console.log(text);
  }

  /** The exit code. */
  tell(): number {
    const { examination, tests: tested, explained, unexplained, wrong } = this.count;
    const all = examination + tested + explained + unexplained;
    console.log(`${all} comparisons turned: the examination noticed ${examination},`);
    console.log(`the tests ${tested} more; nobody can notice ${explained}, as is explained;`);
    console.log(`${unexplained} survived unexplained`);
    return unexplained + wrong === 0 && all > 0 ? 0 : 1;
  }
}

function main(): void {
  const asked = process.argv.slice(2);
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !spared.test(file));
  const chosen = asked.length === 0 ? files : files.filter((file) => asked.includes(file));
  const workshop = new Workshop();
  const account = new Account();
  const left = chosen.flatMap((file) => {
    const comparisons = comparisonsIn(file);
    for (const entry of equivalents) {
      if (entry.file !== file || comparisons.some((each) => isSame(entry, each))) continue;
      account.complain(`${file}: no line reads ${entry.text}`);
    }
    return comparisons.filter((each) => {
      const noticed = workshop.examines(each);
      if (noticed) account.take(each, 'examination');
      else console.log(`${whereIs(each)}  to be tested`);
      return !noticed;
    });
  });
  for (const each of left) account.take(each, workshop.tests(each) ? 'tests' : null);
  workshop.close();
  process.exitCode = account.tell();
}

main();
