/** Puts a laboratory together: the machine under test, the mocked bus, the judges. */
import { memoryBus } from '../../adapters/memory/memory.ts';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import type { Mutant } from '../../scenarios/mutants/mutant.ts';
import type { Check } from '../check/check.ts';
import { campaignChecks, checkNamed } from '../check/checks.ts';
import { raft } from '../raft/machine.ts';
import { explanations } from '../report/promises.ts';
import type { Subject } from '../raft/step.ts';
import type { Lab } from '../search/execute.ts';
import { UserError } from '../trace/user-error.ts';
import { planted } from '../verify/planted.ts';
import type { BusFactory } from '../world/setup.ts';
import { remedyFor } from './suggest.ts';

export interface LabChoice {
  /** Undefined: the correct Raft. */
  readonly mutant?: string | undefined;
  /** Names of checks; undefined: all. */
  readonly invariants?: readonly string[] | undefined;
}

/** Names that `--invariant` and `explain` know. */
export function invariantNames(): readonly string[] {
  return explanations.map(({ name }) => name);
}

/** The mutant of this name. Throws a `UserError` with the nearest names. */
export function mutantNamed(name: string): Mutant {
  const found = mutants.find((mutant) => mutant.name === name);
  if (found !== undefined) return found;
  const remedy = remedyFor(
    name,
    mutants.map((mutant) => mutant.name),
  );
  throw new UserError(`there is no mutant "${name}"`, { remedy });
}

/** The Standard tier's limit on a message; the number of stored ones is as good as unlimited. */
const limits = { messageSizeBytesMax: 262_144, entityMessagesMax: 1_000_000 };

const rightBus: BusFactory = (wish) => memoryBus({ ...wish, ...limits });

/** The checks of these names. Linearizability is added by the search to fit the workload. */
export function checksOf(names: readonly string[] | undefined): readonly Check[] {
  if (names === undefined) return campaignChecks;
  return names.flatMap((name) => {
    const check = checkNamed(name);
    if (check !== undefined) return [check];
    if (name === 'Linearizability') return [];
    const remedy = remedyFor(name, invariantNames());
    throw new UserError(`there is no invariant "${name}"`, { remedy });
  });
}

/** The mocked bus and all judges around a machine. */
export function memoryLab(subject: Subject): Lab {
  return { subject, bus: rightBus, checks: campaignChecks };
}

/** The laboratory for a choice of machine and judges. */
export function labFor(choice: LabChoice): Lab {
  const { mutant, invariants } = choice;
  const right = { ...memoryLab(raft), checks: checksOf(invariants) };
  if (mutant === undefined || mutant === raft.name) return right;
  // What `verify --trace` wrote replays, too.
  const fault = planted.find(({ name }) => name === mutant);
  if (fault !== undefined) return { ...right, subject: fault.subject };
  const { subject, bus } = mutantNamed(mutant);
  return { ...right, subject, bus: bus?.(rightBus) ?? rightBus };
}
