/** The story, word for word that of the terminal, and the rule that was broken. */
import type { App } from './app.ts';
import { goToLine, storyLine } from './app.ts';
import { make } from './dom.ts';
import type { Panel } from './panel-event.ts';
import { timeText } from './words.ts';

/** What the mark says to those who do not see it. */
const marks: { readonly [mark: string]: string } = { '⚠': 'fault', '✖': 'violation' };

export function storyPanel(app: App): Panel {
  const { story } = app.model;
  const lines = story.lines.map(({ at, mark, text }, line) => {
    const kind = marks[mark] ?? 'plain';
    const time = make('span', { class: 'time' }, timeText(at));
    const sign = make('span', { class: 'mark', 'aria-label': kind, role: 'img' }, mark);
    const words = make('span', { class: 'words' }, text);
    const go = (): void => void goToLine(app, line);
    const props = { type: 'button', class: `line ${kind}`, onclick: go };
    return make('button', props, time, sign, words);
  });
  const list = make('ol', { class: 'story' }, ...lines.map((line) => make('li', {}, line)));
  const counts = `${story.lines.length} steps, from ${story.cone} of ${story.events} events`;
  const folded = `${counts}; the rest does not influence the violation`;
  const summary = make('p', { class: 'muted' }, story.lines.length === 0 ? 'no story' : folded);
  const blocks = story.blocks.flatMap(({ title, rows }) => [
    make('h3', {}, title),
    make('pre', { tabindex: '0', 'aria-label': title }, rows.join('\n')),
  ]);
  const element = make('div', {}, list, summary, ...blocks);
  return {
    element,
    update(current) {
      const here = storyLine(current);
      lines.forEach((line, i) => {
        if (i === here) line.setAttribute('aria-current', 'step');
        else line.removeAttribute('aria-current');
        line.classList.toggle('later', i > here);
      });
      lines[here]?.scrollIntoView({ block: 'nearest' });
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
