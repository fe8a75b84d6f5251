/** Sentences about entries: proposed, appended, matched, committed, applied. */
import type { DeliverRecord, DurableRecord, MessageRecord } from '../trace/record.ts';
import type { Draft } from './draft.ts';
import { foldable, plain } from './draft.ts';
import { commitPhrase, effectsOf, logPhrase, rolePhrase } from './effects.ts';
import type { Effects } from './effects.ts';
import type { Scene } from './election.ts';
import type { ServerPicture } from './picture.ts';
import { winningVotesText } from './votes.ts';
import { joined, span } from './words.ts';

type AppendEntries = Extract<MessageRecord, { kind: 'AppendEntries' }>;
type AppendEntriesReply = Extract<MessageRecord, { kind: 'AppendEntriesReply' }>;

function refusedHere(scene: Scene): boolean {
  return scene.step.effects.some(
    (effect) =>
      effect.kind === 'send' &&
      effect.message.kind === 'AppendEntriesReply' &&
      !effect.message.success,
  );
}

/** `prev (4, T2), but holds (4, T1)` */
function mismatch(server: ServerPicture, message: AppendEntries): string {
  if (message.term < server.term) return ` (already in term ${server.term})`;
  const own = server.log[message.prevIndex - 1];
  if (own === undefined) return ` (entry ${message.prevIndex} is missing)`;
  if (own.term === message.prevTerm) return '';
  return ` (entry ${message.prevIndex} there is of T${own.term}, not T${message.prevTerm})`;
}

/** Accepted although the previous entry disagrees: what a broken consistency check earns. */
function unsound(server: ServerPicture, message: AppendEntries): string {
  if (message.prevIndex === 0) return '';
  const own = server.log[message.prevIndex - 1];
  if (own?.term === message.prevTerm) return '';
  const holds = own === undefined ? `no entry ${message.prevIndex}` : `T${own.term} there`;
  const should = `it should follow (${message.prevIndex}, T${message.prevTerm})`;
  return `, although ${should} and it holds ${holds}`;
}

/** A follower that merely moves on is told by what it appends; giving up a role is worth words. */
function rolePhrases(server: ServerPicture, effects: Effects): string[] {
  if (server.role === 'follower') return [];
  const role = rolePhrase(server, effects.state);
  return role === '' ? [] : [role];
}

/** Several may refuse alike; who also changes its role has a line of its own. */
function refusal(
  line: Pick<Draft, 'at' | 'seq' | 'actors'>,
  rest: string,
  phrases: readonly string[],
): Draft {
  const { actors } = line;
  if (phrases.length === 0) {
    return foldable({ ...line, fold: { kind: 'refuse', servers: actors, rest } });
  }
  return plain({ ...line, text: `${actors[0] ?? ''} ${joined([`refuses ${rest}`, ...phrases])}` });
}

/** AppendEntries arrived. */
export function tellAppend(
  scene: Scene,
  found: { readonly record: DeliverRecord; readonly message: AppendEntries },
): Draft | null {
  const { record, message } = found;
  const server = scene.picture.servers.get(record.to);
  if (server === undefined) return null;
  const effects = effectsOf(scene.step);
  const line = { at: record.at, seq: record.seq, actors: [record.to] };
  const phrases = rolePhrases(server, effects);
  if (effects.logs.length === 0 && refusedHere(scene)) {
    const rest = `${message.from}'s AppendEntries T${message.term}${mismatch(server, message)}`;
    return refusal(line, rest, phrases);
  }
  const [write] = effects.logs;
  const { commit } = effects;
  if (write === undefined) return tellQuietAppend(scene, { line, phrases, effects, message });
  const phrase = logPhrase(server, write);
  const doubt = unsound(server, message);
  const { log } = write;
  const commits = commit === null ? '' : commitPhrase(server, commit);
  const forward = commits === '' || commits.startsWith('commits ');
  const plainly = phrases.length === 0 && doubt === '' && forward;
  if (plainly && log !== null && phrase.startsWith('appends ')) {
    const to = log.from + log.entries.length - 1;
    const term = log.entries.at(-1)?.term ?? message.term;
    const fold = {
      kind: 'append',
      leader: message.from,
      term,
      servers: [record.to],
      from: log.from,
      to,
      commits: commits.replace('commits ', ''),
    } as const;
    return foldable({ ...line, fold });
  }
  phrases.push(`${phrase} from ${message.from}${doubt}`);
  if (commits !== '') phrases.push(commits);
  return plain({ ...line, text: `${record.to} ${joined(phrases)}` });
}

