/** The system view: the machine in the middle, its ports around it, what each of them says. */
import type { PortName } from './breach.ts';
import { arrow, box, label, svg } from './picture.ts';
import { portRules } from './ports.ts';

interface Port {
  readonly name: PortName;
  readonly side: 'provided' | 'required';
  /** What it tells the machine, and what the machine tells it. */
  readonly hears: string;
  readonly says: string;
}

/** In the order of the picture; the compiler holds the words to the ports that are watched. */
export const portViews: readonly Port[] = [
  { name: 'control', side: 'provided', hears: 'OnLine, OffLine', says: '' },
  {
    name: 'incoming',
    side: 'provided',
    hears: 'RequestVote, AppendEntries, ClientRequest',
    says: 'their replies, once durable',
  },
  { name: 'electionTimer', side: 'required', hears: 'time-out', says: 'arm, disarm' },
  { name: 'heartbeatTimer', side: 'required', hears: 'time-out', says: 'arm, disarm' },
  { name: 'storage', side: 'required', hears: 'persisted', says: 'persist' },
  {
    name: 'outgoing',
    side: 'required',
    hears: 'replies',
    says: 'RequestVote, AppendEntries',
  },
  { name: 'configuration', side: 'required', hears: 'the servers, the time-outs', says: '' },
  { name: 'rules', side: 'required', hears: 'decisions', says: 'questions' },
];

const rowHeight = 66;

function portBox(port: Port, row: number): readonly string[] {
  const provided = port.side === 'provided';
  const x = provided ? 20 : 700;
  const y = 60 + row * rowHeight;
  const edge = provided ? x + 260 : x;
  const machine = provided ? 400 : 580;
  const inner = { x: machine, y: y + 18 };
  const outer = { x: edge, y: y + 18 };
  const back = [
    { x: machine, y: y + 36 },
    { x: edge, y: y + 36 },
  ] as const;
  const middle = (edge + machine) / 2;
  return [
    box({ x, y, width: 260, height: 50 }),
    label({ x: x + 130, y: y + 30, text: port.name, anchor: 'middle', bold: true }),
    arrow(outer, inner),
    label({ x: middle, y: y + 13, text: port.hears, anchor: 'middle' }),
    ...(port.says === ''
      ? []
      : [
          arrow(back[0], back[1]),
          label({ x: middle, y: y + 50, text: port.says, anchor: 'middle' }),
        ]),
  ];
}

export function systemSvg(): string {
  const sides = ['provided', 'required'] as const;
  const rows = Math.max(
    ...sides.map((side) => portViews.filter((port) => port.side === side).length),
  );
  const height = rows * rowHeight;
  const parts = sides.flatMap((side) =>
    portViews.filter((port) => port.side === side).flatMap((port, row) => portBox(port, row)),
  );
  return svg({
    width: 980,
    height: height + 80,
    parts: [
      label({ x: 20, y: 28, text: 'One server and its ports', bold: true }),
      box({ x: 400, y: 60, width: 180, height: height - 16 }, '#e6f6ff'),
      label({ x: 490, y: 60 + height / 2, text: 'the machine', anchor: 'middle', bold: true }),
      ...parts,
    ],
  });
}

export function systemMermaid(): string {
  const lines = ['flowchart LR', '  machine["the machine"]'];
  for (const { name, side, hears, says } of portViews) {
    lines.push(`  ${name}["${name}<br/>${portRules[name]}"]`);
    if (side === 'provided') lines.push(`  ${name} -- "${hears}" --> machine`);
    else lines.push(`  machine <-- "${[hears, says].filter(Boolean).join(' / ')}" --> ${name}`);
  }
  return `${lines.join('\n')}\n`;
}
