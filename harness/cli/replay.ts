/** `whitewater replay`: the recorded scenario again, compared with the recording byte for byte. */
import { linesOfFile, linesOfRecords, firstDivergence } from '../trace/identical.ts';
import type { Divergence } from '../trace/identical.ts';
import type { Trace } from '../trace/read.ts';
import { printable } from '../trace/printable.ts';
import { version } from '../trace/version.ts';
import type { Lab, Outcome } from '../search/execute.ts';
import { clean, grouped } from '../report/words.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { recorded } from './failure.ts';
import { recordedInvariants, scenarioOf } from './input.ts';
import { labFor } from './lab.ts';
import type { Colour } from './paint.ts';
import { painted, styleOf } from './paint.ts';
import { passageOf } from './passage.ts';
import { refuseWithoutTarget } from './replay-flags.ts';
import type { Request } from './request.ts';
import { exitOf } from './run.ts';

export interface Replayed {
  readonly outcome: Outcome;
  readonly records: number;
  readonly divergence: Divergence | null;
  /**
   * identical; torn: equal as far as the recording goes; changed: two runs of today agree with each
   * other, so the program is another one; nondeterminism: they do not.
   */
  readonly kind: 'identical' | 'torn' | 'changed' | 'nondeterminism';
}

/** Runs the trace's scenario again and compares; `onRecord` hears of each record made. */
export function replayed(
  trace: Trace & { readonly path: string },
  lab: Lab,
  onRecord?: () => void,
): Replayed {
  const scenario = scenarioOf(trace.header, trace.path);
  const rerun = recorded(scenario, lab, onRecord);
  const lines = linesOfRecords(rerun.records);
  const divergence = firstDivergence(linesOfFile(trace.path), lines);
  const base = { outcome: rerun.outcome, records: rerun.records.length, divergence };
  if (divergence === null) return { ...base, kind: 'identical' };
  if (trace.torn !== null && divergence.line >= trace.torn.line) return { ...base, kind: 'torn' };
  const second = recorded(scenario, lab);
  const selfDivergence = firstDivergence(
    linesOfRecords(rerun.records),
    linesOfRecords(second.records),
  );
  if (selfDivergence === null) return { ...base, kind: 'changed' };
  return { ...base, divergence: selfDivergence, kind: 'nondeterminism' };
}

function verdictText({ outcome, kind }: Replayed): string {
  const { failure } = outcome;
  const same = kind === 'identical' ? ' (same as recorded)' : '';
  if (failure === null) {
    return outcome.verdict === 'unknown'
      ? `? undecided${same}: ${outcome.unknown.join('; ')}`
      : `✓ no violation${same}`;
  }
  const step = failure.evidence.at(-1) ?? 0;
  const verb = kind === 'changed' ? 'violated' : 'reproduced';
  return `✖ ${verb} ${failure.invariant} at record ${grouped(step)}${same}: ${failure.sentence}`;
}

function side(line: string | null): string {
  return line === null ? '(the trace has ended)' : printable(line.trimEnd(), 160);
}

function divergenceLines(shown: Divergence, names: readonly [string, string]): string[] {
  return [`  ${names[0]}  ${side(shown.left)}`, `  ${names[1]}  ${side(shown.right)}`];
}

function explanation(result: Replayed, recordedBy: string): string[] {
  const { divergence, kind } = result;
  if (divergence === null) return [];
  const at = grouped(divergence.line);
  switch (kind) {
    case 'torn':
      return [`⚠ the recording is cut off at line ${at}; everything before it is the same`];
    case 'nondeterminism':
      return [
        `NONDETERMINISM: two runs of one scenario part at line ${at}`,
        ...divergenceLines(divergence, ['first ', 'second']),
        '  look for Date.now, Math.random, real timers or the order of a Map in the machine or bus',
      ];
    case 'changed': {
      const other = recordedBy !== version;
      const why = other
        ? `recorded with whitewater ${clean(recordedBy, 30)}, now ${version}`
        : 'two runs of today agree with each other: the program has changed since the recording';
      return [
        `${other ? '⚠' : 'NONDETERMINISM:'} replay diverged at line ${at}: ${why}`,
        ...divergenceLines(divergence, ['recorded', 'replayed']),
      ];
    }
    case 'identical':
      return [];
  }
}

function exitFor(result: Replayed, request: Request, recordedBy: string): ExitCode {
  const { expect } = request.given;
  if (result.kind === 'nondeterminism') return exits.internal;
  const actual = exitOf(result.outcome);
  if (expect !== undefined) {
    const met = expect === 'ok' ? actual === exits.ok : actual === exits.violation;
    return met ? exits.ok : exits.violation;
  }
  if (result.kind === 'changed' && recordedBy === version) return exits.internal;
  return actual;
}

function colourOf(text: string): Colour {
  if (text.startsWith('✓')) return 'green';
  return text.startsWith('⚠') || text.startsWith('?') ? 'yellow' : 'red';
}

/** Replays, compares, says how it went. */
export async function replayCommand(request: Request): Promise<ExitCode> {
  const { io, given, args } = request;
  const { target = 'simulation' } = given;
  if (target !== 'simulation') {
    return (await import('./replay-live.ts')).replayLive(target, request);
  }
  refuseWithoutTarget(request);
  const path = args[0] ?? '';
  const passage = passageOf(request);
  const trace = await passage.read(path);
  const { header, records: before } = trace;
  const lab = labFor({ mutant: header.subject, invariants: recordedInvariants(path) });
  passage.begin('replaying', before.length);
  const result = replayed(trace, lab, passage.step);
  passage.end();
  const code = exitFor(result, request, header.whitewater);
  if (given.json === true) {
    const { kind, divergence, records, outcome } = result;
    const { verdict, failure } = outcome;
    const document = {
      schema: 'whitewater.replay/1',
      kind,
      verdict,
      failure,
      records,
      divergence,
      whitewater: { recorded: header.whitewater, now: version },
      exit: code,
    };
    io.out(`${JSON.stringify(document, null, 2)}\n`);
    return code;
  }
  const style = styleOf(given, io);
  const lines = explanation(result, header.whitewater);
  const first = lines[0];
  if (first !== undefined) lines[0] = painted(first, { style, colour: colourOf(first) });
  const verdict = clean(verdictText(result));
  lines.push(painted(verdict, { style, colour: colourOf(verdict) }));
  if (result.kind === 'identical') {
    lines.push(`  ${grouped(result.records)} records, byte for byte the same`);
  }
  io.out(`${lines.join('\n')}\n`);
  return code;
}
