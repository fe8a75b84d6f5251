/**
 * Lines that fit a terminal: at most `width` columns, wrapped at spaces with a hanging indent, and
 * on request in plain ASCII.
 */
export interface Layout {
  /** Columns; 100 unless told. */
  readonly width?: number;
  /** Replace every glyph that is not ASCII. */
  readonly ascii?: boolean;
}

const widthMax = 100;

const asciiOf: { readonly [glyph: string]: string } = {
  '–': '-',
  '—': '-',
  '→': '->',
  '←': '<-',
  '★': '*',
  '✖': 'x',
  '⚠': '!',
  '✓': '+',
  '↯': '!!',
  '…': '...',
  '×': 'x',
  '·': '-',
  '│': '|',
  '─': '-',
  '├': '|',
  '┤': '|',
  '╌': '.',
  '█': '#',
  '░': '.',
  '§': 'section ',
  '≤': '<=',
  '≥': '>=',
  '≠': '!=',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
};

/** Replaces house glyphs by ASCII; letters beyond ASCII become `\u{…}`. */
export function toAscii(text: string): string {
  let out = '';
  for (const glyph of text) {
    const point = glyph.codePointAt(0) ?? 0;
    out += point < 0x80 ? glyph : (asciiOf[glyph] ?? `\\u{${point.toString(16)}}`);
  }
  return out;
}

/** How a text is spelled under this layout. */
export function spelled(text: string, layout: Layout): string {
  return layout.ascii === true ? toAscii(text) : text;
}

/** Where to break: the last space within `room`, or in the middle of an overlong word. */
function breakAt(text: string, room: number): number {
  const space = text.lastIndexOf(' ', room);
  return space > room / 3 ? space : room;
}

/**
 * Wraps one logical line. `first` stands before the first line; the others are indented by as many
 * spaces as `first` is long.
 */
export function wrapped(
  line: { readonly first: string; readonly text: string },
  layout: Layout,
): string[] {
  const width = layout.width ?? widthMax;
  const first = spelled(line.first, layout);
  const indent = ' '.repeat(first.length);
  const room = Math.max(20, width - first.length);
  const lines: string[] = [];
  let rest = spelled(line.text, layout);
  while (rest.length > room) {
    const at = breakAt(rest, room);
    lines.push((lines.length === 0 ? first : indent) + rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  lines.push(((lines.length === 0 ? first : indent) + rest).trimEnd());
  return lines;
}
