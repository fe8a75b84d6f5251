/**
 * One server against everything that its ports allow: any message of small data in any state, not
 * only what other servers would say. The data matter little here; what counts is the product of
 * the server's control state with its ports, each state under every event.
 */
import { makeEntry } from '../raft/log.ts';
import type { AppendEntries, RaftMessage } from '../raft/message.ts';
import type { Subject } from '../raft/step.ts';
import { smallest } from './bounds.ts';
import type { Bounds } from './bounds.ts';
import type { Breach } from './breach.ts';
import { controlOf, eventOf } from './control.ts';
import { happeningText } from './path.ts';
import { inputs, Space } from './space.ts';
import type { Known, Outcome } from './space.ts';
import { inputOfMessage } from './state.ts';

/** Terms and entries of what the ports say. */
const terms = [1, 2] as const;
const entriesMax = 1;
/** Writes, and messages behind them. */
const waitingMax = 2;

const bounds: Bounds = { ...smallest, control: true, disk: 'async', symmetry: false };
const localsMax = 20_000;

export interface Opened {
  /** Control states of the server with its ports, and events that come in by the ports. */
  readonly states: number;
  readonly events: number;
  /** Pairs of both that were answered, and those that the ports allow and nothing answered. */
  readonly pairs: number;
  readonly unanswered: readonly string[];
  /** The same with data: states of the server, and inputs that it was given. */
  readonly locals: number;
  readonly asked: number;
  /** Cells of the declared table that answered (`role/input/role`). */
  readonly cells: ReadonlySet<string>;
  /** Everything within the bounds was seen. */
  readonly complete: boolean;
  readonly breach: Breach | null;
  /** The shortest way to the breach, one event a line. */
  readonly trace: readonly string[];
}

/** Where logs may end or meet, as index and term. */
const places = [
  { index: 0, term: 0 },
  ...Array.from({ length: entriesMax }, (_, at) =>
    terms.map((term) => ({ index: at + 1, term })),
  ).flat(),
];

const wire = { from: 'S2', to: 'S1' } as const;

function appendsOf(term: number): readonly AppendEntries[] {
  const made: AppendEntries[] = [];
  for (const prev of places) {
    if (prev.term > term) continue;
    const next = { index: prev.index + 1, term };
    const full = prev.index < entriesMax ? [[makeEntry(next, { kind: 'noop' })]] : [];
    for (const entries of [[], ...full]) {
      for (let leaderCommit = 0; leaderCommit <= prev.index + entries.length; leaderCommit += 1) {
        const base = { kind: 'AppendEntries', ...wire, term, entries, leaderCommit } as const;
        made.push({ ...base, prevIndex: prev.index, prevTerm: prev.term, round: 0 });
      }
    }
  }
  return made;
}

/** Everything that the other server might say. */
function messages(): readonly RaftMessage[] {
  return terms.flatMap((term): readonly RaftMessage[] => [
    ...places
      .filter((last) => last.term <= term)
      .map(({ index, term: lastTerm }): RaftMessage => {
        const request = { kind: 'RequestVote', ...wire, term } as const;
        return { ...request, lastIndex: index, lastTerm, transfer: false };
      }),
    { kind: 'RequestVoteReply', ...wire, term, granted: true },
    { kind: 'RequestVoteReply', ...wire, term, granted: false },
    ...appendsOf(term),
    ...places.flatMap(({ index, term: hintTerm }): readonly RaftMessage[] => {
      const reply = {
        kind: 'AppendEntriesReply',
        ...wire,
        term,
        prevIndex: index,
        round: 0,
      } as const;
      const none = { hintIndex: 0, hintTerm: 0 };
      return [
        { ...reply, success: true, matchIndex: index, ...none },
        { ...reply, success: false, matchIndex: 0, hintIndex: index, hintTerm },
      ];
    }),
  ]);
}

/**
 * Could another server say so, whoever wrote its program? Nobody else leads this server's term,
 * acknowledges what was never sent, or overwrites what is committed.
 */
function isSayable(message: RaftMessage, { role, term, logLength, commitIndex }: Known): boolean {
  if (message.kind === 'AppendEntriesReply') return message.matchIndex <= logLength;
  if (message.kind !== 'AppendEntries') return true;
  if (role === 'leader' && message.term === term) return false;
  return message.prevIndex >= commitIndex;
}

