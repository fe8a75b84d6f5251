/**
 * One drawing of the whole picture. Too many arrows for the width become a histogram of what
 * happened how densely; faults, roles and violations stay.
 */
import { arrowsInView, arrowsMax, drawArrows, drawLabels } from './draw-arrows.ts';
import { drawBars } from './draw-bars.ts';
import { drawDifferences } from './draw-compare.ts';
import { drawCallout } from './draw-callout.ts';
import { drawOrders } from './draw-orders.ts';
import {
  drawFaults,
  drawLanes,
  drawNames,
  drawOperations,
  drawRuler,
  rangeInView,
} from './draw-ground.ts';
import { drawCursor, drawMarks, drawViolation } from './draw-marks.ts';
import { numberAt } from './lists.ts';
import type { Scene } from './scene.ts';
import { plotBox, xOf, yOf } from './scene.ts';

/** Per server lane: how many records in each strip of four pixels. */
function drawDensity(scene: Scene, range: { from: number; to: number }): void {
  const { model, layout, palette, pen } = scene;
  const strip = 4;
  const strips = Math.ceil((layout.width - layout.left) / strip);
  const lanes = model.lanes.all.length;
  const counts = new Float64Array(strips * lanes);
  let most = 1;
  for (let i = range.from; i <= range.to; i += 1) {
    const lane = numberAt(model.turns.lane, i);
    const at = Math.floor((xOf(scene, i) - layout.left) / strip);
    if (lane < 0 || at < 0 || at >= strips) continue;
    const place = lane * strips + at;
    const count = numberAt(counts, place) + 1;
    counts[place] = count;
    if (count > most) most = count;
  }
  pen.save({ clip: plotBox(scene) });
  for (let lane = model.lanes.firstServer; lane < lanes; lane += 1) {
    const row = layout.rows[lane];
    if (row === undefined) continue;
    const room = row.height * 0.42;
    for (let at = 0; at < strips; at += 1) {
      const height = (numberAt(counts, lane * strips + at) / most) * room;
      if (height < 0.5) continue;
      const x = layout.left + at * strip;
      const box = { x, y: yOf(scene, lane) + room - height, width: strip - 1, height };
      pen.box(box, { fill: palette.muted });
    }
  }
  const text = 'zoom in (w, +, or ctrl and wheel) to see single messages';
  const lettering = { color: palette.muted, size: 12, halo: palette.background };
  const bus = yOf(scene, model.lanes.bus);
  pen.text({ x: layout.left + 12, y: bus }, text, lettering);
  pen.restore();
}

function drawNamesAbove(scene: Scene): void {
  drawFaults(scene, 'words');
  drawOperations(scene, 'words');
}

export function draw(scene: Scene): void {
  const range = rangeInView(scene);
  drawLanes(scene);
  drawRuler(scene);
  drawFaults(scene, 'shapes');
  drawOperations(scene, 'shapes');
  const arrows = arrowsInView(scene, range);
  if (arrows.length > arrowsMax) {
    drawDensity(scene, range);
    drawBars(scene, 'shapes');
    drawBars(scene, 'words');
    drawNamesAbove(scene);
  } else {
    drawBars(scene, 'shapes');
    drawArrows(scene, arrows);
    drawBars(scene, 'words');
    drawOrders(scene);
    drawNamesAbove(scene);
    drawMarks(scene, range);
    drawLabels(scene, arrows);
  }
  drawDifferences(scene);
  drawViolation(scene);
  drawCallout(scene);
  drawCursor(scene);
  drawNames(scene);
}
