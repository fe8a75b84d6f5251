/** Messages as arrows. A copy that got lost ends early with a cross, a second copy is thick. */
import type { SendRecord } from '../../trace/record.ts';
import type { Arrow } from './arrows.ts';
import { arrowsBetween } from './arrows.ts';
import type { Point } from './pen.ts';
import type { Scene } from './scene.ts';
import { rulerHeight } from './layout.ts';
import { claim, isArrowDim, isInView, plotBox, xOf, yOf } from './scene.ts';
import { messageText, timeText } from './words.ts';

/** More arrows than this are drawn as density; fewer than that have labels. */
export const arrowsMax = 3000;
export const labelledMax = 90;
/** More arrows than this leave heartbeats and their answers without words. */
const routineMax = 50;

interface Way {
  readonly arrow: Arrow;
  readonly from: Point;
  readonly to: Point;
}

/** Neither delivered nor dropped, and that is what the verdict is about. */
function isMissed({ model }: Scene, { fate, send }: Arrow): boolean {
  return fate === 'pending' && model.violations.includes(send);
}

/** Lines begin and end below the boxes of clients, so that their words stay free. */
function edgeY(scene: Scene, lane: number): number {
  const { model, layout } = scene;
  const row = layout.rows[lane];
  const isClient = model.lanes.all[lane]?.kind === 'client';
  return isClient && row !== undefined ? row.top + row.height - 7 : yOf(scene, lane);
}

/** Where it starts and ends; a redelivery starts from the bus, a lost one goes part of the way. */
function wayOf(scene: Scene, arrow: Arrow): Way {
  const { model } = scene;
  const { records, lanes } = model;
  const startX = xOf(scene, arrow.send);
  const endX = arrow.end < 0 ? xOf(scene, records.length) : xOf(scene, arrow.end);
  const start = { x: startX, y: edgeY(scene, arrow.from) };
  const end = { x: Math.max(endX, startX + 3), y: edgeY(scene, arrow.to) };
  if (arrow.fate === 'redelivered') {
    const x = Math.max(startX, endX - 40);
    return { arrow, from: { x, y: yOf(scene, lanes.bus) }, to: end };
  }
  if (arrow.fate === 'pending') {
    const down = end.y - start.y;
    if (!isMissed(scene, arrow)) {
      return { arrow, from: start, to: { x: start.x + 16, y: start.y + Math.sign(down) * 30 } };
    }
    return { arrow, from: start, to: { x: start.x + 60, y: start.y + down * 0.8 } };
  }
  if (arrow.fate === 'dropped') {
    const part = 0.42;
    const reach = Math.max(end.x - start.x, Math.abs(end.y - start.y) * 0.35);
    const to = { x: start.x + reach * part, y: start.y + (end.y - start.y) * part };
    return { arrow, from: start, to };
  }
  return { arrow, from: start, to: end };
}

/** Lines begin and end beside the bars, so that heads stay visible on them. */
function beside({ arrow, from, to }: Way): Way {
  const down = Math.sign(to.y - from.y);
  const start = { x: from.x, y: from.y + down * 4 };
  if (arrow.fate === 'pending' || arrow.fate === 'dropped') return { arrow, from: start, to };
  return { arrow, from: start, to: { x: to.x, y: to.y - down * 9 } };
}

/** Arrows from one turn to another lie side by side: none may hide the other. */
function waysOf(scene: Scene, arrows: readonly Arrow[]): readonly Way[] {
  const seen = new Map<string, number>();
  return arrows.map((arrow) => {
    const way = beside(wayOf(scene, arrow));
    const key = `${way.from.x} ${way.from.y} ${way.to.x} ${way.to.y}`;
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    if (before === 0) return way;
    const by = -11 * before;
    const shift = ({ x, y }: Point): Point => ({ x: x + by, y });
    return { arrow, from: shift(way.from), to: shift(way.to) };
  });
}

/** Those in view; of more than `arrowsMax` only that there are more. */
export function arrowsInView(
  scene: Scene,
  range: { readonly from: number; readonly to: number },
): readonly Arrow[] {
  const shown: Arrow[] = [];
  arrowsBetween(scene.model.quiver, range, (arrow) => {
    if (shown.length > arrowsMax) return;
    const from = xOf(scene, arrow.send);
    const to = arrow.end < 0 ? from + 60 : xOf(scene, arrow.end);
    if (isInView(scene, from, to)) shown.push(arrow);
  });
  return shown;
}

