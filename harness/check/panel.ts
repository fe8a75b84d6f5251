/**
 * The judges' bench: shows each record to the checks that asked for its kind, then folds it into
 * the view. A check that failed is excused; the others go on. A pass that examined nothing is never
 * a pass.
 */
import type { MessageRecord, RecordKind, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import type { Absorb, ClusterView } from './view.ts';
import { absorbers, newView } from './view.ts';

export interface Found {
  readonly check: Check;
  readonly failure: Failure;
}

/** How one check ended, with the two ways of having examined nothing told apart. */
export type Outcome =
  | Verdict
  /** Should have examined something and did not. */
  | { readonly kind: 'vacuous'; readonly reason: string }
  /** The run contained nothing for it; it has no say in the overall verdict. */
  | { readonly kind: 'notApplicable'; readonly reason: string };

export interface CheckOutcome {
  readonly check: Check;
  readonly outcome: Outcome;
}

export interface PanelVerdict {
  /** The worst of all outcomes: fail, then unknown, then vacuous, then pass. */
  readonly kind: 'pass' | 'fail' | 'unknown' | 'vacuous';
  /** The check that decided, or null for a pass (and for a run that gave no check anything). */
  readonly check: Check | null;
  readonly sentence: string;
  readonly evidence: readonly number[];
  readonly outcomes: readonly CheckOutcome[];
}

export interface Panel {
  readonly view: ClusterView;
  /** Returns the first failure that this record makes certain; the record is folded either way. */
  observe(record: TraceRecord): Found | undefined;
  /** `observe` for records of one kind, or null when nobody looks at them. */
  listen(kind: RecordKind): ((record: TraceRecord) => Found | undefined) | null;
  /** Call once, after the last record. */
  finish(): PanelVerdict;
}

interface Judge {
  readonly check: Check;
  readonly state: unknown;
  failure: Failure | undefined;
}

/** What is done with records of one kind. */
interface Row {
  judges: readonly Judge[];
  readonly absorb: Absorb;
}

type Messages = { readonly [Kind in MessageRecord['kind']]: Row };

interface Rows {
  readonly send: Messages;
  /** All but `send`. */
  readonly byKind: ReadonlyMap<RecordKind, Row>;
}

const idle: Row = { judges: [], absorb: () => undefined };

function messageRow(rows: Messages, kind: MessageRecord['kind']): Row {
  if (kind === 'AppendEntries') return rows.AppendEntries;
  if (kind === 'AppendEntriesReply') return rows.AppendEntriesReply;
  return rows[kind];
}

function newRows(judges: readonly Judge[]): Rows {
  const kinds = wanted(judges.map(({ check }) => check));
  const byKind = new Map<RecordKind, Row>();
  for (const kind of kinds) {
    if (kind === 'send') continue;
    const interested = judges.filter(({ check }) => check.kinds.includes(kind));
    byKind.set(kind, { judges: interested, absorb: absorbers.get(kind) ?? idle.absorb });
  }
  const message = (kind: MessageRecord['kind']): Row => ({
    judges: judges.filter(({ check }) => {
      const { kinds: of, messages } = check;
      return of.includes('send') && (messages === undefined || messages.includes(kind));
    }),
    absorb: idle.absorb,
  });
  return {
    send: {
      RequestVote: message('RequestVote'),
      RequestVoteReply: message('RequestVoteReply'),
      AppendEntries: message('AppendEntries'),
      AppendEntriesReply: message('AppendEntriesReply'),
      PreVote: message('PreVote'),
      PreVoteReply: message('PreVoteReply'),
      InstallSnapshot: message('InstallSnapshot'),
      InstallSnapshotReply: message('InstallSnapshotReply'),
      TimeoutNow: message('TimeoutNow'),
      ReadIndex: message('ReadIndex'),
      ReadIndexReply: message('ReadIndexReply'),
      ClientRequest: message('ClientRequest'),
      ClientReply: message('ClientReply'),
    },
    byKind,
  };
}

function excuse(rows: Rows, judge: Judge): void {
  for (const row of [...rows.byKind.values(), ...Object.values(rows.send)]) {
    row.judges = row.judges.filter((other) => other !== judge);
  }
}

/** What a judge has no use for in this run it is not shown. */
function dismiss(rows: Rows): void {
  for (const [kind, row] of rows.byKind) {
    row.judges = row.judges.filter(({ check, state }) => check.attends?.(state, kind) !== false);
  }
}

/** The kinds of records that these checks or the shared view look at. */
export function wanted(checks: readonly Check[]): ReadonlySet<RecordKind> {
  const kinds = new Set<RecordKind>(absorbers.keys());
  for (const check of checks) for (const kind of check.kinds) kinds.add(kind);
  return kinds;
}

/** Seats the checks for a cluster of these servers (ids in the header's order). */
export function panel(checks: readonly Check[], servers: readonly string[]): Panel {
  const view = newView(servers);
  const judges = checks.map((check): Judge => ({
    check,
    state: check.start(),
    failure: undefined,
  }));
  const rows = newRows(judges);
  let first: Found | undefined;

  function show(row: Row, record: TraceRecord): Found | undefined {
    const { judges: seated } = row;
    let found: Found | undefined;
    for (let i = 0; i < seated.length; i += 1) {
      const judge = seated[i];
      if (judge === undefined) break;
      const failure = judge.check.observe(judge.state, record, view);
      if (failure === undefined) continue;
      judge.failure = failure;
      excuse(rows, judge);
      found ??= { check: judge.check, failure };
    }
    if (found !== undefined) first ??= found;
    row.absorb(view, record);
    if (record.kind === 'header') dismiss(rows);
    return found;
  }

  function listen(kind: RecordKind): ((record: TraceRecord) => Found | undefined) | null {
    if (kind === 'send') {
      const looked = Object.values(rows.send).some(({ judges: of }) => of.length > 0);
      if (!looked) return null;
      return (record) =>
        record.kind === 'send'
          ? show(messageRow(rows.send, record.message.kind), record)
          : undefined;
    }
    const row = rows.byKind.get(kind);
    if (row === undefined) return null;
    return row.judges.length === 0 && row.absorb === idle.absorb
      ? null
      : (record) => show(row, record);
  }

  return {
    view,
    observe: (record) => listen(record.kind)?.(record),
    listen,
    finish: () =>
      overall(
        judges.map((judge) => conclude(judge, view)),
        first,
      ),
  };
}

function conclude(judge: Judge, view: ClusterView): CheckOutcome {
  const { check, state, failure } = judge;
  if (failure !== undefined) return { check, outcome: { kind: 'fail', ...failure } };
  const verdict = check.verdict(state, view);
  if (verdict.kind !== 'pass' || verdict.examined > 0) return { check, outcome: verdict };
  const reason = check.exempt?.(state, view);
  if (reason !== undefined) return { check, outcome: { kind: 'notApplicable', reason } };
  return { check, outcome: { kind: 'vacuous', reason: 'the run gave it nothing to examine' } };
}

const nothing: readonly number[] = [];

/** The worst outcome decides; among failures the one that was found first. */
function overall(outcomes: readonly CheckOutcome[], first: Found | undefined): PanelVerdict {
  if (first !== undefined) {
    const { sentence, evidence } = first.failure;
    return { kind: 'fail', check: first.check, sentence, evidence, outcomes };
  }
  for (const { check, outcome } of outcomes) {
    if (outcome.kind !== 'fail') continue;
    const { sentence, evidence } = outcome;
    return { kind: 'fail', check, sentence, evidence, outcomes };
  }
  for (const kind of ['unknown', 'vacuous'] as const) {
    for (const { check, outcome } of outcomes) {
      if (outcome.kind !== kind) continue;
      return { kind, check, sentence: outcome.reason, evidence: nothing, outcomes };
    }
  }
  const passed = outcomes.filter(({ outcome }) => outcome.kind === 'pass').length;
  if (passed === 0) {
    const sentence = 'no check found anything to examine';
    return { kind: 'vacuous', check: null, sentence, evidence: nothing, outcomes };
  }
  const sentence = `${String(passed)} of ${String(outcomes.length)} checks examined the run`;
  return { kind: 'pass', check: null, sentence, evidence: nothing, outcomes };
}
