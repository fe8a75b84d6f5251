/** `whitewater diff`: two traces record by record, a simulated beside a live one or any two. */
import { basename } from 'node:path';
import { diffTraces } from '../replay/diff.ts';
import type { Diff } from '../replay/diff.ts';
import { clean, grouped } from '../report/words.ts';
import { UserError } from '../trace/user-error.ts';
import { asides, countsText, findingsJson, sidesOf } from './conformity.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { painted, styleOf } from './paint.ts';
import { passageOf } from './passage.ts';
import type { Request } from './request.ts';

function isEqual({ counts }: Diff): boolean {
  return counts.reordered + counts.unmodelled + counts.divergence === 0;
}

function headline(diff: Diff): string {
  if (diff.first !== null) return `✖ the traces part at record ${grouped(diff.first.seq)}`;
  if (!isEqual(diff)) return '⚠ the same to every server and client, in another order';
  return diff.counts.timing === 0 ? '✓ the same' : '✓ the same up to timing';
}

/** Short names of the two files, told apart. */
function namesOf(left: string, right: string): readonly [string, string] {
  const names = [basename(left), basename(right)] as const;
  return names[0] === names[1] ? ['first', 'second'] : [clean(names[0], 30), clean(names[1], 30)];
}

/** Exit 0 when the two are equal up to timing, 1 when they are not. */
export async function diffCommand(request: Request): Promise<ExitCode> {
  const { io, given, args } = request;
  const [one, other] = args;
  if (one === undefined || other === undefined || args.length !== 2) {
    throw new UserError(`two traces are compared, not ${args.length}`, {
      remedy: 'whitewater diff simulated.ndjson live.ndjson',
    });
  }
  const passage = passageOf(request);
  const left = await passage.read(one);
  const right = await passage.read(other);
  passage.begin('comparing', left.records.length + right.records.length);
  const diff = diffTraces(left.records, right.records);
  passage.end();
  const code = isEqual(diff) ? exits.ok : exits.violation;
  if (given.json === true) {
    const { counts, first } = diff;
    const sides = { left: left.path, right: right.path };
    const document = { schema: 'whitewater.diff/1', ...sides, equal: isEqual(diff), counts, first };
    const whole = { ...document, ...findingsJson(diff.findings), exit: code };
    io.out(`${JSON.stringify(whole, null, 2)}\n`);
    return code;
  }
  const style = styleOf(given, io);
  const colour = diff.first !== null ? 'red' : isEqual(diff) ? 'green' : 'yellow';
  const lines = [painted(headline(diff), { style, colour })];
  if (diff.first !== null) lines.push(...sidesOf(diff.first, namesOf(left.path, right.path)));
  lines.push(`  ${countsText(diff.counts)}`, ...asides(diff.findings));
  for (const { path, torn } of [left, right]) {
    if (torn !== null) lines.push(`  ⚠ ${clean(path)} is cut off at line ${torn.line}`);
  }
  io.out(`${lines.join('\n')}\n`);
  return code;
}
