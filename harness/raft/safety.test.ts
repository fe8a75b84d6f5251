/**
 * Random interleavings with losses, doubles, reordering, slow disks and crashes: whatever happens,
 * section 5's properties (Figure 3) hold. Mutants show that the property can fail.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from './entry.ts';
import { machine, raft } from './machine.ts';
import { brokenRules } from './rules.ts';
import type { Rules } from './rules.ts';
import type { Subject } from './step.ts';
import { crash, createNetwork, deliver, expire, propose, run, sync } from './network.test.kit.ts';
import type { Machine, Network } from './network.test.kit.ts';

/** What happens next: `which` and `whom` are taken modulo what there is. */
interface Happening {
  readonly kind: 'deliver' | 'double' | 'drop' | 'sync' | 'crash' | 'elect' | 'beat' | 'propose';
  readonly which: number;
  readonly whom: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.oneof(
    { weight: 40, arbitrary: fc.constant('deliver' as const) },
    { weight: 20, arbitrary: fc.constant('sync' as const) },
    { weight: 6, arbitrary: fc.constant('propose' as const) },
    { weight: 4, arbitrary: fc.constantFrom('double' as const, 'drop' as const) },
    { weight: 3, arbitrary: fc.constant('beat' as const) },
    { weight: 1, arbitrary: fc.constantFrom('elect' as const, 'crash' as const) },
  ),
  which: fc.nat(),
  whom: fc.nat(4),
});

/** Everything ever seen, against which each step is held. */
interface Memory {
  /** Leaders by term. */
  readonly leaders: Map<number, string>;
  /** Entries applied by anyone, by index. */
  readonly applied: Map<number, { readonly entry: Entry; readonly stateDigest: number }>;
  /** Entries some leader committed, in order: every later leader must have them. */
  committed: readonly Entry[];
  serial: number;
}

function happen(network: Network, next: Happening, memory: Memory): void {
  const { queue, machines } = network;
  const { id } = pick(machines, next.whom);
  if (next.kind === 'elect' || next.kind === 'beat') {
    expire(network, id, next.kind === 'elect' ? 'election' : 'heartbeat');
  } else if (next.kind === 'sync') sync(network, id);
  else if (next.kind === 'crash') crash(network, id);
  else if (next.kind === 'propose') {
    const session = `c${(memory.serial % 2) + 1}`;
    // Every third request repeats the one before.
    if (next.which % 3 > 0) memory.serial += 1;
    propose(network, id, { session, serial: memory.serial, add: memory.serial });
  } else if (queue.length > 0) {
    const at = next.which % queue.length;
    const message = pick(queue, at);
    if (next.kind !== 'double') queue.splice(at, 1);
    if (next.kind !== 'drop') deliver(network, message);
  }
}

