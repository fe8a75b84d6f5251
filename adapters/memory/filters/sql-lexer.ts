/** SQL text into tokens. Keywords are words; the parser knows which. */
import { SqlError } from './sql-tree.ts';

export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'symbol' | 'end';
  /** Without quotes; escapes undone. */
  readonly text: string;
  readonly position: number;
}

const space = /\s+/y;
const word = /[\p{L}_][\p{L}\p{N}_]*/uy;
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const symbol = /<>|!=|<=|>=|[-+*/%=<>().,;]/y;
const quoted = [
  { kind: 'string', open: "'", pattern: /'(?<text>(?:[^']|'')*)'/y, close: "'" },
  { kind: 'name', open: '"', pattern: /"(?<text>(?:[^"]|"")+)"/y, close: '"' },
  { kind: 'name', open: '[', pattern: /\[(?<text>(?:[^\]]|\]\])+)\]/y, close: ']' },
] as const;

/** Ends with an `end` token. Throws SqlError for what is no token. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    position += textAt(space, text, position)?.length ?? 0;
    if (position >= text.length) break;
    const [token, length] = tokenAt(text, position);
    tokens.push(token);
    position += length;
  }
  tokens.push({ kind: 'end', text: '', position });
  return tokens;
}

function tokenAt(text: string, position: number): readonly [Token, number] {
  const plain = [
    ['word', word],
    ['number', number],
    ['symbol', symbol],
  ] as const;
  for (const [kind, pattern] of plain) {
    const found = textAt(pattern, text, position);
    if (found !== undefined) return [{ kind, text: found, position }, found.length];
  }
  for (const { kind, open, pattern, close } of quoted) {
    if (text[position] !== open) continue;
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    const inner = found?.groups?.['text'];
    if (found === null || inner === undefined) {
      throw new SqlError(position, `the ${kind} is not closed; add a ${close}`);
    }
    const token = { kind, text: inner.replaceAll(close + close, close), position };
    return [token, found[0].length];
  }
  throw new SqlError(position, `'${text[position]}' has no meaning in a filter`);
}

function textAt(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0];
}
