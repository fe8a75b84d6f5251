/** The schema of what travels over the bus, as traces write it. Loaded lazily, with zod. */
import { z } from 'zod';
import type { Command, Json } from '../raft/entry.ts';
import type { Answer } from '../raft/message.ts';
import type { EntryRef, MessageRecord } from './record.ts';

/** Whatever JSON.parse returns is JSON: nothing to check but that it is there. */
export const json = (description: string): z.ZodType<Json> => z.any().meta({ description });
export const text = (description: string): z.ZodString => z.string().meta({ description });
export const integer = (description: string): z.ZodInt => z.int().meta({ description });
export const flag = (description: string): z.ZodBoolean => z.boolean().meta({ description });
export const server = (description: string): z.ZodNullable<z.ZodString> =>
  z.string().nullable().meta({ description });

export const command: z.ZodType<Command> = z.record(z.string(), z.any());

export const entryRef: z.ZodType<EntryRef> = z.strictObject({
  index: integer('1-based position in the log.'),
  term: integer('Term in which a leader created the entry.'),
  digest: integer('32-bit hash of index, term and payload, made once by that leader.'),
});

const result = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('done').meta({ description: 'The command ran.' }),
    result: json('What the application returned.'),
  }),
  z.strictObject({
    kind: z.literal('refused').meta({ description: 'The application said no; no effect.' }),
    reason: text('Why, in the words of the application.'),
  }),
  z.strictObject({
    kind: z.literal('registered').meta({ description: 'A session was opened.' }),
    session: text('Its name.'),
  }),
  z.strictObject({
    kind: z.literal('sessionExpired').meta({
      description: 'Session unknown or cached answer gone; the command did not run this time.',
    }),
  }),
  z.strictObject({
    kind: z.literal('notLeader').meta({ description: 'Ask another server.' }),
    leader: server('The leader this server knows of, or null.'),
  }),
]);
export const answer: z.ZodType<Answer> = result;

const payload = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('register').meta({ description: 'Open a session.' }),
    client: text('The client that asks.'),
  }),
  z.strictObject({
    kind: z.literal('command').meta({ description: 'Run a command, once.' }),
    session: text('The session it belongs to.'),
    serial: integer('1, 2, 3, … within the session; a retry repeats it.'),
    acknowledged: integer('Every serial up to this one has been answered or given up.'),
    command: command.meta({ description: 'The command: opaque to Raft.' }),
  }),
]);

const ends = { from: text('The sender.'), to: text('The receiver; `*` for every server.') };

const union = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('RequestVote').meta({ description: 'A candidate asks for a vote.' }),
    ...ends,
    term: integer("The candidate's term."),
    lastIndex: integer("Index of the candidate's last log entry."),
    lastTerm: integer('Term of that entry.'),
  }),
  z.strictObject({
    kind: z.literal('RequestVoteReply').meta({ description: 'The answer to RequestVote.' }),
    ...ends,
    term: integer("The voter's term."),
    granted: flag('True: the vote is given.'),
  }),
  z.strictObject({
    kind: z.literal('AppendEntries').meta({ description: 'A leader replicates, or is alive.' }),
    ...ends,
    term: integer("The leader's term."),
    prevIndex: integer('Index of the entry just before the new ones.'),
    prevTerm: integer('Its term.'),
    entries: z.array(entryRef).meta({ description: 'The entries by reference; heartbeat: none.' }),
    leaderCommit: integer("The leader's commit index."),
  }),
  z.strictObject({
    kind: z.literal('AppendEntriesReply').meta({ description: 'The answer to AppendEntries.' }),
    ...ends,
    term: integer("The follower's term."),
    success: flag('True: the logs met at prevIndex.'),
    prevIndex: integer('The prevIndex of the request answered.'),
    matchIndex: integer('On success: the logs are equal up to here. On refusal: 0.'),
    hintIndex: integer('On refusal: last entry at or below prevIndex that may match.'),
    hintTerm: integer('Its term.'),
  }),
  z.strictObject({
    kind: z.literal('ClientRequest').meta({ description: 'A client asks.' }),
    ...ends,
    payload: payload.meta({ description: 'What it asks for.' }),
  }),
  z.strictObject({
    kind: z.literal('ClientReply').meta({ description: 'A server answers a client.' }),
    ...ends,
    serial: integer('The serial answered; 0 answers a `register`.'),
    answer: answer.meta({ description: 'How the request ended.' }),
  }),
]);

type Missing = Exclude<MessageRecord['kind'], z.infer<typeof union>['kind']>;
const complete: [Missing] extends [never] ? true : never = true;
void complete;
export const message: z.ZodType<MessageRecord> = union;
