/** The page around the picture: header, filter, panels, the bar of buttons, the status line. */
import type { App } from './app.ts';
import {
  clearFilter,
  fit,
  setCone,
  setFilter,
  isOnStory,
  setScale,
  step,
  storyLine,
  zoom,
} from './app.ts';
import type { Tools } from './commands.ts';
import { button, make, section } from './dom.ts';
import type { Panel } from './panel-event.ts';
import { eventPanel, flightPanel, listPanel, sentenceAt } from './panel-event.ts';
import { comparePanel } from './panel-compare.ts';
import { logsPanel, nodesPanel } from './panel-nodes.ts';
import { isBroken, orderPanel } from './panel-order.ts';
import { rulePanel, storyPanel } from './panel-story.ts';
import { timeText } from './words.ts';

export interface Shell {
  readonly filter: HTMLInputElement;
  readonly panels: readonly Panel[];
  readonly play: HTMLButtonElement;
  update(app: App): void;
}

const signs = { fail: '⚠', pass: '✓', unknown: '?' };

/** What the verdict is, as the heading and the title of the page. */
export function verdictText({ data }: App): string {
  const { story } = data;
  const name = story.invariant === null ? '' : `${story.invariant}: `;
  return `${signs[story.verdict]} ${name}${story.title}`;
}

function headerOf(app: App, tools: Tools, toggleTheme: () => void): HTMLElement {
  const { data, model } = app;
  const heading = make('h1', { class: data.story.verdict }, verdictText(app));
  const { subject, adapter, servers } = model.header;
  const facts = `${data.name} · ${servers.length} servers · machine ${subject} · ${adapter} bus`;
  const about = make('p', {}, make('strong', {}, data.story.promise), ` ${facts}`);
  const replay = button('copy replay', { title: 'copy the command that replays it' }, () =>
    tools.copyReplay(),
  );
  replay.hidden = data.replay === null;
  const buttons = make(
    'div',
    { class: 'tools' },
    replay,
    button('link', { title: 'copy a link to this moment' }, () => tools.copyLink()),
    button('export', { title: 'export the picture' }, () => tools.exporting()),
    button('◐', { title: 'light or dark' }, toggleTheme),
    button('? help', { title: 'help: keys, shapes and the filter' }, () => tools.help()),
  );
  const made = make('header', {}, make('div', { class: 'verdict' }, heading, about), buttons);
  if (data.note !== null) made.append(make('p', { class: 'note', role: 'note' }, data.note));
  return made;
}

function filterBar(app: App): { readonly element: HTMLElement; readonly input: HTMLInputElement } {
  const input = make('input', {
    type: 'search',
    id: 'filter',
    spellcheck: 'false',
    autocomplete: 'off',
    placeholder: 'node:S1 type:vote* kind:drop …',
  });
  let waiting = 0;
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => setFilter(app, input.value), 120);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') clearFilter(app);
    else if (event.key === 'Enter') setFilter(app, input.value);
    else return;
    event.preventDefault();
    input.blur();
  });
  const label = make('label', { for: 'filter' }, 'filter ');
  return { element: make('div', { class: 'filter', role: 'search' }, label, input), input };
}

function toolbar(app: App, tools: Tools): { bar: HTMLElement; play: HTMLButtonElement } {
  const play = button('▶ play', { title: 'play the steps' }, () => tools.togglePlay());
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
    play.disabled = true;
    play.title = 'your system asks for reduced motion: use the step buttons';
  }
  const bar = make(
    'div',
    { class: 'tools', role: 'toolbar', 'aria-label': 'moving about' },
    button('◂ step', { title: 'previous step (left arrow)' }, () => {
      step(app, -1, app.granularity);
    }),
    button('step ▸', { title: 'next step (right arrow)' }, () => {
      step(app, 1, app.granularity);
    }),
    play,
    button('+', { title: 'zoom in (w)' }, () => zoom(app, 0.7)),
    button('−', { title: 'zoom out (s)' }, () => zoom(app, 1 / 0.7)),
    button('fit', { title: 'whole run or story (0)' }, () => fit(app)),
    button('cone', { title: 'only what led here (c)' }, () =>
      setCone(app, app.coneOf >= 0 ? -1 : app.index),
    ),
    button('time', { title: 'event by event, or real time (T)' }, () =>
      setScale(app, app.scale === 'real' ? 'logical' : 'real'),
    ),
    button('causes', { title: 'order by causes, as Lamport did (V)' }, () =>
      setScale(app, app.scale === 'causal' ? 'logical' : 'causal'),
    ),
  );
  return { bar, play };
}

/** What the status line says: the story's words where the cursor stands on the story. */
export function statusText(app: App): string {
  const { model, index } = app;
  const record = model.records[index];
  const line = storyLine(app);
  const told = model.story.lines[line];
  const isBroken = told?.mark === '✖' || model.violations.includes(index);
  const broken = isBroken ? ', violation' : '';
  if (told !== undefined && isOnStory(app, line)) {
    const count = model.story.lines.length;
    return `step ${line + 1} of ${count}: ${timeText(told.at)}, ${told.text}${broken}`;
  }
  return `${timeText(record?.at ?? 0)}, ${sentenceAt(app, index)}${broken}`;
}

export function shellOf(
  app: App,
  tools: Tools,
  parts: { readonly stage: HTMLElement; readonly toggleTheme: () => void },
): Shell {
  const filter = filterBar(app);
  const { bar, play } = toolbar(app, tools);
  const status = make('p', { id: 'status', role: 'status', 'aria-live': 'polite' });
  const said = make('p', { id: 'said', role: 'status', 'aria-live': 'polite' });
  const panels = {
    story: storyPanel(app),
    nodes: nodesPanel(),
    logs: logsPanel(),
    flight: flightPanel(),
    list: listPanel(),
    event: eventPanel(),
  };
  const open = { isOpen: true };
  const compared =
    app.comparison === null
      ? []
      : [section('Compared', comparePanel(app, app.comparison), { id: 'panel-compare', ...open })];
  const ordered =
    app.model.orders.length === 0
      ? []
      : [
          section('Order of operations', orderPanel(app), {
            id: 'panel-order',
            isOpen: isBroken(app),
          }),
        ];
  const side = make(
    'aside',
    { 'aria-label': 'at the cursor' },
    ...compared,
    section('Story', panels.story.element, { id: 'panel-story', ...open }),
    ...ordered,
    section('Servers', panels.nodes.element, { id: 'panel-nodes', ...open }),
    section('Logs', panels.logs.element, { id: 'panel-logs', ...open }),
    section('The rule', rulePanel(app), { id: 'panel-rule', ...open }),
    section('In flight', panels.flight.element, { id: 'panel-flight', ...open }),
    section('Event', panels.event.element, { id: 'panel-event', ...open }),
    section('Records', panels.list.element, { id: 'panel-list', ...open }),
  );
  const main = make('main', { id: 'main' }, parts.stage, side);
  const promise = make('p', { class: 'muted' }, 'This file makes no requests.');
  const footer = make('footer', {}, bar, filter.element, status, said, promise);
  document.body.replaceChildren(headerOf(app, tools, parts.toggleTheme), main, footer);
  return {
    filter: filter.input,
    panels: Object.values(panels),
    play,
    update(current) {
      status.textContent = statusText(current);
      said.textContent = current.said;
      play.textContent = current.isPlaying ? '❚❚ pause' : '▶ play';
      if (document.activeElement !== filter.input) filter.input.value = current.filterText;
    },
  };
}
