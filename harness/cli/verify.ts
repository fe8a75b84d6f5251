/** `whitewater verify`: the machine explored to the end, and every planted fault found. */
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { raft } from '../raft/machine.ts';
import { table } from '../raft/table.ts';
import { UserError } from '../trace/user-error.ts';
import { seek } from '../verify/hunt.ts';
import type { Hunted, World } from '../verify/hunt.ts';
import { checkLines, reportJson, worldLine } from '../verify/log.ts';
import { happeningText } from '../verify/path.ts';
import { planted } from '../verify/planted.ts';
import type { Planted } from '../verify/planted.ts';
import { doubted, recovered, verified, verify } from '../verify/verify.ts';
import type { Report, VerifyOptions } from '../verify/verify.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { mutantNamed } from './lab.ts';
import type { Request } from './request.ts';
import { remedyFor } from './suggest.ts';
import { writeMutantTrace, writeReportTrace } from './verify-trace.ts';

/** So many states a world before a mutant is let go. */
const statesMax = 2_000_000;

interface Told {
  readonly report: Report;
  readonly expected: boolean;
}

/** What is explored, and by which watches: everything, or what a planted fault must be found in. */
function journeyFor(
  fault: Planted | null,
): Pick<VerifyOptions, 'worlds' | 'recovered' | 'watches'> {
  if (fault === null) return { worlds: verified, recovered, watches: ['ports', 'cluster'] };
  const watches = ['ports'] as const;
  if (fault.check === 'recovery') return { worlds: [], recovered, watches };
  const listed = fault.check === 'totality' || fault.check === 'reachability';
  const doubt = doubted(verified.slice(fault.skips), statesMax);
  return { worlds: listed ? verified.slice(0, 3) : doubt, recovered: [], watches };
}

function reportFor(request: Request, fault: Planted | null): Report {
  const { io, given } = request;
  const text = given.json !== true;
  if (text) io.out(`${fault === null ? raft.name : `${fault.name}: ${fault.summary}`}\n\n`);
  return verify({
    ...journeyFor(fault),
    subject: fault?.subject ?? raft,
    table: fault?.table ?? table,
    now: () => io.now(),
    onWorld: (world) => {
      if (text) io.out(worldLine(world));
    },
  });
}

function tell(request: Request, fault: Planted | null): ExitCode {
  const report = reportFor(request, fault);
  const { io, given } = request;
  if (given.json === true) io.out(`${JSON.stringify(reportJson(report), null, 2)}\n`);
  else io.out(`\n${checkLines(report)}`);
  if (given.trace !== undefined)
    io.err(`${given.trace}: ${writeReportTrace(given.trace, report)}\n`);
  if (report.ok) return exits.ok;
  const failed = report.checks.some(({ status }) => status === 'failed');
  return failed ? exits.violation : exits.unknown;
}

function hunted(name: string): readonly Hunted[] {
  const doubt = (of: readonly World[]): readonly World[] => doubted(of, statesMax);
  const ports = doubt(verified.slice(0, 5));
  return seek(mutantNamed(name).subject, { recovered: doubt(recovered), ports, statesMax });
}

function statesOf(found: readonly Hunted[]): number {
  return found.reduce((sum, { explored }) => sum + explored.states, 0);
}

function pathText(name: string, found: readonly Hunted[]): string {
  const last = found.at(-1);
  const path = last?.path ?? null;
  const states = statesOf(found);
  if (last === undefined || path === null) {
    return `${name}: not found in ${found.length} worlds of ${states} states in all\n`;
  }
  const steps = path.happenings.map(
    (each, at) => `  ${String(at + 1).padStart(3)}  ${happeningText(each)}`,
  );
  const head = `${name} breaks ${path.breach?.check ?? ''} after ${steps.length} steps`;
  const where = `in the world "${last.world.name}" (${states} states in all)`;
  return `${head},\n${where}:\n${steps.join('\n')}\n  ${path.breach?.sentence ?? ''}\n`;
}

