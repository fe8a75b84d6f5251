/** The schema of what travels over the bus, as traces write it. Loaded lazily, with zod. */
import { z } from 'zod';
import type { Command, Configuration, Json } from '../raft/entry.ts';
import type { Answer, OperatorPayload } from '../raft/message.ts';
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

const members = (description: string): z.ZodArray<z.ZodString> =>
  z.array(z.string()).meta({ description });

export const configuration: z.ZodType<Configuration> = z.strictObject({
  voters: members('They vote, and their disks count.'),
  outgoing: members('While not empty: a majority of these is needed as well.'),
  learners: members('They receive the log and count for nothing.'),
  learnersNext: members('Outgoing voters that become learners afterwards.'),
});

/** A snapshot by what it stands for. */
export const snapshotFields: {
  readonly index: z.ZodInt;
  readonly term: z.ZodInt;
  readonly stateDigest: z.ZodInt;
  readonly configuration: z.ZodType<Configuration>;
} = {
  index: integer('The last entry that the snapshot stands for.'),
  term: integer('Its term.'),
  stateDigest: integer('The hash of all applied up to there, as in `apply`.'),
  configuration: configuration.meta({ description: 'The configuration in force there.' }),
};

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
    kind: z.literal('busy').meta({ description: 'Definitely not taken; ask again.' }),
    reason: z.enum(['backlog', 'transfer', 'reconfigure']).meta({ description: 'Why.' }),
  }),
  z.strictObject({
    kind: z.literal('notLeader').meta({ description: 'Ask another server.' }),
    leader: server('The leader this server knows of, or null.'),
  }),
]);
export const answer: z.ZodType<Answer> = result;

const wishes = [
  z.strictObject({
    kind: z.literal('transfer').meta({ description: 'Hand the leadership over.' }),
    serial: integer('1, 2, 3, … of the operator; a retry repeats it.'),
    target: text('The server that is to lead.'),
  }),
  z.strictObject({
    kind: z.literal('reconfigure').meta({ description: 'Change who takes part.' }),
    serial: integer('1, 2, 3, … of the operator; a retry repeats it.'),
    changes: z
      .array(
        z.strictObject({
          kind: z.enum(['addVoter', 'addLearner', 'remove']).meta({ description: 'What to do.' }),
          server: text('With whom.'),
        }),
      )
      .meta({ description: 'One server each.' }),
    transition: z.enum(['simple', 'joint']).meta({
      description: 'At most one voter comes or goes, or any through a joint configuration.',
    }),
  }),
] as const;
const wishShape = z.discriminatedUnion('kind', [...wishes]);
export const wish: z.ZodType<OperatorPayload> = wishShape;

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
  z.strictObject({
    kind: z.literal('read').meta({ description: 'Run a read without an entry in the log.' }),
    session: text('The session it belongs to.'),
    serial: integer('1, 2, 3, … within the session; a retry repeats it.'),
    via: z.enum(['index', 'lease']).meta({ description: 'What is to vouch for it.' }),
    command: command.meta({ description: 'The command: opaque to Raft.' }),
  }),
  ...wishes,
]);

const ends = { from: text('The sender.'), to: text('The receiver; `*` for every server.') };

const union = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('RequestVote').meta({ description: 'A candidate asks for a vote.' }),
    ...ends,
    term: integer("The candidate's term."),
    lastIndex: integer("Index of the candidate's last log entry."),
    lastTerm: integer('Term of that entry.'),
    transfer: flag('True: the leader handed over, and does not want to be protected.'),
  }),
  z.strictObject({
    kind: z.literal('RequestVoteReply').meta({ description: 'The answer to RequestVote.' }),
    ...ends,
    term: integer("The voter's term."),
    granted: flag('True: the vote is given.'),
  }),
  z.strictObject({
    kind: z.literal('PreVote').meta({ description: 'Asks whether a vote would be given.' }),
    ...ends,
    term: integer('The term that the sender would campaign in.'),
    lastIndex: integer("Index of the sender's last log entry."),
    lastTerm: integer('Term of that entry.'),
  }),
  z.strictObject({
    kind: z.literal('PreVoteReply').meta({ description: 'The answer to PreVote.' }),
    ...ends,
    term: integer("Granted: the term of the request; refused: the voter's own."),
    granted: flag('True: the vote would be given.'),
  }),
  z.strictObject({
    kind: z.literal('AppendEntries').meta({ description: 'A leader replicates, or is alive.' }),
    ...ends,
    term: integer("The leader's term."),
    prevIndex: integer('Index of the entry just before the new ones.'),
    prevTerm: integer('Its term.'),
    entries: z.array(entryRef).meta({ description: 'The entries by reference; heartbeat: none.' }),
    leaderCommit: integer("The leader's commit index."),
    round: integer("The leader's confirmation rounds so far in this term."),
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
    round: integer('The round of the request answered.'),
  }),
  z.strictObject({
    kind: z.literal('InstallSnapshot').meta({ description: "A piece of the leader's snapshot." }),
    ...ends,
    term: integer("The leader's term."),
    lastIndex: integer('The last entry that the snapshot stands for.'),
    lastTerm: integer('Its term.'),
    offset: integer('Where the piece begins in the text of the snapshot.'),
    dataLength: integer('How long the piece is, in UTF-16 units.'),
    done: flag('True: it is the last one.'),
    round: integer("The leader's confirmation rounds so far in this term."),
  }),
  z.strictObject({
    kind: z.literal('InstallSnapshotReply').meta({ description: 'The answer to a piece.' }),
    ...ends,
    term: integer("The follower's term."),
    lastIndex: integer('The snapshot answered.'),
    lastTerm: integer('Its term.'),
    offset: integer('The piece wanted next begins here.'),
    matchIndex: integer('Above 0: nothing more is wanted; the logs are equal up to here.'),
    round: integer('The round of the piece answered.'),
  }),
  z.strictObject({
    kind: z.literal('TimeoutNow').meta({ description: 'The leader hands over: campaign now.' }),
    ...ends,
    term: integer("The leader's term."),
  }),
  z.strictObject({
    kind: z.literal('ReadIndex').meta({ description: 'A follower asks how far a read needs.' }),
    ...ends,
    term: integer("The follower's term."),
    read: integer("The follower's number for the read."),
  }),
  z.strictObject({
    kind: z.literal('ReadIndexReply').meta({ description: 'The answer to ReadIndex.' }),
    ...ends,
    term: integer('The term of the server asked.'),
    read: integer("The follower's number for the read."),
    index: integer('Up to here it must be applied; -1: the server asked does not lead.'),
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
