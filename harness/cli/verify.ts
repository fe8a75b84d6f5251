/** `whitewater verify`: the machine explored to the end, and every planted fault found. */
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { raft } from '../raft/machine.ts';
import { grouped } from '../report/words.ts';
import { UserError } from '../trace/user-error.ts';
import type { Hunted } from '../verify/hunt.ts';
import { checkLines, openedLine, reportJson, worldLine } from '../verify/log.ts';
import { happeningText } from '../verify/path.ts';
import { planted } from '../verify/planted.ts';
import type { Planted } from '../verify/planted.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { progressOf } from './progress.ts';
import type { Request } from './request.ts';
import { remedyFor } from './suggest.ts';
import { huntAll } from './verify-all.ts';
import { beyond } from './verify-depths.ts';
import { hunted, reportOf } from './verify-hunt.ts';
import { writeMutantTrace, writeReportTrace } from './verify-trace.ts';

function levelText(world: string, depth: number, states: number): string {
  return `${world}: depth ${String(depth)}, ${grouped(states)} states`;
}

function tell(request: Request, fault: Planted | null): ExitCode {
  const { io, given } = request;
  const text = given.json !== true;
  if (text) io.out(`${fault === null ? raft.name : `${fault.name}: ${fault.summary}`}\n\n`);
  const say = (line: string): void => {
    if (text) io.out(line);
  };
  const progress = progressOf(request);
  const report = reportOf(request, fault, {
    onWorld: (world) => {
      progress.clear();
      say(worldLine(world));
    },
    onOpened: (opened, millis) => say(openedLine(opened, millis)),
    onLevel: (world, depth, states) => progress.show(() => levelText(world, depth, states)),
  });
  progress.clear();
  if (text) io.out(`\n${checkLines(report)}`);
  else io.out(`${JSON.stringify(reportJson(report), null, 2)}\n`);
  const { trace } = given;
  if (trace !== undefined) io.err(`${trace}: ${writeReportTrace(trace, report)}\n`);
  if (report.ok) return exits.ok;
  const failed = report.checks.some(({ status }) => status === 'failed');
  return failed ? exits.violation : exits.unknown;
}

function statesOf(found: readonly Hunted[]): number {
  return found.reduce((sum, { explored }) => sum + explored.states, 0);
}

function pathText(name: string, found: readonly Hunted[]): string {
  const last = found.at(-1);
  const path = last?.path ?? null;
  const states = statesOf(found);
  if (last === undefined || path === null) {
    const reason = beyond(name);
    const why = reason === null ? '' : `  ${reason}\n`;
    return `${name}: not found in ${found.length} worlds of ${states} states in all\n${why}`;
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
    beyond: path === null ? beyond(name) : null,
  };
}

function huntOne(request: Request, name: string): ExitCode {
  const { io, given } = request;
  const progress = progressOf(request);
  const found = hunted(name, {
    onLevel: (depth, states) => progress.show(() => levelText(name, depth, states)),
  });
  progress.clear();
  const last = found.at(-1);
  if (given.trace !== undefined && last !== undefined) writeMutantTrace(given.trace, name, last);
  const json = `${JSON.stringify(pathJson(name, found), null, 2)}\n`;
  io.out(given.json === true ? json : pathText(name, found));
  return last?.path === null ? exits.unknown : exits.violation;
}

/** Verifies the machine, or shows how a planted fault (H1) or a mutant is found. */
export function verifyCommand(request: Request): Promise<ExitCode> {
  const { mutant, trace, table } = request.given;
  const all = mutant === 'all' || (mutant === undefined && table !== undefined);
  if (trace !== undefined && (mutant === undefined || all)) {
    throw new UserError('--trace keeps the way to one planted bug', {
      remedy: 'Name it: whitewater verify --mutant quorum-half --trace out.ndjson',
    });
  }
  if (table !== undefined && !all) {
    throw new UserError('--table is written of all planted bugs', {
      remedy: `Leave --mutant out: whitewater verify --table ${table}`,
    });
  }
  if (all) return Promise.resolve(huntAll(request));
  if (mutant === undefined) return Promise.resolve(tell(request, null));
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
