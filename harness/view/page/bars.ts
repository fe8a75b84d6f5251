/** What each server was when: roles and terms, gaps and pauses, votes gained, commits, timers. */
import type {
  Configuration,
  HeaderRecord,
  MessageRecord,
  SendRecord,
  StateRecord,
  TraceRecord,
} from '../../trace/record.ts';
import { firstConfiguration, isQuorum, partOf, quorumText } from './members.ts';
import type { Lanes } from './turns.ts';

/** Followers that do not vote are learners, or outside: in nobody's configuration yet, or removed. */
export type BarKind =
  'follower' | 'learner' | 'outside' | 'preCandidate' | 'candidate' | 'leader' | 'gap' | 'pause';

export interface Bar {
  readonly lane: number;
  /** Index of the record that began it. */
  readonly from: number;
  /** Index of the record that ended it; the number of records when it lasts. */
  readonly to: number;
  readonly kind: BarKind;
  readonly term: number;
  /** Gap: the writes lost; otherwise 0. */
  readonly lost: number;
}

/** A granted vote (or the promise of one) that reached the candidate it is for. */
export interface Vote {
  readonly kind: 'vote' | 'preVote';
  readonly index: number;
  readonly lane: number;
  readonly voter: string;
  readonly term: number;
  /** This voter's vote was here before. */
  readonly again: boolean;
  /** Different voters so far, the candidate itself included. */
  readonly distinct: number;
  /** What it takes to win, in words; null once the votes before this one were enough. */
  readonly needed: string | null;
}

/** A server gave its vote to another one. */
export interface Ballot {
  readonly index: number;
  readonly lane: number;
  readonly candidate: string;
  readonly term: number;
  /** It had voted for this other one in the same term; empty: it had not. */
  readonly before: string;
}

/** A server became leader: by whose votes? */
export interface Win {
  readonly index: number;
  readonly lane: number;
  readonly server: string;
  readonly term: number;
  readonly voters: readonly string[];
  /** What it takes to win in the configuration that the winner goes by. */
  readonly needed: string;
  readonly isQuorum: boolean;
}

export interface Bars {
  readonly bars: readonly Bar[];
  readonly votes: readonly Vote[];
  readonly wins: readonly Win[];
  readonly ballots: readonly Ballot[];
  readonly commits: readonly { index: number; lane: number; commitIndex: number }[];
  readonly timers: readonly { index: number; lane: number }[];
  /** Records in which a server reached a new term. */
  readonly termChanges: readonly number[];
}

interface Seat {
  bar: { from: number; kind: Bar['kind']; term: number; lost: number } | null;
  pausedAt: number;
  term: number;
  /** Of the candidacy for which the voters are gathered. */
  candidacy: 'preCandidate' | 'candidate' | null;
  voters: string[];
  configuration: Configuration;
  /** The vote of this term, kept here even where a crash made the server forget it. */
  vote: { readonly term: number; readonly candidate: string };
}

interface Builder {
  readonly bars: Bar[];
  readonly votes: Vote[];
  readonly wins: Win[];
  readonly ballots: Ballot[];
  readonly commits: { index: number; lane: number; commitIndex: number }[];
  readonly timers: { index: number; lane: number }[];
  readonly termChanges: number[];
  readonly seats: Map<number, Seat>;
  readonly lanes: Lanes;
  readonly first: Configuration;
}

function seatAt(builder: Builder, lane: number): Seat {
  const found = builder.seats.get(lane);
  if (found !== undefined) return found;
  const vote = { term: -1, candidate: '' };
  const seat: Seat = {
    bar: null,
    pausedAt: -1,
    term: 0,
    candidacy: null,
    voters: [],
    configuration: builder.first,
    vote,
  };
  builder.seats.set(lane, seat);
  return seat;
}

function close(builder: Builder, lane: number, to: number): void {
  const seat = seatAt(builder, lane);
  if (seat.bar !== null) builder.bars.push({ ...seat.bar, lane, to });
  seat.bar = null;
}

function castVote(builder: Builder, record: StateRecord, index: number): void {
  const lane = builder.lanes.byName.get(record.server) ?? -1;
  const seat = seatAt(builder, lane);
  const { term, votedFor: candidate, server } = record;
  if (candidate === null) return;
  const before = seat.vote.term === term ? seat.vote.candidate : '';
  if (before === candidate) return;
  if (candidate !== server || before !== '') {
    builder.ballots.push({ index, lane, candidate, term, before });
  }
  seat.vote = { term, candidate };
}

function kindOf(seat: Seat, { role, server }: StateRecord): BarKind {
  if (role === 'offline') return 'gap';
  if (role !== 'follower') return role;
  const part = partOf(seat.configuration, server);
  return part === 'voter' ? 'follower' : part === 'learner' ? 'learner' : 'outside';
}

function win(builder: Builder, seat: Seat, { record, index }: Changed): void {
  const { voters, configuration } = seat;
  const { server, term } = record;
  const lane = builder.lanes.byName.get(server) ?? -1;
  builder.wins.push({
    index,
    lane,
    server,
    term,
    voters,
    needed: quorumText(configuration),
    isQuorum: isQuorum(configuration, voters),
  });
}

interface Changed {
  readonly record: StateRecord;
  readonly index: number;
}

/** A candidacy begins with the candidate's own vote. */
function campaign(seat: Seat, { role, term, server }: StateRecord): void {
  const candidacy = role === 'candidate' || role === 'preCandidate' ? role : null;
  const isNew = candidacy !== seat.candidacy || term !== seat.term;
  if (candidacy !== null && isNew) seat.voters = [server];
  seat.candidacy = candidacy;
}

