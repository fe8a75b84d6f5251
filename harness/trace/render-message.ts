/** A message in a few words. */
import { printable } from './printable.ts';
import type { Configuration } from '../raft/entry.ts';
import type { OperatorPayload, RequestPayload } from '../raft/message.ts';
import type { EntryRef, FeatureMessage, Json, MessageRecord, SnapshotRef } from './record.ts';

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

/** `S1, S2, S3`, `S1, S2 (out: S3; learns: S4)`: who takes part. */
export function configurationText(configuration: Configuration): string {
  const { voters, outgoing, learners, learnersNext } = configuration;
  const also = [
    outgoing.length === 0 ? [] : [`out: ${outgoing.join(', ')}`],
    learners.length === 0 ? [] : [`learns: ${learners.join(', ')}`],
    learnersNext.length === 0 ? [] : [`will learn: ${learnersNext.join(', ')}`],
  ].flat();
  return `${voters.join(', ')}${also.length === 0 ? '' : ` (${also.join('; ')})`}`;
}

/** `snapshot to 7@2 of S1, S2, S3`. */
export function snapshotText({ index, term, configuration }: SnapshotRef): string {
  return `snapshot to ${index}@${term} of ${configurationText(configuration)}`;
}

/** An operator's wish in a few words. */
export function wishText(wish: OperatorPayload): string {
  if (wish.kind === 'transfer') return `transfer to ${wish.target}`;
  const changes = wish.changes.map(({ kind, server }) => `${kind} ${server}`);
  return `${wish.transition} change: ${changes.join(', ')}`;
}

function requestText(payload: RequestPayload): string {
  switch (payload.kind) {
    case 'register':
      return 'ClientRequest to open a session';
    case 'command':
      return `ClientRequest #${payload.serial} ${compact(payload.command)}`;
    case 'read':
      return `ClientRequest #${payload.serial} by ${payload.via} ${compact(payload.command)}`;
    case 'transfer':
    case 'reconfigure':
      return `ClientRequest #${payload.serial} ${wishText(payload)}`;
  }
}

const verdict = (granted: boolean): string => (granted ? 'granted' : 'refused');

/** What only goes between servers with features beyond plain Raft. */
function featureText(message: FeatureMessage): string {
  switch (message.kind) {
    case 'PreVote':
      return `PreVote term ${message.term}, log ends ${message.lastIndex}@${message.lastTerm}`;
    case 'PreVoteReply':
      return `PreVoteReply term ${message.term}, ${verdict(message.granted)}`;
    case 'InstallSnapshot':
      return (
        `InstallSnapshot term ${message.term}, to ${message.lastIndex}@${message.lastTerm}: ` +
        `${message.dataLength} from ${message.offset}${message.done ? ', the last' : ''}`
      );
    case 'InstallSnapshotReply':
      return (
        `InstallSnapshotReply term ${message.term}, ` +
        (message.matchIndex > 0
          ? `matches to ${message.matchIndex}`
          : `wants ${message.lastIndex}@${message.lastTerm} from ${message.offset}`)
      );
    case 'TimeoutNow':
      return `TimeoutNow term ${message.term}`;
    case 'ReadIndex':
      return `ReadIndex term ${message.term}, read ${message.read}`;
    case 'ReadIndexReply':
      return (
        `ReadIndexReply term ${message.term}, read ${message.read}: ` +
        (message.index < 0 ? 'not leader' : `needs ${message.index}`)
      );
  }
}

export function messageText(message: MessageRecord): string {
  switch (message.kind) {
    case 'RequestVote':
      return (
        `RequestVote term ${message.term}, log ends ${message.lastIndex}@${message.lastTerm}` +
        (message.transfer ? ', handed over' : '')
      );
    case 'RequestVoteReply':
      return `RequestVoteReply term ${message.term}, ${verdict(message.granted)}`;
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
      return requestText(message.payload);
    case 'ClientReply':
      return `ClientReply #${message.serial} ${compact(message.answer)}`;
    default:
      return featureText(message);
  }
}
