/** The strip over the picture: the whole run at a glance, with the part in view as a window. */
import { clamp, numberAt } from './lists.ts';
import type { Scale, Span } from './layout.ts';
import { placeOf, wholeSpan } from './layout.ts';
import type { Model } from './model.ts';
import type { Palette } from './palette.ts';
import { termColor } from './palette.ts';
import type { Pen } from './pen.ts';

export interface Overview {
  readonly model: Model;
  readonly palette: Palette;
  readonly pen: Pen;
  readonly scale: Scale;
  readonly span: Span;
  readonly cursor: number;
  readonly width: number;
  readonly height: number;
}

function pixel(overview: Overview, place: number): number {
  const { low, high } = wholeSpan(overview.model, overview.scale);
  return ((place - low) / (high - low)) * overview.width;
}

/** The place on the axis under a pixel of the strip. */
export function overviewPlace(
  overview: Pick<Overview, 'model' | 'scale' | 'width'>,
  x: number,
): number {
  const { low, high } = wholeSpan(overview.model, overview.scale);
  return low + (x / overview.width) * (high - low);
}

/** Counted once for a width and a scale, not at every step. */
export function densityOf(model: Model, scale: Scale, width: number): Float64Array {
  const counts = new Float64Array(Math.max(1, Math.ceil(width / 2)));
  const { low, high } = wholeSpan(model, scale);
  for (let i = 0; i < model.records.length; i += 1) {
    const part = (placeOf(model, scale, i) - low) / (high - low);
    const at = clamp(Math.floor(part * counts.length), 0, counts.length - 1);
    counts[at] = numberAt(counts, at) + 1;
  }
  return counts;
}

export function drawOverview(overview: Overview, density: Float64Array): void {
  const { model, palette, pen, scale, span, width, height, cursor } = overview;
  const at = (index: number): number => pixel(overview, placeOf(model, scale, index));
  pen.box({ x: 0, y: 0, width, height }, { fill: palette.lane });
  const most = density.reduce((one, other) => Math.max(one, other), 1);
  density.forEach((count, i) => {
    const room = (count / most) * (height - 26);
    if (room < 0.5) return;
    const box = { x: i * 2, y: height - room, width: 2, height: room };
    pen.box(box, { fill: palette.gap });
  });
  const tall = Math.min(4, 20 / Math.max(1, model.header.servers.length));
  for (const { from, to, kind, term, lane } of model.bars.bars) {
    if (kind !== 'leader') continue;
    const x = at(from);
    const y = 2 + (lane - model.lanes.firstServer) * (tall + 1);
    const box = { x, y, width: Math.max(1, at(to) - x), height: tall };
    pen.box(box, { fill: termColor(palette, term) });
  }
  for (const index of model.faults) {
    pen.box({ x: at(index), y: height - 9, width: 2, height: 9 }, { fill: palette.fault });
  }
  const last = model.violations.at(-1);
  if (last !== undefined) {
    pen.box({ x: at(last) - 1, y: 0, width: 3, height }, { fill: palette.violation });
  }
  const low = pixel(overview, span.low);
  const high = pixel(overview, span.high);
  const line = { color: palette.cursor, width: 2 };
  pen.box({ x: low, y: 1, width: Math.max(4, high - low), height: height - 2 }, { line, round: 3 });
  pen.box({ x: at(cursor), y: 0, width: 1.5, height }, { fill: palette.cursor });
}
