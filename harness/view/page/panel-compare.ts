/** The panel of two traces: a verdict, the differences by time, how long a hop takes on each side. */
import type { App } from './app.ts';
import { goTo } from './app.ts';
import type { Comparison } from './compare.ts';
import { make } from './dom.ts';
import { timeText } from './words.ts';

const listedMax = 200;

export function comparePanel(app: App, comparison: Comparison): HTMLElement {
  const { name, sentence, differences, hop } = comparison;
  const rows = differences.slice(0, listedMax).map(({ at, text, isHere, index }) => {
    const where = isHere ? 'only here' : 'only there';
    const go = (): void => goTo(app, index);
    const label = `${timeText(at)} · ${where}: ${text}`;
    return make('li', {}, make('button', { type: 'button', class: 'link', onclick: go }, label));
  });
  const count = differences.length;
  const more = count > listedMax ? `, the first ${listedMax} listed` : '';
  return make(
    'div',
    {},
    make('p', { class: 'muted' }, `the other trace: ${name}`),
    make('p', { class: 'strong' }, sentence),
    make('p', {}, `median hop: ${timeText(hop.here)} here, ${timeText(hop.there)} there`),
    make('p', { class: 'muted' }, `${count} differences${more} (x: the first one)`),
    make('ul', { class: 'links' }, ...rows),
  );
}
