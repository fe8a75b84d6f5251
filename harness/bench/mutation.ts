/**
 * `npm run mutation [-- FILE…]`: every comparison in the judge of histories is turned into its
 * opposite, one at a time, and somebody must notice: first a quick examination, then the tests. What
 * survives both is a comparison whose opposite nothing can tell, and is named with its line.
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
/** Far more than either takes: whoever needs longer hangs, and that is noticed too. */
const limitMs = 120_000;

const examination = ['dist/harness/bench/mutation-battery.js'];

type Noticed = 'examination' | 'tests' | null;

/** What is compiled leaves types out: comparisons keep their order, lines do not. */
interface Comparison {
  readonly file: string;
  /** Which one of its file, from 0. */
  readonly ordinal: number;
  readonly line: number;
  readonly text: string;
}

const isComment = (line: string): boolean => /^\s*(?:\/\/|\/?\*)/u.test(line);

function comparisonsIn(file: string): readonly Comparison[] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  const found = lines.flatMap((text, at) =>
    isComment(text)
      ? []
      : [...text.matchAll(comparison)].map(() => ({ line: at + 1, text: text.trim() })),
  );
  return found.map((place, ordinal) => ({ file, ordinal, ...place }));
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

  constructor() {
    for (const name of ['dist', 'harness', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
      cpSync(name, join(this.root, name), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(this.root, 'node_modules'));
    const said = this.said(examination);
    if (said === null) throw new Error('the examination fails although nothing was turned');
    this.wanted = said;
  }

  /** What a program says, or null: it fails, or hangs. */
  private said(words: readonly string[]): string | null {
    const limits = { timeout: limitMs, killSignal: 'SIGKILL' } as const;
    const options = { cwd: this.root, encoding: 'utf8', ...limits } as const;
    const { status, stdout } = spawnSync(process.execPath, words, options);
    return status === 0 ? stdout : null;
  }

  private withTurned(file: string, ordinal: number, words: readonly string[]): string | null {
    const path = join(this.root, file);
    const right = readFileSync(path, 'utf8');
    writeFileSync(path, turned(right, ordinal));
    const said = this.said(words);
    writeFileSync(path, right);
    return said;
  }

  noticed({ file, ordinal }: Comparison): Noticed {
    const compiled = join('dist', folder, file.replace(/\.ts$/u, '.js'));
    if (this.withTurned(compiled, ordinal, examination) !== this.wanted) return 'examination';
    const tests = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', folder];
    return this.withTurned(join(folder, file), ordinal, tests) === null ? 'tests' : null;
  }

  close(): void {
    rmSync(this.root, { recursive: true });
  }
}

function main(): void {
  const asked = process.argv.slice(2);
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !spared.test(file));
  const chosen = asked.length === 0 ? files : files.filter((file) => asked.includes(file));
  const workshop = new Workshop();
  const survivors: Comparison[] = [];
  const count = { examination: 0, tests: 0 };
  for (const place of chosen.flatMap(comparisonsIn)) {
    const by = workshop.noticed(place);
    if (by !== null) count[by] += 1;
    else {
      survivors.push(place);
      console.log(`${place.file}:${place.line}  ${place.text}`);
    }
  }
  workshop.close();
  const all = count.examination + count.tests + survivors.length;
  console.log(`${all} comparisons turned: the examination noticed ${count.examination},`);
  console.log(`the tests ${count.tests} more; ${survivors.length} survived`);
  process.exitCode = survivors.length === 0 && all > 0 ? 0 : 1;
}

main();
