/**
 * The story of a trace: its violation's causal past, a sentence a step. The text is a function of
 * the records alone, so that two tellings of one trace are the same bytes.
 */
import type { DropRecord, FaultRecord, TraceRecord } from '../trace/record.ts';
import type { Cone } from './cone.ts';
import { cone } from './cone.ts';
import { detailOf, field } from './azure.ts';
import { beginning } from './beginning.ts';
import type { Draft } from './draft.ts';
import { foldDrafts, plain } from './draft.ts';
import { blocksOf } from './blocks.ts';
import { isInstant, messageName, tellIncident, tellFault, tellLosses } from './incidents.ts';
import { openingText } from './opening.ts';
import type { Picture } from './picture.ts';
import { absorbPicture, blankPicture } from './picture.ts';
import type { Fate, Plot, Step } from './plot.ts';
import { plot } from './plot.ts';
import { promiseOf } from './promises.ts';
import { sentence } from './sentence.ts';
import { condensed } from './standstill.ts';
import type { Story, StoryLine } from './shape.ts';
import { violationClause } from './violation.ts';
import { clean, milliseconds } from './words.ts';

/** Did anybody change between the first start and the record where the story begins? */
function hasHistory(plotted: Plot, from: number): boolean {
  return plotted.records.some(
    (record) => record.seq < from && (record.kind === 'timer' || record.kind === 'deliver'),
  );
}

interface Telling {
  readonly plotted: Plot;
  readonly past: Cone;
  readonly picture: Picture;
  readonly from: number;
  readonly drafts: Draft[];
  readonly violating: Step | undefined;
}

function lossesOf(telling: Telling, step: Step): { drop: DropRecord; fate: Fate }[] {
  const losses: { drop: DropRecord; fate: Fate }[] = [];
  for (const effect of step.effects) {
    if (effect.kind !== 'send') continue;
    const fate = telling.plotted.fates.get(effect.id);
    for (const drop of fate?.drops ?? []) {
      if (fate !== undefined && telling.past.incidents.has(drop)) losses.push({ drop, fate });
    }
  }
  return losses;
}

/** Heartbeats lost on the way are told by the election they caused. */
function isWorthTelling(loss: { readonly fate: Fate }): boolean {
  const { message } = loss.fate.send;
  return message.kind !== 'AppendEntries' || message.entries.length > 0;
}

/** The violating line says what the violating record did, also where its step is about more. */
function damning(telling: Telling, draft: Draft): Draft {
  const { plotted, picture, past } = telling;
  if (past.violation === undefined) return draft;
  const clause = violationClause(plotted, picture, past.violation);
  const add = clause === '' ? '' : `; ${clause}`;
  const { fold } = draft;
  const merged = fold?.kind === 'count' ? { ...fold, merged: fold.merged + add } : fold;
  return { ...draft, mark: '✖', text: draft.text + add, fold: merged };
}

function tellStep(telling: Telling, step: Step): void {
  const { plotted, picture, drafts } = telling;
  const scene = { step, picture };
  const draft = sentence(plotted, scene);
  if (draft !== null) drafts.push(step === telling.violating ? damning(telling, draft) : draft);
  const losses = lossesOf(telling, step).filter(isWorthTelling);
  drafts.push(...tellLosses(plotted, { losses }));
}

/** Faults that the victims in the cone name by themselves. */
function mentionedFaults(telling: Telling): Set<number> {
  const { plotted, past, from } = telling;
  const mentioned = new Set<number>();
  for (const record of past.incidents) {
    if (!('fault' in record) || record.seq < from) continue;
    const fate = record.kind === 'drop' ? plotted.fates.get(record.id) : undefined;
    if (fate === undefined || isWorthTelling({ fate })) mentioned.add(record.fault);
  }
  return mentioned;
}

/** When a fault that began before the story was over, as a seq. */
function endOf(telling: Telling, record: FaultRecord): number {
  const { records } = telling.plotted;
  const end = records.find(
    (one) => one.kind === 'fault' && one.phase === 'end' && one.fault === record.fault,
  );
  return end?.seq ?? Infinity;
}

/** Does the first thing that came of a momentary fault belong to the story? */
function isFelt(telling: Telling, record: FaultRecord): boolean {
  const { past, from } = telling;
  const target = field(detailOf(record.detail), 'server');
  return ![...past.steps].some(
    ({ root, actor }) => actor === target && root.seq > record.seq && root.seq < from,
  );
}

