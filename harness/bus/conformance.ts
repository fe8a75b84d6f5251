/**
 * What every bus behind the port must do, written once and run over all of them. A bus brings its
 * harness and its named gaps; a gap that has closed fails, so that the list stays true.
 */
import { describe, expect, test } from 'vitest';
import type { Case, Group } from './conformance/case.ts';
import { competingGroup } from './conformance/competing.ts';
import { creditGroup } from './conformance/credit.ts';
import { deadLetterGroup } from './conformance/dead-letters.ts';
import { deferredGroup } from './conformance/deferred.ts';
import { deliveryCountGroup } from './conformance/delivery-count.ts';
import { Driver } from './conformance/driver.ts';
import { duplicatesGroup } from './conformance/duplicates.ts';
import { errorsGroup } from './conformance/errors.ts';
import { correlationGroup } from './conformance/filters-correlation.ts';
import { sqlGroup } from './conformance/filters-sql.ts';
import { forwardingGroup } from './conformance/forwarding.ts';
import { idleGroup } from './conformance/idle.ts';
import { locksGroup } from './conformance/locks.ts';
import { peekGroup } from './conformance/peek.ts';
import { receiveModesGroup } from './conformance/receive-modes.ts';
import { rulesGroup } from './conformance/rules.ts';
import { scheduledGroup } from './conformance/scheduled.ts';
import { sessionLocksGroup } from './conformance/session-locks.ts';
import { sessionsGroup } from './conformance/sessions.ts';
import { settlementGroup } from './conformance/settlement.ts';
import type { Gap, Subject } from './conformance/subject.ts';
import { timeToLiveGroup } from './conformance/time-to-live.ts';

export type { Gap, Harness, Subject, Times } from './conformance/subject.ts';

export const groups: readonly Group[] = [
  receiveModesGroup,
  creditGroup,
  settlementGroup,
  deliveryCountGroup,
  locksGroup,
  deadLetterGroup,
  deferredGroup,
  sessionsGroup,
  sessionLocksGroup,
  duplicatesGroup,
  scheduledGroup,
  timeToLiveGroup,
  correlationGroup,
  sqlGroup,
  rulesGroup,
  errorsGroup,
  competingGroup,
  peekGroup,
  forwardingGroup,
  idleGroup,
];

/** Declares the whole suite for one bus, inside a vitest file. */
export function conformance(subject: Subject): void {
  describe(`conformance of ${subject.name}`, () => {
    test('every gap names a case', () => {
      const known = groups.flatMap(({ name, cases }) => cases.map((one) => `${name}: ${one.name}`));
      for (const gap of subject.gaps) expect(known).toContain(gap.case);
    });
    for (const group of groups) {
      describe(group.name, () => {
        for (const one of group.cases) declare(subject, group, one);
      });
    }
  });
}

function declare(subject: Subject, group: Group, one: Case): void {
  const gap = gapOf(subject, group, one);
  const name = gap === undefined ? one.name : `${one.name} (gap: ${gap.reason})`;
  test(name, () => judge(subject, group, one));
}

/** Runs one case. Rejects if it fails, or if it passes although it is listed as a gap. */
export async function judge(subject: Subject, group: Group, one: Case): Promise<void> {
  const gap = gapOf(subject, group, one);
  if (gap === undefined) return run(subject, one);
  const closed = await run(subject, one).then(
    () => true,
    () => false,
  );
  if (closed) throw new Error(`the gap "${gap.case}" has closed: take it off the list`);
}

function gapOf(subject: Subject, group: Group, one: Case): Gap | undefined {
  return subject.gaps.find(({ case: name }) => name === `${group.name}: ${one.name}`);
}

async function run(subject: Subject, one: Case): Promise<void> {
  const harness = await subject.start();
  try {
    await one.run(new Driver(harness, subject));
  } finally {
    await harness.close?.();
  }
}
