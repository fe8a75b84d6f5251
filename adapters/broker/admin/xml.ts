/** As much XML as the administration speaks: elements, attributes, text. Prefixes are dropped. */

export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  readonly text: string;
}

const nestingMax = 32;
const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};
const token = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>|<[^>]*>|[^<]+/gy;
const tag = /^<(?<close>\/?)(?<name>[^\s/>]+)(?<rest>[^>]*?)(?<empty>\/?)>$/s;
const attribute = /(?<name>[^\s=]+)\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)')/g;

/** The root element. Throws SyntaxError for what is no XML, and for document types. */
export function parseXml(text: string): Element {
  const root = new Draft('', new Map());
  const open: Draft[] = [root];
  let at = 0;
  for (const [piece] of text.matchAll(token)) {
    at += piece.length;
    read(piece, open);
  }
  if (at !== text.length || open.length !== 1) throw new SyntaxError('The XML is not complete.');
  const [element] = root.children;
  if (element === undefined) throw new SyntaxError('There is no XML element.');
  return element;
}

class Draft implements Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Draft[];
  text: string;

  constructor(name: string, attributes: ReadonlyMap<string, string>) {
    this.name = name;
    this.attributes = attributes;
    this.children = [];
    this.text = '';
  }
}

function read(piece: string, open: Draft[]): void {
  const parent = open.at(-1);
  if (parent === undefined || piece.startsWith('<!--') || piece.startsWith('<?')) return;
  if (piece.startsWith('<![CDATA[')) {
    parent.text += piece.slice(9, -3);
  } else if (!piece.startsWith('<')) {
    parent.text += unescape(piece);
  } else {
    readTag(piece, parent, open);
  }
}

function readTag(piece: string, parent: Draft, open: Draft[]): void {
  const { close, name = '', rest = '', empty } = tag.exec(piece)?.groups ?? {};
  const local = name.slice(name.indexOf(':') + 1);
  if (local === '' || name.startsWith('!')) throw new SyntaxError(`'${piece}' is no element.`);
  if (close === '/') {
    if (open.length < 2 || parent.name !== local) throw new SyntaxError(`'${piece}' was not open.`);
    open.pop();
    return;
  }
  const element = new Draft(local, attributesIn(rest));
  parent.children.push(element);
  if (open.length > nestingMax) throw new SyntaxError('The XML is nested too deeply.');
  if (empty !== '/') open.push(element);
}

function attributesIn(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const { groups } of text.matchAll(attribute)) {
    const { name = '', double, single } = groups ?? {};
    attributes.set(name.slice(name.indexOf(':') + 1), unescape(double ?? single ?? ''));
  }
  return attributes;
}

function unescape(text: string): string {
  return text.replaceAll(
    /&(?:#x(?<hex>[0-9a-f]+)|#(?<decimal>\d+)|(?<name>\w+));/gi,
    (all, ...rest) => {
      const groups: unknown = rest.at(-1);
      const { hex, decimal, name } = isGroups(groups) ? groups : {};
      if (name !== undefined) return entities[name] ?? all;
      const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

function isGroups(value: unknown): value is Readonly<Record<string, string | undefined>> {
  return typeof value === 'object' && value !== null;
}

export function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((one) => one.name === name);
}

/** The text of a child; undefined when there is no such child. */
export function textOf(element: Element | undefined, name: string): string | undefined {
  return child(element, name)?.text;
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** An element with text; an empty one is left out, for the SDK takes it for a value. */
export function line(name: string, value: string | number | boolean): string {
  return value === '' ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
}
