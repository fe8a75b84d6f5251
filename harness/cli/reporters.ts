/** Additional reporters: which were asked for, and where GitHub wants its summary. */
import { appendFileSync } from 'node:fs';
import { UserError } from '../trace/user-error.ts';
import type { Io } from './io.ts';
import type { Given } from './request.ts';
import { remedyFor } from './suggest.ts';

const names = ['junit', 'github'] as const;
type Reporter = (typeof names)[number];

/** The reporters asked for. Throws a `UserError` for one that does not exist. */
export function reportersOf(given: Given): ReadonlySet<Reporter> {
  const wanted = new Set<Reporter>();
  for (const name of given.reporter ?? []) {
    const known = names.find((one) => one === name);
    if (known === undefined) {
      throw new UserError(`there is no reporter "${name}"`, { remedy: remedyFor(name, names) });
    }
    wanted.add(known);
  }
  return wanted;
}

/** Appends to the job's summary page where there is one. */
export function appendSummary(env: Io['env'], markdown: string): void {
  const file = env['GITHUB_STEP_SUMMARY'];
  if (file === undefined || file === '') return;
  try {
    appendFileSync(file, markdown);
  } catch (cause) {
    throw new UserError('the summary cannot be written', {
      file,
      remedy: 'Check GITHUB_STEP_SUMMARY',
      cause,
    });
  }
}
