/**
 * The system view: the machine in the middle, its ports around it, and what each of them carries.
 * The words are the names in the declared table, of the messages, the effects and the rules; the
 * compiler holds the view to all of them.
 */
import type { RaftMessage } from '../raft/message.ts';
import { plainOptions } from '../raft/node.ts';
import { raftRules } from '../raft/rules.ts';
import type { Effect } from '../raft/step.ts';
import type { InputName } from '../raft/table.ts';
import type { PortName } from './breach.ts';
import { allInputs } from './cells.ts';
import { arrow, box, label, svg } from './picture.ts';
import { portRules } from './ports.ts';

/** By which port each input comes in; the lease is counted in heartbeats, so its end comes there. */
const portOfInput: Readonly<Record<InputName, PortName>> = {
  online: 'control',
  offline: 'control',
  propose: 'incoming',
  read: 'incoming',
  transfer: 'incoming',
  reconfigure: 'incoming',
  RequestVote: 'incoming',
  RequestVoteReply: 'outgoing',
  PreVote: 'incoming',
  PreVoteReply: 'outgoing',
  AppendEntries: 'incoming',
  AppendEntriesReply: 'outgoing',
  InstallSnapshot: 'incoming',
  InstallSnapshotReply: 'outgoing',
  TimeoutNow: 'incoming',
  ReadIndex: 'incoming',
  ReadIndexReply: 'outgoing',
  electionTimeout: 'electionTimer',
  heartbeatTimeout: 'heartbeatTimer',
  leaseTimeout: 'heartbeatTimer',
  persisted: 'storage',
};

/** By which port a message goes out: whoever asks hears the reply at the port that it asked by. */
const portOfMessage: Readonly<Record<RaftMessage['kind'], PortName>> = {
  RequestVote: 'outgoing',
  RequestVoteReply: 'incoming',
  PreVote: 'outgoing',
  PreVoteReply: 'incoming',
  AppendEntries: 'outgoing',
  AppendEntriesReply: 'incoming',
  InstallSnapshot: 'outgoing',
  InstallSnapshotReply: 'incoming',
  TimeoutNow: 'outgoing',
  ReadIndex: 'outgoing',
  ReadIndexReply: 'incoming',
};

/** By which ports the other effects go out. */
const portsOfEffect: Readonly<Record<Exclude<Effect['kind'], 'send'>, readonly PortName[]>> = {
  persist: ['storage'],
  answer: ['incoming'],
  arm: ['electionTimer', 'heartbeatTimer'],
  disarm: ['electionTimer', 'heartbeatTimer'],
  apply: ['rules'],
  restore: ['rules'],
  serve: ['rules'],
};

export interface PortView {
  readonly name: PortName;
  readonly side: 'provided' | 'required';
  /** What comes in by it, and what goes out. */
  readonly hears: readonly string[];
  readonly says: readonly string[];
}

const provided: ReadonlySet<PortName> = new Set(['control', 'incoming']);
const names: readonly PortName[] = [
  'control',
  'incoming',
  'electionTimer',
  'heartbeatTimer',
  'storage',
  'outgoing',
  'configuration',
  'rules',
];

function hearsAt(port: PortName): readonly string[] {
  if (port === 'configuration') return ['id', 'servers', ...Object.keys(plainOptions)];
  if (port === 'rules') return Object.keys(raftRules).filter((name) => name !== 'asserting');
  return allInputs.filter((input) => portOfInput[input] === port);
}

function saysAt(port: PortName): readonly string[] {
  const messages = Object.entries(portOfMessage).filter(([, by]) => by === port);
  const effects = Object.entries(portsOfEffect).filter(([, by]) => by.includes(port));
  return [...messages, ...effects].map(([name]) => name);
}

/** In the order of the picture. */
export const portViews: readonly PortView[] = names.map((name) => ({
  name,
  side: provided.has(name) ? 'provided' : 'required',
  hears: hearsAt(name),
  says: saysAt(name),
}));

const charactersMax = 52;
const shownMax = 10;
const lineHeight = 16;
const boxWidth = 330;
const top = 56;
const gap = 14;

/** Words in lines, behind what they are; a long list ends with how many more there are. */
function wrapped(head: string, words: readonly string[]): readonly string[] {
  if (words.length === 0) return [];
  const shown = words.length > shownMax + 1 ? words.slice(0, shownMax) : words;
  const more = words.length - shown.length;
  const lines = [head];
  [...shown, ...(more > 0 ? [`and ${more} more`] : [])].forEach((word, at, all) => {
    const piece = at + 1 < all.length ? `${word},` : word;
    const last = lines.at(-1) ?? '';
    if (last.length + 1 + piece.length <= charactersMax)
      lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(`   ${piece}`);
  });
  return lines;
}

interface Placed {
  readonly parts: readonly string[];
  /** Where the box ends. */
  readonly bottom: number;
}

function portBox(port: PortView, y: number): Placed {
  const left = port.side === 'provided';
  const x = left ? 20 : 630;
  const edge = left ? x + boxWidth : x;
  const machine = left ? 410 : 570;
  const lines = [...wrapped('in:', port.hears), ...wrapped('out:', port.says)];
  const height = 34 + lines.length * lineHeight;
  const there = { x: machine, y: y + height / 2 - 7 };
  const here = { x: edge, y: y + height / 2 - 7 };
  const below = 14;
  const parts = [
    box({ x, y, width: boxWidth, height }),
    label({ x: x + 10, y: y + 20, text: port.name, bold: true }),
    ...lines.map((text, at) => label({ x: x + 10, y: y + 40 + at * lineHeight, text })),
    arrow(here, there),
  ];
  if (port.says.length > 0) {
    parts.push(arrow({ ...there, y: there.y + below }, { ...here, y: here.y + below }));
  }
  return { parts, bottom: y + height };
}

export function systemSvg(): string {
  const parts: string[] = [];
  let height = 0;
  for (const side of ['provided', 'required'] as const) {
    let y = top;
    for (const port of portViews.filter((each) => each.side === side)) {
      const placed = portBox(port, y);
      parts.push(...placed.parts);
      y = placed.bottom + gap;
    }
    height = Math.max(height, y - gap);
  }
  const head = 'in: what a port tells the machine; out: what the machine tells it';
  return svg({
    width: 980,
    height: height + 20,
    parts: [
      label({ x: 20, y: 24, text: 'One server and its ports', bold: true }),
      label({ x: 20, y: 44, text: head, tone: 'faint' }),
      box({ x: 410, y: top, width: 160, height: height - top }, '#e6f6ff'),
      label({ x: 490, y: (top + height) / 2, text: 'the machine', anchor: 'middle', bold: true }),
      ...parts,
    ],
  });
}

export function systemMermaid(): string {
  const lines = ['flowchart LR', '  machine["the machine"]'];
  for (const { name, side, hears, says } of portViews) {
    const inward = wrapped('in:', hears).map((text) => text.trim());
    const outward = wrapped('out:', says).map((text) => text.trim());
    const text = [`<b>${name}</b>`, portRules[name], ...inward, ...outward].join('<br/>');
    lines.push(`  ${name}["${text}"]`);
    const way = says.length > 0 ? '<-->' : '-->';
    const machineFirst = side === 'required' && says.length > 0;
    lines.push(machineFirst ? `  machine ${way} ${name}` : `  ${name} ${way} machine`);
  }
  return `${lines.join('\n')}\n`;
}
