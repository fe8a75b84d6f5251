/**
 * What led to the violation, and nothing else. From the violating records back: a delivery comes
 * from its send, a send from the step that made it, a step from the earlier steps of the same
 * server that changed something; an election timer also from the silence before it. Faults belong
 * to the cone when they touched one of its messages or servers.
 */
import type { CommitRecord, FaultRecord, TimerRecord, TraceRecord } from '../trace/record.ts';
import { detailOf, field } from './azure.ts';
import type { Fate, Plot, Step } from './plot.ts';

export interface Cone {
  readonly steps: ReadonlySet<Step>;
  /** Records between the ends of messages that mattered: drops, duplicates, lost locks. */
  readonly incidents: ReadonlySet<TraceRecord>;
  /** Faults that touched the cone, by index in the scenario. */
  readonly faults: ReadonlySet<number>;
  /** The violating record, or the last one. */
  readonly violation: TraceRecord | undefined;
  /** Records in the cone. */
  readonly size: number;
}

/** Which changes of a server's mind can matter to a broken promise. */
type Concern = 'votes' | 'logs' | 'answers';

const concerns: ReadonlyMap<string, Concern> = new Map([
  ['ElectionSafety', 'votes'],
  ['VoteOncePerTerm', 'votes'],
  ['ElectedByQuorum', 'votes'],
  ['TermMonotonic', 'votes'],
  ['LeaderElected', 'votes'],
  ['OneTimerPerVoter', 'votes'],
  ['Linearizability', 'answers'],
  ['ExactlyOnce', 'answers'],
  ['AnswerAfterCommit', 'answers'],
  ['OperationsComplete', 'answers'],
]);

/** The concern of a broken promise. */
export function concernOf(invariant: string | null): Concern {
  return concerns.get(invariant ?? '') ?? 'logs';
}

function changes(record: TraceRecord, concern: Concern): boolean {
  switch (record.kind) {
    case 'state':
      return true;
    case 'write':
      return record.hard !== null || concern !== 'votes';
    case 'propose':
    case 'commit':
    case 'match':
      return concern !== 'votes';
    case 'apply':
      return concern === 'answers';
    default:
      return false;
  }
}

/** Did the step change its server in a way that can matter later? */
function isChanging(step: Step, concern: Concern, plot: Plot): boolean {
  switch (step.root.kind) {
    case 'online':
    case 'crash':
    case 'offline':
    case 'pause':
    case 'resume':
      return true;
    case 'deliver': {
      const message = plot.fates.get(step.root.id)?.send.message;
      if (message?.kind === 'RequestVoteReply' && message.granted) return true;
      break;
    }
    default:
      break;
  }
  return changes(step.root, concern) || step.effects.some((effect) => changes(effect, concern));
}

/** For every step the changing step of the same actor before it. */
function predecessors(plot: Plot, concern: Concern): Map<Step, Step> {
  const latest = new Map<string, Step>();
  const before = new Map<Step, Step>();
  for (const step of plot.steps) {
    if (step.actor === null) continue;
    const previous = latest.get(step.actor);
    if (previous !== undefined) before.set(step, previous);
    if (isChanging(step, concern, plot)) latest.set(step.actor, step);
  }
  return before;
}

interface Walk {
  readonly plot: Plot;
  readonly before: ReadonlyMap<Step, Step>;
  readonly steps: Set<Step>;
  readonly queue: Step[];
  readonly incidents: Set<TraceRecord>;
  readonly faults: Set<number>;
  /** AppendEntries by the server they are for. */
  readonly appends: ReadonlyMap<string, readonly Fate[]>;
  /** Leaders that crashed, went off line or were stopped. */
  readonly falls: readonly Step[];
}

function visit(walk: Walk, step: Step | undefined): void {
  if (step === undefined || walk.steps.has(step)) return;
  walk.steps.add(step);
  walk.queue.push(step);
}

function incident(walk: Walk, record: TraceRecord): void {
  walk.incidents.add(record);
  if ('fault' in record && record.fault >= 0) walk.faults.add(record.fault);
}

/** The way of a delivered message: its send, and what happened to it on the road. */
function visitMessage(walk: Walk, fate: Fate, deliverSeq: number): void {
  visit(walk, walk.plot.stepOf(fate.send.seq));
  const ahead = fate.delivers.filter((deliver) => deliver.seq < deliverSeq);
  for (const delay of fate.delays) if (delay.seq < deliverSeq) incident(walk, delay);
  if (ahead.length === 0) return;
  const duplicate = fate.duplicates.findLast((record) => record.seq < deliverSeq);
  if (duplicate !== undefined) incident(walk, duplicate);
  const lost = fate.bus.findLast((record) => record.seq < deliverSeq && record.what !== 'settled');
  if (lost !== undefined) incident(walk, lost);
}

/** The last AppendEntries that reached this server before `until`, as a seq; -1 for none. */
function lastHeard(appends: readonly Fate[], until: number): number {
  let since = -1;
  for (const fate of appends) {
    for (const { seq } of fate.delivers) if (seq < until) since = Math.max(since, seq);
  }
  return since;
}

/** An election timer runs out because nothing came: who was silent, and why? */
function visitSilence(walk: Walk, step: Step): void {
  const { actor } = step;
  if (actor === null) return;
  const until = step.root.seq;
  const appends = walk.appends.get(actor) ?? [];
  const since = lastHeard(appends, until);
  for (const fate of appends) {
    const drop = fate.drops.find((record) => record.seq > since && record.seq < until);
    if (drop !== undefined && drop.fault >= 0) walk.faults.add(drop.fault);
  }
  for (const fall of walk.falls) {
    if (fall.root.seq > since && fall.root.seq < until && fall.actor !== actor) visit(walk, fall);
  }
}

