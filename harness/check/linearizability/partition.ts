/**
 * Keys are independent objects: a history is linearizable exactly when it is, key by key (locality:
 * Herlihy & Wing 1990, theorem 1; as a way to check faster: Horn & Kroening 2015).
 */
import type { History } from '../history.ts';
import { isLeftOut } from '../history.ts';
import { ending } from '../history-columns.ts';
import { at } from './column.ts';
import type { Columns } from './model.ts';
import { action, actionOf, emptyColumns, givePositions } from './model.ts';

/** The operations of each key, in the order in which the keys first appear. */
export function byKey(history: History): readonly Columns[] {
  const { keys, keyOf, count, byReturn, completed } = history.columns;
  if (keys.length === 1 && completed === count) return [wholeKey(history)];
  const sizes = new Int32Array(keys.length);
  const answered = new Int32Array(keys.length);
  for (let row = 0; row < count; row += 1) {
    if (isLeftOut(history.columns, row)) continue;
    sizes[at(keyOf, row)] = at(sizes, at(keyOf, row)) + 1;
  }
  for (let rank = 0; rank < completed; rank += 1) {
    const key = at(keyOf, at(byReturn, rank));
    answered[key] = at(answered, key) + 1;
  }
  const parts = keys.map((_, key) => {
    const states = history.columns.states[key];
    if (states === undefined) throw new Error('every key has its values');
    return emptyColumns({ history, states }, at(sizes, key), at(answered, key));
  });
  fill(history, parts);
  for (const part of parts) givePositions(part);
  return parts.filter(({ count: operations }) => operations > 0);
}

/** The only key of a history in which everything was answered: its columns are those of the history. */
function wholeKey(history: History): Columns {
  const { count, fs, endings, first, second, calls, returns, byReturn } = history.columns;
  const [states] = history.columns.states;
  if (states === undefined) throw new Error('every key has its values');
  const rows = new Int32Array(count);
  const actions = new Int8Array(count);
  for (let row = 0; row < count; row += 1) {
    rows[row] = row;
    actions[row] = actionOf(fs[row] ?? 0, endings[row] ?? ending.unknown);
  }
  return {
    count,
    completed: count,
    states,
    history,
    rows,
    actions,
    first: first.subarray(0, count),
    second: second.subarray(0, count),
    calls: calls.subarray(0, count),
    returns: returns.subarray(0, count),
    byReturn: byReturn.subarray(0, count),
  };
}

function fill({ columns }: History, parts: readonly Columns[]): void {
  const { count, completed, keyOf, fs, endings, first, second, calls, returns, byReturn } = columns;
  const filled = new Int32Array(parts.length);
  const places = new Int32Array(count);
  for (let row = 0; row < count; row += 1) {
    if (isLeftOut(columns, row)) continue;
    const key = at(keyOf, row);
    const part = parts[key];
    if (part === undefined) continue;
    const index = at(filled, key);
    filled[key] = index + 1;
    places[row] = index;
    part.rows[index] = row;
    part.actions[index] = actionOf(fs[row] ?? 0, endings[row] ?? ending.unknown);
    part.first[index] = at(first, row);
    part.second[index] = at(second, row);
    part.calls[index] = at(calls, row);
    part.returns[index] = at(returns, row);
  }
  filled.fill(0);
  const rank = (row: number): void => {
    const key = at(keyOf, row);
    const part = parts[key];
    if (part === undefined) return;
    const place = at(filled, key);
    filled[key] = place + 1;
    part.byReturn[place] = at(places, row);
  };
  for (let place = 0; place < completed; place += 1) rank(at(byReturn, place));
  for (let row = 0; row < count; row += 1) {
    if (endings[row] !== ending.unknown || isLeftOut(columns, row)) continue;
    const part = parts[at(keyOf, row)];
    if (part !== undefined)
      part.returns[at(places, row)] = part.count + part.completed + at(places, row);
    rank(row);
  }
}

/** Positions after every return. */
const forever = 0x7fffffff;

/**
 * Some of the operations, and only the history up to a position: what was called later is gone, what
 * returned later is unknown (and so a read is gone). If the whole is linearizable, so is each prefix.
 */
export function select(
  columns: Columns,
  keep: (index: number) => boolean,
  until: number = forever,
): Columns {
  const { count, completed, calls, returns, byReturn, actions } = columns;
  const places = new Int32Array(count).fill(-1);
  const unknown = (index: number): boolean => {
    const end = at(returns, index);
    return end > until || end >= count + completed;
  };
  let kept = 0;
  let answered = 0;
  for (let index = 0; index < count; index += 1) {
    const gone = at(calls, index) > until || (unknown(index) && actions[index] === action.read);
    if (gone || !keep(index)) continue;
    places[index] = kept++;
    if (!unknown(index)) answered += 1;
  }
  const part = emptyColumns(columns, kept, answered);
  let rank = 0;
  for (let place = 0; place < count; place += 1) {
    const index = at(byReturn, place);
    if (at(places, index) >= 0 && !unknown(index)) part.byReturn[rank++] = at(places, index);
  }
  for (let index = 0; index < count; index += 1) {
    const place = at(places, index);
    if (place < 0) continue;
    copy(columns, index, part, place);
    if (!unknown(index)) continue;
    part.actions[place] = withoutAnswer(actions[index] ?? 0);
    part.returns[place] = kept + answered + place;
    part.byReturn[rank++] = place;
  }
  givePositions(part);
  return part;
}

function copy(from: Columns, index: number, to: Columns, place: number): void {
  to.rows[place] = at(from.rows, index);
  to.actions[place] = from.actions[index] ?? 0;
  to.first[place] = at(from.first, index);
  to.second[place] = at(from.second, index);
  to.calls[place] = at(from.calls, index);
  to.returns[place] = at(from.returns, index);
}

function withoutAnswer(kind: number): number {
  switch (kind) {
    case action.cas:
    case action.casRefused:
      return action.casUnknown;
    case action.append:
      return action.appendUnknown;
    default:
      return kind;
  }
}
