/**
 * Texts to which texts are appended, as lists of what was appended. When no argument is empty or the
 * beginning of another one, a text is a list of arguments in at most one way. One that is none stays
 * a text, which nobody can have made. The empty text is a key that was never written.
 */
import type { Json } from './record.ts';
import { UserError } from './user-error.ts';

/** One event, as a row in Jepsen's shape. */
export interface EdnRow {
  readonly line: number;
  readonly fields: Record<string, Json>;
}

/** The same rows with lists for texts, if there are appends of texts at all. */
export function decodeAppends(path: string, rows: readonly EdnRow[]): readonly EdnRow[] {
  const isText = ({ fields }: EdnRow): boolean => typeof fields['value'] === 'string';
  const appended = rows.some((row) => row.fields['f'] === ':append' && isText(row));
  // Who says read and write, instead of get and put, has lists for texts already.
  const other = rows.some(({ fields }) => fields['f'] === ':read' || fields['f'] === ':write');
  if (!appended || other) return rows;
  const tokens = new Set<string>();
  for (const { fields } of rows) {
    const { f, value } = fields;
    if ((f === ':put' || f === ':append') && typeof value === 'string') tokens.add(value);
  }
  mustBeTellable(path, rows, tokens);
  const lengths = [...new Set(Array.from(tokens, ({ length }) => length))];
  return rows.map((row) => {
    const { f, value } = row.fields;
    if (typeof value !== 'string') return row;
    const decoded = f === ':get' ? decode(value, tokens, lengths) : f === ':put' ? [value] : value;
    return { ...row, fields: { ...row.fields, value: decoded, decoded: true } };
  });
}

function mustBeTellable(path: string, rows: readonly EdnRow[], tokens: ReadonlySet<string>): void {
  // In this order whatever begins with a token follows it at once.
  const sorted = [...tokens].toSorted();
  const bad = sorted.find((token, place) => {
    const next = sorted[place + 1];
    return token === '' || next?.startsWith(token) === true;
  });
  if (bad === undefined) return;
  throw new UserError(`"${bad}" is appended, and so is a text that begins with it`, {
    file: path,
    line: rows.find(({ fields }) => fields['value'] === bad)?.line ?? 1,
    remedy: 'Append texts of which none is empty or the beginning of another',
  });
}

function decode(value: string, tokens: ReadonlySet<string>, lengths: readonly number[]): Json {
  const items: string[] = [];
  for (let place = 0; place < value.length;) {
    const from = place;
    const length = lengths.find((each) => tokens.has(value.slice(from, from + each)));
    if (length === undefined || from + length > value.length) return value;
    items.push(value.slice(from, from + length));
    place += length;
  }
  return items.length === 0 ? null : items;
}
