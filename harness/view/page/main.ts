/** Opens the page: unpacks the data, builds the model, listens to keys, draws once a frame. */
import type { ViewerData } from '../data.ts';
import type { App } from './app.ts';
import { appOf, applyLink, goTo, hashOf, step } from './app.ts';
import type { Tools } from './commands.ts';
import { keyName, shortcuts } from './commands.ts';
import { exportDialog, helpDialog, whereDialog } from './dialogs.ts';
import { make } from './dom.ts';
import { exportAs, mermaidOf, svgOf } from './export.ts';
import { modelOf } from './model.ts';
import type { Shell } from './shell.ts';
import { shellOf, statusText, verdictText } from './shell.ts';
import type { Stage } from './stage.ts';
import { stageOf } from './stage.ts';
import { applyPalette, paletteNow, startTheme, toggleTheme } from './theme.ts';

async function unpacked(): Promise<ViewerData> {
  const text = document.getElementById('data')?.textContent ?? '';
  const letters = atob(text.trim());
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const data: ViewerData = await new Response(stream).json();
  return data;
}

async function copy(app: App, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    app.said = `copied: ${text}`;
  } catch {
    app.said = `copy this: ${text}`;
  }
  app.changed();
}

function playing(app: App): () => void {
  let timer = 0;
  const next = (): void => {
    const isMore = step(app, 1, app.granularity);
    if (!isMore) app.isPlaying = false;
    if (app.isPlaying) timer = window.setTimeout(next, 1000 / app.speed);
    app.changed();
  };
  return () => {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    app.isPlaying = !app.isPlaying;
    clearTimeout(timer);
    const last = app.model.storyPlaces.at(-1) ?? -1;
    if (app.isPlaying && app.granularity === 'story' && app.index >= last) {
      goTo(app, app.model.storyPlaces[0] ?? 0);
    }
    if (app.isPlaying) timer = window.setTimeout(next, 1000 / app.speed);
    app.changed();
  };
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || document.querySelector('dialog[open]') !== null;
}

/** Space and the arrows keep their meaning on what has the focus and uses them itself. */
function belongsToFocus(event: KeyboardEvent): boolean {
  const isPress = event.key === ' ' || event.key === 'Enter';
  return isPress && event.target instanceof Element && event.target.matches('button, summary');
}

function listenToKeys(app: App, tools: Tools): void {
  const byKey = new Map(shortcuts.flatMap((one) => one.keys.map((key) => [key, one] as const)));
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || isTyping(event.target) || belongsToFocus(event)) return;
    const shortcut = byKey.get(keyName(event));
    if (shortcut === undefined) return;
    event.preventDefault();
    shortcut.run(app, tools);
  });
}

/** For tests: what a program may ask instead of guessing at pixels. */
function expose(app: App, stage: Stage, found: { millis: () => number }): void {
  const viewer = {
    state: () => ({
      index: app.index,
      seq: app.model.records[app.index]?.seq ?? -1,
      scale: app.scale,
      span: app.span,
      filter: app.filterText,
      fits: app.filter?.places.length ?? -1,
      cone: app.coneOf,
      status: statusText(app),
      renderMillis: found.millis(),
    }),
    goto: (seq: number) => goTo(app, app.model.indexOf(seq)),
    hitTest: (x: number, y: number) => stage.hitTest({ x, y }) ?? null,
    hash: () => hashOf(app),
    svg: () => svgOf(app, stage, paletteNow()),
    mermaid: () => mermaidOf(app),
    storyLines: () => app.model.story.lines.map(({ text }) => text),
  };
  Object.assign(window, { __viewer: viewer });
}

/** Browsers refuse an address that changes too often. */
const hashMillis = 150;

function drawing(app: App, stage: Stage, shell: () => Shell): { now(): void; millis(): number } {
  let millis = 0;
  let asked = false;
  let waiting = 0;
  const now = (): void => {
    asked = false;
    const begun = performance.now();
    stage.draw(app, paletteNow());
    for (const panel of shell().panels) panel.update(app);
    shell().update(app);
    millis = performance.now() - begun;
    clearTimeout(waiting);
    waiting = window.setTimeout(() => history.replaceState(null, '', hashOf(app)), hashMillis);
  };
  app.changed = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(now);
  };
  return { now, millis: () => millis };
}

function toolsOf(app: App, stage: Stage, shell: () => Shell): Tools {
  const help = helpDialog(shortcuts);
  const where = whereDialog(app);
  const exporting = exportDialog((kind) => {
    exportAs(kind, { app, stage, palette: paletteNow() });
    exporting.close();
  });
  const open = (dialog: HTMLDialogElement): void => {
    if (!dialog.isConnected) document.body.append(dialog);
    dialog.showModal();
  };
  return {
    focusFilter: () => shell().filter.focus(),
    help: () => open(help),
    askWhere: () => open(where),
    exporting: () => open(exporting),
    copyLink: () => void copy(app, `${location.href.split('#')[0] ?? ''}${hashOf(app)}`),
    copyReplay: () => void copy(app, app.data.replay ?? ''),
    togglePlay: playing(app),
  };
}

async function start(): Promise<void> {
  const data = await unpacked();
  const app = appOf(data, modelOf(data.records, data.story, data.orders), location.hash);
  const stage = stageOf(app);
  let shell: Shell | null = null;
  const shellNow = (): Shell => {
    shell ??= shellOf(app, tools, {
      stage: stage.element,
      toggleTheme() {
        toggleTheme();
        repaint();
      },
    });
    return shell;
  };
  const tools = toolsOf(app, stage, shellNow);
  const repaint = (): void => {
    applyPalette(paletteNow());
    app.changed();
  };
  startTheme(repaint);
  applyPalette(paletteNow());
  document.title = verdictText(app);
  shellNow();
  const frames = drawing(app, stage, shellNow);
  expose(app, stage, frames);
  listenToKeys(app, tools);
  new ResizeObserver(() => app.changed()).observe(stage.element);
  window.addEventListener('hashchange', () => {
    applyLink(app, location.hash);
    app.changed();
  });
  frames.now();
  document.documentElement.dataset['ready'] = performance.now().toFixed(0);
}

start().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  const remedy = 'A browser of 2023 or later is needed; make the file again if it was cut.';
  const said = make('p', { role: 'alert' }, `This trace cannot be shown: ${text}. ${remedy}`);
  document.body.replaceChildren(said);
});
