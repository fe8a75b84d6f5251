/**
 * Drives one server of the real machine as a world would: its disk, its timers, its way out. An
 * action is one input from outside and, with a synchronous disk, everything durable that follows.
 */
import type { Entry } from '../raft/entry.ts';
import type { ClientReply, RaftMessage } from '../raft/message.ts';
import type { Effect, Input, Stored, Subject, Timer, Write } from '../raft/step.ts';
import { inputName } from '../raft/table.ts';
import type { Breach } from './breach.ts';
import { broken, trespass } from './breach.ts';
import { copyLocal, settleNumbers } from './local.ts';
import type { Local } from './local.ts';
import { watchPorts } from './ports.ts';
import { readRequest, requestOf } from './requests.ts';
import { watchDeparture, watchStep } from './watch.ts';

export type Action =
  | { readonly kind: 'receive'; readonly message: RaftMessage }
  /** The request of this number (`requests.ts`). */
  | { readonly kind: 'propose'; readonly serial: number }
  /** The one read. */
  | { readonly kind: 'read' }
  | { readonly kind: 'expire'; readonly timer: Timer }
  /** A time-out of a timer that has been restarted or stopped since. */
  | { readonly kind: 'expireLate'; readonly timer: Timer }
  | { readonly kind: 'fsync' }
  /** Crash and return in one. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'online' };

/** One step of the machine within an action. */
export interface Stepped {
  readonly input: Input;
  readonly effects: readonly Effect[];
  /** The server after the step. */
  readonly after: Local;
  /** What left for others once the step (and its writes, if they are synchronous) was done. */
  readonly left: readonly (RaftMessage | ClientReply)[];
  /** The writes that became durable before this step. */
  readonly durable: number;
}

export interface Acted {
  readonly local: Local;
  readonly left: readonly RaftMessage[];
  readonly steps: readonly Stepped[];
  readonly breaches: readonly Breach[];
  /** Cells of the declared table that answered, and the role afterwards: `role/input/role`. */
  readonly cells: readonly string[];
  /** How much of the log the read has seen that was answered here; -1: none was. */
  readonly served: number;
}

export interface Driver {
  readonly subject: Subject;
  readonly sync: boolean;
  /** Every step of the machine is recorded with the server after it. */
  readonly records: boolean;
}

/** Machine steps within one action; more is internal chatter. */
const stepsMax = 8;

class Doing {
  readonly driver: Driver;
  readonly local: Local;
  readonly left: RaftMessage[] = [];
  readonly steps: Stepped[] = [];
  readonly breaches: Breach[] = [];
  readonly cells: string[] = [];
  private leftNow: (RaftMessage | ClientReply)[] = [];
  private durableBefore = 0;
  private stepCount = 0;
  private served = -1;

  constructor(driver: Driver, local: Local) {
    this.driver = driver;
    this.local = local;
  }

  /** One input for the machine, and what its effects ask for. False: the machine broke. */
  step(input: Input): boolean {
    const { local, driver, breaches } = this;
    this.stepCount += 1;
    const before = copyLocal(local);
    let effects: readonly Effect[];
    try {
      effects = driver.subject.step(local.node, input);
    } catch (error) {
      breaches.push(broken('Assertion', error instanceof Error ? error.message : String(error)));
      return false;
    }
    if (reachesTable(before, input)) {
      this.cells.push(`${before.node.role}/${inputName(input)}/${local.node.role}`);
    }
    this.hear(before, input);
    for (const effect of effects) this.carryOut(effect);
    const watched = { before, after: local, input, effects };
    breaches.push(...watchStep(watched), ...watchPorts(watched));
    if (driver.records) {
      const { leftNow: left, durableBefore: durable } = this;
      this.steps.push({ input, effects, after: copyLocal(local), left, durable });
    }
    this.leftNow = [];
    this.durableBefore = 0;
    return true;
  }

  /** Everything asked for becomes durable; what waited leaves; the machine is told. */
  sync(): void {
    const { local } = this;
    while (local.pending.length > 0) {
      if (this.stepCount > stepsMax) {
        const sentence = `the machine still writes after ${stepsMax} steps without any input`;
        this.breaches.push(trespass('livelock', 'storage', sentence));
        return;
      }
      const last = local.pending.at(-1)?.id ?? 0;
      for (const write of local.pending) local.stored = written(local.stored, write);
      local.pending = [];
      this.durableBefore = last;
      const waiting = local.outbox.filter(({ after }) => after <= last);
      local.outbox = local.outbox.filter(({ after }) => after > last);
      for (const { message } of waiting) this.leave(message);
      if (!this.step({ kind: 'persisted', write: last })) return;
    }
  }

  done(): Acted {
    settleNumbers(this.local);
    const { local, left, steps, breaches, cells, served } = this;
    return { local, left, steps, breaches, cells, served };
  }

