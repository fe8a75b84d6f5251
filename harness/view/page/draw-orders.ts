/** Linearization points on the lanes of the clients, joined in the order in which they happen. */
import type { Operation } from './marks.ts';
import type { Order } from './orders.ts';
import { pointPlaces } from './orders.ts';
import type { Point } from './pen.ts';
import type { Scene } from './scene.ts';
import { isDim, isInView, plotBox, xOf } from './scene.ts';

/** More points than this in view are left away. */
const pointsMax = 400;

interface Shown {
  readonly operation: Operation;
  readonly text: string;
  readonly number: number;
  readonly at: Point;
}

function spanOf(scene: Scene, { from, to, end }: Operation): { from: number; to: number } {
  const isOpen = to < 0 || end === 'info';
  return { from: xOf(scene, from), to: xOf(scene, isOpen ? scene.model.records.length : to) };
}

function shownOf(scene: Scene, { key, steps }: Order): readonly Shown[] {
  const spans = steps.map(({ operation }) => spanOf(scene, operation));
  const places = pointPlaces(spans, { first: 18, gap: 5 });
  return steps.map(({ operation, after }, i) => {
    const row = scene.layout.rows[operation.lane];
    const at = { x: places[i] ?? 0, y: row === undefined ? 0 : row.top + row.height - 5 };
    const value = JSON.stringify(after) ?? 'null';
    const text = `${i + 1}. on ${key}: ${operation.text} takes effect; then ${key} is ${value}`;
    return { operation, text, number: i + 1, at };
  });
}

function drawPoint(scene: Scene, { operation, at, text }: Shown): void {
  const { pen, palette, layout } = scene;
  const row = layout.rows[operation.lane];
  if (row === undefined || !isInView(scene, at.x, at.x)) return;
  pen.save({ alpha: isDim(scene, operation.from) ? 0.3 : 1 });
  const ink = { color: palette.cursor, width: 2 };
  pen.line({ x: at.x, y: row.top + 2 }, { x: at.x, y: row.top + row.height - 2 }, ink);
  pen.box({ x: at.x - 3, y: at.y - 3, width: 6, height: 6 }, { fill: palette.cursor, round: 3 });
  pen.restore();
  scene.hits.push({ from: at, to: at, index: operation.from, text });
}

/** What could have come next and cannot: a cross with its reason. */
function drawImpossible(scene: Scene, { key, next }: Order): void {
  const { pen, palette, layout } = scene;
  for (const { operation, reason } of next) {
    const row = layout.rows[operation.lane];
    const { to } = spanOf(scene, operation);
    if (row === undefined || !isInView(scene, to, to)) continue;
    const at = { x: to - 24, y: row.top + row.height - 7 };
    const ink = { color: palette.violation, width: 2 };
    pen.line({ x: at.x - 4, y: at.y - 4 }, { x: at.x + 4, y: at.y + 4 }, ink);
    pen.line({ x: at.x - 4, y: at.y + 4 }, { x: at.x + 4, y: at.y - 4 }, ink);
    const text = `${operation.text} cannot come next on ${key}: ${reason}`;
    scene.hits.push({ from: at, to: at, index: operation.from, text });
  }
}

export function drawOrders(scene: Scene): void {
  const { model, pen, palette } = scene;
  pen.save({ clip: plotBox(scene) });
  for (const order of model.orders) {
    const shown = shownOf(scene, order);
    const seen = shown.filter(({ at }) => isInView(scene, at.x, at.x));
    if (seen.length > pointsMax) continue;
    const line = { color: palette.cursor, width: 1, dash: [1.5, 2.5] };
    pen.shape(
      seen.map(({ at }) => at),
      { line },
    );
    for (const one of seen) drawPoint(scene, one);
    drawImpossible(scene, order);
  }
  pen.restore();
}
