/**
 * Promises of progress are broken by what goes on for ever. Their story tells how it begins, what
 * one round of it is like, the last one, and between the two in one line how often it was repeated
 * and who never got what.
 */
import type { Configuration, TraceRecord } from '../trace/record.ts';
import type { Draft } from './draft.ts';
import { plain } from './draft.ts';
import { blankPicture } from './picture.ts';
import type { Plot } from './plot.ts';
import { votesText } from './votes.ts';
import { counted, grouped, joined, milliseconds } from './words.ts';

const promisesOfProgress = new Set(['LeaderElected', 'LogsConverge', 'OperationsComplete']);

/** Lines of the beginning, and of the last round at most. */
const headLines = 10;
const tailLines = 10;
/** A round of fewer lines has been cut off by the end of the run. */
const roundLines = 3;

/** Candidacies of one server in a stretch of the run. */
interface Candidate {
  stood: number;
  /** The most votes it held at any time, its own included, and of how many. */
  best: number;
  bestText: string;
  won: number;
  term: number;
  readonly votes: Set<string>;
}

interface Census {
  readonly candidates: Map<string, Candidate>;
  /** What each server goes by. */
  readonly configurations: Map<string, Configuration>;
  heartbeats: number;
  refusals: number;
  /** Times that somebody asked whether it might lead. */
  questions: number;
}

function candidateOf(census: Census, server: string): Candidate {
  const known = census.candidates.get(server);
  if (known !== undefined) return known;
  const fresh: Candidate = { stood: 0, best: 0, bestText: '', won: 0, term: 0, votes: new Set() };
  census.candidates.set(server, fresh);
  return fresh;
}

function noteVotes(census: Census, server: string, candidate: Candidate): void {
  const { votes } = candidate;
  const configuration = census.configurations.get(server);
  if (configuration === undefined || votes.size <= candidate.best) return;
  candidate.best = votes.size;
  candidate.bestText = votesText(configuration, votes);
}

function countState(census: Census, record: Extract<TraceRecord, { kind: 'state' }>): void {
  const { server, role, term } = record;
  if (role === 'preCandidate') census.questions += 1;
  if (role === 'candidate') {
    const candidate = candidateOf(census, server);
    if (candidate.term === term) return;
    candidate.term = term;
    candidate.stood += 1;
    candidate.votes.clear();
    candidate.votes.add(server);
    noteVotes(census, server, candidate);
  } else if (role === 'leader') {
    const candidate = census.candidates.get(server);
    if (candidate === undefined || candidate.term !== term) return;
    candidate.won += 1;
    candidate.term = 0;
  }
}

function countDelivery(census: Census, plotted: Plot, id: number, to: string): void {
  const message = plotted.fates.get(id)?.send.message;
  if (message?.kind === 'AppendEntries' && message.entries.length === 0) census.heartbeats += 1;
  if (message?.kind === 'AppendEntriesReply' && !message.success) census.refusals += 1;
  if (message?.kind !== 'RequestVoteReply' || !message.granted) return;
  const candidate = census.candidates.get(to);
  if (candidate === undefined || candidate.term !== message.term) return;
  candidate.votes.add(message.from);
  noteVotes(census, to, candidate);
}

function censusOf(plotted: Plot, from: number, to: number): Census {
  const { servers } = blankPicture(plotted);
  const configurations = new Map([...servers].map(([id, each]) => [id, each.configuration]));
  const counts = { heartbeats: 0, refusals: 0, questions: 0 };
  const census: Census = { candidates: new Map(), configurations, ...counts };
  for (const record of plotted.records) {
    if (record.kind === 'configure') configurations.set(record.server, record.configuration);
    if (record.seq < from || record.seq >= to) continue;
    if (record.kind === 'state') countState(census, record);
    if (record.kind === 'deliver') countDelivery(census, plotted, record.id, record.to);
  }
  return census;
}

function candidateText(server: string, { stood, bestText, won }: Candidate): string {
  const times = stood === 1 ? 'once' : `${grouped(stood)} times`;
  const elected = won === 0 ? 'never elected' : `elected ${won === 1 ? 'once' : `${won} times`}`;
  return `${server} stands ${times}, has at best ${bestText} votes, is ${elected}`;
}

/** What was repeated, in one line; `lines` of the story stand for it otherwise. */
function summary(
  plotted: Plot,
  { from, to, lines }: { readonly from: number; readonly to: number; readonly lines: number },
): string {
  const { candidates, heartbeats, refusals, questions } = censusOf(plotted, from, to);
  const names = [...candidates.keys()].sort();
  const stood = [...candidates.values()].reduce((sum, one) => sum + one.stood, 0);
  const parts: string[] = [];
  if (stood > 0) {
    const each = names.flatMap((name) => {
      const candidate = candidates.get(name);
      return candidate === undefined ? [] : [candidateText(name, candidate)];
    });
    parts.push(`${counted(stood, 'election')} more: ${each.join('; ')}`);
  }
  if (questions > 0) parts.push(`${counted(questions, 'pre-vote')} asked for`);
  if (heartbeats > 0) parts.push(counted(heartbeats, 'heartbeat'));
  if (refusals > 0) parts.push(`${counted(refusals, 'refusal')} of AppendEntries`);
  return parts.length === 0 ? `${counted(lines, 'step')} more` : joined(parts);
}

/** Where the last whole round begins: an election, or else the last lines. */
function lastRound(drafts: readonly Draft[]): number {
  const least = drafts.length - tailLines;
  const round = drafts.findLastIndex(
    ({ fold }, index) => fold?.kind === 'candidacy' && index <= drafts.length - 1 - roundLines,
  );
  return Math.max(round, least, headLines);
}

/** The lines of a broken promise of progress, in a readable number; other stories as they are. */
export function condensed(plotted: Plot, drafts: readonly Draft[]): readonly Draft[] {
  const { verdict } = plotted;
  const progress = promisesOfProgress.has(verdict?.invariant ?? '');
  if (!progress || verdict?.verdict !== 'fail') return drafts;
  const until = lastRound(drafts);
  const first = drafts[headLines];
  const next = drafts[until];
  if (first === undefined || next === undefined || until - headLines < 2) return drafts;
  const { at, seq } = first;
  const said = summary(plotted, { from: seq, to: next.seq, lines: until - headLines });
  const text = `… until ${milliseconds(next.at)}: ${said}`;
  return [
    ...drafts.slice(0, headLines),
    plain({ at, seq, actors: [], text }),
    ...drafts.slice(until),
  ];
}
