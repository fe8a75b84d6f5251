/** Sentences about what happened to messages on the road, and about the faults that did it. */
import type {
  BusRecord,
  DelayRecord,
  DropRecord,
  DuplicateRecord,
  FeatureMessage,
  FaultRecord,
  MessageRecord,
  TraceRecord,
} from '../trace/record.ts';
import { busEvent, dropReason, faultName, mechanism } from './azure.ts';
import type { Draft } from './draft.ts';
import { faultSentence } from './fault-sentence.ts';
import { foldText, foldable, joinLosses, plain } from './draft.ts';
import type { Fate, Plot } from './plot.ts';
import { clean, milliseconds } from './words.ts';

/** What only goes between servers with features beyond plain Raft. */
function featureName(message: FeatureMessage): string {
  switch (message.kind) {
    case 'PreVote':
      return `PreVote T${message.term}`;
    case 'PreVoteReply':
      return message.granted
        ? `${message.from}'s word that it would vote`
        : `${message.from}'s word that it would not vote`;
    case 'InstallSnapshot':
      return `a piece of the snapshot to ${message.lastIndex}`;
    case 'InstallSnapshotReply':
      return `${message.from}'s answer to the snapshot`;
    case 'TimeoutNow':
      return `TimeoutNow T${message.term}`;
    case 'ReadIndex':
      return `${message.from}'s question how far a read needs`;
    case 'ReadIndexReply':
      return `${message.from}'s word how far a read needs`;
  }
}

/** A message in few words: `S2's vote`, `RequestVote T2`, `entries 4–5`. */
export function messageName(message: MessageRecord): string {
  switch (message.kind) {
    case 'RequestVote':
      return `RequestVote T${message.term}`;
    case 'RequestVoteReply':
      return message.granted ? `${message.from}'s vote` : `${message.from}'s refusal of a vote`;
    case 'AppendEntries': {
      const first = message.entries[0]?.index;
      const last = message.entries.at(-1)?.index;
      if (first === undefined) return `heartbeat T${message.term}`;
      return first === last ? `entry ${first}` : `entries ${first}–${last}`;
    }
    case 'AppendEntriesReply':
      return message.success ? `${message.from}'s acknowledgement` : `${message.from}'s refusal`;
    case 'ClientRequest':
      return `${clean(message.from, 20)}'s request`;
    case 'ClientReply':
      return `${message.from}'s answer`;
    default:
      return featureName(message);
  }
}

function faultOf(plot: Plot, index: number): FaultRecord | undefined {
  return index < 0 ? undefined : plot.faults.get(index);
}

/** Why a message was lost: the fault and its mechanism, or the broker's own reason. */
function lossReason(plot: Plot, record: DropRecord): string {
  const fault = faultOf(plot, record.fault);
  if (fault === undefined) return dropReason(record.reason);
  return fault.name === 'partition' ? faultName(fault, plot.servers) : mechanism(fault.name);
}

/** Messages of one kind, one term and one reason go together: `RequestVote T2`, `entries T2`. */
function kindOf(message: MessageRecord): string {
  if (message.kind !== 'AppendEntries') return messageName(message);
  return message.entries.length > 0 ? `entries T${message.term}` : messageName(message);
}

function tellLoss(plot: Plot, drop: DropRecord, fate: Fate): Draft {
  const { message, from, at } = fate.send;
  const reason = lossReason(plot, drop);
  const sender = clean(from, 20);
  const first = message.kind === 'AppendEntries' ? message.entries[0]?.index : undefined;
  const last = message.kind === 'AppendEntries' ? message.entries.at(-1)?.index : undefined;
  const fold = {
    kind: 'loss',
    sender,
    servers: [drop.to === '' ? 'the broker' : clean(drop.to, 20)],
    key: `${sender} ${kindOf(message)} ${reason}`,
    what: messageName(message).replace(`${sender}'s `, ''),
    entries: first === undefined || last === undefined ? null : { from: first, to: last },
    reason,
    count: 1,
  } as const;
  return foldable({ at, seq: drop.seq, actors: [], mark: '⚠', fold });
}

/**
 * Messages that one step sent in vain: `S1 → S3, S4: RequestVote T2 ↯ not reached: partition …`.
 * What goes to several is one message here.
 */
