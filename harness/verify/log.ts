/** A verification as people read it: one line a world, one line a check, and what was found. */
import type { Opened } from './open.ts';
import { ruleOf } from './verify.ts';
import type { CheckResult, Report, WorldResult } from './verify.ts';

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/gu, ',');

/** One server alone under every event of its ports. */
export function openedLine(opened: Opened, millis: number): string {
  const { states, events, pairs, unanswered, locals, asked, complete } = opened;
  const all = unanswered.length === 0 ? 'each answered' : `${unanswered.length} never answered`;
  const end = complete ? '' : '\n    not explored to the end';
  return (
    `  one server and its ports: every event that they allow, in every state\n` +
    `    ${states} control states, ${events} events, ${pairs} pairs of them, ${all}\n` +
    `    with data ${grouped(locals)} states, ${grouped(asked)} transitions, ` +
    `${(millis / 1_000).toFixed(1)} s${end}\n`
  );
}

/** Numbers of one world's exploration. */
export function worldLine(result: WorldResult): string {
  const { name, states, transitions, depth, bytes, millis, complete, cut } = result;
  const rate = millis > 0 ? `${grouped(Math.round((states / millis) * 1_000))}/s` : '';
  const size = [
    `${grouped(states)} states`,
    `${grouped(transitions)} transitions`,
    `depth ${depth}`,
    `${Math.ceil(bytes / 1_048_576)} MiB`,
    `${(millis / 1_000).toFixed(1)} s ${rate}`.trim(),
  ].join(', ');
  const bound = cut > 0 ? `\n    ${grouped(cut)} steps left out: too many messages in flight` : '';
  const end = complete ? '' : '\n    not explored to the end';
  const { locals, asked, control } = result;
  const one =
    `one server: ${control.states} control states, ${control.edges} transitions; ` +
    `with data ${grouped(locals)} and ${grouped(asked)}`;
  return `  ${name}\n    ${size}\n    ${one}${bound}${end}\n`;
}

const words: Readonly<Record<CheckResult['status'], string>> = {
  ok: 'ok',
  failed: 'FAILED',
  unknown: 'not decided',
};

function placeOf({ where }: CheckResult): string {
  return where === 'component' || where === 'cluster' ? where : `port ${where}`;
}

function checkLine(result: CheckResult): string {
  const { check, status } = result;
  const line = `verify: ${placeOf(result)}: check: ${check}: ${words[status]}`;
  if (status !== 'failed') return line;
  const rule = ruleOf(result.where);
  const steps = result.trace.map((event, at) => `    ${String(at + 1).padStart(3)}  ${event}`);
  return [
    line,
    ...(rule === '' ? [] : [`  the port's rule: ${rule}`]),
    ...(steps.length === 0 ? [] : [`  the shortest way there, ${steps.length} events:`, ...steps]),
    `  ${result.sentence}`,
  ].join('\n');
}

/** The checks, and the conclusion. */
export function checkLines({ checks, ok, opened, worlds, subject }: Report): string {
  const states = worlds.reduce((sum, world) => sum + world.states, opened?.locals ?? 0);
  const transitions = worlds.reduce((sum, world) => sum + world.transitions, opened?.asked ?? 0);
  const seen = `${grouped(states)} states, ${grouped(transitions)} transitions`;
  const failed = checks.filter(({ status }) => status === 'failed').length;
  const verdict = ok ? 'all checks ok' : failed > 0 ? `${failed} checks failed` : 'not decided';
  const open = checks.filter(({ status }) => status === 'unknown').length;
  const lines = (ok || failed === 0 ? checks : checks.filter(({ status }) => status !== 'unknown'))
    .map(checkLine)
    .concat(
      failed > 0 && open > 0 ? [`(${open} checks were not decided: the search ended there)`] : [],
    );
  return `${lines.join('\n')}\n\n${subject}: ${verdict}; ${seen}\n`;
}

/** The report as one JSON document; the explored space stays behind. */
export function reportJson({ subject, opened, worlds, checks, ok }: Report): object {
  const alone = opened === null ? null : { ...opened, cells: [...opened.cells].sort() };
  return { schema: 'whitewater.verify/1', subject, ok, opened: alone, worlds, checks };
}
