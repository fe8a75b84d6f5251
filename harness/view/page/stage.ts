/** The two canvases: drawing them once a frame, pointing at things, dragging and the wheel. */
import type { App } from './app.ts';
import { goTo, pan, zoom } from './app.ts';
import { make } from './dom.ts';
import { draw } from './draw.ts';
import { indexAtPoint } from './draw-ground.ts';
import type { Layout } from './layout.ts';
import { held, layoutOf, placeAt } from './layout.ts';
import { densityOf, drawOverview, overviewPlace } from './overview.ts';
import type { Palette } from './palette.ts';
import type { Pen, Point } from './pen.ts';
import { canvasPen } from './pen.ts';
import type { Hit, Scene } from './scene.ts';

export interface Stage {
  readonly element: HTMLElement;
  readonly picture: HTMLCanvasElement;
  draw(app: App, palette: Palette): void;
  /** The same picture with another pen. */
  drawWith(app: App, palette: Palette, pen: Pen): Layout;
  /** What is drawn at a point of the picture, or undefined. */
  hitTest(at: Point): Hit | undefined;
  /** Width of a text, for pens that cannot measure. */
  readonly measure: Pen['measure'];
}

const overviewHeight = 44;

function distance(at: Point, { from, to }: Hit): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((at.x - from.x) * dx + (at.y - from.y) * dy) / length;
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(at.x - from.x - part * dx, at.y - from.y - part * dy);
}

const reach = 9;

/** The nearest thing within reach; small things win over long ones that pass by. */
function nearest(hits: readonly Hit[], at: Point): Hit | undefined {
  let best: Hit | undefined;
  let least = reach;
  for (const hit of hits) {
    const isSpot = hit.from.x === hit.to.x && hit.from.y === hit.to.y;
    const far = distance(at, hit) * (isSpot ? 0.6 : 1);
    if (far >= least) continue;
    least = far;
    best = hit;
  }
  return best;
}

function sized(canvas: HTMLCanvasElement, width: number, height: number): Pen | null {
  const ratio = window.devicePixelRatio > 0 ? window.devicePixelRatio : 1;
  const pixels = { width: Math.round(width * ratio), height: Math.round(height * ratio) };
  if (canvas.width !== pixels.width || canvas.height !== pixels.height) {
    canvas.width = pixels.width;
    canvas.height = pixels.height;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return canvasPen(context);
}

function sceneOf(
  app: App,
  found: { readonly palette: Palette; readonly pen: Pen; readonly layout: Layout },
): Scene {
  return {
    model: app.model,
    ...found,
    span: app.span,
    scale: app.scale,
    cursor: app.index,
    selectedLane: app.lane,
    past: app.past,
    fits: app.filter?.fits ?? null,
    differences: app.comparison?.differences ?? [],
    hits: [],
    taken: [],
  };
}

function wheel(app: App, event: WheelEvent, layout: Layout): void {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    const around = placeAt(layout, app.span, event.offsetX);
    zoom(app, Math.exp(event.deltaY * 0.002), around);
  } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    const by = event.deltaX === 0 ? event.deltaY : event.deltaX;
    pan(app, by / (layout.width - layout.left));
  }
}

/** Dragging with the primary button moves the view; without movement it is a click. */
function dragging(
  canvas: HTMLCanvasElement,
  does: { move(byPixels: number, at: Point): void; click(at: Point): void },
): void {
  let last: Point | null = null;
  let moved = 0;
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    last = { x: event.offsetX, y: event.offsetY };
    moved = 0;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (last === null) return;
    const at = { x: event.offsetX, y: event.offsetY };
    moved += Math.abs(at.x - last.x);
    if (moved > 3) does.move(at.x - last.x, at);
    last = at;
  });
  canvas.addEventListener('pointerup', (event) => {
    if (last !== null && moved <= 3) does.click({ x: event.offsetX, y: event.offsetY });
    last = null;
  });
  canvas.addEventListener('pointercancel', () => {
    last = null;
  });
}

