/**
 * Where a story begins. A promise about votes is broken in one term, and what came before it is
 * told in one line; other stories begin with the last moment at which everything stood well: one
 * leader whom all follow, equal logs, everything committed and durable, nothing under way that the
 * story speaks of.
 */
import { sameConfiguration } from '../check/members.ts';
import type { Cone } from './cone.ts';
import { concernOf } from './cone.ts';
import type { Picture, ServerPicture } from './picture.ts';
import { absorbPicture, blankPicture } from './picture.ts';
import type { Plot, Step } from './plot.ts';

/** The term that a broken promise about votes speaks of; 0 for other promises. */
function termOfViolation(past: Cone, invariant: string | null): number {
  if (concernOf(invariant) !== 'votes') return 0;
  const { violation } = past;
  if (violation === undefined) return 0;
  if (violation.kind === 'state') return violation.term;
  return violation.kind === 'write' ? (violation.hard?.term ?? 0) : 0;
}

function termReached(step: Step): number {
  let term = step.root.kind === 'online' ? step.root.term : 0;
  for (const effect of step.effects) {
    if (effect.kind === 'state') term = Math.max(term, effect.term);
    if (effect.kind === 'write' && effect.hard !== null) term = Math.max(term, effect.hard.term);
  }
  return term;
}

/** First starts are the opening's business. */
function isTold(step: Step, past: Cone): boolean {
  return past.steps.has(step) && !(step.root.kind === 'online' && step.root.incarnation <= 1);
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** From the end of a fault to the first step that may be its consequence. */
function afterEffects(plotted: Plot, past: Cone): Span[] {
  const ends = plotted.records.filter(
    (one) => one.kind === 'fault' && one.phase === 'end' && past.faults.has(one.fault),
  );
  const roots = [...past.steps]
    .map(({ root }) => root)
    .filter(({ kind }) => kind === 'timer' || kind === 'deliver');
  return ends.map(({ seq: from }) => {
    const later = roots.map(({ seq }) => seq).filter((seq) => seq > from);
    return { from, to: Math.min(...later) };
  });
}

/** Messages and calls of the cone while they were under way. */
function underWay(plotted: Plot, past: Cone): Span[] {
  const spans: Span[] = [];
  const calls = new Map<number, number>();
  for (const record of plotted.records) {
    if (record.kind === 'invoke') calls.set(record.process, record.seq);
    if (record.kind === 'ok' || record.kind === 'fail' || record.kind === 'info') {
      const from = calls.get(record.process);
      if (from !== undefined) spans.push({ from, to: record.seq });
      calls.delete(record.process);
    }
  }
  for (const from of calls.values()) spans.push({ from, to: Infinity });
  for (const { root } of past.steps) {
    const send = root.kind === 'deliver' ? plotted.fates.get(root.id)?.send : undefined;
    if (send !== undefined) spans.push({ from: send.seq, to: root.seq });
  }
  return spans;
}

/** An operator's wishes until their answers; it asks for one after another. */
function wishes({ records }: Plot): Span[] {
  const told = records.filter(({ kind }) => kind === 'operate');
  return told.flatMap((record, index) => {
    if (record.kind !== 'operate' || record.phase !== 'invoke') return [];
    return [{ from: record.seq, to: told[index + 1]?.seq ?? Infinity }];
  });
}

function sameLog(one: ServerPicture, other: ServerPicture): boolean {
  if (one.log.length !== other.log.length) return false;
  return one.log.every((entry, index) => {
    const twin = other.log[index];
    return twin?.term === entry.term && twin.digest === entry.digest;
  });
}

/** One leader whom all follow, equal logs, all of it committed and durable. */
function standsWell({ servers }: Picture): boolean {
  const all = [...servers.values()];
  const leader = all.find(({ role }) => role === 'leader');
  if (leader === undefined) return false;
  return all.every(
    (server) =>
      server.up &&
      server.term === leader.term &&
      server.leader === leader.id &&
      server.unsynced.length === 0 &&
      server.commitIndex === server.log.length &&
      sameConfiguration(server.configuration, leader.configuration) &&
      sameLog(server, leader),
  );
}

/** Who stands still at each record: a set that changes as the records go by. */
function watchPauses(paused: Set<string>, record: Plot['records'][number]): void {
  if (record.kind === 'pause') paused.add(record.server);
  if (record.kind === 'resume' || record.kind === 'crash') paused.delete(record.server);
}

/** The last step up to `until` before which everything stood well, as a seq, or undefined. */
function lastCalm(plotted: Plot, past: Cone, until: number): number | undefined {
  const spans = [...underWay(plotted, past), ...wishes(plotted), ...afterEffects(plotted, past)];
  const picture = blankPicture(plotted);
  const paused = new Set<string>();
  let calm: number | undefined;
  for (const record of plotted.records) {
    const { seq } = record;
    if (seq > until) break;
    const step = plotted.stepOf(seq);
    const candidate = step?.root === record && isTold(step, past) && paused.size === 0;
    if (candidate && standsWell(picture) && !spans.some(({ from, to }) => from < seq && seq <= to))
      calm = seq;
    absorbPicture(picture, record, plotted);
    watchPauses(paused, record);
  }
  return calm;
}

/** The first record that the story tells; everything before is only its opening. */
export function beginning(plotted: Plot, past: Cone): number {
  const invariant = plotted.verdict?.invariant ?? null;
  const term = termOfViolation(past, invariant);
  const told = plotted.steps.filter((step) => isTold(step, past));
  const first = told.find((step) => termReached(step) >= term)?.root.seq;
  if (first === undefined) return past.violation?.seq ?? 0;
  if (concernOf(invariant) === 'votes' || plotted.verdict?.verdict !== 'fail') return first;
  return lastCalm(plotted, past, proofBegins(plotted)) ?? first;
}

/**
 * The first record without which the violation cannot be understood: the first proof, and where
 * answers contradict each other the first call, because what was written may be read much later.
 */
function proofBegins(plotted: Plot): number {
  const { verdict, records } = plotted;
  const proofs = (verdict?.evidence ?? []).flatMap((seq) => [
    seq,
    plotted.stepOf(seq)?.root.seq ?? seq,
  ]);
  if (verdict?.invariant === 'Linearizability') {
    proofs.push(records.find(({ kind }) => kind === 'invoke')?.seq ?? 0);
  }
  return Math.min(...proofs);
}
