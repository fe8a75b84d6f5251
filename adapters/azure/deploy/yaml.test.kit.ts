/**
 * For tests: the part of YAML that the files here use. Mappings, lists, plain and quoted scalars,
 * `[a, b]`, and blocks after `|`; anything else throws, so that nothing is read wrongly.
 */

export type Yaml = string | null | readonly Yaml[] | { readonly [key: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly number: number;
}

/** Scalars stay text. Throws an Error with the number of the line it can't read. */
export function readYaml(text: string): Yaml {
  const lines = text
    .split('\n')
    .map((line, at) => ({ ...measured(line), number: at + 1 }))
    .filter(({ text: rest }) => rest !== '' && !rest.startsWith('#'));
  const reader = new Reader(lines);
  const value = reader.block(0);
  reader.end();
  return value;
}

function measured(line: string): { readonly indent: number; readonly text: string } {
  if (line.includes('\t')) throw new Error(`a tab in: ${line}`);
  const text = line.trim();
  return { indent: line.length - line.trimStart().length, text };
}

const keyed = /^(?<key>[\w.@/-]+):(?: (?<value>.*))?$/;

class Reader {
  private lines: readonly Line[];

  constructor(lines: readonly Line[]) {
    this.lines = lines;
  }

  end(): void {
    const [line] = this.lines;
    if (line !== undefined) throw wrong(line, 'stands where nothing is expected');
  }

  /** Whatever begins at that column or further right. */
  block(least: number): Yaml {
    const [first] = this.lines;
    if (first === undefined || first.indent < least) return null;
    return isItem(first) ? this.list(first.indent) : this.mapping(first.indent);
  }

  private list(indent: number): readonly Yaml[] {
    const items: Yaml[] = [];
    for (let line = this.at(indent); line !== undefined; line = this.at(indent)) {
      if (!isItem(line)) break;
      const inner = line.text.slice(1).trimStart();
      const column = indent + line.text.length - inner.length;
      if (keyed.test(inner)) {
        this.lines = [{ ...line, indent: column, text: inner }, ...this.lines.slice(1)];
        items.push(this.mapping(column));
      } else {
        this.lines = this.lines.slice(1);
        items.push(scalar(inner, line));
      }
    }
    return items;
  }

  private mapping(indent: number): Yaml {
    const found: Record<string, Yaml> = {};
    for (let line = this.at(indent); line !== undefined; line = this.at(indent)) {
      const groups = keyed.exec(line.text)?.groups;
      const key = groups?.['key'];
      if (key === undefined) throw wrong(line, 'is no "key: value"');
      if (key in found) throw wrong(line, `names ${key} twice`);
      this.lines = this.lines.slice(1);
      const value = groups?.['value']?.replace(/\s+#.*$/, '') ?? '';
      if (value === '|') found[key] = this.text(indent);
      else found[key] = value === '' ? this.under(indent) : scalar(value, line);
    }
    return found;
  }

  /** Lists may stand at the column of their key. */
  private under(indent: number): Yaml {
    const [next] = this.lines;
    const isHere = next !== undefined && next.indent === indent && isItem(next);
    return isHere ? this.list(indent) : this.block(indent + 1);
  }

  private text(indent: number): string {
    const end = this.lines.findIndex((line) => line.indent <= indent);
    const inside = end < 0 ? this.lines : this.lines.slice(0, end);
    this.lines = end < 0 ? [] : this.lines.slice(end);
    return inside.map(({ text }) => text).join('\n');
  }

  private at(indent: number): Line | undefined {
    const [line] = this.lines;
    if (line === undefined || line.indent < indent) return undefined;
    if (line.indent > indent) throw wrong(line, 'is indented without reason');
    return line;
  }
}

const isItem = ({ text }: Line): boolean => text === '-' || text.startsWith('- ');

function scalar(text: string, line: Line): Yaml {
  const list = /^\[(.*)\]$/.exec(text)?.[1];
  if (list !== undefined) return list.split(',').map((item) => scalar(item.trim(), line));
  const quoted = /^'((?:[^']|'')*)'$/.exec(text)?.[1] ?? /^"([^"\\]*)"$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  if (/^[[\]{}&*!|>'"%@`]|: | #/.test(text) && !text.startsWith('${{')) {
    throw wrong(line, 'is more YAML than is understood');
  }
  return text;
}

function wrong({ number, text }: Line, what: string): Error {
  return new Error(`line ${number} ${what}: ${text}`);
}
