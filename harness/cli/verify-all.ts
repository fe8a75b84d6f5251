/**
 * `whitewater verify --mutant all`, and `--table FILE`: every planted fault and every mutant of the
 * machine. The same program makes the same rows; a table is written after each of them, and rows
 * that the file has already are kept.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { planted } from '../verify/planted.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import type { Request } from './request.ts';
import { beyond, beyondRow, depthRows, depthsText, explorable } from './verify-depths.ts';
import { huntedRow, plantedRow } from './verify-depths.ts';
import type { DepthRow } from './verify-depths.ts';
import { hunted, quietReport } from './verify-hunt.ts';

interface Task {
  readonly name: string;
  readonly row: () => DepthRow;
  /** It must be found by its own check. */
  readonly owed: boolean;
}

function tasks(request: Request): readonly Task[] {
  const faults = planted.map((fault) => ({
    name: fault.name,
    row: (): DepthRow => plantedRow(fault, quietReport(request, fault)),
    owed: true,
  }));
  const machines = explorable.map(({ name }) => {
    const reason = beyond(name);
    const row = (): DepthRow =>
      reason === null ? huntedRow(name, hunted(name)) : beyondRow(name, reason);
    return { name, row, owed: reason === null };
  });
  return [...faults, ...machines];
}

function textOf({ name, check, depth, states, world }: DepthRow): string {
  const numbers = `${String(depth ?? '').padStart(5)}${String(states ?? '').padStart(12)}`;
  return `${name.padEnd(36)}${check.padEnd(20)}${numbers}  ${world}\n`;
}

const title = '# How deep the planted bugs lie\n\n<!-- prettier-ignore -->\n';

/** What stands above the table, and the rows below it. */
function begun(file: string | undefined): { readonly head: string; readonly rows: DepthRow[] } {
  if (file === undefined || !existsSync(file)) return { head: title, rows: [] };
  const text = readFileSync(file, 'utf8');
  const [head = title] = text.split('\n| ', 1);
  return { head, rows: [...depthRows(text)] };
}

/** Finds them all; exits with 3 when one that the worlds can show is not found. */
export function huntAll(request: Request): ExitCode {
  const { io, given } = request;
  const text = given.json !== true;
  const { head, rows: known } = begun(given.table);
  const rows: DepthRow[] = [];
  let missed = 0;
  if (text) {
    const none = { depth: null, states: null, published: '' };
    const heads = { ...none, name: 'planted bug', check: 'breaks', world: 'world, or why not' };
    io.out(textOf(heads));
  }
  for (const { name, row, owed } of tasks(request)) {
    const made = known.find((one) => one.name === name) ?? row();
    rows.push(made);
    if (owed && made.check === '') missed += 1;
    if (text) io.out(textOf(made));
    if (given.table !== undefined) writeFileSync(given.table, depthsText(rows, head));
  }
  if (!text) io.out(`${JSON.stringify({ schema: 'whitewater.hunts/1', rows }, null, 2)}\n`);
  return missed === 0 ? exits.ok : exits.vacuous;
}