/** A word beside the pointer about what it points at. */
function tooltip(canvas: HTMLCanvasElement, hitTest: Stage['hitTest']): HTMLElement {
  const tip = make('div', { id: 'tip', 'aria-hidden': 'true' });
  tip.hidden = true;
  canvas.addEventListener('pointermove', (event) => {
    const hit = hitTest({ x: event.offsetX, y: event.offsetY });
    tip.hidden = hit === undefined;
    canvas.style.cursor = hit === undefined ? 'default' : 'pointer';
    if (hit === undefined) return;
    tip.textContent = hit.text;
    tip.style.left = `${Math.min(event.offsetX + 14, canvas.clientWidth - 260)}px`;
    tip.style.top = `${event.offsetY + 16}px`;
  });
  canvas.addEventListener('pointerleave', () => {
    tip.hidden = true;
  });
  return tip;
}

function listen(
  app: App,
  stage: Stage,
  parts: {
    overview: HTMLCanvasElement;
    scroller: HTMLElement;
    scene: () => Scene | null;
  },
): void {
  const { picture } = stage;
  dragging(picture, {
    move: (by) => pan(app, -by / Math.max(1, picture.clientWidth - 104)),
    click: (at) => {
      const scene = parts.scene();
      if (scene === null) return;
      goTo(app, stage.hitTest(at)?.index ?? indexAtPoint(scene, at));
    },
  });
  const center = (at: Point): void => {
    const { model, scale, span } = app;
    const place = overviewPlace({ model, scale, width: parts.overview.clientWidth }, at.x);
    const half = (span.high - span.low) / 2;
    app.span = held(model, scale, { low: place - half, high: place + half });
    app.changed();
  };
  dragging(parts.overview, { move: (_, at) => center(at), click: center });
  picture.addEventListener(
    'wheel',
    (event) => {
      const scene = parts.scene();
      if (scene !== null) wheel(app, event, scene.layout);
    },
    { passive: false },
  );
}

export function stageOf(app: App): Stage {
  const picture = make('canvas', { id: 'picture', role: 'img' });
  picture.setAttribute(
    'aria-label',
    'space-time diagram; the records panel says the same in words',
  );
  const overview = make('canvas', { id: 'overview', role: 'img', 'aria-label': 'the whole run' });
  const scroller = make('div', { id: 'scroller' });
  let scene: Scene | null = null;
  let density: { key: string; counts: Float64Array } = { key: '', counts: new Float64Array(1) };
  const hitTest = (at: Point): Hit | undefined => nearest(scene?.hits ?? [], at);
  scroller.append(picture, tooltip(picture, hitTest));
  const measurer = make('canvas').getContext('2d');
  const plain = measurer === null ? null : canvasPen(measurer);
  const layout = (): Layout =>
    layoutOf(app.model, { width: scroller.clientWidth, height: scroller.clientHeight });
  const stage: Stage = {
    element: make('div', { id: 'stage' }, overview, scroller),
    picture,
    hitTest,
    measure: (text, lettering) => plain?.measure(text, lettering) ?? text.length * 6,
    drawWith(current, palette, pen) {
      const found = layout();
      draw(sceneOf(current, { palette, pen, layout: found }));
      return found;
    },
    draw(current, palette) {
      const found = layout();
      const pen = sized(picture, found.width, found.height);
      const small = sized(overview, overview.clientWidth, overviewHeight);
      if (pen === null || small === null) return;
      scene = sceneOf(current, { palette, pen, layout: found });
      draw(scene);
      const { model, scale, span, index: cursor } = current;
      const width = overview.clientWidth;
      const key = `${scale} ${width}`;
      if (density.key !== key) density = { key, counts: densityOf(model, scale, width) };
      const strip = { model, palette, pen: small, scale, span, cursor, width };
      drawOverview({ ...strip, height: overviewHeight }, density.counts);
    },
  };
  listen(app, stage, { overview, scroller, scene: () => scene });
  return stage;
}
