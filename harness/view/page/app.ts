/** The page's state and what can be done with it. Drawing follows, once a frame. */
import type { ViewerData } from '../data.ts';
import type { Comparison } from './compare.ts';
import { comparisonOf } from './compare.ts';
import { pastOf } from './cone.ts';
import type { Filter } from './filter.ts';
import { filterOf } from './filter.ts';
import type { Scale, Span } from './layout.ts';
import { held, placeOf, storySpan, wholeSpan, zoomed } from './layout.ts';
import { linkOf, linkText } from './link.ts';
import { clamp, countUpTo, lastBelow, nextAbove } from './lists.ts';
import type { LogHistories } from './logs.ts';
import { logHistoriesOf } from './logs.ts';
import type { Model } from './model.ts';
import { turnEnd, turnStart } from './model.ts';
import type { Diaries } from './nodes.ts';
import { diariesOf } from './nodes.ts';

export type Granularity = 'story' | 'node' | 'event';

export interface App {
  readonly data: ViewerData;
  readonly model: Model;
  readonly diaries: Diaries;
  readonly histories: LogHistories;
  /** With the second trace, or null: there is none. */
  readonly comparison: Comparison | null;
  index: number;
  scale: Scale;
  span: Span;
  /** The selected lane, or -1. */
  lane: number;
  /** Record whose causal past is shown, or -1. */
  coneOf: number;
  past: Uint8Array | null;
  filterText: string;
  filter: Filter | null;
  /** The view before the filter was set: Escape brings it back. */
  before: { readonly span: Span; readonly scale: Scale; readonly index: number } | null;
  /** The line of the story that was gone to; -1: the cursor says. */
  line: number;
  granularity: Granularity;
  bookmark: number;
  isPlaying: boolean;
  /** Steps a second. */
  speed: number;
  /** Asks for a drawing in the next frame. */
  changed: () => void;
  /** Says something in the status line. */
  said: string;
}

const logicalMax = 500;

export function appOf(data: ViewerData, model: Model, hash: string): App {
  const scale: Scale = model.records.length <= logicalMax ? 'logical' : 'real';
  const isFailure = data.story.verdict === 'fail';
  const told = isFailure ? model.storyPlaces.at(-1) : model.storyPlaces[0];
  const last = told ?? model.violations.at(-1);
  const app: App = {
    data,
    model,
    diaries: diariesOf(model),
    histories: logHistoriesOf(model),
    comparison: data.other === null ? null : comparisonOf(model, data.other),
    index: last ?? model.records.length - 1,
    scale,
    span: storySpan(model, scale),
    lane: -1,
    coneOf: -1,
    past: null,
    filterText: '',
    filter: null,
    before: null,
    line: isFailure ? -1 : 0,
    granularity: model.storyPlaces.length > 0 ? 'story' : 'event',
    bookmark: -1,
    isPlaying: false,
    speed: 1,
    changed: () => undefined,
    said: '',
  };
  applyLink(app, hash);
  return app;
}

/** Brings the page where the link says; what it does not say stays. */
export function applyLink(app: App, hash: string): void {
  const link = linkOf(hash);
  const { model } = app;
  if (link.scale !== null) setScale(app, link.scale);
  if (link.view !== null) app.span = held(model, app.scale, link.view);
  if (link.seq >= 0) app.index = model.indexOf(link.seq);
  if (link.node !== '') app.lane = model.lanes.byName.get(link.node) ?? -1;
  if (link.filter !== '') setFilter(app, link.filter);
  if (link.cone) setCone(app, app.index);
  if (link.seq >= 0 && link.view === null) reveal(app);
}

export function hashOf(app: App): string {
  const { model, scale, span: view, lane, filterText: filter, coneOf } = app;
  const seq = model.records[app.index]?.seq ?? -1;
  const node = model.lanes.all[lane]?.name ?? '';
  return linkText({ seq, view, scale, node, filter, cone: coneOf >= 0 });
}

/** Moves the view, if it must, so that the cursor is in it. */
export function reveal(app: App): void {
  const { span, model, scale } = app;
  const place = placeOf(model, scale, app.index);
  const width = span.high - span.low;
  if (place >= span.low + width * 0.04 && place <= span.high - width * 0.04) return;
  app.span = held(model, scale, { low: place - width / 2, high: place + width / 2 });
}

export function goTo(app: App, index: number): void {
  app.index = clamp(index, 0, app.model.records.length - 1);
  app.line = -1;
  app.said = '';
  reveal(app);
  app.changed();
}

export type Direction = 1 | -1;

/** The next or previous of some ascending places; says so when there is none. */
export function jump(
  app: App,
  places: ArrayLike<number>,
  options: { readonly direction: Direction; readonly what: string },
): boolean {
  const { direction, what } = options;
  const found = direction > 0 ? nextAbove(places, app.index) : lastBelow(places, app.index);
  if (found !== undefined) {
    goTo(app, found);
    return true;
  }
  app.said = `no ${direction > 0 ? 'later' : 'earlier'} ${what}`;
  app.changed();
  return false;
}

