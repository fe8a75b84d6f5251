/**
 * Histories in Clojure's notation: a vector of maps (Knossos) or one map after the other (the kv
 * logs of Porcupine). Unlike in other formats, a failed operation did not happen, and a read that
 * ended with nil has an unknown value.
 */
import { readFileSync } from 'node:fs';
import type { EdnRow } from './history-tokens.ts';
import { decodeAppends } from './history-tokens.ts';
import type { ForeignOptions, TakeRecord } from './history-rows.ts';
import { RowReader } from './history-rows.ts';
import { printable } from './printable.ts';
import type { Json } from './record.ts';
import { UserError } from './user-error.ts';

/** Reads the file; see `readHistory`. */
export function readEdn(path: string, options: ForeignOptions, take: TakeRecord): void {
  const rows = new EdnParser(path, textOf(path)).rows().filter(isOperation);
  const failedCas = options.failedCas ?? 'absent';
  const reader = new RowReader(path, { ...options, failedCas }, take);
  for (const { fields, line } of decodeAppends(path, rows)) {
    const { type, f, value = null } = fields;
    const read = f === ':read' || f === ':get';
    const blind = type === ':ok' && read && value === null && fields['decoded'] !== true;
    reader.row(blind ? { ...fields, type: 'info' } : fields, line);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError('cannot be read', { file: path, remedy: 'Check path and owner', cause });
  }
}

/** The nemesis and others that are named by keywords do no operations. */
function isOperation({ fields }: EdnRow): boolean {
  const process = fields['process'];
  return !(typeof process === 'string' && process.startsWith(':'));
}

const blanks = /[\s,]*(?:;[^\n]*[\s,]*)*/uy;
const atom = /[^\s,[\](){}";]+/uy;
const text = /"((?:[^"\\]|\\.)*)"/suy;
const number = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[NM]?$/u;

class EdnParser {
  private readonly path: string;
  private readonly source: string;
  private place = 0;
  /** Lines before `place`, counted as far as `counted`. */
  private line = 1;
  private counted = 0;

  constructor(path: string, source: string) {
    this.path = path;
    this.source = source;
  }

  rows(): readonly EdnRow[] {
    const rows: EdnRow[] = [];
    const nested = this.peek() === '[';
    if (nested) this.place += 1;
    for (;;) {
      const next = this.peek();
      if (next === '' && !nested) return rows;
      if (next === ']' && nested) {
        this.place += 1;
        if (this.peek() !== '') throw this.wrong('expected the end of the file after the vector');
        return rows;
      }
      if (next !== '{') throw this.wrong(`expected a map of one event, found ${this.here()}`);
      const line = this.lineHere();
      rows.push({ line, fields: this.map() });
    }
  }

  private map(): Record<string, Json> {
    const fields: [string, Json][] = [];
    this.place += 1;
    while (this.peek() !== '}') {
      const name = this.value();
      if (typeof name !== 'string') throw this.wrong('expected a keyword as the name of a field');
      fields.push([name.replace(/^:/u, ''), this.value()]);
    }
    this.place += 1;
    return Object.fromEntries(fields);
  }

  private value(): Json {
    const next = this.peek();
    if (next === '{') return this.map();
    if (next === '[' || next === '(') return this.list(next === '[' ? ']' : ')');
    if (next === '"') return this.string();
    atom.lastIndex = this.place;
    const [word] = atom.exec(this.source) ?? [];
    if (word === undefined) throw this.wrong(`expected a value, found ${this.here()}`);
    this.place += word.length;
    if (word === 'nil') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    return number.test(word) ? Number(word.replace(/[NM]$/u, '')) : word;
  }

  private list(end: string): Json {
    const items: Json[] = [];
    this.place += 1;
    while (this.peek() !== end) items.push(this.value());
    this.place += 1;
    return items;
  }

  private string(): string {
    text.lastIndex = this.place;
    const found = text.exec(this.source);
    if (found === null) throw this.wrong('the text has no end');
    this.place += found[0].length;
    return (found[1] ?? '').replaceAll(
      /\\(?:u([\da-fA-F]{4})|(.))/gsu,
      (_, code: string | undefined, letter: string = '') =>
        code === undefined
          ? (escapes[letter] ?? letter)
          : String.fromCharCode(Number.parseInt(code, 16)),
    );
  }

  /** Skips blanks and comments; the character there, or '' at the end. */
  private peek(): string {
    blanks.lastIndex = this.place;
    const [skipped = ''] = blanks.exec(this.source) ?? [];
    this.place += skipped.length;
    return this.source.charAt(this.place);
  }

  private lineHere(): number {
    for (; this.counted < this.place; this.counted += 1) {
      if (this.source.charCodeAt(this.counted) === 10) this.line += 1;
    }
    return this.line;
  }

  private here(): string {
    const rest = this.source.slice(this.place, this.place + 200).split('\n', 1)[0] ?? '';
    return rest === '' ? 'the end of the file' : printable(rest, 40);
  }

  private wrong(what: string): UserError {
    const remedy = 'Each event is a map such as {:process 0, :type :invoke, :f :read, :value nil}';
    return new UserError(what, { file: this.path, line: this.lineHere(), remedy });
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
