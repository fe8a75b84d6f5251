/** Colour, where a terminal wants it: marks, titles and verdicts. Meaning never rests on it. */
import { spelled } from '../report/layout.ts';
import type { Io } from './io.ts';
import type { Given } from './request.ts';

const codes = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;
export type Colour = keyof typeof codes;

export interface Style {
  readonly colour: boolean;
  readonly ascii: boolean;
}

function wantsColour(given: Given, io: Io): boolean {
  if (given.color !== undefined) return given.color;
  if ((io.env['NO_COLOR'] ?? '') !== '') return false;
  const forced = io.env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== '';
  if ((io.env['CI'] ?? '') !== '' || io.env['TERM'] === 'dumb') return false;
  return io.outIsTerminal;
}

/** What this terminal and these options allow. */
export function styleOf(given: Given, io: Io): Style {
  return {
    colour: wantsColour(given, io),
    ascii: given.ascii === true || io.env['TERM'] === 'dumb',
  };
}

/** The text in a colour, or as it is. */
export function painted(
  text: string,
  how: { readonly style: Style; readonly colour: Colour },
): string {
  const { style, colour } = how;
  const plain = spelled(text, style);
  return style.colour ? `\u001b[${codes[colour]}m${plain}\u001b[0m` : plain;
}

const colourOfMark: { readonly [mark: string]: Colour } = {
  '✖': 'red',
  x: 'red',
  '⚠': 'yellow',
  '!': 'yellow',
  '✓': 'green',
};

/** Colours lines by the marks with which they begin. */
export function paintedMarks(text: string, style: Style): string {
  if (!style.colour) return text;
  const lines = text.split('\n').map((line) => {
    const colour = colourOfMark[/^ (\S) /u.exec(line)?.[1] ?? ''];
    return colour === undefined ? line : painted(line, { style, colour });
  });
  return lines.join('\n');
}

/** The same for a story; its first line is the title. */
export function paintedStory(text: string, style: Style): string {
  if (!style.colour) return text;
  const [title = '', ...lines] = text.split('\n');
  const rest = lines.length === 0 ? '' : `\n${paintedMarks(lines.join('\n'), style)}`;
  return painted(title, { style, colour: 'red' }) + rest;
}
