/** The same strokes as SVG text. Strings of the trace are escaped: the file is opened elsewhere. */
import type { Box, Face, Ink, Lettering, Pen, Point } from './pen.ts';
import { fontFamily } from './pen.ts';

export interface SvgPen extends Pen {
  /** The finished document. */
  document(): string;
}

const entities: { readonly [sign: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

export function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"]/gu, (sign) => entities[sign] ?? sign)
    .replaceAll(/\p{Cc}/gu, '\ufffd');
}

const short = (value: number): string => value.toFixed(1).replace(/\.0$/u, '');

function inkText({ color, width, dash }: Ink): string {
  const dashes = dash === undefined ? '' : ` stroke-dasharray="${dash.join(' ')}"`;
  return ` stroke="${escaped(color)}" stroke-width="${width}"${dashes}`;
}

function faceText({ fill, line, round }: Face): string {
  const corners = round === undefined ? '' : ` rx="${round}"`;
  const stroke = line === undefined ? '' : inkText(line);
  return ` fill="${escaped(fill ?? 'none')}"${stroke}${corners}`;
}

const anchors = { left: 'start', center: 'middle', right: 'end' };

function letteringText(at: Point, text: string, lettering: Lettering): string {
  const { color, size, bold, align = 'left', angle = 0, halo } = lettering;
  const turn =
    angle === 0
      ? ''
      : ` transform="rotate(${short((angle * 180) / Math.PI)} ${short(at.x)} ${short(at.y)})"`;
  const weight = bold === true ? ' font-weight="600"' : '';
  const behind =
    halo === undefined ? '' : ` stroke="${halo}" stroke-width="3.5" paint-order="stroke"`;
  const place = `x="${short(at.x)}" y="${short(at.y)}" text-anchor="${anchors[align]}"`;
  const look = `font-size="${size}" fill="${color}" dominant-baseline="central"`;
  return `<text ${place} ${look}${weight}${behind}${turn}>${escaped(text)}</text>`;
}

/** A pen over a new document; widths of texts come from another pen. */
export function svgPen(
  size: { readonly width: number; readonly height: number; readonly background: string },
  measure: Pen['measure'],
): SvgPen {
  const parts: string[] = [];
  let clips = 0;
  const boxText = ({ x, y, width, height }: Box): string =>
    `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
  return {
    line(from, to, ink) {
      const ends = `x1="${short(from.x)}" y1="${short(from.y)}" x2="${short(to.x)}" y2="${short(to.y)}"`;
      parts.push(`<line ${ends}${inkText(ink)}/>`);
    },
    box: (box, face) => void parts.push(`<rect ${boxText(box)}${faceText(face)}/>`),
    shape(points, face) {
      const tag = face.fill === undefined ? 'polyline' : 'polygon';
      const list = points.map(({ x, y }) => `${short(x)},${short(y)}`).join(' ');
      parts.push(`<${tag} points="${list}"${faceText(face)}/>`);
    },
    text: (at, text, lettering) => void parts.push(letteringText(at, text, lettering)),
    measure,
    save({ clip, alpha }) {
      const opacity = alpha === undefined ? '' : ` opacity="${alpha}"`;
      if (clip === undefined) {
        parts.push(`<g${opacity}>`);
        return;
      }
      clips += 1;
      parts.push(`<clipPath id="clip${clips}"><rect ${boxText(clip)}/></clipPath>`);
      parts.push(`<g clip-path="url(#clip${clips})"${opacity}>`);
    },
    restore: () => void parts.push('</g>'),
    document() {
      const { width, height, background } = size;
      const root = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"`;
      const family = escaped(fontFamily);
      return `<svg ${root} width="${width}" height="${height}" font-family="${family}">
<rect width="100%" height="100%" fill="${background}"/>
${parts.join('\n')}
</svg>
`;
    },
  };
}
