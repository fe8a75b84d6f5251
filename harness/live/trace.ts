/** The whole trace of a live run: a header before the merged records, an end, and the verdict. */
import { allChecks } from '../check/checks.ts';
import type { Broken, Conclusion } from '../check/conclusion.ts';
import { conclusionOf, verdictRecord } from '../check/conclusion.ts';
import { linearizabilityCheck } from '../check/linearizability/check.ts';
import { panel } from '../check/panel.ts';
import type { TraceRecord } from '../trace/record.ts';
import { headerOf } from '../world/header.ts';
import type { Scenario } from '../world/scenario.ts';
import { serverNames } from '../world/setup.ts';

export interface LiveRun {
  /** With the faults that really struck, and when. */
  readonly scenario: Scenario;
  readonly subject: string;
  readonly adapter: 'broker' | 'azure' | 'memory';
  /** `settled`: the cluster has shown after the quiet that it works; `time`: it has not in time. */
  readonly reason: 'settled' | 'time' | 'violation';
  /** Servers that were up at the end. */
  readonly online: readonly string[];
  /** A server that broke an assertion of its own, or null. */
  readonly broken: Omit<Broken, 'seq'> | null;
  /** Microseconds of the cluster's clock. */
  readonly endedAt: number;
}

/** Judges the merged records and hands out the whole trace, from the header to the verdict. */
export function judgeLive(
  live: LiveRun,
  merged: readonly TraceRecord[],
  write: (record: TraceRecord) => void,
): Conclusion {
  const { scenario, reason, online, broken } = live;
  const checks = [...allChecks, linearizabilityCheck(scenario.workload.model)];
  const seats = panel(checks, serverNames(scenario));
  const show = (record: TraceRecord): void => {
    seats.observe(record);
    write(record);
  };
  show(headerOf(scenario, live));
  for (const record of merged) show(record);
  const seq = merged.length + 1;
  const at = Math.max(live.endedAt, merged.at(-1)?.at ?? 0);
  show({ kind: 'end', seq, at, cause: -1, reason, online });
  const conclusion = conclusionOf(seats.finish(), broken === null ? null : { ...broken, seq });
  write(verdictRecord(conclusion, { seq: seq + 1, at }));
  return conclusion;
}
