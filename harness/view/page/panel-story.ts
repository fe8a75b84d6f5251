/** The story, word for word that of the terminal, and the rule that was broken. */
import type { App } from './app.ts';
import { goToLine, storyLine } from './app.ts';
import { fill, make } from './dom.ts';
import { clamp } from './lists.ts';
import type { Panel } from './panel-event.ts';
import { timeText } from './words.ts';

/** What the mark says to those who do not see it. */
const marks: { readonly [mark: string]: string } = { '⚠': 'fault', '✖': 'violation' };

/** A longer story is shown in part, around the cursor. */
const linesMax = 300;

function lineButton(app: App, line: number): HTMLButtonElement {
  const { at, mark, text } = app.model.story.lines[line] ?? { at: 0, mark: ' ', text: '' };
  const kind = marks[mark] ?? 'plain';
  const time = make('span', { class: 'time' }, timeText(at));
  const sign =
    kind === 'plain'
      ? make('span', { class: 'mark' })
      : make('span', { class: 'mark', 'aria-label': kind, role: 'img' }, mark);
  const words = make('span', { class: 'words' }, text);
  const go = (): void => void goToLine(app, line);
  return make('button', { type: 'button', class: `line ${kind}`, onclick: go }, time, sign, words);
}

interface Shown {
  from: number;
  here: number;
  buttons: readonly HTMLButtonElement[];
}

/** Makes the buttons around a line, unless they are there already. */
function show(app: App, list: HTMLOListElement, shown: Shown, here: number): void {
  const count = app.model.story.lines.length;
  const isThere = here >= shown.from && here < shown.from + shown.buttons.length;
  if (isThere || (shown.buttons.length > 0 && here < 0)) return;
  const from = clamp(here - linesMax / 2, 0, Math.max(0, count - linesMax));
  const length = Math.min(linesMax, count - from);
  shown.from = from;
  shown.here = -1;
  shown.buttons = Array.from({ length }, (_, i) => lineButton(app, from + i));
  list.start = from + 1;
  fill(list, ...shown.buttons.map((line) => make('li', {}, line)));
}

function summaryOf(app: App): string {
  const { story } = app.model;
  const { lines, cone, events } = story;
  if (lines.length === 0) return 'no story';
  const part = lines.length > linesMax ? ` (${linesMax} shown around the cursor)` : '';
  const counts = `${lines.length} steps${part}, from ${cone} of ${events} events`;
  const rest = story.verdict === 'fail' ? '; the rest does not influence the violation' : '';
  return counts + rest;
}

/** Moves the side panel only: the page itself stays where the reader has it. */
function scrollTo(line: HTMLElement): void {
  const pane = line.closest('aside');
  if (pane === null || pane.scrollHeight <= pane.clientHeight) return;
  const [inside, outside] = [line.getBoundingClientRect(), pane.getBoundingClientRect()];
  const above = inside.top - outside.top;
  const below = inside.bottom - outside.bottom;
  if (above < 0) pane.scrollTop += above;
  else if (below > 0) pane.scrollTop += below;
}

export function storyPanel(app: App): Panel {
  const { story } = app.model;
  const list = make('ol', { class: 'story' });
  const shown: Shown = { from: 0, here: -1, buttons: [] };
  const blocks = story.blocks.flatMap(({ title, rows }) => [
    make('h3', {}, title),
    make('pre', { tabindex: '0', role: 'region', 'aria-label': title }, rows.join('\n')),
  ]);
  const summary = make('p', { class: 'muted' }, summaryOf(app));
  return {
    element: make('div', {}, list, summary, ...blocks),
    update(current) {
      const here = storyLine(current);
      show(current, list, shown, here);
      if (here === shown.here) return;
      shown.buttons[shown.here - shown.from]?.removeAttribute('aria-current');
      const line = shown.buttons[here - shown.from];
      line?.setAttribute('aria-current', 'step');
      if (line !== undefined) scrollTo(line);
      shown.here = here;
    },
  };
}

export function rulePanel({ data }: App): HTMLElement {
  const { story, rule } = data;
  const element = make('div', {}, make('p', { class: 'strong' }, story.promise));
  if (rule === null) return element;
  element.append(make('p', {}, rule.because), make('h3', {}, 'How it usually breaks'));
  element.append(make('ul', {}, ...rule.breaks.map((text) => make('li', {}, text))));
  element.append(make('p', { class: 'muted' }, `Read on: ${rule.reading}`));
  return element;
}
