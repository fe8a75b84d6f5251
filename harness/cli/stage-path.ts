/**
 * A path that the explorer found, as a scenario for the world: every step falls into a slot of its
 * own, messages are held until theirs comes, and what is never delivered is lost. The world runs
 * the machine anew and the judges of recorded traces decide, so that the explorer is believed by
 * nobody: either they find the breach, or the path cannot be staged.
 */
import type { RaftMessage } from '../raft/message.ts';
import type { Bounds } from '../verify/bounds.ts';
import { newLocal, serverName } from '../verify/local.ts';
import { act } from '../verify/act.ts';
import type { Acted } from '../verify/act.ts';
import type { Local } from '../verify/local.ts';
import { messageText } from '../verify/local.ts';
import type { Happening } from '../verify/path.ts';
import type { Subject } from '../raft/step.ts';
import { makeEntry } from '../raft/log.ts';
import { draw, purpose } from '../world/keyed.ts';
import { calm } from '../world/scenario.ts';
import type { Fault, InitialServer, Operation, Scenario } from '../world/scenario.ts';

const slotMs = 20;
const clients = 7;

const timeOf = (step: number): number => (step + 1) * slotMs;

interface Flight {
  readonly message: RaftMessage;
  readonly sentAt: number;
  /** Steps in which it arrives, the first and (copied) a second. */
  readonly arrivals: number[];
  lost: boolean;
}

/** The steps again, each by a machine asked anew, with what left in each. */
class Rehearsal {
  readonly flights: Flight[] = [];
  /** Steps that began a write, by server, and the step that made it durable (or none). */
  readonly writes: { readonly server: number; readonly from: number; to: number | null }[] = [];
  private readonly locals: Local[];
  private readonly subject: Subject;
  private readonly bounds: Bounds;

  constructor(subject: Subject, bounds: Bounds) {
    this.subject = subject;
    this.bounds = bounds;
    this.locals = Array.from({ length: bounds.servers }, (_, server) => this.begin(server));
  }

  play(happenings: readonly Happening[]): void {
    happenings.forEach((each, step) => this.step(each, step));
  }

  private begin(server: number): Local {
    const { term, log } = this.bounds.initial[server] ?? { term: 0, log: [] };
    const entries = log.map((of, at) => makeEntry({ index: at + 1, term: of }, { kind: 'noop' }));
    const stored = { term, votedFor: null, snapshot: null, entries };
    const fresh = newLocal(this.subject, { server, bounds: this.bounds, stored });
    return this.acted(fresh, { kind: 'online' }).local;
  }

  private acted(local: Local, action: Happening['action']): Acted {
    const sync = this.bounds.disk === 'sync';
    return act({ subject: this.subject, sync, records: false }, local, action);
  }

  private step({ server, action, manner }: Happening, step: number): void {
    if (action.kind === 'receive' && !this.arrive(action.message, step, manner)) return;
    const before = this.locals[server];
    if (before === undefined) return;
    if (action.kind === 'fsync' || action.kind === 'restart') {
      for (const write of this.writes) {
        const open = write.server === server && write.to === null;
        if (open && action.kind === 'fsync') write.to = step;
      }
    }
    const { local, left } = this.acted(before, action);
    this.locals[server] = local;
    if (local.pending.length > before.pending.length && action.kind !== 'fsync') {
      this.writes.push({ server, from: step, to: null });
    }
    for (const message of left) {
      this.flights.push({ message, sentAt: step, arrivals: [], lost: false });
    }
  }

  /** Marks the message in flight; false: it is lost in this step. */
  private arrive(message: RaftMessage, step: number, manner: Happening['manner']): boolean {
    const text = messageText(message);
    const flight =
      this.flights.find((one) => one.arrivals.length === 0 && messageText(one.message) === text) ??
      this.flights.find((one) => messageText(one.message) === text);
    if (flight === undefined) return manner !== 'drop';
    if (manner === 'drop') flight.lost = flight.arrivals.length === 0;
    else flight.arrivals.push(step);
    return manner !== 'drop';
  }
}

function linkFaults({ message, sentAt, arrivals }: Flight): readonly Fault[] {
  const { from, to, kind } = message;
  const window = { atMs: timeOf(sentAt) - 1, forMs: 3, percent: 100, from, to, message: kind };
  const [first, second] = arrivals;
  if (first === undefined) return [{ kind: 'drop', ...window }];
  const byMs = timeOf(first) - timeOf(sentAt);
  const held: Fault = { kind: 'delay', ...window, byMs };
  if (second === undefined) return [held];
  const afterMs = timeOf(second) - timeOf(sentAt);
  return [held, { kind: 'duplicate', ...window, afterMs }];
}

