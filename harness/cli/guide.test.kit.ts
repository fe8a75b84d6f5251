/**
 * For tests of guides: the commands that a page shows, how they should end, and what they should
 * print. In a block of ```console, `$ npx whitewater …` is a command (`# exits N`: how it ends), and
 * what follows are lines of its output in their order; `…` stands for lines left out, and at the end of
 * a line for its rest.
 */
import { readFileSync } from 'node:fs';
import { ran } from './main.test.kit.ts';

export interface Shown {
  /** As the page has it, without the `$`. */
  readonly line: string;
  readonly exit: number;
  /** Lines that the output holds, in this order. */
  readonly output: readonly string[];
}

/** Every command of a page's console blocks, in order. */
export function commandsOf(text: string): readonly Shown[] {
  const blocks = [...text.matchAll(/^```console\n([\s\S]*?)^```/gmu)].map(
    ([, block]) => block ?? '',
  );
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /mu)
      .slice(1)
      .map((part) => {
        const [first = '', ...rest] = part.split('\n');
        const [command = '', comment = ''] = first.split('#');
        const output = rest.map((line) => line.trimEnd());
        return {
          line: command.trim(),
          exit: Number(/exits (\d+)/u.exec(comment)?.[1] ?? 0),
          output: output.filter((line) => line !== '' && line.trim() !== '…'),
        };
      }),
  );
}

function isLike(found: string, line: string): boolean {
  return line.endsWith('…') ? found.startsWith(line.slice(0, -1)) : found === line;
}

/** Lines that are missing, or stand elsewhere: the first of them, or null. */
export function missingIn(output: string, lines: readonly string[]): string | null {
  let rest = output.split('\n').map((line) => line.trimEnd());
  for (const line of lines) {
    const at = rest.findIndex((found) => isLike(found, line));
    if (at < 0) return line;
    rest = rest.slice(at + 1);
  }
  return null;
}

export interface Ended extends Shown {
  readonly missing: string | null;
}

/** The command as it ends here, in this process and folder; only whitewater's own are known. */
export async function played({ line, output }: Shown): Promise<Ended> {
  const [npx, name, ...words] = line.split(/\s+/u);
  if (npx !== 'npx' || name !== 'whitewater') throw new Error(`not a command of ours: ${line}`);
  const { code, out, err } = await ran(words);
  return { line, exit: code, output, missing: missingIn(`${out}\n${err}`, output) };
}

/** The page's links to files, without their anchors. */
export function linksOf(text: string): readonly string[] {
  const found = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/gu)].map(([, link]) => link ?? '');
  return found.filter((link) => !/^https?:/u.test(link));
}

/** The page's text. */
export function pageAt(path: string): string {
  return readFileSync(path, 'utf8');
}
