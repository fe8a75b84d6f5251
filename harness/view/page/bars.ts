/** What each server was when: roles and terms, gaps and pauses, votes gained, commits, timers. */
import type { MessageRecord, SendRecord, StateRecord, TraceRecord } from '../../trace/record.ts';
import type { Lanes } from './turns.ts';

export interface Bar {
  readonly lane: number;
  /** Index of the record that began it. */
  readonly from: number;
  /** Index of the record that ended it; the number of records when it lasts. */
  readonly to: number;
  readonly kind: 'follower' | 'preCandidate' | 'candidate' | 'leader' | 'gap' | 'pause';
  readonly term: number;
  /** Gap: the writes lost; otherwise 0. */
  readonly lost: number;
}

/** A granted vote that reached the candidate it is for. */
export interface Vote {
  readonly index: number;
  readonly lane: number;
  readonly voter: string;
  readonly term: number;
  /** This voter's vote was here before. */
  readonly again: boolean;
  /** Different voters so far, the candidate itself included. */
  readonly distinct: number;
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
  /** A majority of the servers. */
  readonly needed: number;
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
  isCandidate: boolean;
  voters: string[];
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
  readonly needed: number;
}

function seatAt(builder: Builder, lane: number): Seat {
  const found = builder.seats.get(lane);
  if (found !== undefined) return found;
  const vote = { term: -1, candidate: '' };
  const seat: Seat = { bar: null, pausedAt: -1, term: 0, isCandidate: false, voters: [], vote };
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

function changeState(builder: Builder, record: StateRecord, index: number): void {
  const lane = builder.lanes.byName.get(record.server) ?? -1;
  const seat = seatAt(builder, lane);
  const { bar } = seat;
  const { role, term } = record;
  const kind = role === 'offline' ? 'gap' : role;
  if (term > seat.term) builder.termChanges.push(index);
  if (role === 'leader' && bar?.kind !== 'leader') {
    const { voters } = seat;
    const { server } = record;
    builder.wins.push({ index, lane, server, term, voters, needed: builder.needed });
  }
  if (role === 'candidate' && (term !== seat.term || !seat.isCandidate)) {
    seat.voters = [record.server];
  }
  seat.isCandidate = role === 'candidate';
  seat.term = term;
  if (bar !== null && bar.kind === kind && bar.term === term) return;
  close(builder, lane, index);
  seat.bar = { from: index, kind, term, lost: 0 };
}

function down(builder: Builder, server: string, gap: { index: number; lost: number }): void {
  const lane = builder.lanes.byName.get(server) ?? -1;
  close(builder, lane, gap.index);
  const seat = seatAt(builder, lane);
  seat.bar = { from: gap.index, kind: 'gap', term: seat.term, lost: gap.lost };
  seat.isCandidate = false;
}

/** A vote counts for its receiver's term only, and only while that is a candidate. */
function takeVote(builder: Builder, message: MessageRecord | undefined, index: number): void {
  if (message?.kind !== 'RequestVoteReply' || !message.granted) return;
  const lane = builder.lanes.byName.get(message.to) ?? -1;
  const seat = seatAt(builder, lane);
  if (seat.term !== message.term || seat.bar?.kind === 'follower') return;
  const voter = message.from;
  const again = seat.voters.includes(voter);
  if (!again) seat.voters = [...seat.voters, voter];
  const distinct = seat.voters.length;
  builder.votes.push({ index, lane, voter, term: message.term, again, distinct });
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
      return changeState(builder, record, index);
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
  records: readonly TraceRecord[],
  lanes: Lanes,
  sends: ReadonlyMap<number, SendRecord>,
): Bars {
  const servers = lanes.all.length - lanes.firstServer;
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
    needed: Math.floor(servers / 2) + 1,
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
