/** The ground of the picture: lanes with their names, the ruler, faults as bands, operations. */
import { clamp, numberAt } from './lists.ts';
import { pixelOf, placeAt, rulerHeight } from './layout.ts';
import type { Band, Operation } from './marks.ts';
import type { Palette } from './palette.ts';
import type { Lettering, Point } from './pen.ts';
import type { Scene } from './scene.ts';
import { fitted, isDim, isInView, plotBox, xOf, yOf } from './scene.ts';
import { timeText } from './words.ts';

/** Lanes that a partition cuts off while it lasts are tinted. */
function drawSides(scene: Scene): void {
  const { model, layout, palette, pen } = scene;
  for (const band of model.bands) {
    const from = xOf(scene, band.from);
    const to = xOf(scene, band.to);
    if (band.side.length === 0 || !isInView(scene, from, to)) continue;
    for (const lane of band.side) {
      const row = layout.rows[lane];
      if (row === undefined) continue;
      const box = { x: from, y: row.top, width: to - from, height: row.height };
      pen.save({ alpha: 0.45 });
      pen.box(box, { fill: palette.faultFill });
      pen.restore();
    }
  }
}

export function drawLanes(scene: Scene): void {
  const { model, layout, palette, pen } = scene;
  pen.box({ x: 0, y: 0, width: layout.width, height: layout.height }, { fill: palette.background });
  layout.rows.forEach((row, lane) => {
    const fill = lane % 2 === 0 ? palette.lane : palette.laneAlternate;
    pen.box({ x: 0, y: row.top, width: layout.width, height: row.height }, { fill });
  });
  pen.save({ clip: plotBox(scene) });
  drawSides(scene);
  for (let lane = model.lanes.firstServer; lane < layout.rows.length; lane += 1) {
    const y = yOf(scene, lane);
    const ink = { color: palette.gap, width: 1 };
    pen.line({ x: layout.left, y }, { x: layout.width, y }, ink);
  }
  pen.restore();
}

const hints = { client: '', faults: '', bus: 'Service Bus', server: '' };

/** What one step to the right means. */
const scaleNames = { logical: 'event by event', real: 'time', causal: 'causal steps' };

/** Names stand on top of everything, so that nothing runs over them. */
export function drawNames(scene: Scene): void {
  const { model, layout, palette, pen, selectedLane } = scene;
  const { height } = layout;
  pen.box({ x: 0, y: 0, width: layout.left, height }, { fill: palette.background });
  model.lanes.all.forEach(({ kind, name }, lane) => {
    const row = layout.rows[lane];
    if (row === undefined) return;
    const y = row.top + row.height / 2;
    if (lane === selectedLane) {
      const box = { x: 3, y: row.top + 2, width: layout.left - 8, height: row.height - 4 };
      pen.box(box, { line: { color: palette.cursor, width: 2 }, round: 4 });
    }
    const isServer = kind === 'server';
    const lettering = { color: palette.text, size: isServer ? 15 : 12, bold: isServer };
    pen.text({ x: 12, y }, (hints[kind] || name).slice(0, 14), lettering);
  });
  const lettering = { color: palette.muted, size: 11 };
  pen.text({ x: 12, y: 13 }, scaleNames[scene.scale], lettering);
  const edge = { color: palette.gap, width: 1 };
  pen.line({ x: layout.left, y: 0 }, { x: layout.left, y: height }, edge);
}

const steps = [1, 2, 5];

/** A round number of microseconds (or turns) near the wanted distance. */
export function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1)));
  const step = steps.find((one) => one * power >= wanted) ?? 10;
  return step * power;
}

function tick(scene: Scene, x: number, label: string): void {
  const { layout, palette, pen } = scene;
  const ink = { color: palette.grid, width: 1 };
  pen.line({ x, y: rulerHeight }, { x, y: layout.height }, ink);
  const lettering = { color: palette.muted, size: 11, align: 'center' as const };
  const least = layout.left + pen.measure(label, lettering) / 2 + 3;
  pen.text({ x: Math.max(x, least), y: 13 }, label, lettering);
}

/** On the logical scale the ruler says when the turn under it happened. */
export function drawRuler(scene: Scene): void {
  const { model, layout, span, scale, pen, palette } = scene;
  const step = roundStep(((span.high - span.low) / (layout.width - layout.left)) * 96);
  pen.save({ clip: plotBox(scene) });
  const { first, at } = model.turns;
  let last = '';
  for (let place = Math.ceil(span.low / step) * step; place <= span.high; place += step) {
    if (scale === 'real') {
      if (place < 0) continue;
      const width = layout.width - layout.left;
      const x = layout.left + ((place - span.low) / (span.high - span.low)) * width;
      tick(scene, x, step >= 1e6 ? `${place / 1e6} s` : `${place / 1e3} ms`);
      continue;
    }
    if (scale === 'causal') {
      if (place >= 0) tick(scene, pixelOf(layout, span, place + 0.5), `${place}`);
      continue;
    }
    const turn = Math.floor(place);
    if (turn < 0 || turn >= first.length) continue;
    const label = timeText(numberAt(at, numberAt(first, turn)));
    tick(scene, xOf(scene, numberAt(first, turn)), label === last ? '·' : label);
    last = label;
  }
  pen.line(
    { x: layout.left, y: rulerHeight },
    { x: layout.width, y: rulerHeight },
    { color: palette.gap, width: 1 },
  );
  pen.restore();
}

