/** Every key there is, once: the handler, the help and the tests read this table. */
import type { App, Direction } from './app.ts';
import {
  clearFilter,
  fit,
  goTo,
  jump,
  pan,
  selectLane,
  setCone,
  setScale,
  step,
  zoom,
} from './app.ts';

/** What the page offers beyond its state. */
export interface Tools {
  focusFilter(): void;
  help(): void;
  askWhere(): void;
  exporting(): void;
  copyLink(): void;
  copyReplay(): void;
  togglePlay(): void;
}

export interface Shortcut {
  /** As in `KeyboardEvent.key`, after `Shift+` or `Alt+` where it matters. */
  readonly keys: readonly string[];
  /** As the help shows it. */
  readonly shown: string;
  readonly does: string;
  run(app: App, tools: Tools): void;
}

function jumping(what: 'violation' | 'fault' | 'term change', direction: Direction) {
  return (app: App): void => {
    const { violations, faults, bars } = app.model;
    const places = { violation: violations, fault: faults, 'term change': bars.termChanges };
    jump(app, places[what], { direction, what });
  };
}

function matching(direction: Direction) {
  return (app: App): void => {
    jump(app, app.filter?.places ?? [], { direction, what: 'match' });
  };
}

function stepping(direction: Direction, size: 'event' | 'node' | null) {
  return (app: App): void => {
    step(app, direction, size ?? app.granularity);
  };
}

function sizing(size: App['granularity']) {
  return (app: App): void => {
    app.granularity = size;
    app.said = `steps: by ${size}`;
    app.changed();
  };
}

function leave(app: App): void {
  if (app.filter !== null) clearFilter(app);
  else if (app.coneOf >= 0) setCone(app, -1);
}

function speeding(factor: number) {
  return (app: App): void => {
    app.speed = Math.min(16, Math.max(0.25, app.speed * factor));
    app.said = `speed: ${app.speed} steps a second`;
    app.changed();
  };
}

function bookmark(app: App): void {
  app.bookmark = app.index;
  app.said = 'bookmark set';
  app.changed();
}

