/** The public entry: the machine, its words, and what an application of one's own needs. */
export type {
  ClientId,
  Command,
  CommandPayload,
  Configuration,
  Entry,
  Json,
  Payload,
  ServerId,
  SessionId,
} from './entry.ts';
export type {
  Answer,
  AppendEntries,
  AppendEntriesReply,
  Change,
  ClientReply,
  ClientRequest,
  InstallSnapshot,
  InstallSnapshotReply,
  Message,
  OperatorPayload,
  PreVote,
  PreVoteReply,
  RaftMessage,
  ReadIndex,
  ReadIndexReply,
  ReadPayload,
  RequestPayload,
  RequestVote,
  RequestVoteReply,
  TimeoutNow,
} from './message.ts';
export type { Node, NodeOptions, Outcome, Progress, Role, Session, StateMachine } from './node.ts';
export type {
  Effect,
  Input,
  SavedSession,
  Snapshot,
  Stored,
  Subject,
  Timer,
  Write,
} from './step.ts';
export { plainOptions } from './node.ts';
export type { ElectionEvent, Rules, WindowEvent } from './rules.ts';
export type { InputName, Transition, TransitionOf, TransitionTable } from './table.ts';
export { done, refused } from './outcome.ts';
export { BrokenInvariant } from './assert.ts';
export { makeEntry } from './log.ts';
export { machine, raft } from './machine.ts';
export { brokenRules, raftRules } from './rules.ts';
export { inputName, table } from './table.ts';
