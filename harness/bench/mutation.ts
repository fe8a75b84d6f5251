/**
 * `npm run mutation [-- FILE[:LINE]…]`: every comparison in the judge of histories is turned into its
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
/** What looks for the mistake. Who takes far more CPU than it should hangs, and is noticed by that. */
interface Examiner {
  readonly words: readonly string[];
  readonly cpuSeconds: number;
}

const battery = 'dist/harness/bench/mutation-battery.js';
/** A glance notices most, and who hangs hangs there. */
const glance: Examiner = { words: [battery, 'glance'], cpuSeconds: 2 };
const examination: Examiner = { words: [battery], cpuSeconds: 15 };
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', folder];
const slow = '**/{agreement,engines,watch,effort,object}.test.ts';
const quickTests: Examiner = { words: [...vitest, '--exclude', slow], cpuSeconds: 30 };
const allTests: Examiner = { words: vitest, cpuSeconds: 100 };

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
  /** What the examinations say when nothing is wrong. */
  private readonly wanted: ReadonlyMap<Examiner, string>;

  constructor() {
    for (const name of ['dist', 'harness', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
      cpSync(name, join(this.root, name), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(this.root, 'node_modules'));
    this.wanted = new Map([glance, examination].map((each) => [each, this.right(each)]));
  }

  /** Makes sure that the tests say nothing while nothing is turned. */
  prepareTests(): void {
    for (const each of [quickTests, allTests]) this.right(each);
  }

  private right(examiner: Examiner): string {
    const said = this.said(examiner);
    if (said === null)
      throw new Error(`${examiner.words.join(' ')}: fails, but nothing was turned`);
    return said;
  }

  /** What it says, or null: it fails, or hangs. Time of the clock would depend on what else runs. */
  private said({ words, cpuSeconds }: Examiner): string | null {
    const limited = ['-c', 'ulimit -t "$0"; exec "$@"', String(cpuSeconds), process.execPath];
    const options = { cwd: this.root, encoding: 'utf8' } as const;
    const { status, stdout } = spawnSync('sh', [...limited, ...words], options);
    return status === 0 ? stdout : null;
  }

  private withTurned(file: string, ordinal: number, examiner: Examiner): string | null {
    const path = join(this.root, file);
    const right = readFileSync(path, 'utf8');
    writeFileSync(path, turned(right, ordinal));
    const said = this.said(examiner);
    writeFileSync(path, right);
    return said;
  }

  /** Does the examination notice? */
  examines({ file, ordinal }: Comparison): boolean {
    const compiled = join('dist', folder, file.replace(/\.ts$/u, '.js'));
    return [glance, examination].some(
      (each) => this.withTurned(compiled, ordinal, each) !== this.wanted.get(each),
    );
  }

  /** Do the tests notice? */
  tests({ file, ordinal }: Comparison): boolean {
    return [quickTests, allTests].some(
      (each) => this.withTurned(join(folder, file), ordinal, each) === null,
    );
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
  const isAsked = ({ file, line }: Comparison): boolean =>
    asked.length === 0 || asked.includes(file) || asked.includes(`${file}:${line}`);
  const comparisonsOf = new Map(files.map((file) => [file, comparisonsIn(file)]));
  const known = [...comparisonsOf.values()].flat();
  const vain = asked.filter(
    (name) => !known.some(({ file, line }) => name === file || name === `${file}:${line}`),
  );
  if (vain.length > 0) {
    console.error(
      `✖ no comparison is in ${vain.join(', ')}\n  Name files of ${folder}, or lines as in wgl.ts:17`,
    );
    process.exitCode = 64;
    return;
  }
  const workshop = new Workshop();
  const account = new Account();
  const left = [...comparisonsOf].flatMap(([file, comparisons]) => {
    for (const entry of equivalents) {
      if (entry.file !== file || comparisons.some((each) => isSame(entry, each))) continue;
      account.complain(`${file}: no line reads ${entry.text}`);
    }
    return comparisons.filter(isAsked).filter((each) => {
      const noticed = workshop.examines(each);
      if (noticed) account.take(each, 'examination');
      else console.log(`${whereIs(each)}  to be tested`);
      return !noticed;
    });
  });
  if (left.length > 0) workshop.prepareTests();
  for (const each of left) account.take(each, workshop.tests(each) ? 'tests' : null);
  workshop.close();
  process.exitCode = account.tell();
}

main();
