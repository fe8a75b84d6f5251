/** I17: a client's command runs once in the agreed order, and every retry hears the same answer. */
import type { ApplyRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof } from './evidence.ts';
import type { Run, Runs } from './sessions.ts';
import { answerText, learn, newRuns, sameAnswer } from './sessions.ts';

interface State {
  examined: number;
  readonly runs: Runs;
}

/** Is this what applying the command may come to, given the one time it ran? */
function fits(record: ApplyRecord, run: Run | undefined): boolean {
  const { answer } = record;
  if (answer === null || (answer.kind !== 'done' && answer.kind !== 'refused')) return true;
  if (run === undefined || (!record.repeated && run.index !== record.index)) return false;
  return sameAnswer(run.answer, answer);
}

function sentenceFor(record: ApplyRecord, run: Run | undefined): string {
  const command = `command ${String(record.serial)} of session ${record.session ?? ''}`;
  const index = String(record.index);
  if (run === undefined) {
    return `${record.server} answered ${command} at index ${index} as a repeat, but it never ran`;
  }
  if (!record.repeated && run.index !== record.index) {
    return `${command} ran twice: at index ${String(run.index)} and at index ${index}`;
  }
  const then = answerText(run.answer);
  const now = record.answer === null ? 'nothing' : answerText(record.answer);
  return record.repeated
    ? `the repeat of ${command} at index ${index} was answered ${now}, but the first time ${then}`
    : `${command} came to ${then} on ${run.server} and to ${now} on ${record.server}`;
}

function observe(state: State, record: TraceRecord): Failure | undefined {
  if (record.kind !== 'apply' || record.session === null || record.serial === 0) return undefined;
  state.examined += 1;
  const run = learn(state.runs, record);
  if (fits(record, run)) return undefined;
  return { sentence: sentenceFor(record, run), evidence: proof(record.seq, run?.seq) };
}

/** Raft §8 and dissertation 6.3: linearizable semantics by sessions. */
export const exactlyOnce: Check<State> = {
  name: 'ExactlyOnce',
  promise: 'A command runs once, and its retries get the same answer (Raft §8).',
  class: 'safety',
  kinds: ['apply'],
  start: (): State => ({ examined: 0, runs: newRuns() }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (): string => 'no command was applied',
};
