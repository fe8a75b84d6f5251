/**
 * What the explorer found, as a trace: the path goes over the world's stage, and the judges of
 * recorded traces say what they see. Such a file replays, and `explain` and `view` show it.
 */
import type { Lab } from '../search/execute.ts';
import { UserError } from '../trace/user-error.ts';
import { traceWriter } from '../trace/write.ts';
import type { Bounds } from '../verify/bounds.ts';
import { pathOf } from '../verify/path.ts';
import type { Path } from '../verify/path.ts';
import type { Report } from '../verify/verify.ts';
import type { Hunted } from '../verify/hunt.ts';
import { recorded } from './failure.ts';
import { labFor } from './lab.ts';
import { stagedPath } from './stage-path.ts';

const readInstead = (steps: number): { readonly remedy: string } => ({
  remedy: `Read the ${steps} steps without --trace, or as --json`,
});

/** The promise that the judges find broken on the way, or null. Throws where the world cannot go. */
function staged(file: string, path: Path, given: { lab: Lab; bounds: Bounds }): string | null {
  const { lab, bounds } = given;
  const { happenings } = path;
  if (happenings.some(({ action }) => action.kind === 'expireLate')) {
    throw new UserError(
      'a late time-out cannot be staged: the world never fires a timer that was replaced',
      readInstead(happenings.length),
    );
  }
  const { outcome, records } = recorded(stagedPath(lab.subject, bounds, happenings), lab);
  const writer = traceWriter(file);
  for (const record of records) writer.write(record);
  writer.close();
  return outcome.failure?.invariant ?? null;
}

/** Throws a `UserError` when the judges do not find what the explorer found. */
export function writeMutantTrace(file: string, name: string, { world, path }: Hunted): void {
  if (path === null) {
    throw new UserError(`${name} was not found, so there is no way to write`, {
      remedy: 'Leave --trace out',
    });
  }
  const broken = staged(file, path, { lab: labFor({ mutant: name }), bounds: world.bounds });
  if (broken !== null || path.breach?.watch === 'ports') return;
  const { length } = path.happenings;
  throw new UserError(`the judges of traces find nothing wrong in these ${length} steps`, {
    ...readInstead(length),
    file,
  });
}

/**
 * The way to what a verification found. A server that breaks its word to a port need not break a
 * promise of the cluster: the sentence says whether the judges of traces see anything.
 */
export function writeReportTrace(file: string, { found, subject }: Report): string {
  if (found === null) {
    throw new UserError('there is no way to write: no sequence of events was found', {
      remedy: 'Leave --trace out; the checks that failed are about the table as a whole',
    });
  }
  const { explored, world } = found;
  const path = pathOf(explored.space, explored.path);
  const broken = staged(file, path, { lab: labFor({ mutant: subject }), bounds: world.bounds });
  return broken === null
    ? 'the judges of traces see nothing wrong in it: only a port was lied to'
    : `the judges of traces find ${broken} broken in it`;
}
