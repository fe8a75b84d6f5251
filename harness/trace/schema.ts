/**
 * The schema of a trace record. Reached only by `await import('./schema.ts')`, because zod takes
 * longer to load than most commands run. The JSON Schema in `traces/` is generated from here.
 */
import { z } from 'zod';
import type { TraceRecord } from './record.ts';
import { traceSchema } from './record.ts';
import {
  answer,
  command,
  configuration,
  entryRef,
  flag,
  integer,
  json,
  message,
  server,
  snapshotFields,
  text,
  wish,
} from './schema-message.ts';

const kind = <const K extends string>(name: K, description: string): z.ZodLiteral<K> =>
  z.literal(name).meta({ description });

const common = {
  seq: z.int().nonnegative().meta({ description: '0, 1, 2, …: the total order.' }),
  at: z.int().nonnegative().meta({
    description: 'Virtual (or monotonic) microseconds since the start.',
  }),
  cause: z.int().min(-1).meta({
    description: '`seq` of the record whose handling made this one; -1: outside the trace.',
  }),
};
const fault = z.int().min(-1).meta({
  description: "Index of the fault in the scenario's list; -1: no fault did it.",
});
const messageId = integer('The id of the message: dense, one for each publish.');
const who = text('The server.');
const term = integer('Its term.');
const votedFor = server('The candidate it voted for in this term, or null.');
const entries = (description: string): z.ZodArray<typeof entryRef> =>
  z.array(entryRef).meta({ description });

const frame = [
  z.strictObject({
    kind: kind('header', 'The first record: what is run, and how.'),
    ...common,
    schema: z.literal(traceSchema).meta({ description: 'Name and version of this format.' }),
    whitewater: text('Version of the program that wrote the trace.'),
    subject: text('The machine under test.'),
    adapter: text('The bus: memory, broker or azure.'),
    servers: z.array(z.string()).meta({ description: 'Names of the servers.' }),
    voters: z.array(z.string()).meta({ description: 'Those that vote at the beginning.' }),
    learners: z.array(z.string()).meta({ description: 'Those that only learn at the beginning.' }),
    clients: z.array(z.string()).meta({ description: 'Names of the clients; of the operator.' }),
    model: z.enum(['register', 'cas-register', 'kv', 'append']).meta({
      description: 'The sequential object that judges the operations.',
    }),
    scenario: json('The complete scenario: with the same commit it reproduces the run.'),
  }),
  z.strictObject({
    kind: kind('fault', 'A fault begins or ends.'),
    ...common,
    fault,
    name: text("The fault's kind: partition, drop, lockExpiry, …"),
    phase: z.enum(['start', 'end']).meta({ description: 'Begins or ends.' }),
    detail: json('The fault as data, targets resolved to names of servers.'),
  }),
  z.strictObject({
    kind: kind('quiet', 'From here on nothing is unkind: the cluster must converge and answer.'),
    ...common,
  }),
  z.strictObject({
    kind: kind('end', 'The world stopped.'),
    ...common,
    reason: z.enum(['settled', 'time', 'events', 'violation']).meta({
      description: 'All was settled, time was up, too many events, or a judge said stop.',
    }),
    online: z.array(z.string()).meta({ description: 'Servers that were up at the end.' }),
  }),
  z.strictObject({
    kind: kind('verdict', 'The last record: what the judges said.'),
    ...common,
    verdict: z.enum(['pass', 'fail', 'unknown']).meta({ description: 'The outcome.' }),
    invariant: server('The check that failed (or could not say), or null.'),
    sentence: text('The outcome in one sentence.'),
    evidence: z.array(z.int()).meta({ description: '`seq` of the records that prove it.' }),
    records: integer('Records before this one.'),
  }),
] as const;

