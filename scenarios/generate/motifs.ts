/**
 * Motifs: a few faults and operations that belong together, as in the textbook's troubles. Single
 * draws seldom line up like this; the shrinker takes a motif apart like anything else.
 */
import type {
  Fault,
  FaultKind,
  MessageClass,
  Operation,
  Target,
} from '../../harness/world/scenario.ts';
import type { Weighted } from './dice.ts';
import type { FaultContext } from './faults.ts';
import { serverNames } from './faults.ts';
import type { OperationDeck } from './workload.ts';

export interface MotifContext extends FaultContext {
  readonly deck: OperationDeck;
  /** Shortest and longest election time-out. */
  readonly electionMs: { readonly min: number; readonly max: number };
  readonly on: ReadonlySet<FaultKind>;
}

export interface Motif {
  readonly faults: readonly Fault[];
  readonly operations: readonly Operation[];
}

interface Kind {
  readonly needs: readonly FaultKind[];
  readonly serversMin: number;
  readonly draw: (context: MotifContext, atMs: number) => Motif;
}

function operationsNear(context: MotifContext, at: readonly number[]): Operation[] {
  return at.map((moment) => context.deck.draw(moment));
}

/** So many moments within `spanMs` from `atMs` on. */
function moments(
  { dice }: FaultContext,
  count: number,
  window: { readonly atMs: number; readonly spanMs: number },
): number[] {
  return Array.from({ length: count }, () => window.atMs + dice.between(0, window.spanMs));
}

function crash(
  context: MotifContext,
  server: Target,
  window: { readonly atMs: number; readonly forMs: number },
): Fault {
  return { kind: 'crash', ...window, server, disk: context.dice.pick(['lose', 'some', 'torn']) };
}

/** Servers that stand for election at (almost) the same moment. */
function candidacies(
  { dice, electionMs }: MotifContext,
  runners: readonly string[],
  atMs: number,
): Fault[] {
  return runners.map((server) => ({
    kind: 'clockJump',
    atMs: atMs + dice.between(0, 4),
    server,
    byMs: electionMs.max * 2,
  }));
}

/**
 * Servers run, alone or several at once; requests get lost, votes come twice, or in the next
 * election.
 */
function stampede(context: MotifContext, atMs: number): Motif {
  const { dice, electionMs, on } = context;
  const runners = dice.subset(serverNames(context.servers), dice.between(1, 3));
  const faults = candidacies(context, runners, atMs);
  const votes = { from: 'any', to: 'any', message: 'RequestVoteReply' } as const;
  const lateMs = dice.between(15, electionMs.max);
  const late = runners.length > 1 && dice.chance(50);
  if (late) faults.push(...candidacies(context, runners, atMs + lateMs));
  if (on.has('duplicate')) {
    const afterMs = late ? lateMs + dice.between(0, 10) : dice.between(0, 4);
    faults.push({ kind: 'duplicate', ...votes, atMs, forMs: 60, percent: 100, afterMs });
  }
  if (on.has('delay') && late) {
    faults.push({ kind: 'delay', ...votes, atMs, forMs: 40, percent: 50, byMs: lateMs });
  }
  if (on.has('drop') && dice.chance(75)) {
    const percent = dice.between(25, 75);
    const forMs = 20 + (late ? lateMs : 0);
    faults.push({ kind: 'drop', ...votes, message: 'RequestVote', atMs, forMs, percent });
  }
  return { faults, operations: [] };
}

/** Fewer servers than a quorum stand for election on their own, and hear everything twice. */
function minority(context: MotifContext, atMs: number): Motif {
  const { dice, electionMs, servers, on } = context;
  const side = dice.subset(serverNames(servers), dice.between(2, servers >> 1));
  const forMs = dice.between(electionMs.max, electionMs.max * 3);
  const message = dice.pick<MessageClass>(['any', 'RequestVoteReply']);
  const twice = { from: 'any', to: 'any', message, percent: dice.pick([50, 100]) } as const;
  const afterMs = dice.between(0, 5);
  const faults: Fault[] = [
    { kind: 'partition', atMs, forMs, shape: 'halves', side, clients: false },
    { kind: 'duplicate', atMs, forMs: forMs + dice.between(0, 60), ...twice, afterMs },
  ];
  const runners = dice.subset(side, dice.between(0, 1));
  if (on.has('clockJump')) faults.push(...candidacies(context, runners, atMs + 10));
  const asked = moments(context, dice.between(0, 2), { atMs, spanMs: forMs });
  return { faults, operations: operationsNear(context, asked) };
}

