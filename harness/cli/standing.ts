/** How far a long piece of work is, as one line. */
import { duration, grouped } from '../report/words.ts';
import type { Standing } from './job.ts';

function millions(count: number): string {
  return count < 1_000_000 ? grouped(count) : `${(count / 1_000_000).toFixed(1)} M`;
}

function shrinkText(shrinking: NonNullable<Standing['shrinking']>): string {
  const { id, tries, faults, operations } = shrinking;
  return `shrinking ${id}: ${faults} faults, ${operations} operations left (try ${grouped(tries)})`;
}

/** `12,345 runs · 3,100/s · 1.2 M messages · …` */
export function standingText(standing: Standing, elapsedMs: number): string {
  if (standing.shrinking !== null) return shrinkText(standing.shrinking);
  const { runs, messages, simMicros, faults, bugs, canaries } = standing;
  const perSecond =
    elapsedMs > 0 ? (count: number): number => (count * 1_000) / elapsedMs : () => 0;
  const parts = [
    `${grouped(runs)} runs ${grouped(perSecond(runs))}/s`,
    `${millions(messages)} messages ${millions(perSecond(messages))}/s`,
    `${duration(simMicros / 1_000)} simulated`,
    `${millions(faults)} faults`,
  ];
  if (canaries.of > 0) parts.push(`canaries ${canaries.killed}/${canaries.of}`);
  parts.push(bugs.length === 0 ? 'no bug' : `✖ ${bugs.map((bug) => bug.id).join(', ')}`);
  return parts.join(' · ');
}
