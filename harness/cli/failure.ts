/** From a failing scenario to everything people get: trace, story, folder, report. */
import { faultName } from '../report/azure.ts';
import type { FailureReport } from '../report/failure.ts';
import type { Story } from '../report/shape.ts';
import { tell } from '../report/story.ts';
import { storyText } from '../report/text.ts';
import type { Lab, Outcome } from '../search/execute.ts';
import { record } from '../search/execute.ts';
import type { FaultRecord, TraceRecord } from '../trace/record.ts';
import type { Scenario } from '../world/scenario.ts';
import { serverNames } from '../world/setup.ts';
import { fileNames, writeFailure } from './failure-folder.ts';

export interface Recorded {
  readonly outcome: Outcome;
  readonly records: readonly TraceRecord[];
}

/** Runs the scenario with the recorder on. */
export function recorded(scenario: Scenario, lab: Lab): Recorded {
  const records: TraceRecord[] = [];
  const outcome = record(scenario, lab, (one) => void records.push(one));
  return { outcome, records };
}

export interface Exhibit {
  readonly id: string;
  readonly out: string;
  readonly lab: Lab;
  readonly scenario: Scenario;
  readonly recorded: Recorded;
  readonly invariants: readonly string[] | null;
  readonly origin: { readonly seed: number; readonly path: string } | null;
  /** Indices of needed faults, or null when nobody looked. */
  readonly needed: readonly number[] | null;
  readonly shrunk: FailureReport['shrunk'];
  /** False when the command line does not know the machine; true unless given. */
  readonly replayable?: boolean;
}

/** Faults by the names that the trace resolved: a `leader` is somebody by then. */
function neededNames(shown: Exhibit): FailureReport['needed'] {
  const { needed, scenario } = shown;
  if (needed === null) return null;
  const servers = serverNames(scenario);
  const struck = new Map<number, FaultRecord>();
  for (const one of shown.recorded.records) {
    if (one.kind === 'fault' && !struck.has(one.fault)) struck.set(one.fault, one);
  }
  const faults = needed.map((index) => {
    const found = struck.get(index);
    return found === undefined
      ? (scenario.faults[index]?.kind ?? 'fault')
      : faultName(found, servers);
  });
  return { of: scenario.faults.length, faults };
}

/** What the terminal should say about a failure of which nothing is written. */
export function reported(shown: Exhibit): FailureReport {
  return reportOf(shown, tell(shown.recorded.records), null);
}

/** Writes the folder of a failure and returns what the terminal should say about it. */
export function exhibit(shown: Exhibit): FailureReport {
  const { id, out, scenario, origin, invariants, replayable = true } = shown;
  const { records } = shown.recorded;
  const story = tell(records);
  const subject = shown.lab.subject.name;
  const files = { id, out, subject, scenario, records, story, invariants, origin, replayable };
  return reportOf(shown, story, writeFailure(files));
}

function reportOf(shown: Exhibit, story: Story, folder: string | null): FailureReport {
  const { scenario, shrunk, replayable = true } = shown;
  return {
    story,
    needed: neededNames(shown),
    schedule: {
      servers: scenario.cluster.servers,
      operations: scenario.workload.operations.length,
      faults: scenario.faults.length,
      seed: scenario.seed,
    },
    shrunk,
    folder,
    files: fileNames,
    replayable,
  };
}

/** The story as plain lines, for documents. */
export function storyLines(story: Story): readonly string[] {
  return storyText(story, { full: true });
}