/** The line of the story at the cursor: the one gone to, or the last that is not after it; or -1. */
export function storyLine(app: App): number {
  if (app.line >= 0) return app.line;
  return countUpTo(app.model.storyPlaces, app.index) - 1;
}

/** Does the cursor stand in the turn that the line tells? */
export function isOnStory(app: App, line: number): boolean {
  const place = app.model.storyPlaces[line];
  return place !== undefined && turnStart(app.model, place) === turnStart(app.model, app.index);
}

/** Goes to a line of the story; false when there is none. Several lines may tell one moment. */
export function goToLine(app: App, line: number): boolean {
  const target = app.model.storyPlaces[line];
  if (target === undefined) return false;
  goTo(app, target);
  app.line = line;
  return true;
}

function stepStory(app: App, direction: Direction): boolean {
  const line = storyLine(app);
  const isOn = isOnStory(app, line);
  return goToLine(app, direction > 0 ? line + 1 : isOn ? line - 1 : line);
}

function stepLane(app: App, direction: Direction): boolean {
  const { turns, records } = app.model;
  const lane = app.lane >= 0 ? app.lane : (turns.lane[app.index] ?? -1);
  for (let i = app.index + direction; i >= 0 && i < records.length; i += direction) {
    if (turns.lane[i] !== lane || turnStart(app.model, i) !== i) continue;
    goTo(app, i);
    return true;
  }
  return false;
}

/** One step of the chosen size; false at the end. */
export function step(app: App, direction: Direction, size: Granularity): boolean {
  switch (size) {
    case 'story':
      return stepStory(app, direction);
    case 'node':
      return stepLane(app, direction);
    case 'event': {
      const target = app.index + direction;
      goTo(app, target);
      return target >= 0 && target < app.model.records.length;
    }
  }
}

export function zoom(app: App, factor: number, around?: number): void {
  const { model, scale, span } = app;
  const place = placeOf(model, scale, app.index);
  const middle = place < span.low || place > span.high ? (span.low + span.high) / 2 : place;
  app.span = held(model, scale, zoomed(span, around ?? middle, factor));
  app.changed();
}

/** Moves the view by a part of its width. */
export function pan(app: App, part: number): void {
  const { model, scale, span } = app;
  const by = (span.high - span.low) * part;
  app.span = held(model, scale, { low: span.low + by, high: span.high + by });
  app.changed();
}

/** The whole run; asked again, the part that the story tells. */
export function fit(app: App): void {
  const whole = wholeSpan(app.model, app.scale);
  const isWhole = app.span.low === whole.low && app.span.high === whole.high;
  app.span = isWhole ? storySpan(app.model, app.scale) : whole;
  app.changed();
}

export function setScale(app: App, scale: Scale): void {
  if (scale === app.scale) return;
  const whole = wholeSpan(app.model, app.scale);
  const part = (app.span.high - app.span.low) / (whole.high - whole.low);
  app.scale = scale;
  const next = wholeSpan(app.model, scale);
  const half = ((next.high - next.low) * part) / 2;
  const middle = placeOf(app.model, scale, app.index);
  const isStory = part < 0.999;
  app.span = held(app.model, scale, { low: middle - half, high: middle + half });
  if (!isStory) app.span = next;
  else if (app.model.storyPlaces.length > 1) app.span = storySpan(app.model, scale);
  reveal(app);
  app.changed();
}

export function setFilter(app: App, text: string): void {
  const { span, scale, index } = app;
  if (app.filter === null && text.trim() !== '') app.before = { span, scale, index };
  app.filterText = text;
  app.filter = filterOf(app.model, text);
  const { filter } = app;
  if (filter !== null) {
    app.said = filter.problem === '' ? `${filter.places.length} records fit` : filter.problem;
  }
  app.changed();
}

/** Takes the filter away and brings back the view that was there before it. */
export function clearFilter(app: App): void {
  if (app.before !== null) Object.assign(app, app.before);
  app.before = null;
  app.filter = null;
  app.filterText = '';
  app.said = '';
  app.changed();
}

/** Shows only what led to a record; -1 shows all again. */
export function setCone(app: App, index: number): void {
  app.coneOf = index;
  app.past = index < 0 ? null : pastOf(app.model, turnEnd(app.model, index));
  if (app.past !== null) {
    const size = app.past.reduce((sum, one) => sum + one, 0);
    app.said = `causal past: ${size} of ${app.model.records.length} records`;
  }
  app.changed();
}

export function selectLane(app: App, by: Direction): void {
  const count = app.model.lanes.all.length;
  app.lane = clamp(app.lane < 0 ? app.model.lanes.firstServer : app.lane + by, 0, count - 1);
  app.said = `lane ${app.model.lanes.all[app.lane]?.name ?? ''}`;
  app.changed();
}
