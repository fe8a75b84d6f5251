/** The panels of servers and logs at the cursor; what the last step changed is marked. */
import type { EntryRef } from '../../trace/record.ts';
import type { App } from './app.ts';
import { goTo, storyLine } from './app.ts';
import type { Child } from './dom.ts';
import { fill, make } from './dom.ts';
import type { LogAt } from './logs.ts';
import { entryAt, firstDifference, logsAt } from './logs.ts';
import { turnEnd, turnStart } from './model.ts';
import type { NodeState } from './nodes.ts';
import { nodesAt } from './nodes.ts';

const columns: readonly (readonly [keyof NodeState, string])[] = [
  ['role', 'role'],
  ['term', 'term'],
  ['votedFor', 'voted for'],
  ['leader', 'leader'],
  ['commit', 'commit'],
  ['applied', 'applied'],
  ['unsynced', 'unsynced'],
  ['deadline', 'timer'],
  ['match', 'match'],
];

/** What to compare with: the step before in the size of steps that is chosen. */
function earlierIndex(app: App): number {
  const { model, index } = app;
  if (app.granularity === 'story') {
    const line = storyLine(app);
    const place = model.storyPlaces[line];
    const earlier = model.storyPlaces[place === index ? line - 1 : line];
    if (earlier !== undefined && earlier < index) return turnEnd(model, earlier);
  }
  return Math.max(0, turnStart(model, index) - 1);
}

function cell(now: string, before: string): HTMLTableCellElement {
  if (now === before || before === '') return make('td', {}, now);
  const old = make('del', {}, before);
  return make('td', { class: 'changed' }, old, ' ', make('ins', {}, now));
}

function nodeRow(now: NodeState, before: NodeState | undefined): HTMLTableRowElement {
  const cells = columns.map(([key]) => {
    const isClock = key === 'deadline';
    return cell(now[key], isClock ? now[key] : (before?.[key] ?? now[key]));
  });
  const isLeader = now.role.startsWith('leader');
  const name = `${isLeader ? '★ ' : ''}${now.server}`;
  return make('tr', { class: `role-${now.role}` }, make('th', { scope: 'row' }, name), ...cells);
}

/** Who votes, as each server sees it. */
function votersText(nodes: readonly NodeState[]): string {
  const by = new Map<string, string[]>();
  for (const { server, members } of nodes) by.set(members, [...(by.get(members) ?? []), server]);
  if (by.size === 1) return `voters: ${[...by.keys()].join('')}`;
  const parts = [...by].map(([members, servers]) => `${servers.join(', ')} by: ${members}`);
  return `voters: ${parts.join(' · ')}`;
}

export function nodesPanel(): { readonly element: HTMLElement; update(app: App): void } {
  const body = make('tbody');
  const names = columns.map(([, label]) => make('th', { scope: 'col' }, label));
  const head = make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'server'), ...names));
  const table = make('table', { class: 'nodes' }, head, body);
  const scroll = make('div', { class: 'scroll', tabindex: '0', role: 'region' }, table);
  const members = make('p', { class: 'muted' });
  const element = make('div', {}, scroll, members);
  scroll.setAttribute('aria-label', 'servers at the cursor');
  return {
    element,
    update(app) {
      const now = nodesAt(app.model, app.diaries, turnEnd(app.model, app.index));
      const before = nodesAt(app.model, app.diaries, earlierIndex(app));
      fill(body, ...now.map((state, i) => nodeRow(state, before[i])));
      members.textContent = votersText(now);
    },
  };
}

const around = 12;

interface Window {
  readonly low: number;
  readonly high: number;
}

/** ±12 indexes around where the logs differ, or around their ends. */
function windowOf(logs: readonly LogAt[], different: number): Window {
  const longest = Math.max(0, ...logs.map(({ entries }) => entries.at(-1)?.index ?? 0));
  const middle = different > 0 ? different : longest;
  const low = Math.max(1, middle - around);
  return { low, high: Math.min(longest, Math.max(middle, low) + around) };
}

/** The record in which a leader made the entry: where it comes from. */
function originOf(app: App, entry: EntryRef): number {
  return app.model.records.findIndex(
    (record) =>
      record.kind === 'propose' &&
      record.index === entry.index &&
      record.term === entry.term &&
      record.digest === entry.digest,
  );
}

function entryCell(app: App, log: LogAt, at: { index: number; different: number }): Child {
  const { index, different } = at;
  const entry = entryAt(log, index);
  const edge = index === log.commitIndex ? ' commit-edge' : '';
  if (entry === undefined) return make('td', { class: `none${edge}` }, '');
  const state = index <= log.commitIndex ? 'committed' : 'uncommitted';
  const isFirst = index === different;
  const color = `term-${entry.term % 6}`;
  const title = `${log.server}: index ${index}, term ${entry.term}, ${state}; click for its origin`;
  const label = `T${entry.term}${isFirst ? ' ✖' : ''}`;
  const go = (): void => {
    const origin = originOf(app, entry);
    if (origin >= 0) goTo(app, origin);
  };
  const inside = make('button', { type: 'button', title, onclick: go }, label);
  return make('td', { class: `${state} ${color}${edge}${isFirst ? ' differs' : ''}` }, inside);
}

export function logsPanel(): { readonly element: HTMLElement; update(app: App): void } {
  const table = make('table', { class: 'logs' });
  const words = make('p', { class: 'muted' });
  const scroll = make('div', { class: 'scroll', tabindex: '0', role: 'region' }, table);
  scroll.setAttribute('aria-label', 'logs at the cursor');
  const element = make('div', {}, scroll, words);
  return {
    element,
    update(app) {
      const index = turnEnd(app.model, app.index);
      const nodes = nodesAt(app.model, app.diaries, index);
      const commits = new Map(nodes.map(({ server, commit }) => [server, Number(commit)]));
      const logs = logsAt(app.model, app.histories, { index, commits });
      const different = firstDifference(logs);
      const { low, high } = windowOf(logs, different);
      const places = Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i);
      const heads = places.map((place) => make('th', { scope: 'col' }, String(place)));
      const rows = logs.map((log) => {
        const cells = places.map((place) => entryCell(app, log, { index: place, different }));
        return make('tr', {}, make('th', { scope: 'row' }, log.server), ...cells);
      });
      const corner = make('th', { scope: 'col' }, 'index');
      fill(table, make('thead', {}, make('tr', {}, corner, ...heads)), make('tbody', {}, ...rows));
      const key = 'solid: committed here · dashed: not · click: where it was made';
      words.textContent =
        places.length === 0
          ? 'all logs are empty'
          : different > 0
            ? `the logs differ first at index ${different} · ${key}`
            : key;
    },
  };
}