export const shortcuts: readonly Shortcut[] = [
  { keys: ['ArrowRight', 'l'], shown: '→ or l', does: 'next step', run: stepping(1, null) },
  { keys: ['ArrowLeft', 'h'], shown: '← or h', does: 'previous step', run: stepping(-1, null) },
  {
    keys: ['Shift+ArrowRight'],
    shown: 'Shift →',
    does: 'next event of any kind',
    run: stepping(1, 'event'),
  },
  {
    keys: ['Shift+ArrowLeft'],
    shown: 'Shift ←',
    does: 'previous event of any kind',
    run: stepping(-1, 'event'),
  },
  {
    keys: ['Alt+ArrowRight'],
    shown: 'Alt →',
    does: 'next event of the lane',
    run: stepping(1, 'node'),
  },
  {
    keys: ['Alt+ArrowLeft'],
    shown: 'Alt ←',
    does: 'previous event of the lane',
    run: stepping(-1, 'node'),
  },
  {
    keys: ['ArrowDown'],
    shown: '↓',
    does: 'select the next lane',
    run: (app) => selectLane(app, 1),
  },
  {
    keys: ['ArrowUp'],
    shown: '↑',
    does: 'select the lane above',
    run: (app) => selectLane(app, -1),
  },
  { keys: ['1'], shown: '1', does: 'step by the story', run: sizing('story') },
  { keys: ['2'], shown: '2', does: 'step by the lane', run: sizing('node') },
  { keys: ['3'], shown: '3', does: 'step by every event', run: sizing('event') },
  { keys: ['!'], shown: '!', does: 'next violation', run: violating },
  {
    keys: ['Alt+!', 'Alt+1'],
    shown: 'Alt !',
    does: 'previous violation',
    run: jumping('violation', -1),
  },
  { keys: ['f'], shown: 'f', does: 'next fault', run: jumping('fault', 1) },
  { keys: ['F'], shown: 'Shift f', does: 'previous fault', run: jumping('fault', -1) },
  { keys: ['t'], shown: 't', does: 'next change of term', run: jumping('term change', 1) },
  {
    keys: ['T'],
    shown: 'T',
    does: 'event by event, or real time',
    run: (app) => setScale(app, app.scale === 'real' ? 'logical' : 'real'),
  },
  {
    keys: ['V', 'v'],
    shown: 'V',
    does: 'order by causes (Lamport), or by events',
    run: (app) => setScale(app, app.scale === 'causal' ? 'logical' : 'causal'),
  },
  {
    keys: ['Alt+t'],
    shown: 'Alt t',
    does: 'previous change of term',
    run: jumping('term change', -1),
  },
  { keys: ['w', '+', '='], shown: 'w or +', does: 'zoom in', run: (app) => zoom(app, 0.7) },
  { keys: ['s', '-'], shown: 's or -', does: 'zoom out', run: (app) => zoom(app, 1 / 0.7) },
  { keys: ['a'], shown: 'a', does: 'view to the left', run: (app) => pan(app, -0.2) },
  { keys: ['d'], shown: 'd', does: 'view to the right', run: (app) => pan(app, 0.2) },
  { keys: ['0'], shown: '0', does: 'whole run, or the story', run: fit },
  {
    keys: ['c'],
    shown: 'c',
    does: 'causal past of the cursor',
    run: (app) => setCone(app, app.coneOf >= 0 ? -1 : app.index),
  },
  { keys: ['/'], shown: '/', does: 'filter', run: (_, tools) => tools.focusFilter() },
  { keys: ['Escape'], shown: 'Esc', does: 'clear the filter, then the cone', run: leave },
  { keys: ['n'], shown: 'n', does: 'next match', run: matching(1) },
  { keys: ['N'], shown: 'Shift n', does: 'previous match', run: matching(-1) },
  { keys: [' '], shown: 'Space', does: 'play or pause', run: (_, tools) => tools.togglePlay() },
  { keys: ['<'], shown: '<', does: 'play slower', run: speeding(0.5) },
  { keys: ['>'], shown: '>', does: 'play faster', run: speeding(2) },
  { keys: ['g'], shown: 'g', does: 'go to a time or event', run: (_, tools) => tools.askWhere() },
  { keys: ['m'], shown: 'm', does: 'set the bookmark', run: bookmark },
  {
    keys: ["'"],
    shown: "'",
    does: 'go to the bookmark',
    run: (app) => {
      if (app.bookmark >= 0) goTo(app, app.bookmark);
    },
  },
  { keys: ['x'], shown: 'x', does: 'first difference of two traces', run: diverging },
  { keys: ['y'], shown: 'y', does: 'copy a link to here', run: (_, tools) => tools.copyLink() },
  { keys: ['Y'], shown: 'Shift y', does: 'copy the replay', run: (_, tools) => tools.copyReplay() },
  { keys: ['e'], shown: 'e', does: 'export', run: (_, tools) => tools.exporting() },
  { keys: ['?'], shown: '?', does: 'this help', run: (_, tools) => tools.help() },
];

function diverging(app: App): void {
  const first = app.comparison?.differences[0];
  if (first !== undefined) {
    goTo(app, first.index);
    app.said = `${first.isHere ? 'only here' : 'only there'}: ${first.text}`;
    return;
  }
  app.said =
    app.comparison === null
      ? 'to compare: whitewater view TRACE --compare OTHER'
      : app.comparison.sentence;
  app.changed();
}

/** After the last violation the first comes again: there is always one to look at. */
function violating(app: App): void {
  const { violations } = app.model;
  const last = violations.at(-1);
  if (last === undefined) jump(app, violations, { direction: 1, what: 'violation' });
  else if (app.index >= last) goTo(app, violations[0] ?? last);
  else jump(app, violations, { direction: 1, what: 'violation' });
}

/** How the table names what was pressed. */
export function keyName(event: {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}): string {
  const { key, shiftKey, altKey } = event;
  if (altKey) return `Alt+${key}`;
  return shiftKey && key.startsWith('Arrow') ? `Shift+${key}` : key;
}
