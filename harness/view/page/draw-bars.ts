/** Roles and terms on the lanes of the servers: thin, dashed or thick; coloured and said. */
import type { Bar } from './bars.ts';
import { termColor } from './palette.ts';
import type { Box } from './pen.ts';
import type { Scene } from './scene.ts';
import { isInView, plotBox, xOf, yOf } from './scene.ts';

const heights = {
  follower: 6,
  learner: 6,
  outside: 4,
  preCandidate: 12,
  candidate: 18,
  leader: 24,
  gap: 18,
  pause: 30,
};

function barBox(scene: Scene, bar: Bar): Box {
  const from = Math.max(xOf(scene, bar.from), scene.layout.left - 20);
  const to = Math.min(xOf(scene, bar.to), scene.layout.width + 20);
  const height = heights[bar.kind];
  const y = yOf(scene, bar.lane) - height / 2;
  return { x: from, y, width: Math.max(1, to - from), height };
}

/** Diagonal lines: for what stands still or is not there. */
function hatch(scene: Scene, box: Box, color: string): void {
  const { pen } = scene;
  pen.save({ clip: box });
  for (let x = box.x - box.height; x < box.x + box.width; x += 7) {
    const from = { x, y: box.y + box.height };
    pen.line(from, { x: x + box.height, y: box.y }, { color, width: 1 });
  }
  pen.restore();
}

function barText(bar: Bar): string {
  switch (bar.kind) {
    case 'follower':
      return `T${bar.term}`;
    case 'learner':
      return `learner T${bar.term}`;
    case 'outside':
      return 'not a member';
    case 'preCandidate':
      return `pre-candidate T${bar.term}`;
    case 'candidate':
      return `candidate T${bar.term}`;
    case 'leader':
      return `★ LEADER T${bar.term}`;
    case 'gap':
      return 'down';
    case 'pause':
      return 'paused';
  }
}

function drawShape(scene: Scene, bar: Bar, box: Box): void {
  const { palette, pen, model } = scene;
  const color = termColor(palette, bar.term);
  switch (bar.kind) {
    case 'follower':
      pen.box(box, { fill: color });
      return;
    case 'learner':
      pen.box(box, { fill: palette.background, line: { color, width: 1.2, dash: [1.5, 2.5] } });
      return;
    case 'outside':
      pen.box(box, { fill: palette.gap });
      return;
    case 'preCandidate':
      pen.box(box, { fill: palette.background, line: { color, width: 1, dash: [2, 4] } });
      return;
    case 'candidate':
      pen.box(box, { fill: palette.background, line: { color, width: 2, dash: [6, 4] } });
      return;
    case 'leader': {
      const isBroken = model.violations.includes(bar.from);
      const line = isBroken ? { line: { color: palette.violation, width: 4 } } : {};
      pen.box(box, { fill: color, ...line });
      return;
    }
    case 'gap':
      pen.box(box, { fill: palette.background, line: { color: palette.gap, width: 1 } });
      hatch(scene, box, palette.gap);
      return;
    case 'pause':
      hatch(scene, box, palette.fault);
  }
}

function drawText(scene: Scene, bar: Bar, box: Box): void {
  const { palette, pen, layout } = scene;
  const text = barText(bar);
  const isLeader = bar.kind === 'leader';
  const isSmall = heights[bar.kind] <= 6;
  const isGrey = bar.kind === 'gap' || bar.kind === 'pause' || bar.kind === 'outside';
  const color = isLeader ? palette.onTerm : termColor(palette, bar.term);
  const lettering = {
    color: isGrey ? palette.muted : color,
    size: isLeader ? 13 : 11,
    bold: true,
    ...(isLeader ? {} : { halo: palette.background }),
  };
  const room = box.x + box.width - Math.max(box.x, layout.left) - 8;
  const width = pen.measure(text, lettering);
  if (room < width) {
    if (isLeader && room >= 12) pen.text({ x: box.x + 3, y: box.y + 12 }, '★', lettering);
    return;
  }
  const x = Math.max(box.x, layout.left) + (isSmall ? 4 : 8);
  const y = isSmall ? box.y - 8 : box.y + box.height / 2;
  scene.taken.push({ x, y: y - 8, width, height: 16 });
  pen.text({ x, y: y + 0.5 }, text, lettering);
}

/** The words go on top of the arrows, the shapes beneath them. */
export function drawBars(scene: Scene, what: 'shapes' | 'words'): void {
  const { model, pen } = scene;
  pen.save({ clip: plotBox(scene) });
  for (const bar of model.bars.bars) {
    if (!isInView(scene, xOf(scene, bar.from), xOf(scene, bar.to))) continue;
    const box = barBox(scene, bar);
    const alpha = scene.past !== null && scene.past[bar.from] !== 1 ? 0.35 : 1;
    pen.save({ alpha });
    if (what === 'shapes') drawShape(scene, bar, box);
    else drawText(scene, bar, box);
    pen.restore();
  }
  pen.restore();
}