  private carryOut(effect: Effect): void {
    const { local } = this;
    switch (effect.kind) {
      case 'persist':
        local.pending.push(effect.write);
        break;
      case 'send':
      case 'answer':
        this.offer(effect.after, effect.message);
        break;
      case 'arm':
      case 'disarm':
        if (effect.timer === 'election') local.electionArmed = effect.kind === 'arm';
        else if (effect.timer === 'heartbeat') local.heartbeatArmed = effect.kind === 'arm';
        break;
      case 'serve':
        this.served = effect.appliedIndex;
        break;
      case 'apply':
      case 'restore':
        break;
    }
  }

  private offer(after: number, message: RaftMessage | ClientReply): void {
    const { local } = this;
    const durable = (local.pending[0]?.id ?? Infinity) - 1;
    if (after > durable) local.outbox.push({ after, message });
    else this.leave(message);
  }

  private leave(message: RaftMessage | ClientReply): void {
    const { local } = this;
    this.leftNow.push(message);
    if (message.kind === 'ClientReply') return;
    this.breaches.push(...watchDeparture(local, message));
    local.shownTerm = Math.max(local.shownTerm, message.term);
    this.left.push(message);
  }

  /** Remembers whose votes of this term have come in, whatever the machine makes of them. */
  private hear(before: Local, input: Input): void {
    const { local } = this;
    const { node } = local;
    if (node.role === 'candidate' && (before.node.role !== 'candidate' || termRose(before, local)))
      local.heard = 1 << local.server;
    if (input.kind === 'receive' && input.message.kind === 'RequestVoteReply') {
      const { message } = input;
      const counts = message.granted && message.term === before.node.term;
      if (counts && before.node.role === 'candidate')
        local.heard |= 1 << (message.from.charCodeAt(1) - 49);
    }
  }
}

/** A time-out that was replaced is turned away before the table is asked. */
function reachesTable({ node }: Local, input: Input): boolean {
  if (input.kind !== 'expire') return true;
  const { electionGeneration, heartbeatGeneration } = node;
  return (
    input.generation === (input.timer === 'election' ? electionGeneration : heartbeatGeneration)
  );
}

function termRose(before: Local, after: Local): boolean {
  return after.node.term !== before.node.term;
}

function written(stored: Stored, { hard, log }: Write): Stored {
  let entries: readonly Entry[] = stored.entries;
  if (log !== null) entries = [...entries.slice(0, log.from - 1), ...log.entries];
  const { term, votedFor, snapshot } = stored;
  return { ...(hard ?? { term, votedFor }), snapshot, entries };
}

function expire(doing: Doing, timer: Timer, late: boolean): void {
  const { local } = doing;
  const { electionGeneration, heartbeatGeneration } = local.node;
  const current = timer === 'election' ? electionGeneration : heartbeatGeneration;
  if (late) {
    doing.step({ kind: 'expire', timer, generation: current - 1 });
    return;
  }
  if (timer === 'election') local.electionArmed = false;
  else local.heartbeatArmed = false;
  doing.step({ kind: 'expire', timer, generation: current });
}

/** Memory is gone; a machine made anew starts from the disk. */
function restart(doing: Doing): void {
  const { local, driver } = doing;
  const { options, application } = local.node;
  local.node = driver.subject.create(options, application);
  local.pending = [];
  local.outbox = [];
  local.electionArmed = false;
  local.heartbeatArmed = false;
  local.heard = 0;
  doing.step({ kind: 'online', stored: local.stored, incarnation: 2 });
}

/** Taken off line in good order: the disk finishes, what waited for it is not sent any more. */
function goOffline(doing: Doing): void {
  const { local } = doing;
  if (!doing.step({ kind: 'offline' })) return;
  local.outbox = [];
  doing.sync();
}

/** Does it on a copy; the server given stays as it is. */
export function act(driver: Driver, given: Local, action: Action): Acted {
  const doing = new Doing(driver, copyLocal(given));
  const { local } = doing;
  switch (action.kind) {
    case 'receive':
      doing.step({ kind: 'receive', message: action.message });
      break;
    case 'propose':
      doing.step({
        kind: 'propose',
        request: requestOf(action.serial, local.node.options.sessions.length),
      });
      break;
    case 'read':
      doing.step({ kind: 'propose', request: readRequest() });
      break;
    case 'expire':
    case 'expireLate':
      expire(doing, action.timer, action.kind === 'expireLate');
      break;
    case 'fsync':
      doing.sync();
      break;
    case 'restart':
      restart(doing);
      break;
    case 'offline':
      goOffline(doing);
      break;
    case 'online':
      doing.step({ kind: 'online', stored: local.stored });
      break;
  }
  if (driver.sync) doing.sync();
  if (local.node.role !== 'candidate') local.heard = 0;
  return doing.done();
}