/** Replication hardly works: many short reigns, each of which leaves a few entries somewhere. */
function storm(context: MotifContext, atMs: number): Motif {
  const { dice, electionMs, on } = context;
  const forMs = dice.between(electionMs.max * 3, electionMs.max * 8);
  const percent = dice.between(50, 90);
  const link = { from: 'any', to: 'any', message: 'AppendEntries' } as const;
  const faults: Fault[] = [{ kind: 'drop', ...link, atMs, forMs, percent }];
  if (on.has('crash')) {
    for (const at of moments(context, dice.between(0, 3), { atMs, spanMs: forMs })) {
      faults.push(crash(context, 'leader', { atMs: at, forMs: dice.between(10, electionMs.max) }));
    }
  }
  const asked = moments(context, dice.between(2, 5), { atMs, spanMs: forMs });
  return { faults, operations: operationsNear(context, asked) };
}

/** A leader is cut off and goes on taking orders while another is elected. */
function deposed(context: MotifContext, atMs: number): Motif {
  const { dice, electionMs, servers, on } = context;
  const forMs = dice.between(electionMs.max, electionMs.max * 3);
  const alone = servers < 4 || dice.chance(60);
  const side = alone ? ['leader'] : ['leader', `S${String(dice.between(1, servers))}`];
  const shape = alone ? 'isolate' : 'halves';
  const faults: Fault[] = [{ kind: 'partition', atMs, forMs, shape, side, clients: false }];
  if (on.has('crash') && dice.chance(50)) {
    const window = { atMs: atMs + forMs + dice.between(0, electionMs.max), forMs: 20 };
    faults.push(crash(context, 'leader', window));
  }
  const before = moments(context, dice.between(2, 5), { atMs, spanMs: 30 });
  const after = moments(context, dice.between(1, 4), {
    atMs: atMs + electionMs.max,
    spanMs: forMs,
  });
  return { faults, operations: operationsNear(context, [...before, ...after]) };
}

/** Figure 8: leader after leader replicates to one follower only and crashes. */
function figureEight(context: MotifContext, atMs: number): Motif {
  const { dice, electionMs, servers, on } = context;
  const faults: Fault[] = [];
  const asked: number[] = [];
  const rounds = dice.between(3, 5);
  let at = atMs;
  for (let round = 0; round < rounds; round++) {
    asked.push(...moments(context, dice.between(1, 2), { atMs: at, spanMs: 5 }));
    const downMs = dice.between(electionMs.min, electionMs.max * 2);
    const openMs = dice.between(5, 40);
    if (on.has('partition') && dice.chance(70)) {
      const side = ['leader', `S${String(dice.between(1, servers))}`];
      const forMs = openMs + dice.between(0, 30);
      faults.push({ kind: 'partition', atMs: at, forMs, shape: 'halves', side, clients: false });
    }
    faults.push(crash(context, 'leader', { atMs: at + openMs, forMs: downMs }));
    at += openMs + dice.between(electionMs.min, electionMs.max + 60);
  }
  return { faults, operations: operationsNear(context, asked) };
}

/** All servers lose power within a few milliseconds, just after somebody asked for something. */
function blackout(context: MotifContext, atMs: number): Motif {
  const { dice, servers } = context;
  const faults = serverNames(servers).map((server) =>
    crash(context, server, {
      atMs: atMs + dice.between(0, 15),
      forMs: dice.between(10, 80),
    }),
  );
  const asked = moments(context, dice.between(1, 3), { atMs: Math.max(0, atMs - 15), spanMs: 20 });
  return { faults, operations: operationsNear(context, asked) };
}

/** What was said in one term is heard again in another. */
function echo(context: MotifContext, atMs: number): Motif {
  const { dice, electionMs, on } = context;
  const message = dice.pick<MessageClass>([
    'AppendEntriesReply',
    'AppendEntries',
    'RequestVoteReply',
    'RequestVote',
  ]);
  const afterMs = dice.between(electionMs.min, electionMs.max * 3);
  const forMs = dice.between(30, 120);
  const faults: Fault[] = [
    { kind: 'duplicate', atMs, forMs, from: 'any', to: 'any', message, percent: 100, afterMs },
  ];
  const window = { atMs: atMs + dice.between(10, forMs), forMs: dice.between(10, 60) };
  if (on.has('crash')) faults.push(crash(context, 'leader', window));
  const asked = moments(context, dice.between(1, 3), { atMs, spanMs: forMs });
  return { faults, operations: operationsNear(context, asked) };
}

