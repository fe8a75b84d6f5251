/** What a running campaign looks like: a screen for a terminal, one line for a log. */
import { countsByName } from '../check/sometimes.ts';
import { clean, counted, duration, grouped } from '../report/words.ts';
import type { CampaignProgress } from '../search/campaign.ts';
import {
  actionsReached,
  cellsReached,
  strikesReached,
  transitionsReached,
} from '../search/coverage.ts';
import { shardName } from '../search/result.ts';
import type { Tally } from '../search/tally.ts';
import { statesText } from './campaign-words.ts';
import type { CampaignJob } from './job.ts';

const barColumns = 50;
const faultKindsShown = 6;
const unseenShown = 4;
const recentMs = 60_000;

/** `842`, `17.6 k`, `31.4 M` */
function short(count: number): string {
  if (count < 10_000) return grouped(count);
  if (count < 1_000_000) return `${(count / 1_000).toFixed(1)} k`;
  return `${(count / 1_000_000).toFixed(1)} M`;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barColumns);
  return '█'.repeat(full) + '░'.repeat(barColumns - full);
}

interface Point {
  readonly atMs: number;
  readonly states: number;
}

/** Remembers how coverage grew, to say how much of it is recent. */
export class CampaignScreen {
  private readonly job: CampaignJob;
  private readonly points: Point[] = [];

  constructor(job: CampaignJob) {
    this.job = job;
  }

  /** The heading of everything: what is tested, how, from which seed. */
  heading(): string {
    const { mutant, strategy, shard, workers = 1, seed } = this.job;
    const parts = [`campaign on ${mutant ?? 'raft'}`, strategy ?? 'timed'];
    if (shard !== undefined && shard.of > 1) parts.push(`shard ${shardName(shard)}`);
    parts.push(counted(workers, 'worker'), `seed ${seed}`);
    return parts.join(' · ');
  }

  /** How much of the budget is gone, 0 to 1; of runs or of time, whichever is nearer. */
  private share(runs: number, elapsedMs: number): number {
    const { runs: runsMax, searchMs, shard } = this.job;
    const own = runsMax / (shard?.of ?? 1);
    return Math.min(1, Math.max(runs / own, elapsedMs / searchMs));
  }

  private grown(states: number, elapsedMs: number): number {
    this.points.push({ atMs: elapsedMs, states });
    while ((this.points[0]?.atMs ?? elapsedMs) < elapsedMs - recentMs) this.points.shift();
    return states - (this.points[0]?.states ?? states);
  }

  /** A dozen lines, rewritten in place. */
  lines(progress: CampaignProgress, elapsedMs: number): readonly string[] {
    const { tally } = progress;
    const share = this.share(tally.runs, elapsedMs);
    const left = share > 0.01 ? `   ${duration((elapsedMs / share) * (1 - share))} left` : '';
    const percent = String(Math.floor(share * 100)).padStart(3);
    return [
      this.heading(),
      ` ${bar(share)}  ${percent} %   ${duration(elapsedMs)}${left}`,
      row('runs', this.runsText(tally, elapsedMs)),
      row('faults', faultText(tally)),
      row('coverage', this.coverageText(progress, elapsedMs)),
      row('', reachedText(progress)),
      row('must see', sometimesText(tally)),
      ...canaryLine(progress),
      row('bugs', bugsText(progress)),
      ' Ctrl-C ends it and keeps everything found',
    ];
  }

  /** `40 % · 17.6 k runs 73/s · …` */
  line(progress: CampaignProgress, elapsedMs: number): string {
    const { tally, coverage } = progress;
    const share = Math.floor(this.share(tally.runs, elapsedMs) * 100);
    const { hit, of } = cellsReached(coverage);
    const { count, level } = coverage.states;
    const parts = [`[${duration(elapsedMs)}] ${share} %`, this.runsText(tally, elapsedMs)];
    parts.push(`cells ${hit}/${of}`, `states ${statesText(count, level > 0)}`, bugsText(progress));
    return parts.join(' · ');
  }

  private runsText({ runs, messages, simMicros }: Tally, elapsedMs: number): string {
    const seconds = Math.max(elapsedMs, 1) / 1_000;
    const simMs = simMicros / 1_000;
    return [
      `${short(runs)}  ${grouped(runs / seconds)}/s`,
      `messages ${short(messages)}  ${short(messages / seconds)}/s`,
      `${duration(simMs)} simulated, ×${grouped(simMs / Math.max(1, elapsedMs))} real`,
    ].join(' · ');
  }

  private coverageText({ coverage }: CampaignProgress, elapsedMs: number): string {
    const cells = cellsReached(coverage);
    const struck = strikesReached(coverage);
    const { count, level } = coverage.states;
    const grown = this.grown(count, elapsedMs);
    const span = duration(Math.min(recentMs, elapsedMs));
    const missing = cells.missing.length === 0 ? '' : `, missing ${cells.missing[0] ?? ''}`;
    return [
      `cells ${cells.hit}/${cells.of}${missing}`,
      `fault × role ${struck.hit}/${struck.of}`,
      `states ${statesText(count, level > 0)} (+${grouped(grown)} in the last ${span})`,
    ].join(' · ');
  }
}

/** Transitions of the table, and actions of the specification in the runs held against it. */
function reachedText({ coverage }: CampaignProgress): string {
  const transitions = transitionsReached(coverage);
  const actions = actionsReached(coverage);
  return [
    `transitions ${transitions.hit}/${transitions.of}`,
    `actions of the specification ${actions.hit}/${actions.of}`,
  ].join(' · ');
}

function row(name: string, text: string): string {
  return ` ${name.padEnd(9)} ${clean(text)}`;
}

function faultText({ faults }: Tally): string {
  const kinds = Object.entries(faults).toSorted(([, a], [, b]) => b - a);
  const shown = kinds.slice(0, faultKindsShown).map(([kind, count]) => `${kind} ${short(count)}`);
  const rest = kinds.slice(faultKindsShown).reduce((sum, [, count]) => sum + count, 0);
  return rest === 0 ? shown.join(' · ') : [...shown, `others ${short(rest)}`].join(' · ');
}

function sometimesText(tally: Tally): string {
  const counts = Object.entries(countsByName(tally.sometimes));
  const unseen = counts.filter(([, hits]) => hits === 0).map(([name]) => name);
  const seen = `✓ ${counts.length - unseen.length}/${counts.length}`;
  if (unseen.length === 0) return seen;
  const more = unseen.length > unseenShown ? ', …' : '';
  return `${seen}   not yet: ${unseen.slice(0, unseenShown).join(', ')}${more}`;
}

function canaryLine({ canaries }: CampaignProgress): readonly string[] {
  if (canaries.length === 0) return [];
  const alive = canaries.filter(({ killedAtRun }) => killedAtRun === null);
  const waiting = alive.map(({ name }) => name).join(', ');
  const caught = `${canaries.length - alive.length}/${canaries.length} caught`;
  return [row('canaries', alive.length === 0 ? caught : `${caught}   waiting: ${waiting}`)];
}

function bugsText({ tally, shrinking }: CampaignProgress): string {
  if (tally.found.size === 0) return 'no bug';
  const bugs = [...tally.found.values()].map(({ id, count }) => `✖ ${id} ×${grouped(count)}`);
  if (shrinking === null) return bugs.join('   ');
  const { id, tries, smallest } = shrinking;
  const { faults, workload } = smallest;
  const sizes = [counted(faults.length, 'fault'), counted(workload.operations.length, 'operation')];
  return `shrinking ${id}: ${sizes.join(', ')} left (try ${grouped(tries)})   ${bugs.join('   ')}`;
}