const bus = [
  z.strictObject({
    kind: kind('send', 'A message is handed to the bus.'),
    ...common,
    id: messageId,
    from: text('Server or client.'),
    to: text('Server or client; `*` for every server.'),
    message: message.meta({ description: 'The body, entries only by reference.' }),
  }),
  z.strictObject({
    kind: kind('deliver', 'The receiver got it; `cause` is its send.'),
    ...common,
    id: messageId,
    to: text('The receiver.'),
    deliveryCount: integer('Deliveries of it to this receiver before; above 0: a redelivery.'),
  }),
  z.strictObject({
    kind: kind('drop', 'It will not arrive; `cause` is its send.'),
    ...common,
    id: messageId,
    to: text('The receiver that will not get it.'),
    fault,
    reason: z.enum(['fault', 'offline', 'rejected', 'expired', 'deduplicated']).meta({
      description: 'What became of it.',
    }),
  }),
  z.strictObject({
    kind: kind('delay', 'A fault held it back; `cause` is its send.'),
    ...common,
    id: messageId,
    fault,
    byMicros: integer('For how long.'),
  }),
  z.strictObject({
    kind: kind('duplicate', 'It was published again under the same id; `cause` is its send.'),
    ...common,
    id: messageId,
    fault,
  }),
  z.strictObject({
    kind: kind('bus', 'Something else the broker did; `cause` is the send.'),
    ...common,
    what: z
      .enum(['settled', 'lockLost', 'deadLettered', 'throttled', 'disconnected'])
      .meta({ description: 'What it did.' }),
    id: integer('The message; -1 when no single one is concerned.'),
    to: text('The receiver concerned.'),
    text: text('Details for people.'),
  }),
] as const;

const machine = [
  z.strictObject({
    kind: kind('state', 'Role, term, vote or leader changed: the state after the change.'),
    ...common,
    server: who,
    role: z
      .enum(['offline', 'follower', 'preCandidate', 'candidate', 'leader'])
      .meta({ description: 'Its role.' }),
    term,
    votedFor,
    leader: server('The leader it knows of in this term, or null.'),
  }),
  z.strictObject({
    kind: kind('timer', 'A timer ran out and the server was told.'),
    ...common,
    server: who,
    timer: z.enum(['election', 'heartbeat', 'lease']).meta({ description: 'Which one.' }),
  }),
  z.strictObject({
    kind: kind('arm', 'The server armed or disarmed a timer; only in full traces.'),
    ...common,
    server: who,
    timer: z.enum(['election', 'heartbeat', 'lease']).meta({ description: 'Which one.' }),
    dueAt: integer('When it runs out, in microseconds since the start; -1: disarmed.'),
  }),
  z.strictObject({
    kind: kind('propose', 'A leader made a request into an entry: here is its payload.'),
    ...common,
    server: who,
    index: integer("The entry's index."),
    term: integer("The entry's term."),
    digest: integer("The entry's digest."),
    session: server('The session of the command; null for everything else.'),
    serial: integer("The command's serial within the session."),
    command: command.nullable().meta({ description: 'The command, or null.' }),
    configuration: configuration.nullable().meta({ description: 'Who takes part, or null.' }),
  }),
  z.strictObject({
    kind: kind('match', 'What a leader believes of a follower, after a reply.'),
    ...common,
    server: text('The leader.'),
    peer: text('The follower.'),
    term: integer("The leader's term."),
    matchIndex: integer('The logs are known to be equal up to here.'),
    nextIndex: integer('The next entry to send.'),
  }),
  z.strictObject({
    kind: kind('commit', "The server's commit index moved."),
    ...common,
    server: who,
    term,
    commitIndex: integer('Its commit index now.'),
  }),
  z.strictObject({
    kind: kind('apply', 'The server applied an entry to its state machine.'),
    ...common,
    server: who,
    index: integer("The entry's index."),
    term: integer("The entry's term."),
    digest: integer("The entry's digest."),
    session: server('The session of the command; null for everything else.'),
    serial: integer("The command's serial within the session."),
    repeated: flag('True: the session table answered and nothing ran.'),
    answer: answer.nullable().meta({ description: 'What came of it; null for a no-op.' }),
    stateDigest: integer('Running 32-bit hash of all applied so far and what it came to.'),
  }),
  z.strictObject({
    kind: kind('configure', 'The configuration in force at the server is another one.'),
    ...common,
    server: who,
    index: integer('Of the entry or the snapshot that says so; 0: that of the beginning.'),
    configuration: configuration.meta({ description: 'Who takes part.' }),
  }),
  z.strictObject({
    kind: kind('restore', 'The state machine and its sessions are now those of a snapshot.'),
    ...common,
    server: who,
    index: integer('The last entry that the snapshot stands for.'),
    term: integer('Its term.'),
    stateDigest: integer('The hash of all applied up to there, as in `apply`.'),
  }),
  z.strictObject({
    kind: kind('serve', 'A read was served without an entry in the log.'),
    ...common,
    server: who,
    session: text('The session of the read.'),
    serial: integer("The read's serial within the session."),
    via: z.enum(['index', 'lease']).meta({ description: 'What vouched for it.' }),
    readIndex: integer('Up to here it had to be applied.'),
    appliedIndex: integer('Up to here it was.'),
  }),
] as const;

