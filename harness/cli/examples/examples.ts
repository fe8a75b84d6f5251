/** For every promise a run that breaks it: a planted bug in a small scenario, judged by it alone. */
import { mutantNamed } from '../../../scenarios/mutants/mutants.ts';
import { withEffects } from '../../../scenarios/mutants/mutant.ts';
import { scenarioNamed } from '../../../scenarios/named/named.ts';
import { campaign, crash, stage } from '../../../scenarios/named/stage.ts';
import { machine, raft } from '../../raft/machine.ts';
import { raftRules } from '../../raft/rules.ts';
import type { Subject } from '../../raft/step.ts';
import type { Lab } from '../../search/execute.ts';
import { record } from '../../search/execute.ts';
import type { TraceRecord } from '../../trace/record.ts';
import type { Scenario } from '../../world/scenario.ts';
import { labFor } from '../lab.ts';
import { verdictOn } from '../judge-trace.ts';

export interface Example {
  /** What is wrong, in one sentence. */
  readonly summary: string;
  /** The planted bug as `--mutant` knows it, or null for one that only this page has. */
  readonly mutant: string | null;
  readonly scenario: Scenario;
  /** The whole trace, ending in the verdict that the promise is broken. */
  readonly records: readonly TraceRecord[];
}

interface Planted {
  readonly mutant: string;
  /** A built-in scenario instead of the mutant's own witness. */
  readonly scenario?: string;
}

/** The shortest stories that show what the promise is about. */
const planted: Readonly<Record<string, Planted>> = {
  ElectionSafety: { mutant: 'vote-without-checking-votedFor' },
  VoteOncePerTerm: { mutant: 'vote-forgotten-on-restart' },
  ElectedByQuorum: { mutant: 'quorum-half' },
  TermMonotonic: { mutant: 'term-forgotten-on-restart' },
  LeaderElected: { mutant: 'vote-never-cleared', scenario: 'split-vote' },
  LeaderAppendOnly: { mutant: 'tail-forgotten-on-restart', scenario: 'figure-7' },
  LogMatching: { mutant: 'prev-term-unchecked' },
  LogTerms: { mutant: 'term-forgotten-on-restart', scenario: 'figure-7' },
  LeaderCompleteness: { mutant: 'log-check-by-length-only' },
  StateMachineSafety: { mutant: 'commit-to-last-index' },
  CommitMonotonic: { mutant: 'apply-before-commit' },
  TruncateBelowCommit: { mutant: 'truncation-on-every-append' },
  LogsConverge: { mutant: 'ack-claims-leader-commit' },
  PersistBeforeSend: { mutant: 'vote-sent-before-durable' },
  CommitDurability: { mutant: 'ack-before-fsync' },
  MatchSoundness: { mutant: 'match-is-own-log-length' },
  NextAboveMatch: { mutant: 'next-below-match' },
  Linearizability: { mutant: 'answer-before-commit', scenario: 'stale-leader-read' },
  ExactlyOnce: { mutant: 'no-dedup' },
  AnswerAfterCommit: { mutant: 'answer-before-commit' },
  OperationsComplete: { mutant: 'window-not-released' },
  DeliveryIntegrity: { mutant: 'bus-misdelivers' },
  ConfigurationRules: { mutant: 'change-before-own-commit' },
  SnapshotSoundness: { mutant: 'snapshot-forgets-configuration' },
  ReadFreshness: { mutant: 'read-without-asking' },
  OfficeRules: { mutant: 'leader-grants-pre-vote' },
  Specification: { mutant: 'vote-without-checking-votedFor' },
};

/** Forgets to arm its election timer again when it hears from a leader or a candidate. */
const timerless = withEffects(named('timer-not-armed-again'), (effects, node, input) =>
  input.kind === 'receive' && node.role === 'follower'
    ? effects.map((effect) =>
        effect.kind === 'arm' && effect.timer === 'election'
          ? { ...effect, kind: 'disarm' as const }
          : effect,
      )
    : effects,
);

/** Grants its vote to everybody, but looks at itself while it does so. */
const watchful = machine('careless-but-watchful', { ...raftRules, voteIsFree: () => true });

function named(name: string): Subject {
  return { ...raft, name };
}

/** The example of a promise, or undefined where there is none. Runs it: some milliseconds. */
export function exampleOf(promise: string): Example | undefined {
  switch (promise) {
    case 'OneTimerPerVoter':
      return example(promise, {
        summary: 'A follower stops its election timer when it hears from somebody.',
        subject: timerless,
        scenario: stage({ name: 'one election', servers: 3, faults: [campaign('S1', 100)] }),
      });
    case 'Assertion':
      return example(promise, {
        summary: 'A voter that does not look whether its vote is free, with its assertions on.',
        subject: watchful,
        scenario: witnessOf('vote-without-checking-votedFor'),
      });
    case 'RestartFromDisk':
      return forgetfulDisk(promise);
    default:
      return plantedExample(promise);
  }
}

function witnessOf(mutant: string): Scenario {
  const found = mutantNamed(mutant);
  if (found === undefined) throw new Error(`no mutant ${mutant}`);
  return found.witness;
}

function plantedExample(promise: string): Example | undefined {
  const choice = planted[promise];
  const mutant = choice === undefined ? undefined : mutantNamed(choice.mutant);
  if (choice === undefined || mutant === undefined) return undefined;
  const other = choice.scenario === undefined ? undefined : scenarioNamed(choice.scenario);
  const scenario = other?.scenario ?? mutant.witness;
  const lab = labFor({ mutant: mutant.name, invariants: [promise] });
  const { summary, name } = mutant;
  return { summary, mutant: name, scenario, records: recordsOf(scenario, lab) };
}

function example(
  promise: string,
  found: { readonly summary: string; readonly subject: Subject; readonly scenario: Scenario },
): Example {
  const { summary, subject, scenario } = found;
  const invariants = promise === 'Assertion' ? [] : [promise];
  const lab = { ...labFor({ invariants }), subject };
  return { summary, mutant: null, scenario, records: recordsOf(scenario, lab) };
}

function recordsOf(scenario: Scenario, lab: Lab): readonly TraceRecord[] {
  const records: TraceRecord[] = [];
  record(scenario, lab, (one) => void records.push(one));
  return records;
}

/** No machine can break this one: a trace is altered as a disk that forgets would have it. */
function forgetfulDisk(promise: string): Example {
  const scenario = stage({
    name: 'a voter restarts',
    servers: 3,
    faults: [campaign('S1', 100), crash('S3', { atMs: 120, forMs: 10 })],
    runMs: 150,
  });
  const whole = recordsOf(scenario, labFor({ invariants: [promise] }));
  const forgot = whole
    .filter(({ kind }) => kind !== 'verdict')
    .map((one) =>
      one.kind === 'online' && one.incarnation > 1 ? { ...one, votedFor: null } : one,
    );
  const [header] = whole;
  if (header?.kind !== 'header') throw new Error('a trace without a header');
  const { sentence, evidence } = verdictOn({ header, records: forgot }, { invariants: [promise] });
  const at = evidence.at(-1) ?? 0;
  const told = forgot.filter(({ seq }) => seq <= at);
  const last = { seq: at + 1, at: told.at(-1)?.at ?? 0, cause: -1, records: told.length } as const;
  const verdict = {
    kind: 'verdict',
    verdict: 'fail',
    invariant: promise,
    sentence,
    evidence,
  } as const;
  return {
    summary: 'A disk that forgets the vote (the record of the restart was altered).',
    mutant: null,
    scenario,
    records: [...told, { ...last, ...verdict }],
  };
}
