/** Sentences about servers that die, sleep and come back. */
import type { CrashRecord, OfflineRecord, OnlineRecord, PauseRecord } from '../trace/record.ts';
import { mechanism } from './azure.ts';
import type { Draft } from './draft.ts';
import { plain } from './draft.ts';
import { effectsOf } from './effects.ts';
import type { Scene } from './election.ts';
import type { ServerPicture } from './picture.ts';
import type { WriteRecord } from '../trace/record.ts';
import { counted, joined, span } from './words.ts';

function contents(write: WriteRecord): string[] {
  const parts: string[] = [];
  if (write.hard !== null) {
    parts.push(
      write.hard.votedFor === null
        ? `its term ${write.hard.term}`
        : `its vote for ${write.hard.votedFor} in term ${write.hard.term}`,
    );
  }
  if (write.log !== null && write.log.entries.length > 0) {
    const { from, entries } = write.log;
    const word = entries.length === 1 ? 'entry' : 'entries';
    parts.push(`${word} ${span({ from, to: from + entries.length - 1 })}`);
  } else if (write.log !== null) {
    parts.push(`the cut at ${write.log.from}`);
  }
  if (write.snapshot !== null) parts.push(`the snapshot to ${write.snapshot.index}`);
  return parts;
}

function losses(server: ServerPicture | undefined, record: CrashRecord): string {
  const lost = (server?.unsynced ?? []).filter((write) => write.write > record.survived);
  if (record.lost === 0 && record.torn === null) return ', losing nothing';
  const what = lost.flatMap(contents).slice(0, 4);
  const list = what.length === 0 ? '' : ` (${joined(what)})`;
  const torn = record.torn === null ? '' : ', one record torn';
  return `: ${counted(record.lost, 'unsynced write')} lost${list}${torn}`;
}

/** A crash, and what it took with it. */
export function tellCrash(scene: Scene, record: CrashRecord): Draft {
  const server = scene.picture.servers.get(record.server);
  const was = server?.role === 'leader' ? ', the leader,' : '';
  const text = `${record.server}${was} crashes${losses(server, record)} · ${mechanism('crash')}`;
  return plain({ at: record.at, seq: record.seq, actors: [record.server], mark: '⚠', text });
}

function voteText(found: { readonly votedFor: string | null }): string {
  return found.votedFor === null ? 'no vote' : `its vote for ${found.votedFor}`;
}

/** A server came up: with what its disk kept, and with what it made of that. */
export function tellOnline(scene: Scene, record: OnlineRecord): Draft {
  const { length } = record.entries;
  const entries = length === 0 ? 'an empty log' : length === 1 ? '1 entry' : `${length} entries`;
  const { snapshot } = record;
  const log = snapshot === null ? entries : `a snapshot to ${snapshot.index}, ${entries}`;
  const { state } = effectsOf(scene.step);
  const differs =
    state !== null && (state.term !== record.term || state.votedFor !== record.votedFor);
  const but = differs ? `, but goes on with term ${state.term} and ${voteText(state)}` : '';
  const verb = record.incarnation > 1 ? 'comes back' : 'starts';
  const kept = `term ${record.term}, ${voteText(record)} and ${log} on its disk`;
  const text = `${record.server} ${verb} with ${kept}${but}`;
  return plain({ at: record.at, seq: record.seq, actors: [record.server], text });
}

/** Taken off line in good order. */
export function tellOffline(record: OfflineRecord): Draft {
  const text = `${record.server} goes off line in good order · ${mechanism('offline')}`;
  return plain({ at: record.at, seq: record.seq, actors: [record.server], mark: '⚠', text });
}

/** Stopped and continued, without losing anything but time. */
export function tellPause(record: PauseRecord): Draft {
  const text =
    record.kind === 'pause'
      ? `${record.server} stands still · ${mechanism('pause')}`
      : `${record.server} goes on`;
  const mark = record.kind === 'pause' ? '⚠' : ' ';
  return plain({ at: record.at, seq: record.seq, actors: [record.server], mark, text });
}