interface Placed {
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

function bandPlace(scene: Scene, band: Band): Placed | null {
  const { model, layout, palette, pen } = scene;
  const row = layout.rows[model.lanes.faults];
  const from = xOf(scene, band.from);
  const to = Math.max(xOf(scene, band.to), from + 3);
  const width = pen.measure(bandText(band), bandLettering(palette));
  if (row === undefined || !isInView(scene, from, Math.max(to, from + width))) return null;
  return { from, to, y: row.top + 4 + band.row * 19 };
}

const bandText = ({ text }: Band): string => `⚡ ${text}`;
const bandLettering = ({ fault }: Palette): Lettering => ({ color: fault, size: 11, bold: true });

function drawBand(scene: Scene, band: Band): void {
  const { palette, pen } = scene;
  const place = bandPlace(scene, band);
  if (place === null) return;
  const { from, to, y } = place;
  const line = { color: palette.fault, width: 1 };
  pen.save({ alpha: isDim(scene, band.from) ? 0.3 : 1 });
  if (band.to !== band.from) {
    pen.box({ x: from, y, width: to - from, height: 16 }, { fill: palette.faultFill, line });
  }
  pen.line({ x: from, y: y - 2 }, { x: from, y: y + 17 }, { color: palette.fault, width: 3 });
  pen.restore();
}

/** Its name, as far as the next one in its row leaves room. */
function nameBand(scene: Scene, band: Band): void {
  const { layout, palette, pen } = scene;
  const place = bandPlace(scene, band);
  if (place === null) return;
  const { from, to, y } = place;
  const start = Math.max(from, layout.left) + 6;
  const until = band.next < 0 ? layout.width : xOf(scene, band.next);
  const lettering = { ...bandLettering(palette), halo: palette.faultFill };
  const shown = fitted(pen, bandText(band), until - start - 4, lettering);
  pen.save({ alpha: isDim(scene, band.from) ? 0.3 : 1 });
  pen.text({ x: start, y: y + 8 }, shown, lettering);
  scene.taken.push({ x: start, y, width: pen.measure(shown, lettering), height: 16 });
  pen.restore();
  const end = Math.max(to, start + pen.measure(shown, lettering));
  scene.hits.push({
    from: { x: from, y: y + 8 },
    to: { x: end, y: y + 8 },
    index: band.from,
    text: `fault ${band.fault}: ${band.text}`,
  });
}

function operationColors(palette: Palette, end: Operation['end']): { ink: string; mark: string } {
  switch (end) {
    case 'ok':
      return { ink: palette.good, mark: '✓' };
    case 'fail':
      return { ink: palette.muted, mark: '✗' };
    case 'info':
    case 'open':
      return { ink: palette.fault, mark: '?' };
  }
}

/** The operation that no order of the others can explain is the one at the violation. */
function commentOn({ model }: Scene, { to, end }: Operation): string {
  if (to >= 0 && to === model.violations.at(-1)) return ' ⚠ impossible';
  return to < 0 || end === 'info' ? ' …no answer' : '';
}

function operationPlace(scene: Scene, operation: Operation): Placed | null {
  const { model, layout } = scene;
  const { lane, from: begun, to: done, end } = operation;
  const row = layout.rows[lane];
  const isOpen = done < 0 || end === 'info';
  const from = xOf(scene, begun);
  const to = Math.max(xOf(scene, isOpen ? model.records.length : done), from + 4);
  if (row === undefined || !isInView(scene, from, to + 200)) return null;
  return { from, to, y: row.top + row.height / 2 };
}

function operationInk(scene: Scene, { from, to, end }: Operation): { color: string; mark: string } {
  const { model, palette } = scene;
  const { ink, mark } = operationColors(palette, end);
  const isBroken = model.violations.includes(to) || model.violations.includes(from);
  return { color: isBroken ? palette.violation : ink, mark };
}

function drawOperation(scene: Scene, operation: Operation): void {
  const { layout, palette, pen } = scene;
  const place = operationPlace(scene, operation);
  if (place === null) return;
  const { from, to, y } = place;
  const { to: done, end, lane } = operation;
  const height = (layout.rows[lane]?.height ?? 26) - 6;
  const { color } = operationInk(scene, operation);
  const isBroken = color === palette.violation;
  if (to - from <= 4 && !isBroken) {
    pen.box({ x: from, y: y - height / 2, width: to - from, height }, { fill: color });
    return;
  }
  const dash = done < 0 || end === 'info' ? { dash: [5, 4] } : {};
  const line = { color, width: isBroken ? 2.5 : 1.2, ...dash };
  pen.save({ alpha: isDim(scene, operation.from) ? 0.3 : 1 });
  const box = { x: from, y: y - height / 2, width: to - from, height };
  pen.box(box, { fill: palette.background, line, round: 4 });
  pen.restore();
}

/** What it is and what came of it: in its box, and beyond it as far as the next one leaves room. */
function nameOperation(scene: Scene, operation: Operation): void {
  const { layout, palette, pen } = scene;
  const place = operationPlace(scene, operation);
  if (place === null) return;
  const { from, to, y } = place;
  const { color, mark } = operationInk(scene, operation);
  const label = `${mark} ${operation.text}${commentOn(scene, operation)}`;
  const start = Math.max(from, layout.left) + 6;
  const { next } = operation;
  const until = next < 0 ? layout.width : Math.max(xOf(scene, next), Math.min(to, layout.width));
  const bold = color === palette.violation;
  const tall = layout.rows[operation.lane]?.height ?? 26;
  const lettering = { color, size: tall > 20 ? 11 : 9, bold, halo: palette.background };
  if (until - start < 20 && !bold) return;
  const shown = fitted(pen, label, until - start - 3, lettering);
  pen.save({ alpha: isDim(scene, operation.from) ? 0.3 : 1 });
  pen.text({ x: start, y }, shown, lettering);
  scene.taken.push({ x: start, y: y - 7, width: pen.measure(shown, lettering), height: 14 });
  pen.restore();
  const hit = { from: { x: from, y }, to: { x: to, y }, index: operation.from };
  scene.hits.push({ ...hit, text: `${label} (${operation.end})` });
}

/** The words go on top of the arrows, the shapes beneath them. */
export function drawFaults(scene: Scene, what: 'shapes' | 'words'): void {
  scene.pen.save({ clip: plotBox(scene) });
  for (const band of scene.model.bands) {
    if (what === 'shapes') drawBand(scene, band);
    else nameBand(scene, band);
  }
  scene.pen.restore();
}

/** Those that would cover the pixel of the one before are left away. */
export function drawOperations(scene: Scene, what: 'shapes' | 'words'): void {
  const { model, pen, layout } = scene;
  const drawn = new Map<number, number>();
  pen.save({ clip: plotBox(scene) });
  for (const operation of model.operations) {
    const x = Math.round(xOf(scene, operation.from));
    if (x > layout.width) continue;
    const isSame = drawn.get(operation.lane) === x && !model.violations.includes(operation.to);
    drawn.set(operation.lane, x);
    if (isSame) continue;
    if (what === 'shapes') drawOperation(scene, operation);
    else nameOperation(scene, operation);
  }
  pen.restore();
}

/** The turn under a pixel, as the index of its first record. */
function indexAtPixel(scene: Scene, pixel: number): number {
  const { model, layout, span, scale } = scene;
  const place = placeAt(layout, span, pixel);
  const { first, at } = model.turns;
  if (scale !== 'real') return numberAt(first, clamp(Math.floor(place), 0, first.length - 1));
  let low = 0;
  let high = at.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberAt(at, middle) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first and the last record that may be in view. */
export function rangeInView(scene: Scene): { readonly from: number; readonly to: number } {
  const { model, layout, span, scale } = scene;
  const [left, right] = [layout.left - 2, layout.width + 2];
  if (scale !== 'causal') {
    const to = indexAtPixel(scene, right) + 40;
    return { from: indexAtPixel(scene, left), to: Math.min(model.records.length - 1, to) };
  }
  const { firstFrom, lastUpTo, last } = model.causal();
  const column = (pixel: number): number =>
    clamp(Math.floor(placeAt(layout, span, pixel)), 0, last);
  return { from: numberAt(firstFrom, column(left)), to: numberAt(lastUpTo, column(right)) };
}

/** What a click on the ground means: the turn there, where causes are the scale that of the lane. */
export function indexAtPoint(scene: Scene, { x, y }: Point): number {
  const { model, layout, span, scale } = scene;
  if (scale !== 'causal') return indexAtPixel(scene, x);
  const { first, lane } = model.turns;
  const { depth } = model.causal();
  const wanted = layout.rows.findIndex(({ top, height }) => y >= top && y < top + height);
  const place = placeAt(layout, span, x) - 0.5;
  let best = 0;
  let least = Infinity;
  first.forEach((index, turn) => {
    const away = Math.abs(numberAt(depth, turn) - place) + (lane[index] === wanted ? 0 : 1000);
    if (away >= least) return;
    least = away;
    best = index;
  });
  return best;
}