function head(scene: Scene, way: Way, color: string): void {
  const { pen, palette } = scene;
  const { from, to, arrow } = way;
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const wing = (turn: number): Point => ({
    x: to.x - 9 * Math.cos(angle + turn),
    y: to.y - 9 * Math.sin(angle + turn),
  });
  const fill = arrow.isReply ? palette.background : color;
  pen.shape([to, wing(0.42), wing(-0.42), to], { fill, line: { color, width: 1.4 } });
}

function cross(scene: Scene, at: Point, color: string): void {
  const { pen } = scene;
  const ink = { color, width: 2.4 };
  pen.line({ x: at.x - 5, y: at.y - 5 }, { x: at.x + 5, y: at.y + 5 }, ink);
  pen.line({ x: at.x - 5, y: at.y + 5 }, { x: at.x + 5, y: at.y - 5 }, ink);
}

function faultName(scene: Scene, arrow: Arrow): string {
  const band = scene.model.bands.find(({ fault }) => fault === arrow.fault);
  return band?.name ?? '';
}

/** A run that stops at the violation says nothing about what was still under way. */
function missedText(scene: Scene, arrow: Arrow): string {
  if (!isMissed(scene, arrow)) return '… under way';
  const stopped = scene.model.records.findLast(({ kind }) => kind === 'end');
  const isCut = stopped?.kind === 'end' && stopped.reason === 'violation';
  return isCut ? '⚠ sent already' : '? never arrives';
}

/** What became of it, in words: on its label and when pointed at. */
export function fateText(scene: Scene, arrow: Arrow): string {
  const fault = faultName(scene, arrow);
  switch (arrow.fate) {
    case 'dropped':
      return `✕ lost: ${fault === '' ? arrow.reason : fault}`;
    case 'duplicate':
      return '×2 second copy';
    case 'redelivered':
      return '↺ redelivered';
    case 'pending':
      return missedText(scene, arrow);
    case 'delivered':
      if (isRepeatedVote(scene, arrow)) return '⚠ the same vote again';
      return arrow.delayedBy > 0 ? `◷ +${timeText(arrow.delayedBy)}` : '';
  }
}

/** A vote that its receiver has already: sent or delivered twice, it must count once. */
function isRepeatedVote({ model }: Scene, arrow: Arrow): boolean {
  if (arrow.family !== 'vote' || !arrow.isReply || arrow.end < 0) return false;
  return model.repeatedVotes.has(arrow.end);
}

function colorOf(scene: Scene, arrow: Arrow): string {
  const { palette } = scene;
  if (isRepeatedVote(scene, arrow) || isMissed(scene, arrow)) return palette.violation;
  if (arrow.fate === 'duplicate' || arrow.fate === 'redelivered') return palette.duplicate;
  if (arrow.fate === 'dropped') return palette.violation;
  return palette.families[arrow.family];
}

const dashes: { readonly [fate: string]: readonly number[] } = {
  dropped: [6, 4],
  pending: [2, 4],
  redelivered: [9, 3, 2, 3],
};

function drawArrow(scene: Scene, way: Way): void {
  const { pen } = scene;
  const { arrow, from, to } = way;
  const color = colorOf(scene, arrow);
  const isCopy = arrow.fate === 'duplicate' || arrow.fate === 'redelivered';
  const isTwice = isCopy || isRepeatedVote(scene, arrow) || isMissed(scene, arrow);
  const width = isTwice ? 2.6 : arrow.family === 'heartbeat' ? 0.9 : 1.4;
  const dash = dashes[arrow.fate];
  pen.line(from, to, { color, width, ...(dash === undefined ? {} : { dash }) });
  if (arrow.fate === 'dropped') cross(scene, to, color);
  else if (arrow.fate !== 'pending') head(scene, way, color);
}

/** The path without the delay, thin: on the real scale it shows what the fault cost. */
function drawGhost(scene: Scene, { arrow, from, to }: Way): void {
  const { layout, span, scale, palette, pen } = scene;
  if (scale !== 'real' || arrow.delayedBy <= 0) return;
  const perMicro = (layout.width - layout.left) / (span.high - span.low);
  const x = Math.max(from.x, to.x - arrow.delayedBy * perMicro);
  pen.line(from, { x, y: to.y }, { color: palette.muted, width: 0.8, dash: [2, 3] });
}

