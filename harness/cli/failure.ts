/** From a failing scenario to everything people get: trace, story, folder, report. */
import { faultName } from '../report/azure.ts';
import { callText } from '../report/clients.ts';
import type { FailureReport } from '../report/failure.ts';
import { needsText } from '../report/failure.ts';
import { momentsText } from '../report/margins.ts';
import type { Story } from '../report/shape.ts';
import { tell } from '../report/story.ts';
import { storyText } from '../report/text.ts';
import type { Lab, Outcome } from '../search/execute.ts';
import { record } from '../search/execute.ts';
import type { ActionTimes, Explained } from '../search/explain-phase.ts';
import type { FaultRecord, TraceRecord } from '../trace/record.ts';
import type { Scenario } from '../world/scenario.ts';
import { serverNames } from '../world/setup.ts';
import { fileNames, writeFailure } from './failure-folder.ts';

export interface Recorded {
  readonly outcome: Outcome;
  readonly records: readonly TraceRecord[];
}

/** Runs the scenario with the recorder on; `onRecord` hears of each record. */
export function recorded(
  scenario: Scenario,
  lab: Lab,
  onRecord: () => void = () => undefined,
): Recorded {
  const records: TraceRecord[] = [];
  const outcome = record(scenario, lab, (one) => {
    records.push(one);
    onRecord();
  });
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
  /** What the failure needs, or null when nobody looked. */
  readonly explained: Explained | null;
  readonly shrunk: FailureReport['shrunk'];
  /** False when the command line does not know the machine; true unless given. */
  readonly replayable?: boolean;
}

/** Faults by the names that the trace resolved: a `leader` is somebody by then. */
function neededNames(shown: Exhibit): FailureReport['needed'] {
  const { explained, scenario } = shown;
  if (explained === null || explained.needed === null) return null;
  const { needed, margins } = explained;
  const servers = serverNames(scenario);
  const struck = new Map<number, FaultRecord>();
  for (const one of shown.recorded.records) {
    if (one.kind === 'fault' && !struck.has(one.fault)) struck.set(one.fault, one);
  }
  const faults = needed.map((index) => {
    const found = struck.get(index);
    const kind = scenario.faults[index]?.kind ?? 'fault';
    const name = found === undefined ? kind : faultName(found, servers);
    const times = margins?.times.find((one) => one.kind === 'fault' && one.index === index);
    if (times === undefined) return name;
    return `${name} (${momentsText(times, scenario.limits.runMs)})`;
  });
  return { of: scenario.faults.length, faults };
}

/** `write(x, 1) at 0 to 120 ms` */
function operationText(scenario: Scenario, times: ActionTimes): string {
  const { operations, operator } = scenario.workload;
  const operation = operations[times.index];
  const when = momentsText(times, scenario.limits.runMs);
  if (times.kind === 'wish') return `${operator[times.index]?.kind ?? 'wish'} ${when}`;
  return operation === undefined ? when : `${callText(operation)} ${when}`;
}

function nearbyOf({ explained, scenario }: Exhibit): FailureReport['nearby'] {
  const margins = explained?.margins ?? null;
  if (margins === null) return null;
  const others = margins.times.filter(({ kind }) => kind !== 'fault');
  return {
    ...margins.neighbours,
    operations: others.map((times) => operationText(scenario, times)),
  };
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
  const report = reportOf(shown, story, null);
  const needs = needsText(report);
  const told = { subject, scenario, records, story, needs, invariants, origin, replayable };
  return { ...report, folder: writeFailure({ id, out, ...told }) };
}

function reportOf(shown: Exhibit, story: Story, folder: string | null): FailureReport {
  const { scenario, shrunk, replayable = true } = shown;
  return {
    story,
    needed: neededNames(shown),
    nearby: nearbyOf(shown),
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
