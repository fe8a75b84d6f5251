/** How a replay or a comparison is told: counts by kind, and where the two part. */
import { clean, counted, grouped } from '../report/words.ts';
import type { Counts } from '../replay/compare.ts';
import { standingNames, standings } from '../replay/compare.ts';
import type { Finding } from '../replay/result.ts';
import type { TraceRecord } from '../trace/record.ts';
import { renderRecord } from '../trace/render.ts';

export function countsText(counts: Counts): string {
  const told = standings.filter((one) => counts[one] > 0 || one === 'same');
  return told.map((one) => `${grouped(counts[one])} ${standingNames[one]}`).join(', ');
}

function side(record: TraceRecord | null): string {
  return record === null
    ? '(nothing)'
    : `${String(record.seq).padStart(5)} ${renderRecord(record).trim()}`;
}

/** The two sides of a finding under the names given. */
export function sidesOf(
  { expected, happened, fields, text }: Finding,
  [left, right]: readonly [string, string],
): string[] {
  const width = Math.max(left.length, right.length);
  const lines = [`    ${left.padEnd(width)}  ${side(expected)}`];
  if (happened !== null || text === '') lines.push(`    ${right.padEnd(width)}  ${side(happened)}`);
  else lines.push(`    ${right.padEnd(width)}  ${clean(text)}`);
  if (fields.length > 0) lines.push(`    they differ in ${fields.join(', ')}`);
  return lines;
}

const shown = 3;

/** The first few findings that are no divergence. */
export function asides(findings: readonly Finding[]): string[] {
  const told = findings.filter(({ standing }) => standing !== 'divergence');
  const lines = told.slice(0, shown).map(({ seq, standing, text }) => {
    return `  ⚠ record ${grouped(seq)}: ${standingNames[standing]}${text === '' ? '' : `: ${text}`}`;
  });
  const rest = told.length - lines.length;
  return rest > 0 ? [...lines, `    and ${counted(rest, 'more record')} like these`] : lines;
}

const findingsMax = 200;

/** Findings for programs: as many as anybody reads. */
export function findingsJson(findings: readonly Finding[]): object {
  return { findings: findings.slice(0, findingsMax), findingsLeftOut: leftOut(findings.length) };
}

function leftOut(count: number): number {
  return Math.max(0, count - findingsMax);
}
