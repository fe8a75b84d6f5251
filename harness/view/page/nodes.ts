/** What every server was at a moment: found by halving in lists made once, so a seek is cheap. */
import type { Configuration, StateRecord, TraceRecord } from '../../trace/record.ts';
import { countUpTo, numberAt } from './lists.ts';
import { firstConfiguration, membersText, partOf } from './members.ts';
import type { Model } from './model.ts';

/** Where a server's records of one concern stand, ascending. */
interface Diary {
  readonly state: number[];
  readonly commit: number[];
  readonly apply: number[];
  readonly arm: number[];
  readonly match: number[];
  readonly life: number[];
  readonly disk: number[];
  readonly configure: number[];
}

export interface NodeState {
  readonly server: string;
  readonly role: string;
  readonly term: string;
  readonly votedFor: string;
  readonly leader: string;
  readonly commit: string;
  readonly applied: string;
  /** When its election timer runs out, in milliseconds from now. */
  readonly deadline: string;
  /** Writes asked for that are not yet on the disk. */
  readonly unsynced: string;
  /** What it goes by: who votes, who learns. */
  readonly members: string;
  /** Leader: what it believes of each peer, `S2 3`. */
  readonly match: string;
}

export type Diaries = ReadonlyMap<string, Diary>;

const concerns: { readonly [kind: string]: keyof Diary } = {
  state: 'state',
  commit: 'commit',
  apply: 'apply',
  arm: 'arm',
  match: 'match',
  online: 'life',
  crash: 'life',
  offline: 'life',
  pause: 'life',
  resume: 'life',
  write: 'disk',
  durable: 'disk',
  configure: 'configure',
};

export function diariesOf({ records, header }: Model): Diaries {
  const diaries = new Map<string, Diary>();
  for (const name of header.servers) {
    const blank = {
      state: [],
      commit: [],
      apply: [],
      arm: [],
      match: [],
      life: [],
      disk: [],
      configure: [],
    };
    diaries.set(name, blank);
  }
  records.forEach((record, index) => {
    if (!('server' in record)) return;
    const concern = concerns[record.kind];
    if (concern !== undefined) diaries.get(record.server)?.[concern].push(index);
  });
  return diaries;
}

interface Moment {
  readonly model: Model;
  readonly diary: Diary;
  readonly index: number;
  /** Memory begins here: the last start of the server. */
  readonly since: number;
}

function lastOf(moment: Moment, concern: keyof Diary): TraceRecord | undefined {
  const list = moment.diary[concern];
  const place = list[countUpTo(list, moment.index) - 1];
  if (place === undefined || place < moment.since) return undefined;
  return moment.model.records[place];
}

function lifeOf({ model, diary, index }: Omit<Moment, 'since'>): { since: number; word: string } {
  const { life } = diary;
  let word = '';
  for (let i = countUpTo(life, index) - 1; i >= 0; i -= 1) {
    const place = numberAt(life, i);
    const kind = model.records[place]?.kind;
    if (kind === 'online') return { since: place, word };
    if (kind === 'crash') return { since: place, word: 'crashed' };
    if (kind === 'offline') return { since: place, word: 'offline' };
    if (word === '') word = kind === 'pause' ? 'paused' : 'running';
  }
  return { since: 0, word };
}

function stateOf(moment: Moment): StateRecord | null {
  const found = lastOf(moment, 'state');
  return found?.kind === 'state' ? found : null;
}

function deadlineOf(moment: Moment): string {
  const list = moment.diary.arm;
  for (let i = countUpTo(list, moment.index) - 1; i >= 0; i -= 1) {
    const record = moment.model.records[numberAt(list, i)];
    if (record?.kind !== 'arm' || record.timer !== 'election') continue;
    if (record.dueAt < 0) return '–';
    const now = moment.model.records[moment.index]?.at ?? 0;
    return `${Math.max(0, (record.dueAt - now) / 1000).toFixed(0)} ms`;
  }
  return '–';
}

function unsyncedOf(moment: Moment): string {
  const list = moment.diary.disk;
  let asked = 0;
  let kept = 0;
  for (let i = countUpTo(list, moment.index) - 1; i >= 0 && (asked === 0 || kept === 0); i -= 1) {
    const place = numberAt(list, i);
    if (place < moment.since) break;
    const record = moment.model.records[place];
    if (record?.kind === 'write' && asked === 0) asked = record.write;
    if (record?.kind === 'durable' && kept === 0) kept = record.write;
  }
  return String(Math.max(0, asked - kept));
}

function matchOf(moment: Moment, term: number): string {
  const list = moment.diary.match;
  const found = new Map<string, number>();
  const oldest = Math.max(0, countUpTo(list, moment.index) - 200);
  for (let i = countUpTo(list, moment.index) - 1; i >= oldest; i -= 1) {
    const record = moment.model.records[numberAt(list, i)];
    if (record?.kind !== 'match' || record.term !== term) break;
    if (!found.has(record.peer)) found.set(record.peer, record.matchIndex);
  }
  const peers = moment.model.header.servers.filter((name) => found.has(name));
  return peers.map((name) => `${name}:${found.get(name) ?? 0}`).join(' ');
}

function progressOf(moment: Moment): Pick<NodeState, 'commit' | 'applied'> {
  const commit = lastOf(moment, 'commit');
  const apply = lastOf(moment, 'apply');
  return {
    commit: commit?.kind === 'commit' ? String(commit.commitIndex) : '0',
    applied: apply?.kind === 'apply' ? String(apply.index) : '0',
  };
}

const followerWords = { voter: 'follower', learner: 'learner', none: 'not a member' };

function membersOf(moment: Moment): Configuration {
  const found = lastOf(moment, 'configure');
  const isThere = found?.kind === 'configure';
  return isThere ? found.configuration : firstConfiguration(moment.model.header);
}

function roleOf(state: StateRecord | null, part: keyof typeof followerWords): string {
  if (state === null) return '–';
  return state.role === 'follower' ? followerWords[part] : state.role;
}

function nodeAt(model: Model, server: string, seek: { diary: Diary; index: number }): NodeState {
  const life = lifeOf({ model, ...seek });
  const moment: Moment = { model, ...seek, since: life.since };
  const state = stateOf(moment);
  const isGone = life.word === 'crashed' || life.word === 'offline';
  const paused = life.word === 'paused' ? ' (paused)' : '';
  const configuration = membersOf(moment);
  return {
    server,
    role: isGone ? life.word : roleOf(state, partOf(configuration, server)) + paused,
    members: membersText(configuration),
    term: state === null ? '–' : `T${state.term}`,
    votedFor: state?.votedFor ?? '–',
    leader: state?.leader ?? '–',
    ...progressOf(moment),
    deadline: isGone ? '–' : deadlineOf(moment),
    unsynced: unsyncedOf(moment),
    match: state?.role === 'leader' ? matchOf(moment, state.term) : '',
  };
}

/** All servers after the record at `index`. */
export function nodesAt(model: Model, diaries: Diaries, index: number): readonly NodeState[] {
  return model.header.servers.flatMap((server) => {
    const diary = diaries.get(server);
    return diary === undefined ? [] : [nodeAt(model, server, { diary, index })];
  });
}
