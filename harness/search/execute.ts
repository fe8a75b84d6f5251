/**
 * One scenario, one subject, all judges: the world turns while they watch. `execute` writes
 * nothing; `record` does exactly the same and hands out the whole trace.
 */
import type { Check } from '../check/check.ts';
import type { Conclusion } from '../check/conclusion.ts';
import { conclusionOf, verdictRecord } from '../check/conclusion.ts';
import { linearizabilityCheck } from '../check/linearizability/check.ts';
import type { Panel } from '../check/panel.ts';
import { panel } from '../check/panel.ts';
import type { Sometimes } from '../check/sometimes.ts';
import { newSometimes, observeSometimes, sometimesListener } from '../check/sometimes.ts';
import type { StateMachine } from '../raft/node.ts';
import type { Subject } from '../raft/step.ts';
import type { RecordKind, TraceRecord } from '../trace/record.ts';
import type { Listener } from '../world/emitter.ts';
import { headerOf } from '../world/header.ts';
import type { Run } from '../world/run.ts';
import { run } from '../world/run.ts';
import type { Scenario } from '../world/scenario.ts';
import type { Scheduler } from '../world/scheduler.ts';
import type { BusFactory } from '../world/setup.ts';
import { serverNames } from '../world/setup.ts';
import { store } from '../world/store.ts';
import { schedulerOf } from './strategies/schedulers.ts';

/** What is tested, on which bus, by which judges (linearizability is added to fit the workload). */
export interface Lab {
  readonly subject: Subject;
  readonly bus: BusFactory;
  readonly checks: readonly Check[];
  /** The state machine behind the log; the built-in store unless given. */
  readonly application?: StateMachine;
}

export type { Failure } from '../check/conclusion.ts';

export interface Stats {
  /** Everything that happened: bus events, timers, disks, clients, faults. */
  readonly events: number;
  /** Messages delivered to servers and clients. */
  readonly messages: number;
  readonly simMicros: number;
  readonly faults: Readonly<Record<string, number>>;
  /** All that happened in 32 bits: the same scenario always gives the same. */
  readonly digest: number;
}

export interface Outcome extends Conclusion {
  readonly stats: Stats;
  readonly sometimes: Sometimes;
}

/**
 * Runs without a trace, all judges on line; stops at the first safety violation. The scenario's
 * schedule decides what comes next, unless a scheduler is given that does so in its stead.
 */
export function execute(scenario: Scenario, lab: Lab, scheduler?: Scheduler): Outcome {
  return judged(scenario, lab, null, scheduler);
}

/** The same run with its whole trace, from the header to the verdict. */
export function record(
  scenario: Scenario,
  lab: Lab,
  write: (record: TraceRecord) => void,
): Outcome {
  return judged(scenario, lab, write);
}

function judged(
  scenario: Scenario,
  lab: Lab,
  write: ((record: TraceRecord) => void) | null,
  given?: Scheduler,
): Outcome {
  const scheduler = given ?? schedulerOf(scenario.schedule);
  const checks = [...lab.checks, linearizabilityCheck(scenario.workload.model)];
  const seats = panel(checks, serverNames(scenario));
  const sometimes = newSometimes();
  let violated = false;
  const first = headerOf(scenario, { subject: lab.subject.name, adapter: 'memory' });
  write?.(first);
  seats.observe(first);
  observeSometimes(sometimes, first);
  function listen(kind: RecordKind): Listener | null {
    const glance = sometimesListener(sometimes, kind);
    const judge = seats.listen(kind);
    if (glance === null && judge === null) return write;
    return (seen: TraceRecord): void => {
      if (write !== null) write(seen);
      if (glance !== null) glance(seen);
      if (judge !== null && judge(seen)?.check.class === 'safety') violated = true;
    };
  }
  const ran = run({
    scenario,
    subject: lab.subject,
    application: lab.application ?? store,
    bus: lab.bus,
    scheduler,
    stop: () => violated,
    observer: { full: write !== null, listen },
  });
  const outcome = conclude(seats, ran, sometimes);
  write?.(verdictRecord(outcome, { seq: ran.records, at: ran.simMicros }));
  return outcome;
}

function conclude(seats: Panel, ran: Run, sometimes: Sometimes): Outcome {
  const { counters, simMicros, digest } = ran;
  const { events, messages, faults } = counters;
  return {
    ...conclusionOf(seats.finish(), ran.broke),
    stats: { events, messages, simMicros, faults, digest },
    sometimes,
  };
}
