/** A failure in one sentence, with the records that prove it. */
import type { Failure } from '../check.ts';
import type { Operation } from '../history.ts';
import { coreOf } from './core.ts';
import type { FirstFailure } from './first-failure.ts';
import type { Columns } from './model.ts';
import { operationOf } from './model.ts';
import { beginning } from './producers.ts';
import { valueOf } from './states.ts';
import type { Conflict, Span } from './verdict.ts';
import { membersOf } from './verdict.ts';

const valuesShownMax = 4;

/** Names the impossible answer and what rules it out. */
export function explain({ columns, verdict }: FirstFailure): Failure {
  const last = columns.byReturn[columns.completed - 1] ?? 0;
  const { conflict, possible } = verdict;
  const violating = operationOf(columns, last);
  if (conflict !== null) {
    const proof = membersOf(conflict).map((index) => named(columns, index));
    return {
      sentence: conflictSentence(columns, conflict, violating),
      evidence: evidenceOf(proof, violating),
    };
  }
  return {
    sentence: stuckSentence(columns, violating, possible ?? []),
    evidence: evidenceOf(operationsOf(coreOf(columns)), violating),
  };
}

/** An operation of the columns; undefined for the beginning. */
function named(columns: Columns, index: number): Operation | undefined {
  return index < 0 ? undefined : operationOf(columns, index);
}

function operationsOf(columns: Columns): readonly Operation[] {
  return Array.from(columns.rows, (row) => columns.history.operation(row));
}

/** Records of these operations up to the violating return, which comes last. */
function evidenceOf(
  proof: readonly (Operation | undefined)[],
  violating: Operation,
): readonly number[] {
  const records = [...proof, violating].flatMap((operation) =>
    operation === undefined ? [] : [operation.callSeq, operation.returnSeq],
  );
  const earlier = records.filter((seq) => seq >= 0 && seq <= violating.returnSeq);
  return [...new Set(earlier)].toSorted((a, b) => a - b);
}

function conflictSentence(columns: Columns, conflict: Conflict, violating: Operation): string {
  const name = (index: number): string => describe(named(columns, index));
  switch (conflict.kind) {
    case 'phantom':
      return `${told(violating)}, a value that nobody had asked to store by then`;
    case 'tooEarly':
      return tooEarlySentence(columns, conflict, violating);
    case 'diverged':
      return conflict.left === conflict.right
        ? `${told(named(columns, conflict.left) ?? violating)}, with an item in it more often than appended`
        : `${name(conflict.left)} and ${name(conflict.right)} cannot be of one list`;
    case 'replacedTwice':
      return `${name(conflict.left)} and ${name(conflict.right)} both found a value stored once`;
    case 'ring':
      return `${conflict.members.map(name).join(', ')} each need the one before to come first`;
    case 'refusedInside':
      return (
        `${told(named(columns, conflict.observer) ?? violating)}, but it was all that time: ` +
        `${name(conflict.ended)} had ended ` +
        `before, and ${name(conflict.called)} was called afterwards`
      );
    case 'interleaved':
      return interleavedSentence(columns, conflict, violating);
  }
}

/** The impossible answer begins; it came too late, or shows that something else did. */
function tooEarlySentence(
  columns: Columns,
  { observer, producer }: Extract<Conflict, { readonly kind: 'tooEarly' }>,
  violating: Operation,
): string {
  const late = named(columns, producer);
  const early = `${describe(named(columns, observer))} had ended at ${ended(columns, observer)}`;
  const asked = called(columns, producer);
  return late?.id === violating.id
    ? `${told(violating)}, asked at ${asked}, but ${early}`
    : `${told(violating)}, but ${early}, before ${describe(late)} was called at ${asked}`;
}