function pathJson(name: string, found: readonly Hunted[]): object {
  const last = found.at(-1);
  const path = last?.path ?? null;
  return {
    schema: 'whitewater.hunt/1',
    mutant: name,
    world: path === null ? null : (last?.world.name ?? null),
    depth: path?.happenings.length ?? null,
    states: statesOf(found),
    breach: path?.breach ?? null,
    steps: path?.happenings.map(happeningText) ?? [],
  };
}

function huntOne(request: Request, name: string): ExitCode {
  const { io, given } = request;
  const found = hunted(name);
  const last = found.at(-1);
  if (given.trace !== undefined && last !== undefined) writeMutantTrace(given.trace, name, last);
  const json = `${JSON.stringify(pathJson(name, found), null, 2)}\n`;
  io.out(given.json === true ? json : pathText(name, found));
  return found.at(-1)?.path === null ? exits.unknown : exits.violation;
}

function row(name: string, columns: readonly string[]): string {
  const [check = '', depth = '', states = ''] = columns;
  return `${name.padEnd(36)}${check.padEnd(24)}${depth.padStart(5)}${states.padStart(12)}\n`;
}

function plantedRow(fault: Planted, request: Request): Told & { readonly line: string } {
  const quiet: Request = { ...request, given: { json: true } };
  const report = reportFor(quiet, fault);
  const failed = report.checks.filter(({ status }) => status === 'failed');
  const depth = failed[0]?.trace.length ?? 0;
  const states = report.worlds.reduce((sum, world) => sum + world.states, 0);
  const check = failed.map((each) => each.check).includes(fault.check) ? fault.check : 'missed';
  const columns = [check, depth === 0 ? '' : String(depth), String(states)];
  return { report, expected: check !== 'missed', line: row(fault.name, columns) };
}

function mutantRow(name: string, found: readonly Hunted[]): string {
  const path = found.at(-1)?.path ?? null;
  const depth = path === null ? '' : String(path.happenings.length);
  const check = path?.breach?.check ?? 'beyond the bounds';
  return row(name, [check, depth, String(statesOf(found))]);
}

/** Every planted fault and every mutant of the machine, with the depth at which it is found. */
function huntAll(request: Request): ExitCode {
  const { io, given } = request;
  const text = given.json !== true;
  const rows: object[] = [];
  let missed = 0;
  if (text) io.out(row('planted fault or mutant', ['found by', 'depth', 'states']));
  for (const fault of planted) {
    const { expected, line } = plantedRow(fault, request);
    if (!expected) missed += 1;
    if (text) io.out(line);
    rows.push({ mutant: fault.name, check: fault.check, found: expected });
  }
  for (const { name, bus } of mutants) {
    if (bus !== undefined) continue;
    const found = hunted(name);
    if (text) io.out(mutantRow(name, found));
    rows.push(pathJson(name, found));
  }
  if (!text) io.out(`${JSON.stringify({ schema: 'whitewater.hunts/1', rows }, null, 2)}\n`);
  return missed === 0 ? exits.ok : exits.vacuous;
}

/** Verifies the machine, or shows how a planted fault (H1) or a mutant is found. */
export function verifyCommand(request: Request): Promise<ExitCode> {
  const { mutant, trace } = request.given;
  if (trace !== undefined && (mutant === undefined || mutant === 'all')) {
    throw new UserError('--trace keeps the way to one planted bug', {
      remedy: 'Name it: whitewater verify --mutant quorum-half --trace out.ndjson',
    });
  }
  if (mutant === undefined) return Promise.resolve(tell(request, null));
  if (mutant === 'all') return Promise.resolve(huntAll(request));
  const fault = planted.find(({ name }) => name.toLowerCase() === mutant.toLowerCase());
  if (fault !== undefined) return Promise.resolve(tell(request, fault));
  if (mutants.some(({ name }) => name === mutant)) {
    return Promise.resolve(huntOne(request, mutant));
  }
  const names = [...planted.map(({ name }) => name), ...mutants.map(({ name }) => name)];
  throw new UserError(`there is no planted fault and no mutant "${mutant}"`, {
    remedy: remedyFor(mutant, names),
  });
}
