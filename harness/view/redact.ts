/**
 * A trace without its users' data: keys and values become placeholders, the same ones wherever the
 * same key or value stands. Who did what when, and what came of it, stays.
 */
import type { HistoryRecord, Json, MessageRecord, TraceRecord } from '../trace/record.ts';

/** Words that say what kind of thing something is; everything else may be somebody's data. */
const telling: ReadonlySet<string> = new Set(['f', 'op', 'kind']);

/** Errors that the harness itself writes. */
const knownErrors: ReadonlySet<string> = new Set(['compare-failed']);

export interface Redactor {
  /** The records anew; what is no user's data is the same object. */
  records(records: readonly TraceRecord[]): readonly TraceRecord[];
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Placeholders {
  readonly #keys = new Map<string, string>();
  readonly #values = new Map<string, string>();

  key(key: string): string {
    return placeholder(this.#keys, key, 'key');
  }

  /** Lists and objects keep their shape; nothing stays nothing. */
  value(value: Json): Json {
    if (value === null) return null;
    if (Array.isArray(value)) return value.map((one: Json) => this.value(one));
    if (isObject(value)) return this.fields(value);
    return placeholder(this.#values, JSON.stringify(value), 'value');
  }

  /** A command, or anything like one: fields keep their names. */
  fields(command: { readonly [key: string]: Json }): { readonly [key: string]: Json } {
    const entries = Object.entries(command).map(([name, value]) => {
      if (telling.has(name)) return [name, value] as const;
      const isKey = name === 'key' && typeof value === 'string';
      return [name, isKey ? this.key(value) : this.value(value)] as const;
    });
    return Object.fromEntries(entries);
  }
}

function placeholder(known: Map<string, string>, text: string, what: string): string {
  const found = known.get(text) ?? `${what}-${known.size + 1}`;
  known.set(text, found);
  return found;
}

type Answer = Extract<MessageRecord, { readonly kind: 'ClientReply' }>['answer'];

function answerOf(placeholders: Placeholders, answer: Answer): Answer {
  switch (answer.kind) {
    case 'done':
      return { ...answer, result: placeholders.value(answer.result) };
    case 'refused':
      return { ...answer, reason: 'redacted' };
    default:
      return answer;
  }
}

function messageOf(placeholders: Placeholders, message: MessageRecord): MessageRecord {
  if (message.kind === 'ClientReply') {
    return { ...message, answer: answerOf(placeholders, message.answer) };
  }
  if (message.kind !== 'ClientRequest') return message;
  const { payload } = message;
  if (payload.kind !== 'command' && payload.kind !== 'read') return message;
  const command = placeholders.fields(payload.command);
  return { ...message, payload: { ...payload, command } };
}

function historyOf(placeholders: Placeholders, record: HistoryRecord): HistoryRecord {
  const { key, value, error } = record;
  const isKnown = error === null || knownErrors.has(error);
  return {
    ...record,
    key: placeholders.key(key),
    value: placeholders.value(value),
    error: isKnown ? error : 'redacted',
  };
}

/** Of the scenario only the workload's operations and the name are somebody's own. */
function scenarioOf(placeholders: Placeholders, scenario: Json): Json {
  if (!isObject(scenario)) return null;
  const workload = scenario['workload'] ?? null;
  if (!isObject(workload)) return { ...scenario, name: 'redacted' };
  const operations = workload['operations'] ?? null;
  const redacted = Array.isArray(operations)
    ? operations.map((one: Json) => (isObject(one) ? operationOf(placeholders, one) : null))
    : [];
  return { ...scenario, name: 'redacted', workload: { ...workload, operations: redacted } };
}

function operationOf(
  placeholders: Placeholders,
  operation: { readonly [key: string]: Json },
): Json {
  const { key = null, value = null } = operation;
  return {
    ...operation,
    key: typeof key === 'string' ? placeholders.key(key) : null,
    value: placeholders.value(value),
  };
}

function recordOf(placeholders: Placeholders, record: TraceRecord): TraceRecord {
  switch (record.kind) {
    case 'header':
      return { ...record, scenario: scenarioOf(placeholders, record.scenario) };
    case 'send':
      return { ...record, message: messageOf(placeholders, record.message) };
    case 'propose':
      return record.command === null
        ? record
        : { ...record, command: placeholders.fields(record.command) };
    case 'apply':
      return record.answer === null
        ? record
        : { ...record, answer: answerOf(placeholders, record.answer) };
    case 'bus':
      return { ...record, text: '' };
    case 'operate':
      return { ...record, error: record.error === null ? null : 'redacted' };
    case 'invoke':
    case 'ok':
    case 'fail':
    case 'info':
      return historyOf(placeholders, record);
    default:
      return record;
  }
}

/** Placeholders are numbered in the order in which they are met; one redactor may do two traces. */
export function redactor(): Redactor {
  const placeholders = new Placeholders();
  return { records: (records) => records.map((record) => recordOf(placeholders, record)) };
}
