/** A history as operations, the way a test of one's own service notes them down. */
import type { HistoryRecord, Json } from '../trace/record.ts';
import { UserError } from '../trace/user-error.ts';

export interface HistoryOperation {
  /** Who asked: one operation at a time each. */
  readonly client: string | number;
  readonly f: 'read' | 'write' | 'cas' | 'append' | 'delete';
  /** What was asked about; everything about one object unless given. */
  readonly key?: string;
  /** write, append: the value; cas: [expected, new]. */
  readonly value?: Json;
  /** read: what was read; null before anything was written. */
  readonly result?: Json;
  /**
   * `ok` unless given. `failed`: it definitely did not happen. `mismatch`: a cas that found another
   * value. `unknown`: it may have happened, or may yet; so is everything that never returned.
   */
  readonly outcome?: 'ok' | 'failed' | 'mismatch' | 'unknown';
  /** Milliseconds of one clock, before the request was sent … */
  readonly call: number;
  /** … and after its answer came; absent when none did. */
  readonly return?: number;
}

interface Event {
  readonly at: number;
  readonly record: Omit<HistoryRecord, 'seq' | 'at' | 'cause'>;
}

/** The key of operations that name none. */
const theObject = 'the object';

/** Records as a run would have written them; their `seq` is their place. */
export function recordsOf(operations: readonly HistoryOperation[]): readonly HistoryRecord[] {
  const processes = new Processes();
  return operations
    .toSorted((a, b) => a.call - b.call || (a.return ?? Infinity) - (b.return ?? Infinity))
    .flatMap((operation) => eventsOf(operation, processes))
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, record }, seq) => ({ seq, at, cause: -1, ...record }));
}

/** A client goes on under a fresh number after an operation whose outcome nobody knows. */
class Processes {
  private readonly current = new Map<string | number, number>();
  private next = 0;

  of(client: string | number, isUnknown: boolean): number {
    const process = this.current.get(client) ?? this.next++;
    if (isUnknown) this.current.delete(client);
    else this.current.set(client, process);
    return process;
  }
}

function eventsOf(operation: HistoryOperation, processes: Processes): readonly Event[] {
  const { client, f, key = theObject, call, return: end } = operation;
  mustBeSane(operation);
  const kind = end === undefined ? 'info' : endingOf(operation);
  const process = processes.of(client, kind === 'info');
  const common = { process, client: String(client), f, key, error: null };
  const asked = f === 'read' || f === 'delete' ? null : (operation.value ?? null);
  const begin = { at: call * 1_000, record: { ...common, kind: 'invoke', value: asked } } as const;
  if (end === undefined || kind === 'info') return [begin];
  const value = f === 'read' && kind === 'ok' ? (operation.result ?? null) : asked;
  const error = operation.outcome === 'mismatch' ? 'compare-failed' : null;
  return [begin, { at: end * 1_000, record: { ...common, kind, value, error } }];
}

function endingOf({ outcome = 'ok' }: HistoryOperation): 'ok' | 'fail' | 'info' {
  switch (outcome) {
    case 'ok':
      return 'ok';
    case 'failed':
    case 'mismatch':
      return 'fail';
    case 'unknown':
      return 'info';
  }
}

function mustBeSane({ client, f, call, return: end = call, outcome }: HistoryOperation): void {
  const what = `the ${f} of ${String(client)} at ${String(call)} ms`;
  if (!Number.isFinite(call) || !(end >= call)) {
    throw new UserError(`${what} returns at ${String(end)} ms`, {
      remedy: 'Take both times from one clock, around the call',
    });
  }
  if (outcome === 'mismatch' && f !== 'cas') {
    throw new UserError(`${what} cannot end in a mismatch`, { remedy: 'Only a cas can' });
  }
}
