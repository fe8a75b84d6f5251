/** The list of mutants: what the harness must catch. */
import { buses } from './bus.ts';
import { commit } from './commit.ts';
import { elections } from './elections.ts';
import { membership } from './membership.ts';
import type { Mutant } from './mutant.ts';
import { persistence } from './persistence.ts';
import { quiet } from './quiet.ts';
import { reads } from './reads.ts';
import { replication } from './replication.ts';
import { sessions } from './sessions.ts';
import { snapshots } from './snapshots.ts';

export type { Benign, Mutant } from './mutant.ts';

/** Every mutant, by concern. */
export const mutants: readonly Mutant[] = [
  ...elections,
  ...persistence,
  ...replication,
  ...commit,
  ...snapshots,
  ...sessions,
  ...reads,
  ...quiet,
  ...membership,
  ...buses,
];

const byName: ReadonlyMap<string, Mutant> = new Map(mutants.map((each) => [each.name, each]));

/** The mutant of this name (`votes-counted-as-integer`), or undefined. */
export function mutantNamed(name: string): Mutant | undefined {
  return byName.get(name);
}