function tellQuietAppend(
  scene: Scene,
  found: {
    readonly line: { at: number; seq: number; actors: readonly string[] };
    readonly phrases: string[];
    readonly effects: Effects;
    readonly message: AppendEntries;
  },
): Draft | null {
  const { line, phrases, effects, message } = found;
  const server = scene.picture.servers.get(message.to);
  const name = line.actors[0] ?? message.to;
  if (server === undefined) return null;
  if (effects.commit !== null) {
    if (phrases.length === 0 && effects.commit.commitIndex > server.commitIndex) {
      const index = effects.commit.commitIndex;
      return foldable({ ...line, fold: { kind: 'commit', servers: [name], index } });
    }
    phrases.push(commitPhrase(server, effects.commit));
  }
  if (phrases.length > 0) return plain({ ...line, text: `${name} ${joined(phrases)}` });
  const { from: leader, term } = message;
  if (effects.state !== null) {
    return foldable({ ...line, fold: { kind: 'follow', servers: [name], leader, term } });
  }
  return foldable({ ...line, fold: { kind: 'heartbeat', leader, count: 1, servers: [name] } });
}

/** An answer to AppendEntries arrived at the leader. */
export function tellAppendReply(
  scene: Scene,
  found: { readonly record: DeliverRecord; readonly message: AppendEntriesReply },
): Draft | null {
  const { record, message } = found;
  const server = scene.picture.servers.get(record.to);
  if (server === undefined) return null;
  const { state, commit } = effectsOf(scene.step);
  const line = { at: record.at, seq: record.seq, actors: [record.to] };
  const role = rolePhrase(server, state);
  if (role !== '' && commit === null) {
    const hears = `${record.to} hears of term ${message.term} from ${message.from}`;
    return plain({ ...line, text: `${hears} and ${role}` });
  }
  const match = scene.step.effects.find((effect) => effect.kind === 'match');
  if (commit !== null) {
    const term = server.log[commit.commitIndex - 1]?.term;
    const old =
      term !== undefined && term < server.term
        ? ` (T${term}, not of its own term ${server.term})`
        : '';
    const holds = `${message.from} acknowledges up to ${message.matchIndex}`;
    const so = `${record.to} ${commitPhrase(server, commit)}${old}`;
    const then = role === '' ? '' : ` and ${role}`;
    const text = `${holds} → ${so}${then}`;
    const { matchIndex: index } = message;
    const majority = { leader: record.to, index, term: server.term, text, later: [] };
    return foldable({ ...line, fold: { kind: 'majority', ...majority } });
  }
  if (match?.kind !== 'match' || !message.success || match.matchIndex === 0) return null;
  const fold = {
    kind: 'match',
    leader: record.to,
    servers: [message.from],
    index: match.matchIndex,
    term: server.term,
  } as const;
  return foldable({ ...line, fold });
}

/** A disk finished, and that alone made the server commit, or count its own vote and win. */
export function tellDurable(scene: Scene, record: DurableRecord): Draft | null {
  const server = scene.picture.servers.get(record.server);
  const { commit, applied, state } = effectsOf(scene.step);
  if (server === undefined) return null;
  const line = { at: record.at, seq: record.seq, actors: [record.server] };
  const role = rolePhrase(server, state);
  if (role !== '') {
    const { id, configuration, granted, grants: arrived } = server;
    const votes = winningVotesText(configuration, { granted, arrived });
    const so = state?.role === 'leader' ? `${id} has ${votes}  ★ ${id} ${role}` : `${id} ${role}`;
    return plain({ ...line, text: `${id}'s own vote is on its disk → ${so}` });
  }
  if (commit !== null) {
    const so = `${record.server} ${commitPhrase(server, commit)}`;
    const text = `${record.server}'s disk has it → ${so}`;
    return plain({ ...line, text });
  }
  const [from] = applied;
  const to = applied.at(-1);
  if (from === undefined || to === undefined) return null;
  return plain({ ...line, text: `${record.server} applies ${span({ from, to })}` });
}
