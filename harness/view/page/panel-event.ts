/** The panels of the record under the cursor, its neighbours, and the messages under way. */
import type { App } from './app.ts';
import { arrowsBetween } from './arrows.ts';
import { goTo, step } from './app.ts';
import type { Child } from './dom.ts';
import { button, fill, make } from './dom.ts';
import { numberAt } from './lists.ts';
import { turnEnd } from './model.ts';
import { messageText, sentenceOf, timeText } from './words.ts';

export interface Panel {
  readonly element: HTMLElement;
  update(app: App): void;
}

export function sentenceAt(app: App, index: number): string {
  const record = app.model.records[index];
  if (record === undefined) return '';
  return sentenceOf(record, (id) => app.model.sends.get(id)?.message);
}

function causeChain(app: App): readonly number[] {
  const chain: number[] = [];
  let index = app.index;
  while (chain.length < 5) {
    const cause = app.model.records[index]?.cause ?? -1;
    if (cause < 0) break;
    index = app.model.indexOf(cause);
    // A page that holds a part of the trace may lack the cause.
    if (app.model.records[index]?.seq !== cause) break;
    chain.push(index);
  }
  return chain;
}

function effectsOf(app: App): readonly number[] {
  const { records } = app.model;
  const seq = records[app.index]?.seq ?? -1;
  const effects: number[] = [];
  const end = Math.min(records.length, app.index + 20_000);
  for (let i = app.index + 1; i < end && effects.length < 8; i += 1) {
    if (records[i]?.cause === seq) effects.push(i);
  }
  return effects;
}

function link(app: App, index: number, before: string): HTMLElement {
  const text = `${before} ${app.model.records[index]?.seq ?? 0}: ${sentenceAt(app, index)}`;
  const go = (): void => goTo(app, index);
  return make('li', {}, make('button', { type: 'button', class: 'link', onclick: go }, text));
}

/** The other end of the message that the record is about. */
function otherEnd(app: App): number {
  const { model, index } = app;
  const record = model.records[index];
  if (record === undefined || !('id' in record)) return -1;
  if (record.kind !== 'send') return model.indexOf(model.sends.get(record.id)?.seq ?? -1);
  const range = { from: index, to: index };
  let end = -1;
  arrowsBetween(model.quiver, range, (arrow) => {
    if (arrow.send === index && end < 0) end = arrow.end;
  });
  return end;
}

function longCut(value: unknown): string {
  const text = JSON.stringify(value, null, 1);
  return text.length > 6000 ? `${text.slice(0, 6000)}\n… (${text.length} characters)` : text;
}

export function eventPanel(): Panel {
  const title = make('p', { class: 'strong' });
  const causes = make('ul', { class: 'links' });
  const json = make('pre', { tabindex: '0', 'aria-label': 'record as JSON' });
  const tools = make('div', { class: 'tools' });
  const element = make('div', {}, title, tools, causes, json);
  return {
    element,
    update(app) {
      const record = app.model.records[app.index];
      if (record === undefined) return;
      title.textContent = `${timeText(record.at)} · ${sentenceAt(app, app.index)}`;
      const because = causeChain(app).map((index) => link(app, index, 'because of'));
      const effects = effectsOf(app).map((index) => link(app, index, 'leads to'));
      fill(causes, ...because, ...effects);
      const other = otherEnd(app);
      const far = button('other end', { title: 'go to the other end of the message' }, () =>
        goTo(app, other),
      );
      far.disabled = other < 0;
      fill(
        tools,
        button('◂ on this lane', { title: 'previous event of this lane' }, () => {
          step(app, -1, 'node');
        }),
        button('on this lane ▸', { title: 'next event of this lane' }, () => {
          step(app, 1, 'node');
        }),
        far,
      );
      json.textContent = longCut(record);
    },
  };
}

const neighbours = 9;

/** A list of the records around the cursor: what the picture shows, for those who cannot see it. */
export function listPanel(): Panel {
  const list = make('ul', { role: 'listbox', tabindex: '0', id: 'records' });
  list.setAttribute('aria-label', 'records around the cursor');
  const option = (app: App, index: number): Child => {
    const isHere = index === app.index;
    const record = app.model.records[index];
    const text = `${record?.seq ?? 0} · ${timeText(record?.at ?? 0)} · ${sentenceAt(app, index)}`;
    const isOut = app.filter !== null && app.filter.fits[index] !== 1;
    const props = {
      role: 'option',
      id: `record-${index}`,
      'aria-selected': isHere ? 'true' : 'false',
      class: isOut ? 'dim' : '',
      onclick: () => goTo(app, index),
    };
    return make('li', props, text);
  };
  return {
    element: list,
    update(app) {
      const last = app.model.records.length - 1;
      const from = Math.max(0, Math.min(app.index - neighbours, last - 2 * neighbours));
      const to = Math.min(last, from + 2 * neighbours);
      const options: Child[] = [];
      for (let i = from; i <= to; i += 1) options.push(option(app, i));
      fill(list, ...options);
      list.setAttribute('aria-activedescendant', `record-${app.index}`);
    },
  };
}

const flightMax = 12;

export function flightPanel(): Panel {
  const list = make('ul', { class: 'links' });
  const words = make('p', { class: 'muted' });
  return {
    element: make('div', {}, list, words),
    update(app) {
      const { model } = app;
      const moment = turnEnd(model, app.index);
      const now = model.records[moment]?.at ?? 0;
      const found: HTMLElement[] = [];
      let count = 0;
      arrowsBetween(model.quiver, { from: moment + 1, to: moment }, ({ send, end, fate }) => {
        count += 1;
        const sent = model.records[send];
        if (sent?.kind !== 'send' || found.length >= flightMax) return;
        const left =
          end < 0
            ? 'under way when the trace ends'
            : `${fate} in ${timeText(endAt(app, end) - now)}`;
        const text = `${sent.from} → ${sent.to}  ${messageText(sent.message)} · ${left}`;
        const go = (): void => goTo(app, send);
        const inside = make('button', { type: 'button', class: 'link', onclick: go }, text);
        found.push(make('li', {}, inside));
      });
      fill(list, ...found);
      const more = count > flightMax ? `, the first ${flightMax} shown` : '';
      words.textContent = count === 0 ? 'nothing is under way' : `${count} under way${more}`;
    },
  };
}

function endAt(app: App, end: number): number {
  return numberAt(app.model.turns.at, end);
}
