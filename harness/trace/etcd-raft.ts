/**
 * The trace lines that etcd's raft prints when it is built with tracing (`state_trace.go`): one JSON
 * object a line, of which only those with `"tag":"trace"` count; the rest is a logger's decoration.
 */
import { z } from 'zod';
import { eachRow } from './rows.ts';
import type { Torn } from './rows.ts';
import { UserError } from './user-error.ts';

const count = z.int().nonnegative();
const id = z.string();

const message = z.object({
  type: z.string(),
  term: count,
  from: id,
  to: id,
  /** How many; for MsgSnap the snapshot's index. */
  entries: count,
  logTerm: count,
  index: count,
  commit: count,
  reject: z.boolean(),
});

const event = z.object({
  name: z.string(),
  nid: id,
  state: z.object({ term: count, vote: id, commit: count }),
  role: z.string(),
  /** Last index. */
  log: count,
  /** Voters, and while a change is joint the outgoing ones. */
  conf: z.tuple([z.array(id), z.array(id)]),
  msg: message.optional(),
  prop: z.object({ cc: z.object({ newconf: z.array(id).optional() }).optional() }).optional(),
});

const line = z.object({ tag: z.literal('trace'), event });

export interface EtcdMessage {
  readonly type: string;
  readonly term: number;
  readonly from: string;
  readonly to: string;
  readonly entries: number;
  readonly logTerm: number;
  readonly index: number;
  readonly commit: number;
  readonly reject: boolean;
}

export interface EtcdEvent {
  readonly name: string;
  readonly server: string;
  readonly term: number;
  /** "0": none. */
  readonly vote: string;
  readonly commit: number;
  readonly role: string;
  readonly lastIndex: number;
  readonly voters: readonly string[];
  readonly outgoing: readonly string[];
  readonly message: EtcdMessage | null;
  /** The voters that a change of the configuration leads to. */
  readonly next: readonly string[] | null;
}

/**
 * Shows every event with its 1-based line to `take`, in order; returns the last line when its writer
 * was cut off. Rejects with a `UserError` that names file and line for an event without the fields
 * of the format.
 */
export async function readEtcdEvents(
  path: string,
  take: (event: EtcdEvent, line: number) => void,
): Promise<Torn | null> {
  return eachRow(path, (value, number) => {
    if (typeof value !== 'object' || value === null || !('tag' in value) || value.tag !== 'trace') {
      return;
    }
    const read = line.safeParse(value);
    if (!read.success) throw unfit(path, number, read.error);
    take(plain(read.data.event), number);
  });
}

function unfit(file: string, number: number, error: z.ZodError): UserError {
  const issue = error.issues[0];
  const where = issue === undefined ? 'event' : issue.path.join('.');
  return new UserError(`\`${where}\` is not as etcd's raft writes it: ${issue?.message ?? ''}`, {
    file,
    line: number,
    remedy: 'Use the lines as the tracer printed them',
  });
}

function plain(read: z.infer<typeof event>): EtcdEvent {
  const { name, nid, state, role, log, conf, msg, prop } = read;
  return {
    name,
    server: nid,
    term: state.term,
    vote: state.vote,
    commit: state.commit,
    role,
    lastIndex: log,
    voters: conf[0],
    outgoing: conf[1],
    message: msg ?? null,
    next: prop?.cc?.newconf ?? null,
  };
}
