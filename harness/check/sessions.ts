/** What the log's commands came to, by session and serial: the oracle of exactly-once. */
import type { ApplyRecord, HistoryRecord } from '../trace/record.ts';

export type ClientAnswer = NonNullable<ApplyRecord['answer']>;
type Json = HistoryRecord['value'];

/** The one time a command ran. */
export interface Run {
  readonly session: string;
  readonly serial: number;
  readonly index: number;
  readonly answer: ClientAnswer;
  readonly server: string;
  readonly seq: number;
}

export interface Runs {
  /** By session, then by serial. */
  readonly bySession: Map<string, Run[]>;
  /** By index: saves the look-up by session for all servers but the first. */
  readonly byIndex: Run[];
}

export function newRuns(): Runs {
  return { bySession: new Map(), byIndex: [] };
}

/** True when the command was executed there and then: not a repeat, and the session was known. */
export function ran(record: ApplyRecord): boolean {
  if (record.repeated || record.session === null || record.serial === 0) return false;
  return record.answer?.kind === 'done' || record.answer?.kind === 'refused';
}

export function runOf(runs: Runs, session: string, serial: number): Run | undefined {
  return runs.bySession.get(session)?.[serial];
}

/** The run that this record tells of or repeats; new runs are remembered. */
export function learn(runs: Runs, record: ApplyRecord): Run | undefined {
  const { session, serial, answer } = record;
  if (session === null || serial === 0) return undefined;
  const here = runs.byIndex[record.index];
  if (here !== undefined && here.serial === serial && here.session === session) return here;
  const known = runOf(runs, session, serial);
  if (known !== undefined || answer === null || !ran(record)) return known;
  const { index, server, seq } = record;
  const run: Run = { session, serial, index, answer, server, seq };
  const serials = runs.bySession.get(session);
  if (serials === undefined) {
    const created: Run[] = [];
    created[serial] = run;
    runs.bySession.set(session, created);
  } else {
    serials[serial] = run;
  }
  runs.byIndex[index] = run;
  return run;
}

/** Answers are equal when they say the same; the order of an object's keys says nothing. */
export function sameAnswer(a: ClientAnswer, b: ClientAnswer): boolean {
  if (a === b) return true;
  if (a.kind === 'done') return b.kind === 'done' && sameJson(a.result, b.result);
  if (a.kind === 'refused') return b.kind === 'refused' && a.reason === b.reason;
  return a.kind === b.kind;
}

/** `1`, `refused (compare-failed)`, `session expired`. */
export function answerText(answer: ClientAnswer): string {
  switch (answer.kind) {
    case 'done':
      return JSON.stringify(answer.result);
    case 'refused':
      return `refused (${answer.reason})`;
    case 'registered':
      return `session ${answer.session}`;
    case 'sessionExpired':
      return 'session expired';
    case 'busy':
      return `busy (${answer.reason})`;
    case 'notLeader':
      return 'not leader';
  }
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i] ?? null));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => {
    const [left, right] = [a[key], b[key]];
    return left !== undefined && right !== undefined && sameJson(left, right);
  });
}
