/**
 * The machine alone: servers that hand each other their messages in memory, with disks that are
 * done at once, no bus, no clock, no judges. How many entries a second they commit on one core.
 */
import type { Entry } from '../raft/entry.ts';
import { raft } from '../raft/machine.ts';
import type { RaftMessage } from '../raft/message.ts';
import { plainOptions } from '../raft/node.ts';
import type { Node, NodeOptions, StateMachine } from '../raft/node.ts';
import type { Input } from '../raft/step.ts';
import type { Benchmark, Figure } from './measure.ts';
import { timed } from './measure.ts';

/** Adds up: an application that costs next to nothing. */
const adder: StateMachine<number> = {
  start: () => 0,
  apply: (state) => ({ kind: 'done', state: state + 1, result: state + 1 }),
};

interface Shape {
  readonly servers: number;
  readonly batch: number;
  readonly options?: Partial<NodeOptions>;
}

const noEntries: readonly Entry[] = [];

/** A cluster whose first server leads. */
class Ring {
  readonly nodes: readonly Node[];
  readonly leader: Node;
  private readonly ids: readonly string[];
  private readonly mail: RaftMessage[] = [];
  private readonly sessions: readonly string[];
  private readonly serials: number[];

  constructor({ servers, batch, options }: Shape) {
    this.ids = Array.from({ length: servers }, (_, at) => `S${at + 1}`);
    this.sessions = Array.from({ length: batch }, (_, at) => `c${at + 1}`);
    this.serials = this.sessions.map(() => 0);
    const shared = { servers: this.ids, sessions: this.sessions };
    this.nodes = this.ids.map((id) =>
      raft.create({ ...plainOptions, ...options, ...shared, id }, adder),
    );
    const [leader] = this.nodes;
    if (leader === undefined) throw new Error('a cluster needs a server');
    this.leader = leader;
    const stored = { term: 0, votedFor: null, snapshot: null, entries: noEntries };
    for (const node of this.nodes) this.give(node, { kind: 'online', stored });
    this.expire('election');
    if (leader.heardLeader || leader.role === 'follower') this.expire('election');
    this.expire('heartbeat');
    if (leader.role !== 'leader') throw new Error('nobody was elected');
  }

  /** One request of every client, then everything that follows from it. */
  round(): void {
    for (let at = 0; at < this.sessions.length; at += 1) {
      const session = this.sessions[at] ?? '';
      const serial = (this.serials[at] ?? 0) + 1;
      this.serials[at] = serial;
      const payload = {
        kind: 'command',
        session,
        serial,
        acknowledged: serial - 1,
        command: { f: 'add' },
      } as const;
      const request = { kind: 'ClientRequest', from: session, to: 'S1', payload } as const;
      this.step(this.leader, { kind: 'propose', request });
    }
    this.persist(this.leader);
    this.deliver();
  }

  private expire(timer: 'election' | 'heartbeat'): void {
    const { electionGeneration, heartbeatGeneration } = this.leader;
    const generation = timer === 'election' ? electionGeneration : heartbeatGeneration;
    this.give(this.leader, { kind: 'expire', timer, generation });
    this.deliver();
  }

  private deliver(): void {
    const { mail } = this;
    for (let at = 0; at < mail.length; at += 1) {
      const message = mail[at];
      if (message === undefined) break;
      const to = this.nodes[message.to.charCodeAt(1) - 49];
      if (to !== undefined) this.give(to, { kind: 'receive', message });
    }
    mail.length = 0;
  }

  private give(node: Node, input: Input): void {
    this.step(node, input);
    this.persist(node);
  }

  private step(node: Node, input: Input): void {
    for (const effect of raft.step(node, input)) {
      if (effect.kind === 'send') this.mail.push(effect.message);
    }
  }

  /** The disk is done with everything. */
  private persist(node: Node): void {
    const { lastWrite: write } = node;
    if (node.durableWrite !== write) this.step(node, { kind: 'persisted', write });
  }
}

const entriesPerRun = 400_000;

/** Entries committed a second; the log is compacted on the way, as in a program. */
function committed(shape: Shape): number {
  const ring = new Ring(shape);
  const rounds = Math.ceil(entriesPerRun / shape.batch / (shape.batch === 1 ? 4 : 1));
  const before = ring.leader.commitIndex;
  const { wallSeconds } = timed(() => {
    for (let left = rounds; left > 0; left -= 1) ring.round();
  });
  const entries = ring.leader.commitIndex - before;
  if (entries !== rounds * shape.batch) throw new Error(`${entries} entries are committed`);
  return entries / wallSeconds;
}

const compacting = { snapshotEvery: 10_000, snapshotKeep: 1_000 };
/** One request under way to each follower: what is proposed meanwhile goes with the next. */
const batching = { ...compacting, inflightMax: 1 };
const everything = {
  preVote: true,
  checkQuorum: true,
  leaseMicros: 140_000,
  bytesPerAppendMax: 200_000,
  uncommittedMax: 10_000,
  sessionsMax: 1_000,
};

function measure(): readonly Figure[] {
  const target = { kind: 'least', value: 500_000 } as const;
  const unit = 'entries a second';
  return [3, 5].flatMap((servers): Figure[] => {
    const rate = (batch: number, options: Partial<NodeOptions>): number =>
      committed({ servers, batch, options });
    const all = { ...batching, ...everything };
    const piped = { ...compacting, ...everything };
    const name = `${servers} servers`;
    return [
      { name: `${name}, batches of 64`, value: rate(64, batching), unit, target },
      { name: `${name}, the same, every feature on`, value: rate(64, all), unit, target },
      { name: `${name}, the same, 16 under way`, value: rate(64, piped), unit },
      { name: `${name}, one entry at a time`, value: rate(1, compacting), unit },
    ];
  });
}

/** For the list of benchmarks. */
export const machineBenchmark: Benchmark = {
  name: 'machine',
  summary: 'the machine alone, messages handed over in memory: entries committed on one core',
  warmUps: 2,
  runs: 5,
  measure,
};