const always = [inputs.lateElection, inputs.lateHeartbeat, inputs.propose + 1];

class Opening {
  private readonly space: Space;
  private readonly alphabet: readonly number[];
  private readonly queue: number[] = [];
  private readonly ways = new Map<number, { readonly from: number; readonly input: number }>();
  private readonly states = new Set<string>();
  private readonly events = new Set<string>();
  private readonly allowed = new Set<string>();
  private readonly answered = new Set<string>();
  private breach: Breach | null = null;
  private trace: readonly string[] = [];

  constructor(subject: Subject) {
    this.space = new Space(subject, bounds, ['ports']);
    const said = messages().map((message) => this.space.messageId(message));
    this.alphabet = [...new Set(said)].map(inputOfMessage);
  }

  run(): Opened {
    const { space, queue } = this;
    this.meet(space.begin(0, { term: 0, votedFor: null, snapshot: null, entries: [] }), null);
    for (let at = 0; at < queue.length && this.breach === null; at += 1) {
      this.expand(queue[at] ?? 0);
      if (queue.length >= localsMax) break;
    }
    const { states, events, allowed, answered, breach, trace } = this;
    return {
      states: states.size,
      events: events.size,
      pairs: answered.size,
      unanswered: breach === null ? [...allowed].filter((pair) => !answered.has(pair)) : [],
      locals: queue.length,
      asked: space.asked,
      cells: space.cells,
      complete: breach === null && queue.length < localsMax,
      breach,
      trace,
    };
  }

  private meet(local: number, way: { readonly from: number; readonly input: number } | null): void {
    if (this.ways.has(local)) return;
    this.ways.set(local, way ?? { from: -1, input: inputs.online });
    this.queue.push(local);
    this.states.add(controlOf(this.space.known(local).local));
  }

  private expand(local: number): void {
    const known = this.space.known(local);
    for (const input of [...this.ownInputs(known), ...this.alphabet]) {
      this.give(local, input, known);
      if (this.breach !== null) return;
    }
  }

  /** What the ports other than those of messages may say now. */
  private ownInputs(known: Known): readonly number[] {
    const { role, electionArmed, heartbeatArmed, writing, term } = known;
    if (role === 'offline') return [inputs.online, ...always];
    return [
      ...(electionArmed && term < terms.length ? [inputs.election] : []),
      ...(heartbeatArmed ? [inputs.heartbeat] : []),
      ...(writing ? [inputs.fsync] : []),
      inputs.restart,
      inputs.offline,
      ...always,
    ];
  }

  private give(local: number, input: number, known: Known): void {
    const { space } = this;
    const action = space.actionOf(input);
    if (action.kind === 'receive' && !isSayable(action.message, known)) return;
    const event = eventOf(action);
    const pair = `${controlOf(known.local)} / ${event}`;
    this.events.add(event);
    this.allowed.add(pair);
    const outcome = space.step(local, input);
    if (outcome.breach !== null) {
      this.breach = outcome.breach;
      this.trace = [...this.pathTo(local), this.textOf(input)];
      return;
    }
    if (outcome.absurd) return;
    this.answered.add(pair);
    if (this.fits(outcome)) this.meet(outcome.local, { from: local, input });
  }

  /** Not longer than what the ports speak of, and not more than a little waits for the disk. */
  private fits(outcome: Outcome): boolean {
    const { logLength, local } = this.space.known(outcome.local);
    const waiting = Math.max(local.pending.length, local.outbox.length);
    return logLength <= entriesMax && waiting <= waitingMax;
  }

  private textOf(input: number): string {
    return happeningText({ server: 0, manner: 'take', action: this.space.actionOf(input) });
  }

  private pathTo(local: number): readonly string[] {
    const path: string[] = [];
    for (let at = this.ways.get(local); at !== undefined && at.from !== -1;) {
      path.push(this.textOf(at.input));
      at = this.ways.get(at.from);
    }
    return path.reverse();
  }
}

/** Gives one of two servers every event of its ports in every state that it can get into so. */
export function openTo(subject: Subject): Opened {
  return new Opening(subject).run();
}
