/** SVG in a few words: boxes, lines and text, the same bytes for the same picture. */

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly string[];
}

export type Tone = 'plain' | 'live' | 'faint' | 'bad';

const colours: Readonly<Record<Tone, string>> = {
  plain: '#1f2933',
  live: '#0b7a4b',
  faint: '#9aa5b1',
  bad: '#b42318',
};

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export function box({ x, y, width, height }: Area, fill: string = '#ffffff'): string {
  const place = `x="${x}" y="${y}" width="${width}" height="${height}"`;
  return `<rect ${place} rx="6" fill="${fill}" stroke="#52606d"/>`;
}

export interface Label extends Point {
  readonly text: string;
  readonly tone?: Tone;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
}

export function label({ x, y, text, tone, anchor, bold }: Label): string {
  const weight = bold === true ? ' font-weight="bold"' : '';
  const place = `x="${x}" y="${y}" text-anchor="${anchor ?? 'start'}"`;
  return `<text ${place} fill="${colours[tone ?? 'plain']}"${weight}>${escaped(text)}</text>`;
}

export function line(
  from: Point,
  to: Point,
  style: { tone?: Tone; dashed?: boolean } = {},
): string {
  const dash = style.dashed === true ? ' stroke-dasharray="4 4"' : '';
  const ends = `x1="${from.x}" y1="${from.y}" x2="${to.x}" y2="${to.y}"`;
  return `<line ${ends} stroke="${colours[style.tone ?? 'plain']}"${dash}/>`;
}

export function arrow(
  from: Point,
  to: Point,
  style: { tone?: Tone; dashed?: boolean } = {},
): string {
  const tone = style.tone ?? 'plain';
  return line(from, to, style).replace('/>', ` marker-end="url(#${tone})"/>`);
}

/** The whole file. */
export function svg({ width, height, parts }: Picture): string {
  const heads = Object.entries(colours).map(
    ([name, colour]) =>
      `<marker id="${name}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" ` +
      `orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="${colour}"/></marker>`,
  );
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">`,
    `<defs>${heads.join('')}</defs>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
