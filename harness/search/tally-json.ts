/** A tally as plain JSON and back: what travels between threads, processes and files. */
import { newSometimes, sometimesNames } from '../check/sometimes.ts';
import { parseScenario } from '../world/scenario-schema.ts';
import { runsHashFrom, runsHashText } from './runs-hash.ts';
import type { Found, Tally } from './tally.ts';
import { newTally } from './tally.ts';

type Counts = Readonly<Record<string, number>>;

export interface TallyJson {
  readonly runs: number;
  /** As `runsHashText` writes it. */
  readonly runsHash: string;
  readonly failed: number;
  readonly events: number;
  readonly messages: number;
  readonly simMicros: number;
  readonly unknown: number;
  readonly unknownReason: string | null;
  readonly faults: Counts;
  readonly examined: Counts;
  readonly planned: Counts;
  readonly occasions: Counts;
  readonly strategies: Counts;
  /** Parallel to `sometimesNames`. */
  readonly sometimes: readonly number[];
  /** In the order of their first runs. */
  readonly found: readonly Found[];
}

/** Fields in the order of letters: the same counts are the same bytes however they added up. */
export function ordered(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What was found, in the order of the runs that found it first. */
export function inOrder(found: Iterable<Found>): readonly Found[] {
  return [...found].toSorted((a, b) => a.first.run - b.first.run || (a.id < b.id ? -1 : 1));
}

export function tallyJson(tally: Tally): TallyJson {
  return {
    runs: tally.runs,
    runsHash: runsHashText(tally.runsHash),
    failed: tally.failed,
    events: tally.events,
    messages: tally.messages,
    simMicros: tally.simMicros,
    unknown: tally.unknown,
    unknownReason: tally.unknownReason,
    faults: ordered(tally.faults),
    examined: ordered(tally.examined),
    planned: ordered(tally.planned),
    occasions: ordered(tally.occasions),
    strategies: ordered(tally.strategies),
    sometimes: [...tally.sometimes.counts],
    found: inOrder(tally.found.values()),
  };
}

/** The tally that was written; `file` is named when a scenario in it is broken. */
export function tallyFrom(json: TallyJson, file: string = ''): Tally {
  const { sometimes, found, ...counts } = json;
  const tally: Tally = {
    ...newTally(),
    ...counts,
    runsHash: runsHashFrom(json.runsHash),
    faults: { ...json.faults },
    examined: { ...json.examined },
    planned: { ...json.planned },
    occasions: { ...json.occasions },
    strategies: { ...json.strategies },
    sometimes: newSometimes(),
    found: new Map(found.map((one) => [one.id, checked(one, file)])),
  };
  for (let i = 0; i < sometimesNames.length; i += 1) {
    tally.sometimes.counts[i] = sometimes[i] ?? 0;
  }
  return tally;
}

function checked(found: Found, file: string): Found {
  return file === '' ? { ...found } : { ...found, scenario: parseScenario(found.scenario, file) };
}