/** A fault begins. One that began before the story is told where the story begins, if it matters. */
function tellStart(telling: Telling, record: FaultRecord, mentioned: ReadonlySet<number>): void {
  const { plotted, from, drafts } = telling;
  if (!telling.past.faults.has(record.fault)) return;
  const draft = tellFault(plotted, { record, mentioned, before: record.seq < from });
  if (draft === null) return;
  const at = plotted.record(from)?.at ?? record.at;
  if (record.seq >= from || record.at === at) drafts.push(draft);
  else if (isInstant(record.name) ? isFelt(telling, record) : endOf(telling, record) > from) {
    const when = isInstant(record.name) ? 'at' : 'since';
    drafts.push({ ...draft, at, text: `${when} ${milliseconds(record.at)}: ${draft.text}` });
  }
}

function tellRecord(telling: Telling, record: TraceRecord, mentioned: ReadonlySet<number>): void {
  const { plotted, past, drafts } = telling;
  if (record.kind === 'fault' && record.phase === 'start') tellStart(telling, record, mentioned);
  if (record.seq < telling.from) return;
  const step = plotted.stepOf(record.seq);
  if (step?.root === record && past.steps.has(step)) tellStep(telling, step);
  if (past.incidents.has(record)) {
    const draft = tellIncident(plotted, record);
    if (draft !== null) drafts.push(draft);
  }
}

/** What the message is that the bus lost or invented: the sentence only has its number. */
function untoldMessage(plotted: Plot): string {
  const { verdict } = plotted;
  const [first] = verdict?.invariant === 'DeliveryIntegrity' ? verdict.evidence : [];
  const sent = first === undefined ? undefined : plotted.record(first);
  if (sent?.kind !== 'send') return '';
  return `: ${messageName(sent.message)}, sent at ${milliseconds(sent.at)}`;
}

/** The violating line stands last; nothing after the violation is told. */
function ended(telling: Telling, title: string): Draft[] {
  const { past, drafts, plotted } = telling;
  const { violation } = past;
  if (violation === undefined) return drafts;
  const last = drafts.findIndex((draft) => draft.mark === '✖');
  const others = drafts.filter((_, index) => index !== last);
  const text = `${title}${untoldMessage(plotted)}`;
  const line =
    drafts[last] ?? plain({ at: violation.at, seq: violation.seq, actors: [], mark: '✖', text });
  const kept = others.filter((draft) => draft.seq <= violation.seq);
  const { verdict } = plotted;
  return verdict?.verdict === 'fail' ? [...kept, line] : drafts;
}

/** Walks the records once, telling as it goes; returns the opening line. */
function walk(telling: Telling): StoryLine | null {
  const { plotted, picture, from, past } = telling;
  const mentioned = mentionedFaults(telling);
  let opening: StoryLine | null = null;
  for (const record of plotted.records) {
    if (record.seq === from) {
      const at = hasHistory(plotted, from) ? record.at : 0;
      opening = { at, mark: ' ', text: clean(openingText(picture)), seq: from };
    }
    tellRecord(telling, record, mentioned);
    absorbPicture(picture, record, plotted);
    if (record === past.violation) break;
  }
  return opening;
}

function countEvents(records: readonly TraceRecord[]): number {
  return records.filter(({ kind }) => kind !== 'header' && kind !== 'verdict').length;
}

/** Tells the whole trace. Records must be in order; the last one is usually the verdict. */
export function tell(records: readonly TraceRecord[]): Story {
  const plotted = plot(records);
  const past = cone(plotted);
  const { verdict } = plotted;
  const telling: Telling = {
    plotted,
    past,
    picture: blankPicture(plotted),
    from: beginning(plotted, past),
    drafts: [],
    violating: past.violation === undefined ? undefined : plotted.stepOf(past.violation.seq),
  };
  const opening = walk(telling);
  const title = clean(verdict?.sentence ?? 'the trace has no verdict', 300);
  telling.drafts.sort((left, right) => left.at - right.at || left.seq - right.seq);
  const drafts = condensed(plotted, foldDrafts(ended(telling, title)));
  const lines = drafts.map(({ at, mark, text, seq }) => ({ at, mark, text: clean(text), seq }));
  if (opening !== null) lines.unshift(opening);
  const invariant = verdict?.invariant ?? null;
  return {
    invariant: invariant === null ? null : clean(invariant, 60),
    verdict: verdict?.verdict ?? 'unknown',
    title,
    promise: promiseOf(invariant),
    lines,
    steps: lines.length,
    events: countEvents(records),
    cone: past.size,
    blocks: blocksOf(telling),
  };
}
