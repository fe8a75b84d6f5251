/** The panel of two traces: a verdict, the differences by time, how long a hop takes on each side. */
import type { App } from './app.ts';
import { goTo } from './app.ts';
import type { Comparison } from './compare.ts';
import { make } from './dom.ts';
import { timeText } from './words.ts';

const listedMax = 200;

function countTable({ counts, hop, reordered }: Comparison): HTMLElement {
  const row = (what: string, here: string, there: string): HTMLElement =>
    make(
      'tr',
      {},
      make('th', { scope: 'row' }, what),
      make('td', {}, here),
      make('td', { class: here === there ? '' : 'changed' }, there),
    );
  const heads = ['the bus', 'here', 'there'].map((text) => make('th', { scope: 'col' }, text));
  const rows = counts.map(({ what, here, there }) => row(what, `${here}`, `${there}`));
  const table = make('table', { class: 'nodes' }, make('thead', {}, make('tr', {}, ...heads)));
  const body = make(
    'tbody',
    {},
    ...rows,
    row('in another order', '–', `${reordered}`),
    row('half arrive within', timeText(hop.here.median), timeText(hop.there.median)),
    row('19 of 20 within', timeText(hop.here.most), timeText(hop.there.most)),
  );
  table.append(body);
  return table;
}

export function comparePanel(app: App, comparison: Comparison): HTMLElement {
  const { name, sentence, differences } = comparison;
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
    countTable(comparison),
    make('p', { class: 'muted' }, `${count} differences${more} (x: the first one)`),
    make(
      'div',
      { class: 'tall', tabindex: '0', role: 'region', 'aria-label': 'differences' },
      make('ul', { class: 'links' }, ...rows),
    ),
  );
}
