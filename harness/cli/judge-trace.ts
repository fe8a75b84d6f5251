/** A trace judged without running anything: which promises, and what comes of it. */
import type { Check } from '../check/check.ts';
import { allChecks } from '../check/checks.ts';
import { linearizabilityCheck } from '../check/linearizability/check.ts';
import type { PanelVerdict } from '../check/panel.ts';
import { panel } from '../check/panel.ts';
import { specification } from '../check/specification/specification.ts';
import type { HeaderRecord, Model, TraceRecord } from '../trace/record.ts';
import { checksOf } from './lab.ts';

export interface JudgeChoice {
  /** The trace's own unless given. */
  readonly model?: Model | undefined;
  /** All unless given. */
  readonly invariants?: readonly string[] | undefined;
  /** The steps held against the specification as well. */
  readonly specification?: boolean | undefined;
}

interface Judged {
  readonly header: HeaderRecord;
  readonly records: readonly TraceRecord[];
}

function judges({ header, records }: Judged, choice: JudgeChoice): readonly Check[] {
  const { invariants: names } = choice;
  const model = choice.model ?? header.model;
  const checks =
    names === undefined ? allChecks.filter((check) => suits(check, records)) : checksOf(names);
  const all = names === undefined || names.includes('Linearizability');
  const asked = all ? [...checks, linearizabilityCheck(model)] : checks;
  return choice.specification === true ? [...asked, specification] : asked;
}

/** Judges of timers need records that only full traces hold. */
function suits(check: Check, records: readonly TraceRecord[]): boolean {
  return !check.kinds.includes('arm') || records.some((record) => record.kind === 'arm');
}

/** `onRecord` hears of each record. Throws a `UserError` for a promise that does not exist. */
export function verdictOn(
  trace: Judged,
  choice: JudgeChoice,
  onRecord: () => void = () => undefined,
): PanelVerdict {
  const seats = panel(judges(trace, choice), trace.header.servers);
  for (const record of trace.records) {
    seats.observe(record);
    onRecord();
  }
  return seats.finish();
}

/**
 * One run need not give every judge something to do (a campaign must): where others had, an idle
 * one is only worth a remark. The names of those who were excused, and the verdict without them.
 */
export function excused(verdict: PanelVerdict): {
  readonly verdict: PanelVerdict;
  readonly idle: readonly string[];
} {
  const { outcomes } = verdict;
  const busy = outcomes.some(({ outcome }) => outcome.kind === 'pass' && outcome.examined > 0);
  if (verdict.kind !== 'vacuous' || !busy) return { verdict, idle: [] };
  const idle = outcomes.filter(({ outcome }) => outcome.kind === 'vacuous');
  return {
    verdict: { ...verdict, kind: 'pass', check: null },
    idle: idle.map(({ check }) => check.name),
  };
}