function pick<Item>(items: readonly Item[], at: number): Item {
  const item = items[at % items.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function check(network: Network, memory: Memory): void {
  for (const known of network.machines) {
    checkLeader(known, memory);
    for (const { entry, stateDigest } of known.applied) {
      const before = memory.applied.get(entry.index);
      if (before === undefined) memory.applied.set(entry.index, { entry, stateDigest });
      else {
        hold(same(before.entry, entry), 'state machine safety');
        hold(before.stateDigest === stateDigest, 'equal states after equal entries');
      }
    }
  }
  const logs = network.machines.map(({ node }) => node.log);
  for (const [at, left] of logs.entries()) {
    for (const right of logs.slice(at + 1)) hold(matching(left, right), 'log matching');
  }
}

function hold(condition: boolean, claim: string): void {
  if (!condition) throw new Error(claim);
}

function same(left: Entry | undefined, right: Entry | undefined): boolean {
  return left?.index === right?.index && left?.digest === right?.digest;
}

function checkLeader({ id, node }: Machine, memory: Memory): void {
  if (node.role !== 'leader') return;
  const before = memory.leaders.get(node.term);
  hold(before === undefined || before === id, 'election safety');
  if (before === undefined) {
    const complete = memory.committed.every((entry) => same(entry, node.log[entry.index - 1]));
    hold(complete, 'leader completeness');
  }
  memory.leaders.set(node.term, id);
  if (node.commitIndex > memory.committed.length) {
    memory.committed = node.log.slice(0, node.commitIndex);
  }
}

/** If two entries have the same index and term, they are equal, and so is everything before. */
function matching(left: readonly Entry[], right: readonly Entry[]): boolean {
  let met = false;
  for (let at = Math.min(left.length, right.length) - 1; at >= 0; at -= 1) {
    met ||= left[at]?.term === right[at]?.term;
    if (met && !same(left[at], right[at])) return false;
  }
  return true;
}

/** Lets the happenings happen, checking after each. */
function play(subject: Subject, servers: number, happenings: readonly Happening[]): Network {
  const options = { entriesPerAppendMax: 2, inflightMax: 2 };
  const network = createNetwork({ servers, slowDisks: true, subject, options });
  const memory: Memory = { leaders: new Map(), applied: new Map(), committed: [], serial: 1 };
  // Short runs seldom elect anybody by chance alone: each begins with a campaign.
  expire(network, 'n1', 'election');
  for (const next of happenings) {
    happen(network, next, memory);
    check(network, memory);
  }
  return network;
}

const runs = fc.tuple(
  fc.integer({ min: 3, max: 5 }),
  fc.array(happening, { minLength: 100, maxLength: 400, size: 'max' }),
);

describe('Figure 3: the properties hold in every interleaving', () => {
  test('Election safety, log matching, leader completeness and state machine safety', () => {
    let elections = 0;
    let applies = 0;
    const property = fc.property(runs, ([servers, happenings]) => {
      const network = play(raft, servers, happenings);
      for (const { node } of network.machines) {
        elections += node.role === 'leader' ? 1 : 0;
        applies += node.appliedIndex;
      }
    });
    fc.assert(property, { seed: 20_260_101, numRuns: 300 });
    // A run in which nothing happened proves nothing.
    expect(elections).toBeGreaterThan(100);
    expect(applies).toBeGreaterThan(300);
  });

  test('Left in peace, any cluster elects a leader, converges and answers', () => {
    const property = fc.property(runs, ([servers, happenings]) => {
      const network = play(raft, servers, happenings);
      const calm: Network = { ...network, slowDisks: false };
      for (const { id } of calm.machines) while (syncs(calm, id)) sync(calm, id);
      run(calm);
      const best = calm.machines.toSorted((left, right) => rank(right) - rank(left))[0];
      if (best === undefined) throw new Error('a cluster has servers');
      for (let tries = 0; best.node.role !== 'leader' && tries < 3; tries += 1) {
        expire(calm, best.id, 'election');
        run(calm);
      }
      for (let beats = 0; beats < 3; beats += 1) {
        expire(calm, best.id, 'heartbeat');
        run(calm);
      }
      propose(calm, best.id, { session: 'c1', serial: 999, add: 1 });
      run(calm);
      expire(calm, best.id, 'heartbeat');
      run(calm);
      expect(calm.replies.at(-1)).toMatchObject({ serial: 999, answer: { kind: 'done' } });
      for (const { node } of calm.machines) {
        expect(node.appliedIndex).toBe(best.node.log.length);
        expect(node.stateDigest).toBe(best.node.stateDigest);
      }
    });
    fc.assert(property, { seed: 20_260_102, numRuns: 150 });
  });

  test.each<[string, Partial<Rules>]>([
    ['votes twice', { voteIsFree: () => true }],
    ['takes half for a majority', { quorum: (node) => node.options.servers.length >> 1 }],
    ['votes regardless of the log', { isUpToDate: () => true }],
    [
      'accepts any previous entry',
      { logMatches: (node, given) => node.log.length >= given.prevIndex },
    ],
    ['keeps conflicting entries', { conflicts: () => false }],
    ['sends before writing', { sendWaitsFor: () => 0, restored: forgetful }],
  ])('A server that %s is found out', (name, broken) => {
    const subject = machine(name, brokenRules(broken));
    const property = fc.property(runs, ([servers, happenings]) => {
      play(subject, servers, happenings);
    });
    const details = fc.check(property, { seed: 20_260_103, numRuns: 1_000, endOnFailure: true });
    expect(details.failed).toBe(true);
  });
});

function syncs(network: Network, id: string): boolean {
  return network.machines.some((known) => known.id === id && known.unsynced.length > 0);
}

/** Orders servers by who may win an election: last term, then length of the log. */
function rank({ node }: Machine): number {
  return (node.log.at(-1)?.term ?? 0) * 10_000 + node.log.length;
}

/** A disk that keeps the log and the term, but not the vote. */
function forgetful(stored: Parameters<Rules['restored']>[0]): ReturnType<Rules['restored']> {
  return { ...stored, votedFor: null };
}