export function tellLosses(
  plot: Plot,
  found: { readonly losses: readonly { readonly drop: DropRecord; readonly fate: Fate }[] },
): Draft[] {
  const lines = new Map<string, Draft>();
  for (const { drop, fate } of found.losses) {
    const draft = tellLoss(plot, drop, fate);
    const key = `${kindOf(fate.send.message)} ${lossReason(plot, drop)}`;
    const known = lines.get(key);
    const fold =
      known?.fold?.kind === 'loss' && draft.fold?.kind === 'loss'
        ? { ...joinLosses(known.fold, draft.fold), count: 1 }
        : null;
    if (known === undefined || fold === null) lines.set(key, draft);
    else lines.set(key, { ...known, fold, text: foldText(fold) });
  }
  return [...lines.values()];
}

function road(fate: Fate | undefined): string {
  if (fate === undefined) return 'a message';
  const { message } = fate.send;
  const name = messageName(message);
  const from = clean(fate.send.from, 20);
  const whose = name.startsWith(`${from}'s `) ? name : `${from}'s ${name}`;
  return `${whose} to ${clean(fate.send.to, 20)}`;
}

function tellDuplicate(plot: Plot, record: DuplicateRecord): Draft {
  const fate = plot.fates.get(record.id);
  const name = faultOf(plot, record.fault)?.name ?? 'duplicate';
  const text = `${road(fate)} is sent again · ${
    name === 'duplicate' ? mechanism('duplicate').replace('sent again ', '') : mechanism(name)
  }`;
  return plain({ at: record.at, seq: record.seq, actors: [], mark: '⚠', text });
}

function tellDelay(plot: Plot, record: DelayRecord): Draft {
  const fate = plot.fates.get(record.id);
  const name = faultOf(plot, record.fault)?.name ?? 'delay';
  const text = `${road(fate)} is held back ${milliseconds(record.byMicros)} · ${mechanism(name)}`;
  return plain({ at: record.at, seq: record.seq, actors: [], mark: '⚠', text });
}

function tellBus(plot: Plot, record: BusRecord): Draft {
  const fate = plot.fates.get(record.id);
  const deliveries = fate?.delivers.filter((deliver) => deliver.seq < record.seq).length ?? 0;
  const again =
    record.what === 'lockLost' || record.what === 'disconnected'
      ? `: delivered again, deliveryCount ${deliveries + 1}`
      : '';
  const text = `Service Bus: ${busEvent(record.what)} for ${road(fate)}${again}`;
  return plain({ at: record.at, seq: record.seq, actors: [], mark: '⚠', text });
}

/** What happened to one message; drops are told by `tellLosses`. */
export function tellIncident(plot: Plot, record: TraceRecord): Draft | null {
  switch (record.kind) {
    case 'duplicate':
      return tellDuplicate(plot, record);
    case 'delay':
      return tellDelay(plot, record);
    case 'bus':
      return tellBus(plot, record);
    default:
      return null;
  }
}

/** Faults that are told by the messages they hit or by the servers they strike. */
const toldElsewhere = new Set([
  'crash',
  'offline',
  'pause',
  'drop',
  'delay',
  'duplicate',
  'reorder',
  'partition',
]);

const instants = new Set(['clockJump', 'lockExpiry', 'redeliver', 'brokerRestart', 'deadLetter']);

/** Faults that strike once, at a moment, and are over. */
export function isInstant(name: string): boolean {
  return instants.has(name);
}

/**
 * The start of a fault as a line of its own, or null when its victims tell it. `mentioned` holds
 * the faults that some line names already; `before`: it began before the story, and so nobody else
 * tells of a server that stands still.
 */
export function tellFault(
  plot: Plot,
  found: {
    readonly record: FaultRecord;
    readonly mentioned: ReadonlySet<number>;
    readonly before: boolean;
  },
): Draft | null {
  const { record, mentioned, before } = found;
  if (record.phase === 'end' || mentioned.has(record.fault)) return null;
  const own = before ? ['partition', 'drop', 'pause'] : ['partition', 'drop'];
  if (toldElsewhere.has(record.name) && !own.includes(record.name)) return null;
  const text = `${faultSentence(record, plot.servers)} · ${mechanism(record.name)}`;
  return plain({ at: record.at, seq: record.seq, actors: [], mark: '⚠', text });
}
