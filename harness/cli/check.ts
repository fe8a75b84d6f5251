/** `whitewater check`: judges a trace, or a history of another system, without running anything. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { PanelVerdict } from '../check/panel.ts';
import { actionsOf } from '../check/specification/specification.ts';
import type { Action } from '../check/specification/state.ts';
import { clean, counted, grouped } from '../report/words.ts';
import { UserError } from '../trace/user-error.ts';
import type { JudgedEtcd } from './check-etcd.ts';
import { actionLines, judgeEtcd } from './check-etcd.ts';
import type { JudgedHistory } from './check-history.ts';
import { judgeForeign, orderLines } from './check-history.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { tracePath } from './input.ts';
import { excused, verdictOn } from './judge-trace.ts';
import type { Colour } from './paint.ts';
import { painted, styleOf } from './paint.ts';
import { passageOf } from './passage.ts';
import type { Request } from './request.ts';

interface Judged {
  readonly verdict: PanelVerdict;
  /** Of the specification, when it judged. */
  readonly actions?: ReadonlyMap<Action, number>;
  readonly records: number;
  /** Remarks about the input: torn ends, records passed over. */
  readonly remarks: readonly string[];
}

type Format = 'trace' | 'etcd' | 'history';

/** A trace says so in its first line; so do the lines of etcd's tracer; the rest are histories. */
function formatOf(path: string): Format {
  const start = Buffer.alloc(4_096);
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (cause) {
    throw new UserError('cannot be read', { file: path, remedy: 'Check the path', cause });
  }
  try {
    const length = readSync(descriptor, start);
    const text = start.toString('utf8', 0, length);
    if (/^\uFEFF?\s*\{[^\n]*"tag"\s*:\s*"trace"/mu.test(text)) return 'etcd';
    return /^\uFEFF?\s*\{[^\n]*"kind"\s*:\s*"/u.test(text) ? 'trace' : 'history';
  } finally {
    closeSync(descriptor);
  }
}

async function judgeTrace(path: string, request: Request): Promise<Judged> {
  const passage = passageOf(request);
  const trace = await passage.read(path);
  const { records, header, torn, skipped } = trace;
  const remarks: string[] = [];
  if (torn !== null) remarks.push(`the last line (${torn.line}) is cut off and was left out`);
  if (skipped > 0) remarks.push(`${counted(skipped, 'record')} of unknown kinds passed over`);
  const { specification } = request.given;
  const { model, invariant: invariants } = request.given;
  passage.begin('judging', records.length);
  const choice = { model, invariants, specification };
  const { verdict, idle } = excused(verdictOn(trace, choice, passage.step));
  passage.end();
  if (idle.length > 0) remarks.push(`nothing to examine for ${idle.join(', ')}`);
  const judged = { verdict, records: records.length, remarks };
  return specification === true
    ? { ...judged, actions: actionsOf(records, header.servers) }
    : judged;
}

function exitOf({ verdict }: { readonly verdict: PanelVerdict }): ExitCode {
  switch (verdict.kind) {
    case 'pass':
      return exits.ok;
    case 'fail':
      return exits.violation;
    case 'unknown':
      return exits.unknown;
    case 'vacuous':
      return exits.vacuous;
  }
}

function headline({ verdict, records }: Pick<Judged, 'verdict' | 'records'>): {
  readonly text: string;
  readonly colour: Colour;
} {
  const name = verdict.check?.name ?? 'nothing';
  switch (verdict.kind) {
    case 'pass':
      return { text: `✓ every promise held over ${grouped(records)} records`, colour: 'green' };
    case 'fail':
      return { text: `✖ ${name}: ${verdict.sentence}`, colour: 'red' };
    case 'unknown':
      return { text: `? ${name}: ${verdict.sentence}; not counted as passed`, colour: 'yellow' };
    case 'vacuous':
      return { text: `? ${name}: ${verdict.sentence}; nothing is proven`, colour: 'yellow' };
  }
}

function evidenceText(judged: Pick<Judged, 'verdict'>, path: string): string[] {
  const { evidence, check, kind } = judged.verdict;
  if (kind !== 'fail') return [];
  const lines = [`  ${check?.promise ?? ''}`];
  if (evidence.length > 0)
    lines.push(`  evidence: records ${evidence.join(', ')} of ${clean(path)}`);
  return lines;
}

function isHistory(judged: Judged | JudgedEtcd | JudgedHistory): judged is JudgedHistory {
  return 'told' in judged;
}

/** What only some judgements have to say: actions taken, partitions of a foreign history. */
function ownPart(judged: Judged | JudgedEtcd | JudgedHistory): object {
  if (!isHistory(judged)) {
    return judged.actions === undefined ? {} : { actions: Object.fromEntries(judged.actions) };
  }
  const { operations, wallMs, told, orders } = judged;
  return { operations, wallMs, partitions: told.keys, ...(orders === null ? {} : { orders }) };
}

function json(judged: Judged | JudgedEtcd | JudgedHistory, code: ExitCode): string {
  const { verdict, records, remarks } = judged;
  const document = {
    schema: 'whitewater.check/1',
    verdict: verdict.kind,
    invariant: verdict.check?.name ?? null,
    sentence: verdict.sentence,
    evidence: verdict.evidence,
    records,
    remarks,
    ...ownPart(judged),
    checks: verdict.outcomes.map(({ check, outcome }) => ({ name: check.name, ...outcome })),
    exit: code,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

async function judgedFile(
  path: string,
  request: Request,
): Promise<Judged | JudgedEtcd | JudgedHistory> {
  switch (formatOf(path)) {
    case 'trace':
      return judgeTrace(path, request);
    case 'etcd':
      return judgeEtcd(path);
    case 'history':
      return judgeForeign(path, request);
  }
}

/** Reads, judges, tells. */
export async function checkCommand(request: Request): Promise<ExitCode> {
  const { io, given, args } = request;
  const path = tracePath(args[0] ?? '');
  const judged = await judgedFile(path, request);
  const code = exitOf(judged);
  if (given.json === true) {
    io.out(json(judged, code));
    return code;
  }
  const style = styleOf(given, io);
  const { text, colour } = headline(judged);
  const lines = [painted(clean(text), { style, colour }), ...evidenceText(judged, path)];
  if (isHistory(judged) && judged.orders !== null) lines.push(...orderLines(judged.orders));
  if (!isHistory(judged) && judged.actions !== undefined)
    lines.push(...actionLines(judged.actions));
  for (const remark of judged.remarks) lines.push(`  ⚠ ${remark}`);
  io.out(`${lines.join('\n')}\n`);
  return code;
}
