/**
 * A path found by the explorer, told in one set of names. The explorer renames the servers at each
 * state; here the renamings are taken back, so that a server keeps its name from first to last.
 */
import type { Action } from './act.ts';
import type { Breach } from './breach.ts';
import { Explorer } from './explore.ts';
import { serverName } from './local.ts';
import type { FeatureMessage } from './local.ts';
import { renameMessage } from './rename.ts';
import type { Renaming } from './rename.ts';
import type { Space } from './space.ts';
import { moveOf } from './state.ts';

export interface Happening {
  /** Index of the server that acts. */
  readonly server: number;
  /** `keep`: the message delivered stays in flight. `drop`: it is lost, and nobody acts. */
  readonly manner: 'take' | 'keep' | 'drop';
  readonly action: Action;
}

export interface Path {
  readonly happenings: readonly Happening[];
  /** The breach at its end, in the same names. */
  readonly breach: Breach | null;
}

const mannerNames: readonly Happening['manner'][] = ['take', 'keep', 'drop'];

/** The sentence with each server under its name in the path. */
function renamedSentence(sentence: string, naming: Renaming): string {
  return sentence.replace(/\bS(\d)\b/gu, (_, digit: string) =>
    serverName(naming[Number(digit) - 1] ?? Number(digit) - 1),
  );
}

/** After a renaming of the state, who is called what: place in the state to name. */
function renamedNaming(naming: Renaming, by: Renaming): Renaming {
  const next = [...naming];
  by.forEach((place, at) => {
    next[place] = naming[at] ?? at;
  });
  return next;
}

/** Walks the moves (as codes) of an exploration again, from its first state. */
export function pathOf(space: Space, codes: readonly number[]): Path {
  const explorer = new Explorer(space);
  const { canon } = explorer;
  const state = new Int32Array(256);
  let length = explorer.first(state);
  const identity = Array.from({ length: space.bounds.servers }, (_, at) => at);
  let naming: Renaming = renamedNaming(identity, space.renamings[canon.chosen] ?? identity);
  const happenings: Happening[] = [];
  let breach: Breach | null = null;
  for (const code of codes) {
    const move = moveOf(code);
    const action = space.actionOf(move.input);
    happenings.push({
      server: naming[move.server] ?? move.server,
      manner: mannerNames[move.manner] ?? 'take',
      action:
        action.kind === 'receive'
          ? { kind: 'receive', message: renameMessage(action.message, naming) }
          : action,
    });
    const followed = explorer.follow(state, length, move);
    naming = renamedNaming(naming, space.renamings[followed.renaming] ?? identity);
    length = followed.length;
    breach = followed.breach;
  }
  if (breach === null) return { happenings, breach };
  return { happenings, breach: { ...breach, sentence: renamedSentence(breach.sentence, naming) } };
}

/** One line for people: `S2 gets RequestVote of term 1 from S1`. */
export function happeningText({ server, manner, action }: Happening): string {
  const who = serverName(server);
  switch (action.kind) {
    case 'receive': {
      const { kind, from, term } = action.message;
      const what = `${kind} of term ${term} from ${from}${detailOf(action.message)}`;
      if (manner === 'drop') return `${who} never gets ${what}`;
      return `${who} gets ${what}${manner === 'keep' ? ', and a copy stays in flight' : ''}`;
    }
    case 'propose':
      return `${who} is asked for command ${action.serial}`;
    case 'read':
      return `${who} is asked to read`;
    case 'expire':
      return `${who}: the ${action.timer} timer runs out`;
    case 'expireLate':
      return `${who}: a late time-out of the ${action.timer} timer arrives`;
    case 'fsync':
      return `${who}: its writes become durable`;
    case 'restart':
      return `${who} crashes and comes back with what its disk holds`;
    case 'offline':
      return `${who} goes off line`;
    case 'online':
      return `${who} comes on line`;
  }
}

/** What only goes between servers with features beyond plain Raft. */
function featureDetail(message: FeatureMessage): string {
  switch (message.kind) {
    case 'PreVote':
      return ` (log ${message.lastIndex}@${message.lastTerm})`;
    case 'PreVoteReply':
      return message.granted ? ' (granted)' : ' (refused)';
    case 'InstallSnapshot':
      return ` (to ${message.lastIndex}@${message.lastTerm} from ${message.offset})`;
    case 'InstallSnapshotReply':
      return message.matchIndex > 0 ? ` (matches to ${message.matchIndex})` : ' (wants more)';
    case 'TimeoutNow':
      return '';
    case 'ReadIndex':
    case 'ReadIndexReply':
      return ` (read ${message.read})`;
  }
}

function detailOf(message: Extract<Action, { readonly kind: 'receive' }>['message']): string {
  switch (message.kind) {
    case 'RequestVote':
      return ` (log ${message.lastIndex}@${message.lastTerm})`;
    case 'RequestVoteReply':
      return message.granted ? ' (granted)' : ' (refused)';
    case 'AppendEntries': {
      const { prevIndex, prevTerm, entries, leaderCommit } = message;
      const what = entries.map(({ index, term }) => `${index}@${term}`).join(', ') || 'nothing';
      return ` (after ${prevIndex}@${prevTerm}: ${what}; commit ${leaderCommit})`;
    }
    case 'AppendEntriesReply':
      return message.success ? ` (matches to ${message.matchIndex})` : ' (refused)';
    default:
      return featureDetail(message);
  }
}
