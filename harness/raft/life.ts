/** A server's coming and going (raft.md 2.3: what survives, and what starts from scratch). */
import { assert, BrokenInvariant } from './assert.ts';
import { restoreConfigurations } from './configuration.ts';
import { newSession } from './session.ts';
import type { Configuration } from './entry.ts';
import { lastIndex, lastTerm } from './log.ts';
import { dropLease } from './lease.ts';
import type { Node, NodeOptions, StateMachine } from './node.ts';
import { forgetOffice } from './role.ts';
import { readDisk } from './snapshot.ts';
import type { Stored } from './step.ts';
import { armElection, armProtection, disarmElection, disarmHeartbeat } from './turn.ts';
import type { Turn } from './turn.ts';

/**
 * A server that has never been on line.
 *
 * Throws RangeError when the options contradict themselves.
 */
export function createNode(options: NodeOptions, application: StateMachine): Node {
  checkOptions(options);
  return {
    options,
    role: 'offline',
    term: 0,
    votedFor: null,
    log: [],
    baseIndex: 0,
    baseTerm: 0,
    snapshot: null,
    configurations: [{ index: 0, configuration: beginning(options) }],
    lastWrite: 0,
    durableWrite: 0,
    durableIndex: 0,
    hardWrite: 0,
    pendingWrites: [],
    earlyWrites: [],
    leader: null,
    commitIndex: 0,
    appliedIndex: 0,
    application,
    state: application.start(),
    stateDigest: 0,
    sessions: new Map(),
    electionGeneration: 0,
    heartbeatGeneration: 0,
    leaseGeneration: 0,
    heardLeader: false,
    receiving: null,
    reads: [],
    readCount: -1,
    granted: new Set(),
    refused: new Set(),
    progress: [],
    requesters: new Map(),
    newest: new Map(),
    longestBytes: 0,
    round: 0,
    beats: 0,
    leaseRound: 0,
    leaseHeld: false,
    transfer: null,
    change: null,
    catchUp: null,
  };
}

/** The configuration before any entry. */
function beginning({ servers, learners }: NodeOptions): Configuration {
  return { voters: servers, outgoing: [], learners, learnersNext: [] };
}

function checkOptions(options: NodeOptions): void {
  const { id, servers, learners } = options;
  const fail = (what: string): never => {
    throw new RangeError(`Server ${id}: ${what}`);
  };
  const names = [...servers, ...learners];
  if (new Set(names).size < names.length) fail(`twice the same name in ${names.join(', ')}.`);
  if (servers.length === 0) fail('a cluster begins with one voter at least.');
  const { electionLowMicros: low, electionHighMicros: high, heartbeatMicros } = options;
  if (!(low > 0 && high > low)) fail(`election time-outs [${low}, ${high}) µs are no range.`);
  if (!(heartbeatMicros > 0)) fail(`a heartbeat every ${heartbeatMicros} µs is impossible.`);
  const { entriesPerAppendMax, inflightMax } = options;
  if (!(entriesPerAppendMax >= 1)) fail(`entriesPerAppendMax is ${entriesPerAppendMax}, not ≥ 1.`);
  if (!(inflightMax >= 1)) fail(`inflightMax is ${inflightMax}, not ≥ 1.`);
  checkSizes(options, fail);
  const { leaseMicros, checkQuorum } = options;
  if (leaseMicros === 0) return;
  if (!checkQuorum) fail('leases need checkQuorum: without it nobody protects their holder.');
  if (!(leaseMicros > heartbeatMicros && leaseMicros <= low)) {
    fail(`a lease of ${leaseMicros} µs is not in (${heartbeatMicros}, ${low}].`);
  }
}

const sizes = [
  'snapshotEvery',
  'snapshotKeep',
  'bytesPerAppendMax',
  'uncommittedMax',
  'sessionsMax',
] as const;

function checkSizes(options: NodeOptions, fail: (what: string) => never): void {
  for (const name of sizes) {
    const size = options[name];
    if (!(Number.isInteger(size) && size >= 0)) fail(`${name} is ${size}, no whole number ≥ 0.`);
  }
  const { snapshotChunkBytes, sessions, sessionsMax } = options;
  if (!(snapshotChunkBytes >= 16)) fail(`snapshotChunkBytes is ${snapshotChunkBytes}, not ≥ 16.`);
  if (sessionsMax > 0 && sessions.length > sessionsMax) {
    fail(`it begins with ${sessions.length} sessions, and sessionsMax is ${sessionsMax}.`);
  }
}

/** Comes on line as a follower; the application and its sessions are rebuilt from the log. */
export function start(turn: Turn, given: Stored, incarnation: number): void {
  const { node } = turn;
  const stored = turn.rules.restored(given);
  node.role = 'follower';
  node.term = stored.term;
  node.votedFor = stored.votedFor;
  node.lastWrite = 0;
  node.durableWrite = 0;
  node.hardWrite = 0;
  node.pendingWrites.length = 0;
  node.earlyWrites.length = 0;
  node.leader = null;
  node.commitIndex = 0;
  node.appliedIndex = 0;
  node.snapshot = null;
  node.receiving = null;
  node.state = node.application.start();
  node.stateDigest = 0;
  node.sessions.clear();
  for (const session of node.options.sessions) node.sessions.set(session, newSession());
  forgetOffice(turn);
  node.readCount = incarnation < 0 ? -1 : incarnation * 2 ** 32;
  const configuration = beginning(node.options);
  readDisk(turn, stored);
  if (node.snapshot === null) restoreConfigurations(node, { index: 0, configuration });
  node.durableIndex = lastIndex(node);
  const last = node.log.at(-1);
  assert(turn, last === undefined || last.index === lastIndex(node), 'a log has no gaps');
  assert(turn, lastTerm(node) <= node.term, 'no entry comes from the future');
  if (turn.rules.protectsAtStart(node)) armProtection(turn);
  else armElection(turn);
}

/** Goes off line: from now on nothing reaches it. What was not durable is the caller's affair. */
export function stop(turn: Turn): void {
  const { node } = turn;
  assert(turn, node.role !== 'offline', 'only a server on line goes off line');
  node.role = 'offline';
  node.leader = null;
  dropLease(turn);
  forgetOffice(turn);
  disarmElection(turn);
  disarmHeartbeat(turn);
}

/** A server on line was told to come on line: its caller forgot to take it off first. */
export function forbid({ node }: Turn): never {
  throw new BrokenInvariant(
    `${node.options.id} (${node.role}) is on line already: give it 'offline' before 'online'.`,
  );
}