function changeState(builder: Builder, changed: Changed): void {
  const { record, index } = changed;
  const lane = builder.lanes.byName.get(record.server) ?? -1;
  const seat = seatAt(builder, lane);
  const { bar } = seat;
  const { role, term } = record;
  if (term > seat.term) builder.termChanges.push(index);
  if (role === 'leader' && bar?.kind !== 'leader') win(builder, seat, changed);
  campaign(seat, record);
  seat.term = term;
  const kind = kindOf(seat, record);
  if (bar !== null && bar.kind === kind && bar.term === term) return;
  close(builder, lane, index);
  seat.bar = { from: index, kind, term, lost: 0 };
}

const followers: ReadonlySet<BarKind> = new Set(['follower', 'learner', 'outside']);

/** Another configuration is in force at the server: a learner may have become a voter. */
function configure(
  builder: Builder,
  server: string,
  changed: { readonly configuration: Configuration; readonly index: number },
): void {
  const lane = builder.lanes.byName.get(server) ?? -1;
  const seat = seatAt(builder, lane);
  const { configuration, index } = changed;
  seat.configuration = configuration;
  const { bar, term } = seat;
  if (bar === null || !followers.has(bar.kind)) return;
  const part = partOf(configuration, server);
  const kind = part === 'voter' ? 'follower' : part === 'learner' ? 'learner' : 'outside';
  if (kind === bar.kind) return;
  close(builder, lane, index);
  seat.bar = { from: index, kind, term, lost: 0 };
}

function down(builder: Builder, server: string, gap: { index: number; lost: number }): void {
  const lane = builder.lanes.byName.get(server) ?? -1;
  close(builder, lane, gap.index);
  const seat = seatAt(builder, lane);
  seat.bar = { from: gap.index, kind: 'gap', term: seat.term, lost: gap.lost };
  seat.candidacy = null;
}

/** The role of a server to which the message, when it grants something, gives a vote. */
function grantFor(message: MessageRecord | undefined): Seat['candidacy'] {
  if (message?.kind === 'RequestVoteReply' && message.granted) return 'candidate';
  return message?.kind === 'PreVoteReply' && message.granted ? 'preCandidate' : null;
}

/** A vote counts for its receiver's term only, and only while that is a candidate or just won. */
function takeVote(builder: Builder, message: MessageRecord | undefined, index: number): void {
  const grant = grantFor(message);
  if (grant === null || message === undefined || !('term' in message)) return;
  const lane = builder.lanes.byName.get(message.to) ?? -1;
  const seat = seatAt(builder, lane);
  const isPre = grant === 'preCandidate';
  if (isPre ? seat.candidacy !== grant : seat.term !== message.term) return;
  if (seat.bar === null || followers.has(seat.bar.kind)) return;
  const { from: voter, term } = message;
  const again = seat.voters.includes(voter);
  const wasEnough = isQuorum(seat.configuration, seat.voters);
  if (!again) seat.voters = [...seat.voters, voter];
  const needed = wasEnough ? null : quorumText(seat.configuration);
  const kind = isPre ? 'preVote' : 'vote';
  const distinct = seat.voters.length;
  builder.votes.push({ kind, index, lane, voter, term, again, distinct, needed });
}

function pausing(builder: Builder, server: string, record: { index: number; on: boolean }): void {
  const lane = builder.lanes.byName.get(server) ?? -1;
  const seat = seatAt(builder, lane);
  if (record.on) seat.pausedAt = record.index;
  else if (seat.pausedAt >= 0) {
    const { pausedAt: from, term } = seat;
    builder.bars.push({ lane, from, to: record.index, kind: 'pause', term, lost: 0 });
    seat.pausedAt = -1;
  }
}

function absorb(builder: Builder, record: TraceRecord, index: number): void {
  const laneOf = (server: string): number => builder.lanes.byName.get(server) ?? -1;
  switch (record.kind) {
    case 'state':
      castVote(builder, record, index);
      return changeState(builder, { record, index });
    case 'configure':
      return configure(builder, record.server, { ...record, index });
    case 'online':
      return close(builder, laneOf(record.server), index);
    case 'crash':
      return down(builder, record.server, { index, lost: record.lost });
    case 'offline':
      return down(builder, record.server, { index, lost: 0 });
    case 'pause':
    case 'resume':
      return pausing(builder, record.server, { index, on: record.kind === 'pause' });
    case 'commit':
      builder.commits.push({
        index,
        lane: laneOf(record.server),
        commitIndex: record.commitIndex,
      });
      return;
    case 'timer':
      if (record.timer === 'election') {
        builder.timers.push({ index, lane: laneOf(record.server) });
      }
      return;
    default:
  }
}

export function barsOf(
  { records, header }: { readonly records: readonly TraceRecord[]; readonly header: HeaderRecord },
  lanes: Lanes,
  sends: ReadonlyMap<number, SendRecord>,
): Bars {
  const builder: Builder = {
    bars: [],
    votes: [],
    wins: [],
    ballots: [],
    commits: [],
    timers: [],
    termChanges: [],
    seats: new Map(),
    lanes,
    first: firstConfiguration(header),
  };
  records.forEach((record, index) => {
    if (record.kind === 'deliver') takeVote(builder, sends.get(record.id)?.message, index);
    else absorb(builder, record, index);
  });
  for (const [lane, seat] of builder.seats) {
    if (seat.pausedAt >= 0) {
      const { pausedAt: from, term } = seat;
      builder.bars.push({ lane, from, to: records.length, kind: 'pause', term, lost: 0 });
    }
    close(builder, lane, records.length);
  }
  const { bars, votes, wins, ballots, commits, timers, termChanges } = builder;
  return { bars, votes, wins, ballots, commits, timers, termChanges };
}
