/** Messages and entries of our traces as the specification knows them. */
import type { EntryRef, MessageRecord } from '../../trace/record.ts';
import type { AbstractMessage } from './receive.ts';
import type { Item } from './state.ts';
import { sameItem, termAt } from './state.ts';
import type { Trigger } from './step.ts';

/** A step that the specification leaves open. */
export const rest: Trigger = { kind: 'other' };

export function item({ term, digest }: EntryRef): Item {
  return { term, digest };
}

/** What a message may set in motion. */
export function triggerOf(message: MessageRecord): Trigger {
  switch (message.kind) {
    case 'PreVoteReply':
      // A granted one names a term to come.
      return { kind: 'campaign', term: message.granted ? 0 : message.term };
    case 'TimeoutNow':
      return { kind: 'campaign', term: message.term };
    default: {
      const abstract = abstracted(message);
      return abstract === null ? rest : { kind: 'receive', message: abstract };
    }
  }
}

/** The message as the specification knows it; null for those that name no term to adopt. */
function abstracted(message: MessageRecord): AbstractMessage | null {
  switch (message.kind) {
    case 'RequestVote':
    case 'RequestVoteReply':
    case 'AppendEntriesReply':
      return message;
    case 'AppendEntries':
      return { ...message, entries: message.entries.map(item) };
    case 'InstallSnapshot':
      return message;
    case 'InstallSnapshotReply': {
      const { from, term, matchIndex } = message;
      const success = matchIndex > 0;
      return { kind: 'AppendEntriesReply', from, term, success, matchIndex };
    }
    case 'ReadIndex':
    case 'ReadIndexReply':
      return { kind: 'Other', from: message.from, term: message.term };
    case 'PreVote':
    case 'PreVoteReply':
    case 'TimeoutNow':
    case 'ClientRequest':
    case 'ClientReply':
      return null;
  }
}

/** What is wrong with the entries of a request, given the log of its sender; null: nothing. */
export function appendFault(
  log: readonly Item[],
  message: Extract<MessageRecord, { kind: 'AppendEntries' }>,
): string | null {
  const { prevIndex, prevTerm, entries } = message;
  const before = termAt(log, prevIndex);
  if (before !== prevTerm) {
    const has = before === null ? 'nothing' : `term ${before}`;
    return `it says that index ${prevIndex} is of term ${prevTerm}, where its log has ${has}`;
  }
  for (const entry of entries) {
    const own = log[entry.index - 1];
    if (own === undefined || !sameItem(own, item(entry))) {
      return `it sent ${place(entry.index, entry.term)}, which its log does not hold`;
    }
  }
  return null;
}

export function place(index: number, term: number): string {
  return `index ${index}, term ${term}`;
}
