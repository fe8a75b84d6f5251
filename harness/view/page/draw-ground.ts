/** The ground of the picture: lanes with their names, the ruler, faults as bands, operations. */
import { clamp, numberAt } from './lists.ts';
import { placeAt, rulerHeight } from './layout.ts';
import type { Band, Operation } from './marks.ts';
import type { Palette } from './palette.ts';
import type { Scene } from './scene.ts';
import { isDim, isInView, plotBox, xOf, yOf } from './scene.ts';
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
  pen.text({ x, y: 13 }, label, { color: palette.muted, size: 11, align: 'center' });
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

function drawBand(scene: Scene, band: Band): void {
  const { model, layout, palette, pen } = scene;
  const row = layout.rows[model.lanes.faults];
  const from = xOf(scene, band.from);
  const to = Math.max(xOf(scene, band.to), from + 3);
  const lettering = { color: palette.fault, size: 11, bold: true };
  const text = `⚡ ${band.text}`;
  const width = pen.measure(text, lettering);
  const isMoment = band.to === band.from;
  if (row === undefined || !isInView(scene, from, Math.max(to, from + width))) return;
  const y = row.top + 4 + band.row * 19;
  const line = { color: palette.fault, width: 1 };
  pen.save({ alpha: isDim(scene, band.from) ? 0.3 : 1 });
  if (!isMoment) {
    pen.box({ x: from, y, width: to - from, height: 16 }, { fill: palette.faultFill, line });
  }
  pen.line({ x: from, y: y - 2 }, { x: from, y: y + 17 }, { color: palette.fault, width: 3 });
  const start = Math.max(from, layout.left) + 6;
  pen.text({ x: start, y: y + 8 }, text, { ...lettering, halo: palette.faultFill });
  pen.restore();
  const middle = { x: from, y: y + 8 };
  scene.hits.push({
    from: middle,
    to: { x: Math.max(to, start + width), y: y + 8 },
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

function drawOperation(scene: Scene, operation: Operation): void {
  const { model, layout, palette, pen } = scene;
  const { lane, from: begun, to: done, end, text } = operation;
  const row = layout.rows[lane];
  const isOpen = done < 0 || end === 'info';
  const from = xOf(scene, begun);
  const to = Math.max(xOf(scene, isOpen ? model.records.length : done), from + 4);
  if (row === undefined || !isInView(scene, from, to)) return;
  const { ink, mark } = operationColors(palette, end);
  const box = { x: from, y: row.top + 3, width: to - from, height: row.height - 6 };
  const isBroken = model.violations.includes(done) || model.violations.includes(begun);
  const color = isBroken ? palette.violation : ink;
  const dash = isOpen ? { dash: [5, 4] } : {};
  const isFaint = isDim(scene, begun);
  if (isFaint) pen.save({ alpha: 0.3 });
  const line = { color, width: isBroken ? 2.5 : 1.2, ...dash };
  pen.box(box, { fill: palette.background, line, round: 4 });
  if (isFaint) pen.restore();
  const shown = Math.max(from, layout.left);
  if (to - shown < 24) return;
  const clip = {
    x: shown,
    y: box.y,
    width: Math.min(to, layout.width) - shown,
    height: row.height,
  };
  pen.save({ clip });
  const label = `${mark} ${text}${commentOn(scene, operation)}`;
  const y = row.top + row.height / 2;
  const size = row.height > 20 ? 11 : 9;
  pen.text({ x: shown + 6, y }, label, { color, size, bold: isBroken });
  pen.restore();
  const hit = { from: { x: from, y }, to: { x: to, y }, index: begun };
  scene.hits.push({ ...hit, text: `${label} (${end})` });
}

export function drawFaults(scene: Scene): void {
  scene.pen.save({ clip: plotBox(scene) });
  for (const band of scene.model.bands) drawBand(scene, band);
  scene.pen.restore();
}

export function drawOperations(scene: Scene): void {
  scene.pen.save({ clip: plotBox(scene) });
  for (const operation of scene.model.operations) drawOperation(scene, operation);
  scene.pen.restore();
}

/** The turn under a pixel, as the index of its first record. */
export function indexAtPixel(scene: Scene, pixel: number): number {
  const { model, layout, span, scale } = scene;
  const place = placeAt(layout, span, pixel);
  const { first, at } = model.turns;
  if (scale === 'logical') {
    return numberAt(first, clamp(Math.floor(place), 0, first.length - 1));
  }
  let low = 0;
  let high = at.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberAt(at, middle) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
