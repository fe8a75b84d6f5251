/**
 * The corpus of caught bugs: for each, files that follow from a scenario and a mutant alone.
 * Whoever changes the Raft, the bus, the judges or the stories sees here what becomes of them.
 */
import { recorded } from '../../harness/cli/failure.ts';
import { labFor } from '../../harness/cli/lab.ts';
import { markdownOf } from '../../harness/report/markdown.ts';
import { tell } from '../../harness/report/story.ts';
import { toLine } from '../../harness/trace/write.ts';
import type { Scenario } from '../../harness/world/scenario.ts';

export interface Exhibit {
  /** The mutant's name, and the folder's. */
  readonly name: string;
  /** The judges that are on, or null: all. Fewer judges let a bug go on until clients see it. */
  readonly judges: readonly string[] | null;
  /** A smaller cluster would show less of the bug. */
  readonly serversMin: number;
}

function exhibit(name: string, judges: readonly string[] | null = null, serversMin = 3): Exhibit {
  return { name, judges, serversMin };
}

/** Mutants worth reading about; the first five are the bugs of the sample this began with. */
export const exhibits: readonly Exhibit[] = [
  exhibit('votes-counted-as-integer', ['ElectionSafety']),
  exhibit('match-is-own-log-length'),
  exhibit('one-global-success-counter'),
  exhibit('answer-before-commit', ['Linearizability']),
  exhibit('dedup-only-on-one-leader'),
  exhibit('vote-without-checking-votedFor', ['ElectionSafety']),
  exhibit('vote-sent-before-durable'),
  exhibit('vote-forgotten-on-restart', ['ElectionSafety']),
  exhibit('ack-before-fsync', ['LeaderCompleteness', 'StateMachineSafety']),
  exhibit('log-check-by-length-only'),
  exhibit('no-truncation', ['LogMatching', 'StateMachineSafety']),
  exhibit('commit-old-term'),
  exhibit('no-dedup', ['Linearizability']),
  exhibit('stale-read', ['Linearizability']),
  exhibit('bus-loses-accepted', null, 2),
];

/** A trace in the corpus is small enough to be read. */
export const traceBytesMax = 60_000;

export interface Caught {
  readonly invariant: string;
  /** File name -> content. */
  readonly files: Readonly<Record<string, string>>;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What the harness makes of this scenario under this mutant, or null when it finds no fault. */
export function caught({ name, judges }: Exhibit, scenario: Scenario): Caught | null {
  const lab = labFor({ mutant: name, invariants: judges ?? undefined });
  const { outcome, records } = recorded(scenario, lab);
  const { failure, verdict, unknown } = outcome;
  if (failure === null) return null;
  const replay = ['npx', 'whitewater', 'replay', `traces/caught/${name}`];
  return {
    invariant: failure.invariant,
    files: {
      'scenario.json': json(scenario),
      'trace.ndjson': records.map(toLine).join(''),
      'verdict.json': json({
        schema: 'whitewater.verdict/1',
        mutant: name,
        verdict,
        ...failure,
        unknown,
        records: records.length,
      }),
      'story.md': markdownOf(tell(records), { full: true }),
      'repro.json': json({
        schema: 'whitewater.repro/1',
        subject: name,
        invariants: judges,
        seed: scenario.seed,
        path: null,
        replay,
      }),
    },
  };
}

/** Does the correct Raft, on the correct bus and under all judges, pass this scenario? */
export function rightMachinePasses(scenario: Scenario): boolean {
  return recorded(scenario, labFor({})).outcome.verdict === 'pass';
}
