/** The registry: which checks there are, in the order they are asked. */
import { answerAfterCommit } from './answer-after-commit.ts';
import type { Check } from './check.ts';
import { commitDurability } from './commit-durability.ts';
import { commitMonotonic } from './commit-monotonic.ts';
import { configurationRules } from './configuration-rules.ts';
import { deliveryIntegrity } from './delivery-integrity.ts';
import { electedByQuorum } from './elected-by-quorum.ts';
import { electionSafety } from './election-safety.ts';
import { exactlyOnce } from './exactly-once.ts';
import { leaderAppendOnly } from './leader-append-only.ts';
import { leaderCompleteness } from './leader-completeness.ts';
import { leaderElected, logsConverge } from './liveness.ts';
import { logMatching } from './log-matching.ts';
import { logTerms } from './log-terms.ts';
import { matchSoundness, nextAboveMatch } from './match-soundness.ts';
import { officeRules } from './office-rules.ts';
import { oneTimerPerVoter } from './one-timer-per-voter.ts';
import { operationsComplete } from './operations-complete.ts';
import { persistBeforeSend } from './persist-before-send.ts';
import { quietLeader } from './quiet-leader.ts';
import { readFreshness } from './read-freshness.ts';
import { restartFromDisk } from './restart-from-disk.ts';
import { snapshotSoundness } from './snapshot-soundness.ts';
import { specification } from './specification/specification.ts';
import { stateMachineSafety } from './state-machine-safety.ts';
import { termMonotonic } from './term-monotonic.ts';
import { truncateBelowCommit } from './truncate-below-commit.ts';
import { voteOncePerTerm } from './vote-once-per-term.ts';

/**
 * Judged at every record; a failure stops the run. When one record breaks several promises, the
 * first of them here names the failure: the paper's five come before what they follow from.
 */
export const safetyChecks: readonly Check[] = [
  electionSafety,
  leaderAppendOnly,
  logMatching,
  leaderCompleteness,
  stateMachineSafety,
  termMonotonic,
  voteOncePerTerm,
  electedByQuorum,
  persistBeforeSend,
  matchSoundness,
  nextAboveMatch,
  commitDurability,
  truncateBelowCommit,
  commitMonotonic,
  logTerms,
  restartFromDisk,
  exactlyOnce,
  answerAfterCommit,
  configurationRules,
  snapshotSoundness,
  readFreshness,
  officeRules,
  deliveryIntegrity,
];

/** Judged at the end of the quiet period. */
export const livenessChecks: readonly Check[] = [
  leaderElected,
  logsConverge,
  operationsComplete,
  quietLeader,
];

/** What a campaign asks on line: everything that needs no records of timers. */
export const campaignChecks: readonly Check[] = [...safetyChecks, ...livenessChecks];

/** Every check. The last one needs `arm` records, whose making costs a run a tenth of its speed. */
export const allChecks: readonly Check[] = [...campaignChecks, oneTimerPerVoter];

/** Asked for by name only: it holds whole steps against the specification, after the fact. */
const onRequest: readonly Check[] = [specification];

const byName: ReadonlyMap<string, Check> = new Map(
  [...allChecks, ...onRequest].map((check) => [check.name, check]),
);

/** The check of this name (`ElectionSafety`), or undefined. */
export function checkNamed(name: string): Check | undefined {
  return byName.get(name);
}
