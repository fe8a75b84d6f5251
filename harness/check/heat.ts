/**
 * A liveness monitor's temperature, in virtual time. It is hot while something is owed (a leader,
 * equal logs, an answer), and cold when nothing is. Fairness is the quiet period's: no faults, every
 * timer rings, every message arrives. What is still hot at its end is named: a livelock where
 * things went on to the last, a deadlock where they did not in the last quarter.
 */
import type { Quiet } from './quiet.ts';

export interface Heat {
  /** Since when it is hot, in microseconds; -1: it is cold. */
  hotAt: number;
  /** What could have cooled it since then, and when it did last. */
  moves: number;
  movedAt: number;
}

export function cold(): Heat {
  return { hotAt: -1, moves: 0, movedAt: -1 };
}

/** It has become cold. */
export function cool(heat: Heat): void {
  heat.hotAt = -1;
  heat.moves = 0;
  heat.movedAt = -1;
}

/** It is hot now; the first such moment counts. */
export function warm(heat: Heat, at: number): void {
  if (heat.hotAt < 0) heat.hotAt = at;
}

/** Something went on. */
export function move(heat: Heat, at: number): void {
  heat.moves += 1;
  heat.movedAt = at;
}

const seconds = (micros: number): string => `${(micros / 1_000_000).toFixed(1)} s`;

/** Of so many parts of the quiet period the last one tells a deadlock. */
const lastPart = 4;

/**
 * `; livelock: for 8.3 s, through 41 state changes`, for the end of a sentence; nothing
 * when the run did not end by its time, or was not hot.
 */
export function heatText(
  { quietAt, endAt, reason }: Pick<Quiet, 'quietAt' | 'endAt' | 'reason'>,
  { hotAt, moves, movedAt }: Heat,
  move: string,
): string {
  if (reason !== 'time' || hotAt < 0) return '';
  const since = Math.max(hotAt, quietAt);
  if (endAt <= since) return '';
  const still = endAt - Math.max(movedAt, since);
  const goesOn = moves > 0 && still <= (endAt - quietAt) / lastPart;
  const name = goesOn ? 'livelock' : 'deadlock';
  const how = goesOn
    ? `through ${String(moves)} ${move}${moves === 1 ? '' : 's'}`
    : `the last ${seconds(still)} without a ${move}`;
  return `; ${name}: for ${seconds(endAt - since)}, ${how}`;
}
