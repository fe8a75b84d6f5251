/** Every way of every message as an arrow: from its send to each delivery, each drop, or nowhere. */
import type { MessageRecord, SendRecord, TraceRecord } from '../../trace/record.ts';
import type { Lanes } from './turns.ts';

/** What became of one copy of a message. */
export type Fate = 'delivered' | 'duplicate' | 'redelivered' | 'dropped' | 'pending';
export type Family = 'vote' | 'append' | 'heartbeat' | 'snapshot' | 'read' | 'client';

export interface Arrow {
  /** Index of the send. */
  readonly send: number;
  /** Index of the delivery or drop; -1 while under way when the trace ends. */
  readonly end: number;
  readonly from: number;
  readonly to: number;
  readonly fate: Fate;
  readonly family: Family;
  readonly isReply: boolean;
  /** A fault held it back so many microseconds; 0: none. */
  readonly delayedBy: number;
  /** Index of the fault in the scenario that had a hand in it; -1: none. */
  readonly fault: number;
  /** Why it was dropped; empty when it was not. */
  readonly reason: string;
}

export function familyOf(message: MessageRecord): Family {
  switch (message.kind) {
    case 'RequestVote':
    case 'RequestVoteReply':
    case 'PreVote':
    case 'PreVoteReply':
    case 'TimeoutNow':
      return 'vote';
    case 'AppendEntries':
      return message.entries.length > 0 ? 'append' : 'heartbeat';
    case 'AppendEntriesReply':
      return 'append';
    case 'InstallSnapshot':
    case 'InstallSnapshotReply':
      return 'snapshot';
    case 'ReadIndex':
    case 'ReadIndexReply':
      return 'read';
    case 'ClientRequest':
    case 'ClientReply':
      return 'client';
  }
}

interface Letter {
  readonly record: SendRecord;
  readonly index: number;
  readonly from: number;
  readonly family: Family;
  readonly isReply: boolean;
  arrived: number;
  /** How often it was published again. */
  copies: number;
  ended: boolean;
  delayedBy: number;
  fault: number;
}

interface End {
  readonly end: number;
  readonly to: string;
  readonly fate: Fate;
  readonly reason: string;
  readonly fault: number;
}

function arrowOf(letter: Letter, lanes: Lanes, ended: End): Arrow {
  const { index, from, family, isReply, delayedBy } = letter;
  const { end, fate, reason } = ended;
  const to = lanes.byName.get(ended.to) ?? lanes.bus;
  const fault = ended.fault >= 0 ? ended.fault : letter.fault;
  return { send: index, end, from, to, fate, family, isReply, delayedBy, fault, reason };
}

function letterOf(record: SendRecord, index: number, lanes: Lanes): Letter {
  const from = lanes.byName.get(record.from) ?? lanes.bus;
  const family = familyOf(record.message);
  const isReply = record.message.kind.endsWith('Reply');
  return {
    record,
    index,
    from,
    family,
    isReply,
    arrived: 0,
    copies: 0,
    ended: false,
    delayedBy: 0,
    fault: -1,
  };
}

function deliveredAs(letter: Letter, deliveryCount: number): Fate {
  if (deliveryCount > 0) return 'redelivered';
  if (letter.arrived === 0 || letter.record.to === '*') return 'delivered';
  return letter.arrived <= letter.copies ? 'duplicate' : 'redelivered';
}

/** Arrows in the order of their ends; those still under way last. */
export function arrowsOf(records: readonly TraceRecord[], lanes: Lanes): readonly Arrow[] {
  const letters = new Map<number, Letter>();
  const arrows: Arrow[] = [];
  records.forEach((record, end) => {
    if (record.kind === 'send') {
      letters.set(record.id, letterOf(record, end, lanes));
      return;
    }
    if (!('id' in record)) return;
    const letter = letters.get(record.id);
    if (letter === undefined) return;
    if (record.kind === 'deliver') {
      const fate = deliveredAs(letter, record.deliveryCount);
      arrows.push(arrowOf(letter, lanes, { end, to: record.to, fate, reason: '', fault: -1 }));
      letter.arrived += 1;
      letter.ended = true;
    } else if (record.kind === 'drop') {
      const { to, reason, fault } = record;
      arrows.push(arrowOf(letter, lanes, { end, to, fate: 'dropped', reason, fault }));
      letter.ended = true;
    } else if (record.kind === 'duplicate') {
      letter.copies += 1;
    } else if (record.kind === 'delay') {
      letter.delayedBy = record.byMicros;
      letter.fault = record.fault;
    }
  });
  for (const letter of letters.values()) {
    const { to } = letter.record;
    const none: End = { end: -1, to, fate: 'pending', reason: '', fault: -1 };
    if (!letter.ended) arrows.push(arrowOf(letter, lanes, none));
  }
  return arrows;
}

/** Arrows that can be asked for by a part of the trace. */
export interface Quiver {
  /** Those that end, in the order of their ends; then those still under way. */
  readonly arrows: readonly Arrow[];
  /** How many of them end. */
  readonly ended: number;
  /** The most records between a send and its end. */
  readonly longest: number;
}

export function quiverOf(arrows: readonly Arrow[]): Quiver {
  const pending = arrows.findIndex(({ end }) => end < 0);
  let longest = 0;
  for (const { send, end } of arrows) longest = Math.max(longest, end - send);
  return { arrows, ended: pending < 0 ? arrows.length : pending, longest };
}

/** Place of the first arrow that ends at this record or later. */
function firstEnding({ arrows, ended }: Quiver, index: number): number {
  let low = 0;
  let high = ended;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((arrows[middle]?.end ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Calls for each arrow that is on its way somewhere between two records, both included. */
export function arrowsBetween(
  quiver: Quiver,
  range: { readonly from: number; readonly to: number },
  does: (arrow: Arrow) => void,
): void {
  const { arrows, ended, longest } = quiver;
  for (let i = firstEnding(quiver, range.from); i < ended; i += 1) {
    const arrow = arrows[i];
    if (arrow === undefined || arrow.end - longest > range.to) break;
    if (arrow.send <= range.to) does(arrow);
  }
  for (let i = ended; i < arrows.length; i += 1) {
    const arrow = arrows[i];
    if (arrow !== undefined && arrow.send <= range.to) does(arrow);
  }
}