const disk = [
  z.strictObject({
    kind: kind(
      'write',
      'The log or the hard state changed in memory; the disk is asked to keep it.',
    ),
    ...common,
    server: who,
    write: integer('1, 2, 3, … for each incarnation.'),
    hard: z
      .strictObject({ term, votedFor })
      .nullable()
      .meta({ description: 'Term and vote to store, or null: they stay.' }),
    log: z
      .strictObject({
        from: integer('Everything from this index on is replaced …'),
        entries: entries('… by these entries.'),
      })
      .nullable()
      .meta({ description: 'The change of the log, or null: it stays.' }),
    snapshot: z
      .strictObject({
        ...snapshotFields,
        discardThrough: integer('Once the snapshot is durable, entries up to here may go.'),
      })
      .nullable()
      .meta({ description: 'The snapshot to keep, or null: it stays.' }),
  }),
  z.strictObject({
    kind: kind('durable', 'Every write up to and including this one is durable.'),
    ...common,
    server: who,
    write: integer('The write.'),
  }),
  z.strictObject({
    kind: kind('told', 'An asynchronous disk told the server that this write is durable.'),
    ...common,
    server: who,
    write: integer('The write: this one, and none before it.'),
  }),
  z.strictObject({
    kind: kind('crash', 'Memory is gone; of the unsynced writes some reached the disk.'),
    ...common,
    server: who,
    fault,
    survived: integer('The last write found on the disk afterwards.'),
    torn: z
      .strictObject({
        write: integer('The write cut short.'),
        snapshot: flag('True: its snapshot is there.'),
        entries: integer('How many of its entries are there; -1: not even its truncation.'),
      })
      .nullable()
      .meta({ description: 'Set when the write after `survived` was torn.' }),
    lost: integer('Writes lost for good.'),
  }),
  z.strictObject({
    kind: kind('online', 'The server came up with what its disk holds.'),
    ...common,
    server: who,
    incarnation: integer('+1 at each start.'),
    term,
    votedFor,
    snapshot: z
      .strictObject(snapshotFields)
      .nullable()
      .meta({ description: 'The snapshot on its disk, or null.' }),
    entries: entries('The log on its disk, needless entries and all.'),
  }),
  z.strictObject({
    kind: kind('offline', 'Taken off line in good order: everything written is on the disk.'),
    ...common,
    server: who,
    fault,
  }),
  z.strictObject({
    kind: z.enum(['pause', 'resume']).meta({ description: 'The server stands still, or goes on.' }),
    ...common,
    server: who,
    fault,
  }),
] as const;

const history = z.strictObject({
  kind: z.enum(['invoke', 'ok', 'fail', 'info']).meta({
    description: 'Asked; answered; definitely did not happen; may have happened, or may yet.',
  }),
  ...common,
  process: integer('Who asked: a fresh number after every `info`.'),
  client: text('The client.'),
  f: z.enum(['read', 'write', 'cas', 'append', 'delete']).meta({ description: 'The operation.' }),
  key: text('The key.'),
  value: json(
    'read: the value read (null before); write, append: the value; cas: [expected, new].',
  ),
  error: server('Why it failed, or null; `compare-failed` is an observation.'),
});

const operate = z.strictObject({
  kind: kind('operate', 'An operator asked for something, or was answered.'),
  ...common,
  client: text('The operator.'),
  phase: z.enum(['invoke', 'ok', 'fail', 'info']).meta({
    description: 'Asked; done; definitely not done; may have been done, or may yet be.',
  }),
  wish: wish.meta({ description: 'What was asked for.' }),
  error: server('Why it failed, or null.'),
});

const union = z.discriminatedUnion('kind', [
  ...frame,
  ...bus,
  ...machine,
  ...disk,
  history,
  operate,
]);

type Missing = Exclude<TraceRecord['kind'], z.infer<typeof union>['kind']>;
const complete: [Missing] extends [never] ? true : never = true;

export const traceRecord: z.ZodType<TraceRecord> = union;

/** The format as JSON Schema (draft 2020-12), for programs in other languages. */
export const jsonSchema = (): object => (complete ? z.toJSONSchema(union) : {});
