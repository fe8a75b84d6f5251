/** What broke, in words, beside the place where it broke: the picture must say it by itself. */
import { rulerHeight } from './layout.ts';
import type { Box, Lettering, Pen } from './pen.ts';
import type { Scene } from './scene.ts';
import { isInView, takenOf, xOf, yOf } from './scene.ts';

const widest = 262;
const lineHeight = 16;
const linesMax = 5;
const padding = 7;
/** From the line of the violation. */
const distance = 20;

/** Words into lines no wider than `room` pixels; what is beyond the last line is cut. */
export function wrapped(
  pen: Pick<Pen, 'measure'>,
  text: string,
  found: { readonly room: number; readonly lettering: Lettering },
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && pen.measure(longer, found.lettering) > found.room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  if (lines.length <= linesMax) return lines;
  return [...lines.slice(0, linesMax - 1), `${lines[linesMax - 1] ?? ''} …`];
}

/** Places to try, best first: right or left of the line, near its lane and then further away. */
function places(scene: Scene, at: { x: number; y: number }, size: Omit<Box, 'x' | 'y'>): Box[] {
  const { width, height } = size;
  const { left, width: right, height: bottom } = scene.layout;
  const sides = [at.x - distance - width, at.x + distance].filter(
    (x) => x >= left + 4 && x + width <= right - 4,
  );
  const shifts = [26, -26 - height, 70, -70 - height, 120, -120 - height, 180, -180 - height];
  return shifts.flatMap((shift) =>
    sides
      .map((x) => ({ x, y: at.y + shift, width, height }))
      .filter(({ y }) => y > rulerHeight + 2 && y + height < bottom - 24),
  );
}

/** Draws nothing when the violation is out of view. */
export function drawCallout(scene: Scene): void {
  const { model, palette, pen } = scene;
  const last = model.violations.at(-1);
  if (last === undefined || model.story.verdict !== 'fail') return;
  const x = xOf(scene, last);
  if (!isInView(scene, x, x)) return;
  const lane = model.turns.lane[last] ?? -1;
  const at = { x, y: lane < 0 ? rulerHeight + 20 : yOf(scene, lane) };
  const lettering = { color: palette.violation, size: 12, bold: true };
  const lines = wrapped(pen, model.story.title, { room: widest - 2 * padding, lettering });
  const widths = lines.map((line) => pen.measure(line, lettering));
  const width = Math.max(...widths) + 2 * padding;
  const size = { width, height: lines.length * lineHeight + 2 * padding - 2 };
  const [box] = places(scene, at, size)
    .map((one) => ({ ...one, cost: takenOf(scene, one) }))
    .sort((left, right) => left.cost - right.cost);
  if (box === undefined) return;
  const line = { color: palette.violation, width: 1.5 };
  const near = { x: box.x < x ? box.x + width : box.x, y: box.y + size.height / 2 };
  pen.line(near, at, { ...line, width: 1 });
  pen.box(box, { fill: palette.background, line, round: 6 });
  lines.forEach((text, i) => {
    const y = box.y + padding + lineHeight * (i + 0.5) - 1;
    pen.text({ x: box.x + padding, y }, text, lettering);
  });
}
