/** Matchers: a history is linearizable, a trace keeps its promises. No verdict is neither. */
import { HistoryBuilder } from '../check/history-builder.ts';
import { History } from '../check/history.ts';
import { judgeKeys } from '../check/linearizability/check.ts';
import type { Verdict } from '../check/check.ts';
import { traceAt } from '../cli/input.ts';
import { excused, verdictOn } from '../cli/judge-trace.ts';
import { tell } from '../report/story.ts';
import { textOf } from '../report/text.ts';
import { clean } from '../report/words.ts';
import { takeHistory } from '../trace/foreign.ts';
import type { HeaderRecord, HistoryRecord, Model, TraceRecord } from '../trace/record.ts';
import { UserError } from '../trace/user-error.ts';
import type { HistoryOperation } from './operations.ts';
import { recordsOf } from './operations.ts';

export interface LinearizableOptions {
  /** What the operations mean; `kv`, which allows all of them, unless given. */
  readonly model?: Model;
  /** In files whose failed comparisons do not say which: see `whitewater check --failed-cas`. */
  readonly failedCas?: 'observed' | 'absent';
  /** For each key, milliseconds; 10,000 unless given. */
  readonly timeoutMs?: number;
}

interface Matched {
  readonly pass: boolean;
  message(): string;
}

const configurations = 10_000_000;
const timeoutMsUsual = 10_000;

/** Neither verdict: neither the matcher nor its opposite may pass. */
function undecided(sentence: string): Error {
  const error = new Error(sentence);
  error.name = 'Undecided';
  return error;
}

/**
 * Is the history linearizable? Takes operations, or the path of a file that `whitewater check`
 * reads. Throws when nobody can say in time, and when there is nothing to judge.
 */
export function toBeLinearizable(received: unknown, options: LinearizableOptions = {}): Matched {
  const { model = 'kv', failedCas, timeoutMs = timeoutMsUsual } = options;
  const builder = new HistoryBuilder(typeof received === 'string' ? { file: received } : undefined);
  const records: HistoryRecord[] = [];
  const take = (record: HistoryRecord): void => {
    records.push({ ...record });
    builder.take(record);
  };
  if (typeof received === 'string') takeHistory(received, { model, failedCas }, take);
  else for (const record of recordsOf(operationsIn(received))) take(record);
  const now = (): number => performance.now();
  const { verdict } = judgeKeys(new History(builder.finish()), { configurations, timeoutMs, now });
  return matched(verdict, records);
}

function matched(verdict: Verdict, records: readonly HistoryRecord[]): Matched {
  switch (verdict.kind) {
    case 'pass':
      if (verdict.examined === 0) throw undecided('no operation was answered: nothing to judge');
      return {
        pass: true,
        message: () => `expected no order to explain the ${String(verdict.examined)} answers`,
      };
    case 'unknown':
      throw undecided(`linearizable or not: no verdict (${verdict.reason})`);
    case 'fail': {
      const { sentence, evidence } = verdict;
      const lines = evidenceLines(evidence, records);
      return { pass: false, message: () => ['not linearizable', sentence, ...lines].join('\n  ') };
    }
  }
}

const evidenceMax = 12;

/** The calls and answers that cannot be explained together. */
function evidenceLines(
  evidence: readonly number[],
  records: readonly HistoryRecord[],
): readonly string[] {
  const named = new Set(evidence);
  const lines = records.filter(({ seq }) => named.has(seq)).map(lineOf);
  const left = lines.length - evidenceMax;
  return left <= 0 ? lines : [`… ${String(left)} more before`, ...lines.slice(-evidenceMax)];
}

function lineOf({ at, client, kind, f, key, value }: HistoryRecord): string {
  const shown = value === null && kind === 'invoke' ? '' : ` ${JSON.stringify(value)}`;
  const ms = (at / 1_000).toFixed(3).padStart(12);
  return clean(`${ms} ms  ${client} ${kind} ${f} ${key}${shown}`, 100);
}

function isOperation(value: unknown): value is HistoryOperation {
  return (
    typeof value === 'object' &&
    value !== null &&
    'client' in value &&
    'call' in value &&
    typeof value.call === 'number' &&
    'f' in value &&
    typeof value.f === 'string' &&
    ['read', 'write', 'cas', 'append', 'delete'].includes(value.f)
  );
}

function operationsIn(received: unknown): readonly HistoryOperation[] {
  if (!Array.isArray(received)) {
    throw new UserError('toBeLinearizable wants operations, or the path of a history', {
      remedy: "Give it [{ client, f, key, value, result, call, return }, …] or 'history.ndjson'",
    });
  }
  const wrong = received.findIndex((one: unknown) => !isOperation(one));
  if (wrong >= 0) {
    throw new UserError(`operation ${String(wrong)} lacks client, f or call`, {
      remedy: 'f is read, write, cas, append or delete; call and return are milliseconds',
    });
  }
  return received.filter(isOperation);
}

/**
 * Does the trace keep every promise, or those named? Takes a trace's records, or the path of a file
 * or of a failure's folder. Rejects when some judge cannot say, and when none had anything to judge.
 */
export async function toHold(
  received: unknown,
  invariants?: string | readonly string[],
): Promise<Matched> {
  const { header, records } = await traceIn(received);
  const names = typeof invariants === 'string' ? [invariants] : invariants;
  const { verdict } = excused(verdictOn({ header, records }, { invariants: names }));
  const { kind, sentence, evidence } = verdict;
  const name = verdict.check?.name ?? 'a promise';
  switch (kind) {
    case 'pass':
      return {
        pass: true,
        message: () => `expected ${names?.join(' or ') ?? 'some promise'} to break`,
      };
    case 'fail':
      return { pass: false, message: () => storyOf(records, { name, sentence, evidence }) };
    case 'unknown':
    case 'vacuous':
      throw undecided(`${name}: ${sentence}; nothing is proven`);
  }
}

/** The story of the records, as far as this judge found them broken. */
function storyOf(
  records: readonly TraceRecord[],
  {
    name: invariant,
    sentence,
    evidence,
  }: { name: string; sentence: string; evidence: readonly number[] },
): string {
  const own = records.filter(({ kind }) => kind !== 'verdict');
  const last = own.at(-1);
  const frame = { seq: (last?.seq ?? 0) + 1, at: last?.at ?? 0, cause: -1 };
  const verdict = { kind: 'verdict', verdict: 'fail', invariant, sentence, evidence } as const;
  return textOf(tell([...own, { ...frame, ...verdict, records: own.length }])).trimEnd();
}

async function traceIn(
  received: unknown,
): Promise<{ readonly header: HeaderRecord; readonly records: readonly TraceRecord[] }> {
  if (typeof received === 'string') return traceAt(received);
  const records = Array.isArray(received) ? received.filter(isRecord) : [];
  const [header] = records;
  if (header?.kind === 'header') return { header, records };
  throw new UserError('toHold wants the records of a trace, or the path of one', {
    remedy: 'The first record is the header',
  });
}

/** As far as one look can tell; the judges read nothing else of a record than its kind has. */
function isRecord(value: unknown): value is TraceRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    'seq' in value &&
    'at' in value
  );
}
