/** The panel of the judge's orders: what happened in which order, and where no order is left. */
import type { App } from './app.ts';
import { goTo } from './app.ts';
import { make } from './dom.ts';
import type { Operation } from './marks.ts';
import type { Order } from './orders.ts';

/** So many of the last steps of each key, and so many keys. */
const stepsMax = 60;
const keysMax = 20;

const verdicts: Readonly<Record<Order['kind'], string>> = {
  linearizable: 'every answer is explained by this order',
  illegal: 'this is the longest order there is; nothing can come next',
  undecided: 'no verdict: the judge ran out of its budget',
};

function line(app: App, operation: Operation, text: string): HTMLLIElement {
  const go = (): void => goTo(app, operation.to >= 0 ? operation.to : operation.from);
  return make('li', {}, make('button', { type: 'button', class: 'link', onclick: go }, text));
}

function whose({ model }: App, operation: Operation): string {
  return `${model.lanes.all[operation.lane]?.name ?? ''} ${operation.text}`;
}

function orderList(app: App, { key, kind, steps, next }: Order): readonly HTMLElement[] {
  const first = Math.max(0, steps.length - stepsMax);
  const rows = steps.slice(first).map(({ operation, after }, i) => {
    const text = `${first + i + 1}. ${whose(app, operation)} · then ${key} is ${JSON.stringify(after)}`;
    return line(app, operation, text);
  });
  const crosses = next.map(({ operation, reason }) => {
    const row = line(app, operation, `✖ ${whose(app, operation)}: ${reason}`);
    row.className = 'impossible';
    return row;
  });
  const left = first === 0 ? '' : ` (the last ${stepsMax} of ${steps.length} steps)`;
  return [
    make('h3', {}, key),
    make('p', { class: 'muted' }, `${verdicts[kind]}${left}`),
    make('ul', { class: 'links' }, ...rows, ...crosses),
  ];
}

/** Is there a key without an order? */
export function isBroken({ model }: App): boolean {
  return model.orders.some(({ kind }) => kind === 'illegal');
}

export function orderPanel(app: App): HTMLElement {
  const { orders } = app.model;
  const more = orders.length - keysMax;
  const rest = more > 0 ? [make('p', { class: 'muted' }, `${more} more keys are not listed`)] : [];
  const lists = orders.slice(0, keysMax).flatMap((order) => orderList(app, order));
  return make('div', {}, ...lists, ...rest);
}
