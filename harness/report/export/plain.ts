/**
 * Foreign text in exported files: whatever a key or a value holds, the file stays ASCII where its
 * format has escapes, and nothing in it can end a string, a line or a tag early.
 */
import type { Json } from '../../trace/record.ts';

// Whatever is not printable ASCII, and the sign that begins a tag where a page embeds the file.
// oxlint-disable-next-line no-control-regex -- these are the characters to be replaced
const foreign = /[\u0000-\u001f\u007f-\uffff<]/gu;

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A character as the escapes that JSON and EDN share; two of them beyond the basic plane. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => unit(character.charCodeAt(at))).join(
    '',
  );
}

/** JSON in ASCII, with `<` escaped: the same value for every reader. */
export function plainJson(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  return (text ?? 'null').replace(foreign, escaped).replace(/[\u{10000}-\u{10ffff}]/gu, escaped);
}

/** A value in Clojure's notation, in ASCII; JSON's null is nil. */
export function ednOf(value: Json): string {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return `[${value.map((item: Json) => ednOf(item)).join(' ')}]`;
  if (typeof value !== 'object') return plainJson(value);
  const fields = Object.entries(value).map(([name, field]) => `${plainJson(name)} ${ednOf(field)}`);
  return `{${fields.join(', ')}}`;
}

/** A name of letters, digits, dots and dashes, for formats whose names hold nothing else. */
export function wordOf(name: string): string {
  const word = name.replace(/[^\w.-]/gu, '_');
  return word === '' ? '_' : word;
}

/** Words for names: different names get different words, the first come keeps the plain one. */
export class Words {
  private readonly words = new Map<string, string>();
  private readonly taken = new Set<string>();

  of(name: string): string {
    const known = this.words.get(name);
    if (known !== undefined) return known;
    const plain = wordOf(name);
    let word = plain;
    for (let again = 2; this.taken.has(word); again += 1) word = `${plain}.${again}`;
    this.taken.add(word);
    this.words.set(name, word);
    return word;
  }
}
