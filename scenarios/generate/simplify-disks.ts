/**
 * Simplifications of what the disks hold at the start: nothing, fewer entries, small terms. Each
 * leaves disks with less on them; whether a correct Raft can go on from them is asked elsewhere.
 */
import type { InitialServer, Scenario } from '../../harness/world/scenario.ts';

type Simplification = (scenario: Scenario) => Scenario | undefined;

function withDisks(
  scenario: Scenario,
  change: (disk: InitialServer, index: number) => InitialServer,
): Scenario {
  return { ...scenario, initial: scenario.initial.map(change) };
}

const emptyDisks: Simplification = (scenario) =>
  scenario.initial.length === 0 ? undefined : { ...scenario, initial: [] };

/** Without the first entries of all logs. */
function firstOff(count: number): Simplification {
  return (scenario) => {
    if (!scenario.initial.some(({ log }) => log.length >= count)) return undefined;
    return withDisks(scenario, (disk) => ({ ...disk, log: disk.log.slice(count) }));
  };
}

/** Without the last entries of one log. */
function lastOff(server: number, count: number): Simplification {
  return (scenario) => {
    if ((scenario.initial[server]?.log.length ?? 0) < count) return undefined;
    return withDisks(scenario, (disk, index) =>
      index === server ? { ...disk, log: disk.log.slice(0, disk.log.length - count) } : disk,
    );
  };
}

/** Without what all logs but their first entry have at these indices. */
function middleOff(count: number): Simplification {
  return (scenario) => {
    if (!scenario.initial.some(({ log }) => log.length > count)) return undefined;
    return withDisks(scenario, (disk) => ({
      ...disk,
      log: [...disk.log.slice(0, 1), ...disk.log.slice(1 + count)],
    }));
  };
}

/** Terms 1, 2, 3, … in the order in which they were. */
const smallTerms: Simplification = (scenario) => {
  const all = scenario.initial.flatMap(({ term, log }) => [term, ...log]);
  const terms = [...new Set(all)].sort((a, b) => a - b);
  if (terms.every((term, index) => term === index + 1)) return undefined;
  const small = (term: number): number => terms.indexOf(term) + 1;
  return withDisks(scenario, (disk) => ({
    ...disk,
    term: small(disk.term),
    log: disk.log.map(small),
  }));
};

const chunks = [16, 4, 1] as const;

/** Tried in this order, each once a round. */
export const fewerOnDisks: readonly Simplification[] = [
  emptyDisks,
  ...chunks.flatMap((count) => [firstOff(count), middleOff(count)]),
  ...[6, 5, 4, 3, 2, 1, 0].flatMap((server) => chunks.map((count) => lastOff(server, count))),
  smallTerms,
];
