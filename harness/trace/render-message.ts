/** A message in a few words. */
import { printable } from './printable.ts';
import type { EntryRef, Json, MessageRecord } from './record.ts';

/** JSON for a column: one line, harmless, cut to `max` characters. */
export function compact(value: Json, max: number = 60): string {
  try {
    return printable(JSON.stringify(value), max);
  } catch {
    return '(nested too deeply to show)';
  }
}

/** `3 entries up to 7@2`: how many, and index and term of the last. */
export function entriesText(entries: readonly EntryRef[]): string {
  const last = entries.at(-1);
  if (last === undefined) return 'no entries';
  const count = entries.length === 1 ? '1 entry' : `${entries.length} entries up to`;
  return `${count} ${last.index}@${last.term}`;
}

export function messageText(message: MessageRecord): string {
  switch (message.kind) {
    case 'RequestVote':
      return `RequestVote term ${message.term}, log ends ${message.lastIndex}@${message.lastTerm}`;
    case 'RequestVoteReply':
      return `RequestVoteReply term ${message.term}, ${message.granted ? 'granted' : 'refused'}`;
    case 'AppendEntries':
      return (
        `AppendEntries term ${message.term}, after ${message.prevIndex}@${message.prevTerm}: ` +
        `${entriesText(message.entries)}, commit ${message.leaderCommit}`
      );
    case 'AppendEntriesReply':
      return message.success
        ? `AppendEntriesReply term ${message.term}, matches to ${message.matchIndex}`
        : `AppendEntriesReply term ${message.term}, refused after ${message.prevIndex}, ` +
            `try ${message.hintIndex}@${message.hintTerm}`;
    case 'ClientRequest':
      return message.payload.kind === 'register'
        ? 'ClientRequest to open a session'
        : `ClientRequest #${message.payload.serial} ${compact(message.payload.command)}`;
    case 'ClientReply':
      return `ClientReply #${message.serial} ${compact(message.answer)}`;
  }
}
