/** What a campaign says at its end, and with which exit code: the same on a terminal and in CI. */
import { join } from 'node:path';
import { wrapped } from '../report/layout.ts';
import { clean, counted, duration, grouped } from '../report/words.ts';
import type { ResultDocument } from '../search/result.ts';
import { pageName, resultName } from './campaign-files.ts';
import { statesText } from './campaign-words.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import type { Style } from './paint.ts';
import { painted } from './paint.ts';

const gatesShown = 6;

/** The exit code that the verdict asks for. */
export function exitOf(document: ResultDocument, interrupted: boolean): ExitCode {
  if (interrupted) return exits.interrupted;
  switch (document.verdict) {
    case 'ok':
      return exits.ok;
    case 'violation':
      return exits.violation;
    case 'unknown':
      return exits.unknown;
    case 'vacuous':
      return exits.vacuous;
    case 'error':
      return exits.internal;
  }
}

function ranText({ stats }: ResultDocument): string {
  const parts = [duration(stats.wallMs), `${duration(stats.simMs)} simulated`];
  parts.push(`${grouped(stats.messages)} messages`);
  return `${counted(stats.runs, 'run')} (${parts.join(', ')})`;
}

function found(bugs: ResultDocument['bugs']): string {
  return bugs.length === 0 ? 'no failure' : counted(bugs.length, 'bug');
}

function headline(document: ResultDocument, interrupted: boolean): string {
  const ran = ranText(document);
  const { bugs } = document;
  if (document.verdict === 'error') return `✖ the harness broke; ${found(bugs)} in ${ran}`;
  if (bugs.length > 0) return `✖ ${counted(bugs.length, 'bug')} in ${ran}`;
  if (interrupted) return `? interrupted; no failure in ${ran}: not a pass`;
  switch (document.verdict) {
    case 'vacuous':
      return `? no failure in ${ran}, but that proves too little`;
    case 'unknown':
      return `? no failure in ${ran}, but some judge could not say: not counted as passed`;
    default:
      return `✓ every promise held in ${ran}`;
  }
}

function coverageText(document: ResultDocument): string {
  const { cells, states } = document.coverage;
  const seen = document.sometimes.filter(({ hits }) => hits > 0).length;
  const killed = document.canaries.filter(({ killedAtRun }) => killedAtRun !== null).length;
  const parts = [
    `coverage ${cells.hit}/${cells.of} role × input`,
    `${statesText(states.count, states.estimated)} states (last new at run ${grouped(states.lastNewRun)})`,
    `seen ${seen}/${document.sometimes.length} kinds of events`,
  ];
  if (document.canaries.length > 0)
    parts.push(`canaries caught ${killed}/${document.canaries.length}`);
  parts.push(`seed ${document.seed}`, `runs hash ${document.runsHash}`);
  return parts.join(' · ');
}

/** Why a campaign without bugs is no pass; with bugs nobody asks, unless the harness broke. */
function gateLines(document: ResultDocument, style: Style): string[] {
  const broke = document.verdict === 'error';
  if (document.bugs.length > 0 && !broke) return [];
  const first = broke ? '  error    ' : '  missing  ';
  const rest = ' '.repeat(first.length);
  const shown = document.gates.slice(0, gatesShown);
  const lines = shown.flatMap(({ why }) =>
    why
      .split('\n')
      .flatMap((line, at) => wrapped({ first: at === 0 ? first : rest, text: clean(line) }, style)),
  );
  const hidden = document.gates.length - shown.length;
  return hidden > 0 ? [...lines, `  and ${hidden} more, see campaign.json`] : lines;
}

/** The end of a campaign, the same on a terminal and in CI. */
export function summaryText(
  document: ResultDocument,
  how: { readonly style: Style; readonly interrupted: boolean; readonly out: string },
): string {
  const { style, interrupted, out } = how;
  const first = headline(document, interrupted);
  const colour = first.startsWith('✓') ? 'green' : first.startsWith('✖') ? 'red' : 'yellow';
  const lines = [painted(first, { style, colour })];
  for (const bug of document.bugs) {
    const size = `${counted(bug.faults, 'fault')}, ${counted(bug.operations, 'operation')}`;
    const text = `×${grouped(bug.count)}   smallest ${size}`;
    lines.push(...wrapped({ first: `  ${clean(bug.id).padEnd(28)} `, text }, style));
    lines.push(...wrapped({ first: '    ', text: clean(bug.replay.join(' ')) }, style));
  }
  lines.push(...gateLines(document, style));
  lines.push(...wrapped({ first: '  ', text: coverageText(document) }, style));
  for (const name of [pageName, resultName]) {
    lines.push(...wrapped({ first: '  ', text: `result   ${join(out, name)}` }, style));
  }
  const { runs, failed } = document.stats;
  lines.push('', `${runs - failed} passed, ${failed} failed`);
  return `${lines.join('\n')}\n`;
}
