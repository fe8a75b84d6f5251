/** Where things stand: the rows of the lanes, and the part of the time axis in view. */
import { numberAt } from './lists.ts';
import { bandRowsMax } from './marks.ts';
import type { Model } from './model.ts';

/** A column for each turn, milliseconds, or a column for each step of causes. */
export type Scale = 'logical' | 'real' | 'causal';

/** A part of the axis: turns on the logical scale, microseconds on the real one, steps of causes. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

export interface Row {
  readonly top: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Left edge of the plot: names of the lanes stand before it. */
  readonly left: number;
  readonly rows: readonly Row[];
}

export const rulerHeight = 26;
const gutter = 104;
const bandHeight = 19;

export function layoutOf(
  model: Model,
  size: { readonly width: number; readonly height: number },
): Layout {
  const { all, firstServer } = model.lanes;
  const clients = all.filter(({ kind }) => kind === 'client').length;
  const clientHeight = clients > 6 ? 16 : 26;
  const bandRows = Math.min(bandRowsMax, Math.max(0, ...model.bands.map(({ row }) => row)) + 1);
  const fixed = rulerHeight + clients * clientHeight + bandRows * bandHeight + 8 + 24;
  const servers = Math.max(1, all.length - firstServer);
  const serverHeight = Math.min(260, Math.max(52, (size.height - fixed - 8) / servers));
  let top = rulerHeight;
  const rows = all.map(({ kind }) => {
    const heights = { client: clientHeight, faults: bandRows * bandHeight + 8, bus: 24 };
    const height = kind === 'server' ? serverHeight : heights[kind];
    const row = { top, height };
    top += height;
    return row;
  });
  return { width: size.width, height: Math.max(size.height, top + 8), left: gutter, rows };
}

export function middleOf(layout: Layout, lane: number): number {
  const row = layout.rows[lane];
  return row === undefined ? 0 : row.top + row.height / 2;
}

/** Room after the last record, as a part of the whole: what lasts to the end must be seen to. */
const afterwards = 0.2;

/** Column of a record, or the last column of all. */
function columnOf(model: Model, scale: Scale, index: number, end: boolean): number {
  const turn = numberAt(model.turns.turn, index);
  if (scale !== 'causal') return turn;
  const { depth, last } = model.causal();
  return end ? last : numberAt(depth, turn);
}

/** A record's place on the axis; the number of records stands for the end of time. */
export function placeOf(model: Model, scale: Scale, index: number): number {
  const { turns, records } = model;
  const last = Math.min(index, records.length - 1);
  const end = index >= records.length;
  if (scale === 'real') {
    const at = numberAt(turns.at, last);
    return end ? at * (1 + afterwards) : at;
  }
  const turn = columnOf(model, scale, last, end);
  return end ? turn + Math.max(2, turn * afterwards) : turn + 0.5;
}

/** Everything. */
export function wholeSpan(model: Model, scale: Scale): Span {
  const end = Math.max(1, placeOf(model, scale, model.records.length));
  return { low: scale === 'real' ? -end * 0.015 : 0, high: end * 1.01 };
}

/** What the story speaks of, with a margin; everything when there is little or no story. */
export function storySpan(model: Model, scale: Scale): Span {
  const whole = wholeSpan(model, scale);
  const told = [...model.storyPlaces, ...model.violations].filter((place) => place > 0);
  if (told.length < 2) return whole;
  const places = told.map((index) => placeOf(model, scale, index));
  const low = Math.min(...places);
  const high = Math.max(...places);
  const least = scale === 'real' ? 2000 : 24;
  const margin = Math.max((high - low) * 0.07, (least - (high - low)) / 2);
  const room = Math.max(margin, (high - low) * afterwards * 1.2);
  return { low: Math.max(whole.low, low - margin), high: Math.min(whole.high, high + room) };
}

export function pixelOf(layout: Layout, span: Span, place: number): number {
  const width = layout.width - layout.left;
  return layout.left + ((place - span.low) / (span.high - span.low)) * width;
}

export function placeAt(layout: Layout, span: Span, pixel: number): number {
  const width = layout.width - layout.left;
  return span.low + ((pixel - layout.left) / width) * (span.high - span.low);
}

/** The span made wider (factor above 1) or narrower around a place. */
export function zoomed(span: Span, around: number, factor: number): Span {
  return {
    low: around - (around - span.low) * factor,
    high: around + (span.high - around) * factor,
  };
}

/** Keeps the view near the trace and neither too narrow nor too wide. */
export function held(model: Model, scale: Scale, span: Span): Span {
  const whole = wholeSpan(model, scale);
  const most = (whole.high - whole.low) * 1.5;
  const least = scale === 'real' ? 200 : 4;
  const width = Math.min(Math.max(span.high - span.low, least), Math.max(most, least));
  const middle = Math.min(Math.max((span.low + span.high) / 2, whole.low), whole.high);
  return { low: middle - width / 2, high: middle + width / 2 };
}