function labelText(scene: Scene, arrow: Arrow, send: SendRecord): string {
  if (isRepeatedVote(scene, arrow)) return `⚠ ${send.from}'s same vote again`;
  const fate = fateText(scene, arrow);
  return `${messageText(send.message)}${fate === '' ? '' : `  ${fate}`}`;
}

const labelPlaces = [0.34, 0.56, 0.2, 0.72, 0.45, 0.27];

function drawLabel(scene: Scene, { arrow, from, to }: Way): void {
  const { model, pen, palette } = scene;
  const send = model.records[arrow.send];
  if (send?.kind !== 'send') return;
  const text = labelText(scene, arrow, send);
  const color = colorOf(scene, arrow);
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const lettering = { color, size: 10.5, align: 'center' as const, angle };
  const width = pen.measure(text, lettering);
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const isLost = arrow.fate === 'dropped' || arrow.fate === 'pending';
  if (length < width * 0.75 && !isLost) return;
  const must = weight(scene, arrow) < 0 && send.message.kind !== 'AppendEntries';
  for (const part of labelPlaces) {
    const x = from.x + (to.x - from.x) * part + Math.sin(angle) * 8;
    const y = from.y + (to.y - from.y) * part - Math.cos(angle) * 8;
    const across = Math.abs(Math.cos(angle)) * width + 6;
    const down = Math.abs(Math.sin(angle)) * width + 11;
    const box = { x: x - across / 2, y: y - down / 2, width: across, height: down };
    if (x - across / 2 < scene.layout.left || box.y < rulerHeight) continue;
    if (!claim(scene, box) && !(must && part === labelPlaces.at(-1))) continue;
    pen.text({ x, y }, text, { ...lettering, halo: palette.background });
    return;
  }
}

function note(scene: Scene, { arrow, from, to }: Way): void {
  const send = scene.model.records[arrow.send];
  if (send?.kind !== 'send') return;
  const index = arrow.end < 0 ? arrow.send : arrow.end;
  const fate = fateText(scene, arrow);
  const text = `${send.from} → ${send.to}: ${messageText(send.message)} ${fate}`;
  scene.hits.push({ from, to, index, text });
}

/** Arrows that matter most are labelled first. */
function weight(scene: Scene, arrow: Arrow): number {
  const { fate, family, isReply } = arrow;
  if (isRepeatedVote(scene, arrow) || isMissed(scene, arrow)) return -1;
  if (fate === 'dropped' || fate === 'duplicate' || fate === 'redelivered') return 0;
  const weights = {
    vote: isReply ? 0 : 1,
    snapshot: 1,
    read: 2,
    append: isReply ? 3 : 2,
    client: 2,
    heartbeat: 3,
  };
  return weights[family];
}

export function drawArrows(scene: Scene, arrows: readonly Arrow[]): void {
  const { pen } = scene;
  pen.save({ clip: plotBox(scene) });
  const ways = waysOf(scene, arrows);
  for (const way of ways) {
    const isFaint = isArrowDim(scene, way.arrow);
    if (isFaint) pen.save({ alpha: 0.13 });
    drawGhost(scene, way);
    drawArrow(scene, way);
    if (isFaint) pen.restore();
    else note(scene, way);
  }
  pen.restore();
}

/** After the marks, which need their places more. */
export function drawLabels(scene: Scene, arrows: readonly Arrow[]): void {
  const most = arrows.length > labelledMax ? -1 : arrows.length > routineMax ? 2 : 3;
  const bright = arrows.filter(
    (arrow) => !isArrowDim(scene, arrow) && weight(scene, arrow) <= most,
  );
  scene.pen.save({ clip: plotBox(scene) });
  const ways = waysOf(scene, bright);
  for (const way of ways.toSorted(
    (left, right) => weight(scene, left.arrow) - weight(scene, right.arrow),
  )) {
    if (way.arrow.fate !== 'pending' || isMissed(scene, way.arrow)) drawLabel(scene, way);
  }
  scene.pen.restore();
}
