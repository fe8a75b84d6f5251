/** What only one of two traces has: a full rhombus here, a hollow one for what is only there. */
import type { Difference } from './compare.ts';
import { rulerHeight } from './layout.ts';
import type { Point } from './pen.ts';
import type { Scene } from './scene.ts';
import { claim, isInView, plotBox, xOf, yOf } from './scene.ts';

/** More differences than this in view are left away. */
const shownMax = 500;

function drawRhombus(scene: Scene, { x, y }: Point, isHere: boolean): void {
  const { palette, pen } = scene;
  const points = [
    { x: x - 7, y },
    { x, y: y - 7 },
    { x: x + 7, y },
    { x, y: y + 7 },
    { x: x - 7, y },
  ];
  const line = { color: palette.fault, width: 2.2 };
  if (isHere) pen.shape(points, { fill: palette.background, line });
  else pen.shape(points, { line: { ...line, width: 1.6, dash: [2.5, 2] } });
}

function drawFirst(scene: Scene, { index, isHere, text }: Difference): void {
  const { palette, pen, layout } = scene;
  const x = xOf(scene, index);
  if (!isInView(scene, x, x)) return;
  const ink = { color: palette.fault, width: 2, dash: [7, 4] };
  pen.line({ x, y: rulerHeight }, { x, y: layout.height }, ink);
  const words = `⇄ first difference, ${isHere ? 'only here' : 'only there'}: ${text}`;
  const lettering = { color: palette.fault, size: 12, bold: true, halo: palette.background };
  const width = pen.measure(words, lettering);
  const left = Math.max(layout.left + 4, Math.min(x + 6, layout.width - width - 6));
  const y = layout.height - 32;
  claim(scene, { x: left, y: y - 8, width, height: 16 });
  pen.text({ x: left, y }, words, lettering);
}

/** Differences by time; the first one has a line of its own. */
export function drawDifferences(scene: Scene): void {
  const { differences, pen } = scene;
  const [first] = differences;
  if (first === undefined) return;
  pen.save({ clip: plotBox(scene) });
  const seen = differences.filter(({ index }) => {
    const x = xOf(scene, index);
    return isInView(scene, x, x);
  });
  if (seen.length <= shownMax) {
    for (const { index, lane, isHere, text } of seen) {
      // What is only there stands beside the last record before it, not on it.
      const at = { x: xOf(scene, index) + (isHere ? 0 : 9), y: yOf(scene, lane) };
      drawRhombus(scene, at, isHere);
      const where = isHere ? 'only here' : 'only in the other trace';
      scene.hits.push({ from: at, to: at, index, text: `${where}: ${text}` });
    }
  }
  drawFirst(scene, first);
  pen.restore();
}
