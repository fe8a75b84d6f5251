/** What a whole run comes to: the judges' findings and a broken machine, as one verdict record. */
import type { VerdictRecord } from '../trace/record.ts';
import type { Failure as Finding } from './check.ts';
import type { PanelVerdict } from './panel.ts';

export interface Failure extends Finding {
  /** The check's name, or `Assertion` when the machine's own assertion failed. */
  readonly invariant: string;
  readonly class: 'safety' | 'liveness' | 'crash';
}

export interface Conclusion {
  readonly verdict: 'pass' | 'fail' | 'unknown';
  readonly failure: Failure | null;
  /** Why some check could not say, as `Name: reason`. */
  readonly unknown: readonly string[];
  /** How much each check examined; a campaign adds them up and wants no zero. */
  readonly examined: Readonly<Record<string, number>>;
}

/** A machine that broke one of its own assertions, while handling the record `seq`. */
export interface Broken {
  readonly server: string;
  readonly seq: number;
  readonly message: string;
}

/** A finding of the judges names the failure; a broken machine does where they found nothing. */
export function conclusionOf(verdict: PanelVerdict, broken: Broken | null): Conclusion {
  const unknown: string[] = [];
  const examined: Record<string, number> = {};
  for (const { check, outcome } of verdict.outcomes) {
    if (outcome.kind === 'unknown') unknown.push(`${check.name}: ${outcome.reason}`);
    examined[check.name] = outcome.kind === 'pass' ? outcome.examined : 0;
  }
  const failure = failureOf(verdict, broken);
  return {
    verdict: failure !== null ? 'fail' : unknown.length > 0 ? 'unknown' : 'pass',
    failure,
    unknown,
    examined,
  };
}

function failureOf(verdict: PanelVerdict, broken: Broken | null): Failure | null {
  if (verdict.kind === 'fail' && verdict.check !== null) {
    const { name: invariant, class: of } = verdict.check;
    const { sentence, evidence } = verdict;
    return { invariant, class: of, sentence, evidence };
  }
  if (broken === null) return null;
  const { server, seq, message } = broken;
  const sentence = `${server} broke an assertion of its own: ${message}`;
  return { invariant: 'Assertion', class: 'crash', sentence, evidence: [seq] };
}

/** The last record of a trace: `seq` is its own number, and so the number of records before it. */
export function verdictRecord(
  { verdict, failure, unknown }: Pick<Conclusion, 'verdict' | 'failure' | 'unknown'>,
  { seq, at }: { readonly seq: number; readonly at: number },
): VerdictRecord {
  return {
    kind: 'verdict',
    seq,
    at,
    cause: -1,
    verdict,
    invariant: failure?.invariant ?? unknown[0]?.split(':', 1)[0] ?? null,
    sentence: failure?.sentence ?? unknown[0] ?? 'every promise held',
    evidence: failure?.evidence ?? [],
    records: seq,
  };
}