function appendsOf(plot: Plot): Map<string, Fate[]> {
  const appends = new Map<string, Fate[]>();
  for (const fate of plot.fates.values()) {
    if (fate.send.message.kind !== 'AppendEntries') continue;
    const known = appends.get(fate.send.to);
    if (known === undefined) appends.set(fate.send.to, [fate]);
    else known.push(fate);
  }
  return appends;
}

function isFall(record: TraceRecord): boolean {
  return record.kind === 'crash' || record.kind === 'offline' || record.kind === 'pause';
}

function wasLeader(plot: Plot, step: Step): boolean {
  const last = plot.records.findLast(
    (record) =>
      record.kind === 'state' && record.server === step.actor && record.seq < step.root.seq,
  );
  return last?.kind === 'state' && last.role === 'leader';
}

function visitCauses(walk: Walk, step: Step): void {
  const { root } = step;
  const previous = walk.before.get(step);
  visit(walk, previous);
  if (root.kind === 'deliver') {
    const fate = walk.plot.fates.get(root.id);
    if (fate !== undefined) visitMessage(walk, fate, root.seq);
  } else if (root.cause >= 0) {
    visit(walk, walk.plot.stepOf(root.cause));
  }
  if (root.kind === 'timer' && root.timer === 'election') visitSilence(walk, step);
  if ('fault' in root && root.fault >= 0) walk.faults.add(root.fault);
}

/** Messages that a step of the cone sent in vain. */
function addLosses(walk: Walk, until: number): void {
  for (const fate of walk.plot.fates.values()) {
    const sender = walk.plot.stepOf(fate.send.seq);
    if (fate.delivers.length > 0 || sender === undefined || !walk.steps.has(sender)) continue;
    for (const drop of fate.drops) if (drop.seq < until) incident(walk, drop);
  }
}

/** A server acts although nothing came: the faults that kept what was meant for it, or from it. */
function addDeafness(walk: Walk, { server, seq }: TimerRecord): void {
  for (const { send, drops } of walk.plot.fates.values()) {
    if (send.to !== server && send.from !== server) continue;
    for (const drop of drops) {
      if (drop.seq < seq && drop.fault >= 0) walk.faults.add(drop.fault);
    }
  }
}

/** What a stale read does not know: the last commit before it was asked for. */
function visitNews(walk: Walk, evidence: readonly number[]): void {
  const asked = Math.min(...evidence);
  let news: CommitRecord | undefined;
  for (const record of walk.plot.records) {
    if (record.seq >= asked) break;
    if (record.kind !== 'commit') continue;
    if (record.commitIndex > (news?.commitIndex ?? 0)) news = record;
  }
  if (news !== undefined) visit(walk, walk.plot.stepOf(news.seq));
}

const environmental = new Set([
  'clockSkew',
  'clockJump',
  'slowDisk',
  'throttle',
  'brokerRestart',
  'slowSubscription',
  'lockExpiry',
  'redeliver',
  'deadLetter',
]);

/** Faults of a clock, a disk or the broker whose server acted in the cone after them. */
function addSurroundings(walk: Walk, faults: Iterable<FaultRecord>, until: number): void {
  const actors = new Set([...walk.steps].map((step) => step.actor));
  for (const fault of faults) {
    if (!environmental.has(fault.name) || fault.seq >= until) continue;
    const { detail } = fault;
    const target = field(detailOf(detail), 'server');
    if (target === '' || actors.has(target)) walk.faults.add(fault.fault);
  }
}

function visitEvidence(walk: Walk, evidence: readonly number[]): void {
  const { plot } = walk;
  for (const seq of evidence) visit(walk, plot.stepOf(seq));
  if (plot.verdict?.invariant === 'ReadFreshness') visitNews(walk, evidence);
}

/** Losses and faults around the steps of the cone. */
function addRest(walk: Walk, violation: TraceRecord | undefined): void {
  const until = violation?.seq ?? Number.MAX_SAFE_INTEGER;
  addLosses(walk, until);
  if (violation?.kind === 'timer') addDeafness(walk, violation);
  addSurroundings(walk, walk.plot.faults.values(), until);
}

/** The causal past of the verdict's evidence; without a failure, all that changed anything. */
export function cone(plot: Plot): Cone {
  const { verdict } = plot;
  const concern = concernOf(verdict?.invariant ?? null);
  const walk: Walk = {
    plot,
    before: predecessors(plot, concern),
    steps: new Set(),
    queue: [],
    incidents: new Set(),
    faults: new Set(),
    appends: appendsOf(plot),
    falls: plot.steps.filter((step) => isFall(step.root) && wasLeader(plot, step)),
  };
  const evidence = verdict?.verdict === 'fail' ? verdict.evidence : [];
  visitEvidence(walk, evidence);
  if (walk.queue.every((step) => step.actor === null)) {
    for (const step of plot.steps) if (isChanging(step, concern, plot)) visit(walk, step);
  }
  for (let step = walk.queue.pop(); step !== undefined; step = walk.queue.pop()) {
    visitCauses(walk, step);
  }
  const last = evidence.at(-1);
  const violation = last === undefined ? undefined : plot.record(last);
  addRest(walk, violation);
  return {
    steps: walk.steps,
    incidents: walk.incidents,
    faults: walk.faults,
    violation,
    size: sizeOf(walk),
  };
}

function sizeOf(walk: Walk): number {
  let size = walk.incidents.size;
  for (const step of walk.steps) size += 1 + step.effects.length;
  return size;
}