/** The one that had to come late begins; what came in between follows. */
function interleavedSentence(
  columns: Columns,
  { left, right }: Extract<Conflict, { readonly kind: 'interleaved' }>,
  violating: Operation,
): string {
  const isViolating = (index: number): boolean => named(columns, index)?.id === violating.id;
  const swap = isViolating(right.called) || (isViolating(right.ended) && !isViolating(left.called));
  const [late, other] = swap ? [right, left] : [left, right];
  // A value of the beginning cannot come back.
  if (other.ended === beginning) return asked(columns, other, late);
  if (late.ended === beginning) return asked(columns, late, other);
  if (isViolating(late.called) && other.ended === other.called) {
    const overwriting = `was called at ${called(columns, other.called)}`;
    const before = `after ${describe(named(columns, late.ended))} had ended`;
    return `${asked(columns, late, other)}, and ${overwriting}, ${before}`;
  }
  const first = follows(columns, late.called, other.ended);
  return `${first}, but ${follows(columns, other.called, late.ended)}: no order allows both`;
}

/** "c1 read x = 1 at 412 ms, asked at 400 ms, but c0's write of 2 to x had ended at 300 ms". */
function asked(columns: Columns, late: Span, other: Span): string {
  const operation = named(columns, late.called);
  const before = `${describe(named(columns, other.ended))} had ended at ${ended(columns, other.ended)}`;
  if (operation === undefined) return before;
  return `${told(operation)}, asked at ${called(columns, late.called)}, but ${before}`;
}

function follows(columns: Columns, later: number, earlier: number): string {
  return (
    `${describe(named(columns, later))} was called (${called(columns, later)}) after ` +
    `${describe(named(columns, earlier))} had ended (${ended(columns, earlier)})`
  );
}

function stuckSentence(
  columns: Columns,
  violating: Operation,
  possible: readonly number[],
): string {
  if (possible.length === 0) return `${told(violating)}, but no order explains that`;
  const values = possible.map((state) => show(valueOf(columns.states, state))).toSorted();
  const shown = values.slice(0, valuesShownMax).join(' or ');
  const others =
    values.length > valuesShownMax ? ` or ${values.length - valuesShownMax} others` : '';
  return (
    `${told(violating)}, but in every order that explains the answers before it ` +
    `${violating.key} is then ${shown}${others}`
  );
}

/** "c1 read x = 1 at 412 ms". */
function told(operation: Operation): string {
  const { client, f, key, value, result, outcome } = operation;
  const at = `at ${endedOf(operation)}`;
  const [from, to] = Array.isArray(value) ? value : [];
  switch (f) {
    case 'read':
      return `${client} read ${key} = ${show(result)} ${at}`;
    case 'cas':
      return outcome === 'compareFailed'
        ? `${client} was told ${at} that ${key} is not ${show(from)}`
        : `${client} replaced ${key} = ${show(from)} by ${show(to)} ${at}`;
    default:
      return `${describe(operation)} succeeded ${at}`;
  }
}

/** "c0's write of 2 to x". */
function describe(operation: Operation | undefined): string {
  if (operation === undefined) return 'the beginning';
  const { client, f, key, value, result } = operation;
  const [from, to] = Array.isArray(value) ? value : [];
  switch (f) {
    case 'read':
      return `${client}'s read of ${key} = ${show(result)}`;
    case 'write':
      return `${client}'s write of ${show(value)} to ${key}`;
    case 'cas':
      return `${client}'s cas of ${key} from ${show(from)} to ${show(to)}`;
    case 'append':
      return `${client}'s append of ${show(value)} to ${key}`;
    case 'delete':
      return `${client}'s delete of ${key}`;
  }
}

function called(columns: Columns, index: number): string {
  const { calledAt = 0, callSeq = 0 } = named(columns, index) ?? {};
  return moment(calledAt, callSeq);
}

function ended(columns: Columns, index: number): string {
  const operation = named(columns, index);
  return operation === undefined ? moment(0, 0) : endedOf(operation);
}

/** Of what never ended the call. */
function endedOf({ calledAt, returnedAt, callSeq, returnSeq }: Operation): string {
  return moment(returnedAt ?? calledAt, Math.max(callSeq, returnSeq));
}

/** A history without times was read with its lines for times: a line can be looked up. */
function moment(micros: number, seq: number): string {
  return seq > 0 && Math.floor(micros) === seq ? `line ${seq}` : `${micros / 1000} ms`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
