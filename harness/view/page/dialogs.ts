/** The windows over the page: help, export, and where to go. */
import type { App } from './app.ts';
import { goTo } from './app.ts';
import type { Shortcut } from './commands.ts';
import { button, make } from './dom.ts';
import type { ExportKind } from './export.ts';
import { countUpTo } from './lists.ts';

function dialog(title: string, ...inside: readonly HTMLElement[]): HTMLDialogElement {
  const heading = make('h2', {}, title);
  const close = button('close', { title: 'close (Escape)' }, () => made.close());
  const head = make('div', { class: 'head' }, heading, close);
  const made = make('dialog', { 'aria-label': title }, head, ...inside);
  return made;
}

const grammar = [
  'node:S1',
  'type:vote*',
  'kind:drop',
  'fault:*',
  'term:2..3',
  'index:4',
  'client:c1',
  'before:181ms',
  'after:20ms',
  'cause:e37',
  'effect:e12',
  'text:"set x"',
  '-type:AppendEntries',
];

/** What the shapes mean, in the words of section headings of a textbook. */
const legend: readonly (readonly [string, string])[] = [
  ['thin bar', 'follower; the colour and the text are its term'],
  ['thin dotted bar', 'learner; grey: a server in nobody’s configuration'],
  ['dashed box', 'candidate; + S2 = 2 of 3: votes so far, of those needed'],
  ['dotted box', 'pre-candidate: asks first who would vote for it'],
  ['thick bar with ★', 'leader'],
  ['arrow, filled head', 'request; hollow head: reply'],
  ['broken red arrow with ✕', 'lost message and the fault that took it'],
  ['thick purple arrow', 'second copy (×2) or redelivery by the bus (↺)'],
  ['◷ +5 ms', 'held back by a fault'],
  ['▲', 'the commit index advances'],
  ['dots under a lane', 'a write that is only in memory; red: a crash takes it'],
  ['⚙ ▤ ▥ ◉', 'a configuration, a snapshot kept, one restored, a read served'],
  ['✂ ▣ ⊘ ≠', 'the bus: lock lost, dead letter, throttled, disconnected'],
  ['blue bar with a dot', 'where an operation seems to take effect; dotted line: the order'],
  ['hatched gap', 'server down; ↻ restart'],
  ['rhombus', 'only in this one of two traces; dashed: only in the other'],
  ['red line', 'the promise is broken here; rings: the evidence'],
];

export function helpDialog(shortcuts: readonly Shortcut[]): HTMLDialogElement {
  const rows = shortcuts.map(({ shown, does }) =>
    make('li', {}, make('kbd', {}, shown), ` ${does}`),
  );
  const keys = make('ul', { class: 'keys' }, ...rows);
  const signs = legend.map(([sign, meaning]) =>
    make('tr', {}, make('td', {}, sign), make('td', {}, meaning)),
  );
  const signTable = make('table', {}, make('tbody', {}, ...signs));
  const words = grammar.flatMap((word) => [make('code', {}, word), ' ']);
  return dialog(
    'Help',
    make('h3', {}, 'What the shapes mean'),
    signTable,
    make('h3', {}, 'Keys'),
    keys,
    make('h3', {}, 'Filter'),
    make('p', {}, ...words),
  );
}

const kinds: readonly (readonly [ExportKind, string])[] = [
  ['png', 'PNG picture'],
  ['svg', 'SVG picture'],
  ['mermaid', 'Mermaid sequence diagram'],
  ['ndjson', 'records in view (NDJSON)'],
];

export function exportDialog(run: (kind: ExportKind) => void): HTMLDialogElement {
  const choices = kinds.map(([kind, label]) => button(label, { title: label }, () => run(kind)));
  return dialog('Export what is in view', make('p', { class: 'tools' }, ...choices));
}

/** `181ms`, `0.5s`, `e37`, `i4`: the record meant, or -1. */
export function placeMeant(app: App, text: string): number {
  const { model } = app;
  const event = /^e(\d+)$/u.exec(text)?.[1];
  if (event !== undefined) return model.indexOf(Number(event));
  const index = /^i(\d+)$/u.exec(text)?.[1];
  if (index !== undefined) {
    const wanted = Number(index);
    return model.records.findIndex(
      (record) => record.kind === 'propose' && record.index === wanted,
    );
  }
  const time = /^(\d+(?:\.\d+)?) ?(ms|s)?$/u.exec(text);
  if (time === null) return -1;
  const micros = Number(time[1]) * (time[2] === 's' ? 1e6 : 1e3);
  return Math.max(0, countUpTo(model.turns.at, micros) - 1);
}

export function whereDialog(app: App): HTMLDialogElement {
  const input = make('input', { type: 'text', id: 'where', autocomplete: 'off' });
  const label = make(
    'label',
    { for: 'where' },
    'A time (181ms), an event (e37) or an entry (i4): ',
  );
  const go = make('button', { type: 'submit' }, 'go');
  const form = make('form', { method: 'dialog' }, label, input, ' ', go);
  const made = dialog('Go to', form);
  form.addEventListener('submit', () => {
    const index = placeMeant(app, input.value.trim());
    if (index >= 0) goTo(app, index);
  });
  return made;
}
