/** What came of a step, as phrases: `→ candidate of term 2`, `commits 4–5`. */
import type { CommitRecord, EntryRef, StateRecord, WriteRecord } from '../trace/record.ts';
import type { ServerPicture } from './picture.ts';
import type { Step } from './plot.ts';
import { span } from './words.ts';

/** The effects of a step on its own server, picked out once. */
export interface Effects {
  readonly state: StateRecord | null;
  /** Writes that touched the log, in order. */
  readonly logs: readonly WriteRecord[];
  readonly vote: string | null;
  readonly commit: CommitRecord | null;
  readonly applied: readonly number[];
  readonly sends: number;
}

/** Reads a step's effects. */
export function effectsOf(step: Step): Effects {
  let state: StateRecord | null = null;
  let vote: string | null = null;
  let commit: CommitRecord | null = null;
  let sends = 0;
  const logs: WriteRecord[] = [];
  const applied: number[] = [];
  for (const effect of step.effects) {
    if (effect.kind === 'state') state = effect;
    if (effect.kind === 'commit') commit = effect;
    if (effect.kind === 'send') sends += 1;
    if (effect.kind === 'apply') applied.push(effect.index);
    if (effect.kind === 'write') {
      if (effect.log !== null) logs.push(effect);
      if (effect.hard !== null) vote = effect.hard.votedFor;
    }
  }
  return { state, logs, vote, commit, applied, sends };
}

/** `T2`, or `T1–T3` when the entries are of several terms. */
export function termsOf(entries: readonly EntryRef[]): string {
  const first = entries[0]?.term ?? 0;
  const last = entries.at(-1)?.term ?? first;
  return first === last ? `T${first}` : `T${first}–T${last}`;
}

/** A change of the log: `appends 4–6 (T2)`, `replaces 4–5 (T1) by 4–6 (T2)`. */
export function logPhrase(server: ServerPicture, write: WriteRecord): string {
  const { log } = write;
  if (log === null) return '';
  const gone = server.log.slice(Math.max(0, log.from - 1));
  const last = log.entries.at(-1);
  const added =
    last === undefined
      ? ''
      : `${span({ from: log.from, to: last.index })} (${termsOf(log.entries)})`;
  if (gone.length === 0) return added === '' ? 'leaves its log as it is' : `appends ${added}`;
  const cut = `${span({ from: log.from, to: log.from + gone.length - 1 })} (${termsOf(gone)})`;
  return added === '' ? `cuts off ${cut}` : `replaces ${cut} by ${added}`;
}

/** A change of the commit index: `commits 4–5`. */
export function commitPhrase(server: ServerPicture, commit: CommitRecord): string {
  if (commit.commitIndex <= server.commitIndex) {
    return `moves its commit index back from ${server.commitIndex} to ${commit.commitIndex}`;
  }
  return `commits ${span({ from: server.commitIndex + 1, to: commit.commitIndex })}`;
}

/** A leader or a candidate follows again. */
function downPhrase(server: ServerPicture, { term }: StateRecord): string {
  if (term > server.term) return `steps down into term ${term}`;
  return server.role === 'leader'
    ? `steps down in term ${term}`
    : `gives up its candidacy in term ${term}`;
}

/** A change of role or term, without the name: `steps down into term 3`; empty if neither moved. */
export function rolePhrase(server: ServerPicture, state: StateRecord | null): string {
  if (state === null) return '';
  if (state.role === 'leader' && server.role !== 'leader') {
    return `becomes leader of term ${state.term}`;
  }
  if (state.role === 'preCandidate' && server.role !== 'preCandidate') {
    return `asks whether it might lead term ${state.term + 1}`;
  }
  if (state.role === 'candidate' && (server.role !== 'candidate' || state.term > server.term)) {
    return `is a candidate in term ${state.term}`;
  }
  const stoodUp = server.role !== 'follower' && server.role !== 'offline';
  if (state.role === 'follower' && stoodUp) return downPhrase(server, state);
  if (state.term < server.term) return `falls back from term ${server.term} to ${state.term}`;
  return state.term > server.term ? `moves to term ${state.term}` : '';
}
