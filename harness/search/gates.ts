/** A campaign in which nothing happened is no pass: what must have been seen, and what was not. */
import { countsByName } from '../check/sometimes.ts';
import type { CanaryState } from './canary.ts';
import type { Coverage } from './coverage.ts';
import { cellsReached, coveragePercent } from './coverage.ts';
import { needsOccasion } from './occasions.ts';
import type { Tally } from './tally.ts';

export interface Gate {
  readonly kind: 'harness' | 'runs' | 'sometimes' | 'injector' | 'check' | 'canary' | 'coverage';
  readonly name: string;
  /** One sentence. */
  readonly why: string;
}

/** Without these no campaign has tested anything. */
export const always: readonly string[] = ['leader elected', 'operation ok', 'quiet reached'];

/** A kind of fault planned this often must have struck at least once; so it is with features. */
const plannedEnough = 20;

/** How much of the table must have been reached, in percent of its cells. */
export interface Required {
  readonly coverage: Coverage;
  readonly percent: number;
}

/** The gates that stayed closed: empty for a campaign that counts. */
export function closedGates(
  tally: Tally,
  canaries: readonly CanaryState[],
  mustSee: readonly string[],
  reached: Required | null = null,
): readonly Gate[] {
  if (tally.runs === 0) return [{ kind: 'runs', name: 'runs', why: 'nothing was run' }];
  return [
    ...unseen(tally, [...new Set([...always, ...mustSee])]),
    ...silentInjectors(tally),
    ...idleChecks(tally),
    ...survivors(canaries),
    ...(reached === null ? [] : uncovered(reached)),
  ];
}

const cellsNamed = 3;

function uncovered({ coverage, percent }: Required): readonly Gate[] {
  if (coveragePercent(coverage) >= percent) return [];
  const { hit, of, missing } = cellsReached(coverage);
  const some = missing.slice(0, cellsNamed).join(', ');
  const more =
    missing.length > cellsNamed ? ` and ${String(missing.length - cellsNamed)} more` : '';
  const why =
    `${String(percent)} % of the table's cells were required and ${String(hit)} of ` +
    `${String(of)} were reached; missing: ${some}${more}`;
  return [{ kind: 'coverage', name: `${String(percent)} %`, why }];
}

function unseen(tally: Tally, names: readonly string[]): readonly Gate[] {
  const counts = countsByName(tally.sometimes);
  return names
    .filter((name) => (counts[name] ?? 0) === 0)
    .map((name) => ({ kind: 'sometimes', name, why: `never seen: ${name}` }));
}

function silentInjectors(tally: Tally): readonly Gate[] {
  const counts = countsByName(tally.sometimes);
  return Object.entries(tally.planned)
    .filter(([kind, planned]) => planned >= plannedEnough && (counts[`fault: ${kind}`] ?? 0) === 0)
    .map(([kind, planned]) => ({
      kind: 'injector',
      name: kind,
      why: `${String(planned)} faults of kind ${kind} were planned and none struck`,
    }));
}

/** A check of a feature is due once enough runs had that feature; the others always are. */
function isDue({ occasions }: Tally, check: string): boolean {
  return !needsOccasion(check) || (occasions[check] ?? 0) >= plannedEnough;
}

function idleChecks(tally: Tally): readonly Gate[] {
  return Object.entries(tally.examined)
    .filter(([name, examined]) => examined === 0 && isDue(tally, name))
    .map(([name]) => ({ kind: 'check', name, why: `${name} examined nothing in any run` }));
}

function survivors(canaries: readonly CanaryState[]): readonly Gate[] {
  return canaries
    .filter(({ killedAtRun }) => killedAtRun === null)
    .map(({ name, runs }) => ({
      kind: 'canary',
      name,
      why: `the wrong machine "${name}" survived ${String(runs)} runs`,
    }));
}
