/** What one drawing needs to know, and where on it things can be pointed at. */
import type { Arrow } from './arrows.ts';
import type { Difference } from './compare.ts';
import type { Layout, Scale, Span } from './layout.ts';
import { middleOf, pixelOf, placeOf } from './layout.ts';
import type { Model } from './model.ts';
import type { Palette } from './palette.ts';
import type { Box, Lettering, Pen, Point } from './pen.ts';

/** Something to point at: a line from `from` to `to`, or a spot where both are the same. */
export interface Hit {
  readonly from: Point;
  readonly to: Point;
  /** The record it stands for. */
  readonly index: number;
  readonly text: string;
}

export interface Scene {
  readonly model: Model;
  readonly layout: Layout;
  readonly span: Span;
  readonly scale: Scale;
  readonly palette: Palette;
  readonly pen: Pen;
  /** The record under the cursor. */
  readonly cursor: number;
  readonly selectedLane: number;
  /** 1 for the records of the causal cone; null: no cone is shown. */
  readonly past: Uint8Array | null;
  /** 1 for the records that fit the filter; null: there is none. */
  readonly fits: Uint8Array | null;
  /** From the trace compared with, by time. */
  readonly differences: readonly Difference[];
  readonly hits: Hit[];
  /** Places taken by labels. */
  readonly taken: Box[];
}

export function xOf({ model, layout, span, scale }: Scene, index: number): number {
  return pixelOf(layout, span, placeOf(model, scale, index));
}

export function yOf({ layout }: Scene, lane: number): number {
  return middleOf(layout, lane);
}

export function isDim({ past, fits }: Scene, index: number): boolean {
  return (past !== null && past[index] !== 1) || (fits !== null && fits[index] !== 1);
}

/** An arrow is in the cone when its end is, and fits when one of its ends does. */
export function isArrowDim({ past, fits }: Scene, { send, end }: Arrow): boolean {
  if (past !== null && past[end < 0 ? send : end] !== 1) return true;
  return fits !== null && fits[send] !== 1 && fits[end] !== 1;
}

export function isInView(scene: Scene, from: number, to: number): boolean {
  return to >= scene.layout.left - 4 && from <= scene.layout.width + 4;
}

/** The area right of the names. */
export function plotBox({ layout }: Scene): Box {
  const { left, width, height } = layout;
  return { x: left, y: 0, width: width - left, height };
}

function meets(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** How much of the box is taken already, in square pixels. */
export function takenOf({ taken }: Scene, box: Box): number {
  let area = 0;
  for (const other of taken) {
    const right = Math.min(box.x + box.width, other.x + other.width);
    const bottom = Math.min(box.y + box.height, other.y + other.height);
    const [across, down] = [right - Math.max(box.x, other.x), bottom - Math.max(box.y, other.y)];
    if (across > 0 && down > 0) area += across * down;
  }
  return area;
}

/** Takes the place for a label, or says that it is taken. */
export function claim(scene: Scene, box: Box): boolean {
  if (scene.taken.some((other) => meets(box, other))) return false;
  scene.taken.push(box);
  return true;
}

/** The text, cut with an ellipsis where it is wider than the room. */
export function fitted(pen: Pen, text: string, room: number, lettering: Lettering): string {
  if (pen.measure(text, lettering) <= room) return text;
  let length = text.length;
  while (length > 0 && pen.measure(`${text.slice(0, length)}…`, lettering) > room) length -= 1;
  return length < 2 ? '' : `${text.slice(0, length)}…`;
}

/** A label on a pill, moved up or down until it stands free; returns where its middle is. */
export function pill(
  scene: Scene,
  at: Point,
  label: { text: string; ink: string; fill: string; up: boolean; bold?: boolean },
): Point {
  const lettering: Lettering = {
    color: label.ink,
    size: 11,
    bold: label.bold ?? false,
    align: 'center',
  };
  const width = scene.pen.measure(label.text, lettering) + 10;
  const step = label.up ? -17 : 17;
  const edge = scene.layout.width - width / 2 - 2;
  const x = Math.max(Math.min(at.x, edge), scene.layout.left + width / 2 + 2);
  let { y } = at;
  for (let i = 0; i < 4; i += 1, y += step) {
    if (claim(scene, { x: x - width / 2, y: y - 8, width, height: 16 })) break;
  }
  const box = { x: x - width / 2, y: y - 8, width, height: 16 };
  const line = { color: label.ink, width: 1 };
  scene.pen.box(box, { fill: label.fill, line, round: 8 });
  scene.pen.text({ x, y: y + 0.5 }, label.text, lettering);
  return { x, y };
}
