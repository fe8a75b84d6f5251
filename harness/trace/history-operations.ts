/**
 * Operations as Porcupine has them, a JSON array of `{"ClientId", "Input", "Call", "Output",
 * "Return"}`, with the input and output that `whitewater export --to porcupine` writes. Times are
 * nanoseconds; a failed comparison is an observation; a null is the value of a key never written.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ForeignOptions, TakeRecord } from './history-rows.ts';
import { RowReader } from './history-rows.ts';
import type { Json } from './record.ts';
import { UserError } from './user-error.ts';

/** Whatever JSON.parse made, as it is. */
const json = z.custom<Json>((value) => value !== undefined);
const nanos = z.number().nonnegative();

const operation = z.object({
  ClientId: z.int(),
  Input: z.object({ F: z.string(), Key: z.string(), Value: json }),
  Call: nanos,
  Output: z.object({ Known: z.boolean(), Ok: z.boolean(), Value: json }),
  Return: nanos,
});

type Operation = z.infer<typeof operation>;

interface Event {
  readonly at: number;
  readonly line: number;
  readonly row: { readonly [field: string]: Json };
}

/** Reads the file; a line in an error is that of the operation if the file has one a line. */
export function readOperations(path: string, options: ForeignOptions, take: TakeRecord): void {
  const rows = new RowReader(path, options, take);
  const operations = parsed(path).map((value, index) => conforming(path, value, index + 2));
  const events = operations
    .map((one, index) => ({ one, line: index + 2 }))
    .toSorted((a, b) => a.one.Call - b.one.Call || a.one.Return - b.one.Return)
    .flatMap(({ one, line }) => eventsOf(one, line));
  // Stable: at one moment an operation still begins before it ends, and ends before the next.
  for (const { row, line } of events.toSorted((a, b) => a.at - b.at)) rows.row(row, line);
}

function parsed(path: string): readonly unknown[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError('cannot be read', { file: path, remedy: 'Check path and owner', cause });
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/u, ''));
    if (Array.isArray(value)) return value;
  } catch (cause) {
    const what = `not JSON: ${cause instanceof Error ? cause.message : 'unreadable'}`;
    throw new UserError(what, { file: path, remedy: 'Name a whole array of operations', cause });
  }
  throw new UserError('expected an array of operations', { file: path, remedy: 'Check the file' });
}

function conforming(file: string, value: unknown, line: number): Operation {
  const read = operation.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue === undefined ? 'operation' : issue.path.join('.');
  throw new UserError(`\`${where}\` is not as an operation has it: ${issue?.message ?? ''}`, {
    file,
    line,
    remedy: 'Each operation needs ClientId, Input, Call, Output and Return',
  });
}

function eventsOf(one: Operation, line: number): readonly Event[] {
  const { ClientId: process, Input, Output, Call, Return } = one;
  const common = { process, f: Input.F, key: Input.Key, value: Input.Value };
  const call = { at: Call, line, row: { ...common, type: 'invoke', time: Call } };
  if (!Output.Known) return [call, { ...call, row: { ...call.row, type: 'info' } }];
  const value = Input.F === 'read' && Output.Ok ? Output.Value : Input.Value;
  const end = Output.Ok ? { type: 'ok' } : { type: 'fail', error: 'compare-failed' };
  return [call, { at: Return, line, row: { ...common, ...end, value, time: Return } }];
}