/** A leader that still speaks but no longer hears, or the other way round. */
function deaf(context: MotifContext, atMs: number): Motif {
  const { dice, electionMs, servers } = context;
  const names = serverNames(servers);
  const forMs = dice.between(electionMs.min, electionMs.max * 2);
  const side: readonly Target[] = dice.chance(50)
    ? ['leader']
    : dice.subset(names, Math.max(1, servers - 1));
  const asked = moments(context, dice.between(2, 4), { atMs, spanMs: forMs });
  return {
    faults: [{ kind: 'partition', atMs, forMs, shape: 'oneWay', side, clients: false }],
    operations: operationsNear(context, asked),
  };
}

/** Answers are lost, so that clients ask again for what was done. */
function lostAnswers(context: MotifContext, atMs: number): Motif {
  const { dice } = context;
  const forMs = dice.between(40, 250);
  const asked = moments(context, dice.between(2, 4), { atMs, spanMs: forMs });
  const answers = { from: 'any', to: 'any', message: 'ClientReply' } as const;
  return {
    faults: [{ kind: 'drop', ...answers, atMs, forMs, percent: 100 }],
    operations: operationsNear(context, asked),
  };
}

/** A slow disk loses power in the middle of its writes. */
function tornTail(context: MotifContext, atMs: number): Motif {
  const { dice, servers } = context;
  const server = dice.chance(50) ? 'leader' : `S${String(dice.between(1, servers))}`;
  const asked = moments(context, dice.between(3, 6), { atMs, spanMs: 15 });
  return {
    faults: [
      { kind: 'slowDisk', atMs, forMs: 120, server, byMs: dice.between(10, 80) },
      crash(context, server, {
        atMs: atMs + dice.between(5, 60),
        forMs: dice.between(10, 150),
      }),
    ],
    operations: operationsNear(context, asked),
  };
}

/** Of 100 runs so many, where messages may come twice, have it all the time. */
const alwaysTwicePercent = 20;

/** What goes on from the beginning to the end: a bus on whose acknowledgements nobody can rely. */
export function drawWeather({ dice, on, runMs }: MotifContext): readonly Fault[] {
  if (!on.has('duplicate') || !dice.chance(alwaysTwicePercent)) return [];
  const message = dice.weighted<MessageClass>([
    [50, 'RequestVoteReply'],
    [25, 'AppendEntriesReply'],
    [25, 'any'],
  ]);
  const link = { from: 'any', to: 'any', message, percent: dice.between(20, 80) } as const;
  return [{ kind: 'duplicate', atMs: 0, forMs: runMs, ...link, afterMs: dice.between(0, 5) }];
}

const motifs: readonly Weighted<Kind>[] = [
  [16, { needs: ['clockJump'], serversMin: 3, draw: stampede }],
  [16, { needs: ['partition', 'duplicate'], serversMin: 4, draw: minority }],
  [20, { needs: ['partition'], serversMin: 2, draw: deposed }],
  [12, { needs: ['crash'], serversMin: 3, draw: figureEight }],
  [14, { needs: ['drop'], serversMin: 3, draw: storm }],
  [8, { needs: ['crash'], serversMin: 1, draw: blackout }],
  [12, { needs: ['duplicate'], serversMin: 2, draw: echo }],
  [10, { needs: ['partition'], serversMin: 2, draw: deaf }],
  [8, { needs: ['drop'], serversMin: 1, draw: lostAnswers }],
  [10, { needs: ['slowDisk', 'crash'], serversMin: 1, draw: tornTail }],
];

/** A motif made of kinds that are on in this run, cut to its length; empty when none fits. */
export function drawMotif(context: MotifContext, atMs: number): Motif {
  const fitting = motifs.filter(
    ([, { needs, serversMin }]) =>
      context.servers >= serversMin && needs.every((kind) => context.on.has(kind)),
  );
  const chosen = context.dice.weightedOf(fitting);
  if (chosen === undefined) return { faults: [], operations: [] };
  const { faults, operations } = chosen.draw(context, atMs);
  return {
    faults: faults.filter((fault) => fault.atMs < context.runMs).map(within(context.runMs)),
    operations: operations.filter((operation) => operation.atMs < context.runMs),
  };
}

function within(runMs: number): (fault: Fault) => Fault {
  return (fault) =>
    'forMs' in fault ? { ...fault, forMs: Math.min(fault.forMs, runMs - fault.atMs) } : fault;
}
