/**
 * The state chart of one server: its roles, what it does with each input in each of them (from the
 * declared table), and which inputs lead from role to role (from an exploration of the machine).
 * With an activity, what runs have done is drawn on it.
 */
import { raft } from '../raft/machine.ts';
import type { Role } from '../raft/node.ts';
import { table } from '../raft/table.ts';
import type { Activity } from './activity.ts';
import { allInputs, allRoles, cellName, deadCells } from './cells.ts';
import { explore } from './explore.ts';
import { arrow, box, label, line, svg } from './picture.ts';
import type { Tone } from './picture.ts';
import { smallest } from './bounds.ts';
import { walk } from './walk.ts';

export interface Change {
  readonly from: Role;
  readonly to: Role;
  /** Inputs that may lead there, in the order of the table's columns. */
  readonly inputs: readonly string[];
}

const base = { ...smallest, forgetSettled: true, drops: Infinity };

/** Worlds in which every change of role happens. */
const worlds = [
  { ...base, servers: 1 },
  { ...base, terms: 3, control: true, crashes: 1, messages: 4 },
  { ...base, servers: 3, messages: 3 },
];

/** All changes of role that the machine can make, found by exploring it and walking through it. */
export function changesOfRole(): readonly Change[] {
  const cells = new Set(walk({ seed: 1, walks: 500 }));
  for (const bounds of worlds) {
    for (const cell of explore(raft, bounds, { watches: [] }).space.cells) cells.add(cell);
  }
  return allRoles.flatMap((from) =>
    allRoles.flatMap((to): readonly Change[] => {
      if (from === to) return [];
      const inputs = allInputs.filter((input) => cells.has(`${from}/${input}/${to}`));
      return inputs.length === 0 ? [] : [{ from, to, inputs }];
    }),
  );
}

const columnWidth = 250;
const rowHeight = 18;
const top = 56;
const boxHeight = 30 + allInputs.length * rowHeight;

function seen(activity: Activity | null, counts: 'cells' | 'changes', name: string): number {
  return activity?.[counts].get(name) ?? 0;
}

function toneOf(activity: Activity | null, hits: number, idle: boolean): Tone {
  if (activity === null) return idle ? 'faint' : 'plain';
  if (hits > 0) return 'live';
  return idle ? 'faint' : 'bad';
}

function roleBox(role: Role, column: number, activity: Activity | null): readonly string[] {
  const x = 20 + column * columnWidth;
  const width = columnWidth - 20;
  const rows = allInputs.map((input, at) => {
    const cell = cellName(role, input);
    const transition = table[role][input];
    const idle = transition === 'ignore' || transition === 'forbid' || deadCells.includes(cell);
    const hits = seen(activity, 'cells', cell);
    const times = hits > 0 ? ` ×${hits}` : '';
    const y = top + 42 + at * rowHeight;
    const tone = toneOf(activity, hits, idle);
    return label({ x: x + 10, y, text: `${input} / ${transition}${times}`, tone });
  });
  const title = label({ x: x + width / 2, y: top + 20, text: role, anchor: 'middle', bold: true });
  return [box({ x, y: top, width, height: boxHeight }, '#f5f7fa'), title, ...rows];
}

function lane(change: Change, at: number, activity: Activity | null): readonly string[] {
  const middle = (role: Role): number =>
    20 + allRoles.indexOf(role) * columnWidth + (columnWidth - 20) / 2;
  const y = top + boxHeight + 34 + at * 34;
  const hits = change.inputs.reduce(
    (sum, input) => sum + seen(activity, 'changes', `${change.from}/${input}/${change.to}`),
    0,
  );
  const tone = toneOf(activity, hits, false);
  const from = { x: middle(change.from), y };
  const to = { x: middle(change.to), y };
  const text = `${change.inputs.join(', ')}${hits > 0 ? ` ×${hits}` : ''}`;
  return [
    line({ x: from.x, y: top + boxHeight }, from, { tone: 'faint', dashed: true }),
    arrow(from, to, { tone }),
    label({ x: (from.x + to.x) / 2, y: y - 5, text, anchor: 'middle', tone }),
  ];
}

/** The chart as SVG; green is what runs have done, red what none has, grey what means nothing. */
export function statechartSvg(activity: Activity | null = null): string {
  const changes = changesOfRole();
  const what = 'input / transition of the declared table; below, the inputs that change the role';
  const colours = activity === null ? '' : '; green: done, with counts; red: never';
  return svg({
    width: 20 + allRoles.length * columnWidth,
    height: top + boxHeight + 40 + changes.length * 34,
    parts: [
      label({ x: 20, y: 24, text: 'One server of Whitewater’s Raft', bold: true }),
      label({ x: 20, y: 44, text: `${what}${colours}`, tone: 'faint' }),
      ...allRoles.flatMap((role, column) => roleBox(role, column, activity)),
      ...changes.flatMap((change, at) => lane(change, at, activity)),
    ],
  });
}

/** The chart as Mermaid. */
export function statechartMermaid(activity: Activity | null = null): string {
  const lines = ['stateDiagram-v2', '  [*] --> offline'];
  for (const { from, to, inputs } of changesOfRole()) {
    const hits = inputs.reduce(
      (sum, input) => sum + seen(activity, 'changes', `${from}/${input}/${to}`),
      0,
    );
    const times = activity === null ? '' : ` (×${hits})`;
    lines.push(`  ${from} --> ${to}: ${inputs.join(', ')}${times}`);
  }
  for (const role of allRoles) {
    const inner = allInputs
      .filter((input) => table[role][input] !== 'ignore' && table[role][input] !== 'forbid')
      .map((input) => `${input} / ${table[role][input]}`);
    lines.push(`  note right of ${role}`, ...inner.map((each) => `    ${each}`), '  end note');
  }
  return `${lines.join('\n')}\n`;
}
