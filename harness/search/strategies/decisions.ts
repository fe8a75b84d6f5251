/**
 * Schedules as data: the choices that a run made, written down where they differ from the kindest
 * one, so that the run can be told, replayed alone and made smaller.
 */
import type { Decision, Scenario } from '../../world/scenario.ts';
import type { Scheduler } from '../../world/scheduler.ts';

/** A scheduler that does what `inner` says and writes down what it chose. */
export interface Recording extends Scheduler {
  readonly decisions: readonly Decision[];
}

export function recording(inner: Scheduler): Recording {
  const decisions: Decision[] = [];
  let step = 0;
  return {
    decisions,
    pick: (pool, world) => {
      const choice = inner.pick(pool, world);
      if (choice !== 0) decisions.push({ step, choice });
      step += 1;
      return choice;
    },
  };
}

/** Decides as written down, in ascending steps; what is not pending any more is not chosen. */
export function decided(decisions: readonly Decision[]): Scheduler {
  let step = 0;
  let next = 0;
  return {
    pick: (pool) => {
      while ((decisions[next]?.step ?? Infinity) < step) next += 1;
      const decision = decisions[next];
      const choice = decision?.step === step ? decision.choice : 0;
      step += 1;
      return choice < pool.length ? choice : 0;
    },
  };
}

/** The scenario, which has a schedule, with these decisions in its stead. */
export function withDecisions(scenario: Scenario, decisions: readonly Decision[]): Scenario {
  const { schedule } = scenario;
  if (schedule === undefined) return scenario;
  const { seed, stepMicros, earlyPercent, fairAfter } = schedule;
  return {
    ...scenario,
    schedule: { strategy: 'recorded', seed, stepMicros, earlyPercent, fairAfter, decisions },
  };
}

/** Without a schedule, and with a plainer one: candidates before any decision is taken away. */
function plainer(scenario: Scenario): readonly Scenario[] {
  const { schedule, ...timed } = scenario;
  if (schedule?.strategy !== 'recorded' || schedule.earlyPercent === 0) return [timed];
  return [timed, { ...scenario, schedule: { ...schedule, earlyPercent: 0 } }];
}

type Fails = (decisions: readonly Decision[]) => boolean;

/** Runs of `size` decisions go, the latest first, where it fails without them. */
function sweep(decisions: readonly Decision[], size: number, fails: Fails): readonly Decision[] {
  let left = decisions;
  for (let end = left.length; end > 0;) {
    const start = Math.max(0, end - size);
    const candidate = left.toSpliced(start, end - start);
    if (fails(candidate)) left = candidate;
    end = start;
  }
  return left;
}

/** All go at once, or halves, quarters and so on, until no single one can go. */
function thinned(decisions: readonly Decision[], fails: Fails): readonly Decision[] {
  let left = decisions;
  for (let size = left.length; size > 1; size = size >> 1) left = sweep(left, size, fails);
  for (;;) {
    const before = left.length;
    left = sweep(left, 1, fails);
    if (left.length === before) return left;
  }
}

/** Each decision as kind as it can be while it fails. */
function kinder(decisions: readonly Decision[], fails: Fails): readonly Decision[] {
  let left = decisions;
  for (const [at, { step, choice }] of decisions.entries()) {
    for (const less of new Set([1, choice >> 1, choice - 1])) {
      const candidate = left.with(at, { step, choice: less });
      if (less < 1 || less >= choice || !fails(candidate)) continue;
      left = candidate;
      break;
    }
  }
  return left;
}

/**
 * A pass of the shrinker: the recorded schedule of a failing scenario, nearer to the kindest one.
 * Time in its stead is tried first; then decisions go by chunks, and those that are needed become
 * kinder. `accepts` runs a candidate and says whether it fails in the same way; when nothing may be
 * run any more it says no to all.
 */
export function defaults(scenario: Scenario, accepts: (candidate: Scenario) => boolean): Scenario {
  if (scenario.schedule?.strategy !== 'recorded') return scenario;
  const plain = plainer(scenario).find(accepts) ?? scenario;
  if (plain.schedule?.strategy !== 'recorded') return plain;
  const fails: Fails = (decisions) => accepts(withDecisions(plain, decisions));
  const { decisions } = plain.schedule;
  const fewest = kinder(thinned(decisions, fails), fails);
  return fewest === decisions ? plain : withDecisions(plain, fewest);
}
