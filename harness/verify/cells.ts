/**
 * The declared table against what was explored: every cell is handled or argued (totality), every
 * cell is reached or proven dead (reachability).
 */
import { table as declared } from '../raft/table.ts';
import type { InputName, TransitionTable } from '../raft/table.ts';
import type { Role } from '../raft/node.ts';

export const allRoles: readonly Role[] = [
  'offline',
  'follower',
  'preCandidate',
  'candidate',
  'leader',
];

const inputsOf: Readonly<Record<InputName, true>> = {
  online: true,
  offline: true,
  propose: true,
  read: true,
  transfer: true,
  reconfigure: true,
  RequestVote: true,
  RequestVoteReply: true,
  PreVote: true,
  PreVoteReply: true,
  AppendEntries: true,
  AppendEntriesReply: true,
  InstallSnapshot: true,
  InstallSnapshotReply: true,
  TimeoutNow: true,
  ReadIndex: true,
  ReadIndexReply: true,
  electionTimeout: true,
  heartbeatTimeout: true,
  leaseTimeout: true,
  persisted: true,
};

/** The columns, in the order in which they are shown. */
export const allInputs: readonly InputName[] = [
  'online',
  'offline',
  'propose',
  'read',
  'transfer',
  'reconfigure',
  'RequestVote',
  'RequestVoteReply',
  'PreVote',
  'PreVoteReply',
  'AppendEntries',
  'AppendEntriesReply',
  'InstallSnapshot',
  'InstallSnapshotReply',
  'TimeoutNow',
  'ReadIndex',
  'ReadIndexReply',
  'electionTimeout',
  'heartbeatTimeout',
  'leaseTimeout',
  'persisted',
];

export function cellName(role: Role, input: InputName): string {
  return `${role}/${input}`;
}

const offLine = 'a server off line hears nothing; the sender asks again';
const noTimer = 'no timer runs off line: all are disarmed on the way';
const twice = 'the control port says OnLine only to a server off line; anything else is a mistake';
const standing = 'the timers of heartbeats and leases run only while a server leads';

/** Why nothing happens in a cell (`ignore`), or why it is forbidden. */
export const reasons: Readonly<Record<string, string>> = {
  'offline/offline': 'there is nothing left to stop',
  'offline/propose': offLine,
  'offline/read': offLine,
  'offline/transfer': offLine,
  'offline/reconfigure': offLine,
  'offline/RequestVote': offLine,
  'offline/RequestVoteReply': offLine,
  'offline/PreVote': offLine,
  'offline/PreVoteReply': offLine,
  'offline/AppendEntries': offLine,
  'offline/AppendEntriesReply': offLine,
  'offline/InstallSnapshot': offLine,
  'offline/InstallSnapshotReply': offLine,
  'offline/TimeoutNow': offLine,
  'offline/ReadIndex': offLine,
  'offline/ReadIndexReply': offLine,
  'offline/electionTimeout': noTimer,
  'offline/heartbeatTimeout': noTimer,
  'offline/leaseTimeout': noTimer,
  'offline/persisted': 'what the disk holds is read when the server comes back',
  'follower/online': twice,
  'preCandidate/online': twice,
  'candidate/online': twice,
  'leader/online': twice,
  'follower/heartbeatTimeout': standing,
  'candidate/heartbeatTimeout': standing,
  'preCandidate/heartbeatTimeout': standing,
  'follower/leaseTimeout': standing,
  'preCandidate/leaseTimeout': standing,
  'candidate/leaseTimeout': standing,
  'leader/electionTimeout': 'the election timer is disarmed when the office is taken',
};

/**
 * Cells that no run can reach. Proof: a late time-out is turned away by its generation before the
 * table is asked, and the explorations show that the timer does not run in that role; the control
 * port's automaton gives OnLine only off line and OffLine only on line.
 */
export const deadCells: readonly string[] = [
  'offline/offline',
  'offline/electionTimeout',
  'offline/heartbeatTimeout',
  'follower/online',
  'candidate/online',
  'leader/online',
  'follower/heartbeatTimeout',
  'candidate/heartbeatTimeout',
  'preCandidate/online',
  'preCandidate/heartbeatTimeout',
  'offline/leaseTimeout',
  'follower/leaseTimeout',
  'preCandidate/leaseTimeout',
  'candidate/leaseTimeout',
  'leader/electionTimeout',
];

/** Inputs that only occur with features that the exhaustive explorations keep off. */
const featureInputs: ReadonlySet<InputName> = new Set([
  'read',
  'transfer',
  'reconfigure',
  'PreVote',
  'PreVoteReply',
  'InstallSnapshot',
  'InstallSnapshotReply',
  'TimeoutNow',
  'ReadIndex',
  'ReadIndexReply',
  'leaseTimeout',
]);

/**
 * Cells that only features lead to: the role of those who ask before they campaign, and what
 * nobody sends or asks for without them. Walks with all features on reach them (features.test.ts).
 */
export const featureCells: readonly string[] = allRoles.flatMap((role) =>
  allInputs
    .filter((input) => role === 'preCandidate' || featureInputs.has(input))
    .map((input) => cellName(role, input)),
);

/** What is wrong with the table, as sentences; none: it is total. */
export function totality(table: TransitionTable = declared): readonly string[] {
  const found: string[] = [];
  for (const role of allRoles) {
    for (const input of allInputs) {
      const cell = cellName(role, input);
      const transition = table[role][input];
      const idle = transition === 'ignore' || transition === 'forbid';
      const argued = cell in reasons;
      if (idle && !argued) found.push(`${cell} is ${transition}d, and nothing says why`);
      if (!idle && argued) found.push(`${cell} is argued away, and the table says ${transition}`);
    }
  }
  return found;
}

/**
 * Cells neither reached nor proven dead, and dead ones that were reached (`role/input/role`).
 * `features` are those that only features lead to; they are looked at when it is asked for.
 */
export function unreached(
  answered: ReadonlySet<string>,
  features: 'off' | 'on' = 'off',
): readonly string[] {
  const reached = new Set([...answered].map((each) => each.split('/', 2).join('/')));
  const found: string[] = [];
  for (const role of allRoles) {
    for (const input of allInputs) {
      const cell = cellName(role, input);
      const dead = deadCells.includes(cell);
      if (dead && reached.has(cell)) found.push(`${cell} was reached and is said to be dead`);
      const expected = features === 'on' || !featureCells.includes(cell);
      if (!dead && expected && !reached.has(cell)) found.push(`${cell} was never reached`);
    }
  }
  return found;
}

/** How many columns there are; the type holds the list above complete. */
export const inputCount: number = Object.keys(inputsOf).length;