function stepFaults({ server, action }: Happening, step: number): readonly Fault[] {
  const name = serverName(server);
  const atMs = timeOf(step);
  switch (action.kind) {
    case 'expire':
      return [{ kind: 'clockJump', server: name, atMs, byMs: 100_000 }];
    case 'restart':
      return [{ kind: 'crash', server: name, atMs, forMs: 1, disk: 'lose' }];
    case 'offline':
      return [{ kind: 'offline', server: name, atMs, forMs: 1 }];
    default:
      return [];
  }
}

/** The client whose first request goes to this server, by the seed's own draw. */
function clientFor(server: number, servers: number): string {
  for (let at = 0; at < clients; at += 1) {
    const target = draw(calm.seed, purpose.client, servers + at, 0) % servers;
    if (target === server) return `c${at + 1}`;
  }
  return 'c1';
}

interface Asked {
  readonly step: number;
  readonly server: number;
  readonly serial: number;
}

function askedIn(path: readonly Happening[]): readonly Asked[] {
  return path.flatMap(({ server, action }, step): readonly Asked[] =>
    action.kind === 'propose' ? [{ step, server, serial: action.serial }] : [],
  );
}

/** Where the same serial was asked for first. */
function firstOf(all: readonly Asked[], { serial }: Asked): Asked | undefined {
  return all.find((one) => one.serial === serial);
}

function operationsOf(path: readonly Happening[], servers: number): readonly Operation[] {
  const all = askedIn(path);
  const writes = all
    .filter((one) => firstOf(all, one) === one)
    .map(({ step, server, serial }): Operation => ({
      atMs: timeOf(step),
      client: clientFor(server, servers),
      f: 'write',
      key: 'x',
      value: serial,
    }));
  const reads = path.flatMap(({ server, action }, step): readonly Operation[] => {
    if (action.kind !== 'read') return [];
    return [
      { atMs: timeOf(step), client: clientFor(server, servers), f: 'read', key: 'x', value: null },
    ];
  });
  return [...writes, ...reads];
}

/** A command asked for again is a copy of its first request, at the server that had it first. */
function requestFaults(path: readonly Happening[], servers: number): readonly Fault[] {
  const all = askedIn(path);
  return all.flatMap((one): readonly Fault[] => {
    const first = firstOf(all, one);
    if (first === undefined || first === one) return [];
    return [
      {
        kind: 'duplicate',
        atMs: timeOf(first.step) - 1,
        forMs: 3,
        percent: 100,
        from: clientFor(first.server, servers),
        to: serverName(first.server),
        message: 'ClientRequest',
        afterMs: timeOf(one.step) - timeOf(first.step),
      },
    ];
  });
}

function disksOf(bounds: Bounds): readonly InitialServer[] {
  return bounds.initial.map(({ term, log }, at) => ({
    server: serverName(at),
    term,
    votedFor: null,
    log,
  }));
}

/** The scenario that goes the way of the path. */
export function stagedPath(
  subject: Subject,
  bounds: Bounds,
  happenings: readonly Happening[],
): Scenario {
  const rehearsal = new Rehearsal(subject, bounds);
  rehearsal.play(happenings);
  const end = timeOf(happenings.length + 1);
  const slow = rehearsal.writes.map(({ server, from, to }): Fault => ({
    kind: 'slowDisk',
    server: serverName(server),
    atMs: timeOf(from) - 1,
    forMs: 2,
    byMs: (to === null ? end : timeOf(to)) - timeOf(from),
  }));
  return {
    ...calm,
    name: `${subject.name}, ${happenings.length} steps found by exploration`,
    cluster: {
      ...calm.cluster,
      servers: bounds.servers,
      electionMs: { min: 60_000, max: 90_000 },
      heartbeatMs: 50_000,
      entriesPerAppendMax: bounds.entriesPerAppend,
      inflightMax: 2,
      diskMicros: { min: 0, max: 0 },
    },
    bus: { ...calm.bus, latencyMicros: { min: 0, max: 0 }, lockDurationMs: 60_000 },
    workload: {
      ...calm.workload,
      ...(happenings.some(({ action }) => action.kind === 'read') ? { reads: 'index' } : {}),
      clients,
      retryMs: 50_000,
      timeoutMs: 100_000,
      operations: operationsOf(happenings, bounds.servers),
    },
    faults: [
      ...slow,
      ...rehearsal.flights.flatMap(linkFaults),
      ...requestFaults(happenings, bounds.servers),
      ...happenings.flatMap(stepFaults),
    ],
    initial: disksOf(bounds),
    limits: { ...calm.limits, runMs: end, quietMs: 300_000 },
  };
}
