/**
 * Motifs of Raft's features: the moments in which each of them goes wrong if it does. A follower
 * falls behind a snapshot and its leader falls, a change of the configuration meets a partition, a
 * leader hands over and the message is lost, somebody reads where nobody may any more.
 */
import type {
  Fault,
  FaultKind,
  MessageClass,
  Operation,
  OperatorStep,
  Target,
} from '../../harness/world/scenario.ts';
import type { Weighted } from './dice.ts';
import type { FeatureName } from './features.ts';
import type { Motif, MotifContext } from './motifs.ts';
import type { WishDeck } from './wishes.ts';

export interface FeatureContext extends MotifContext {
  readonly features: ReadonlySet<FeatureName>;
  readonly wishes: WishDeck;
}

export interface FeatureMotif extends Motif {
  readonly wishes: readonly OperatorStep[];
}

interface Kind {
  /** One of these is on. */
  readonly of: readonly FeatureName[];
  /** So is this one. */
  readonly besides?: FeatureName;
  /** All of these are. */
  readonly needs: readonly FaultKind[];
  readonly draw: (context: FeatureContext, atMs: number) => Partial<FeatureMotif>;
}

interface Spell {
  readonly atMs: number;
  readonly forMs: number;
}

function anyone({ dice, servers }: MotifContext): string {
  return `S${String(dice.between(1, servers))}`;
}

function isolate(server: Target, spell: Spell): Fault {
  return { kind: 'partition', ...spell, shape: 'isolate', side: [server], clients: false };
}

function crashed({ dice }: MotifContext, server: Target, spell: Spell): Fault {
  return { kind: 'crash', ...spell, server, disk: dice.pick(['lose', 'some', 'torn']) };
}

function lost(message: MessageClass, percent: number, spell: Spell): Fault {
  return { kind: 'drop', ...spell, from: 'any', to: 'any', message, percent };
}

/** So many operations from `atMs` on, reads only with `reads`. */
function asked(
  { dice, deck }: MotifContext,
  count: number,
  span: Spell & { readonly reads: boolean },
): Operation[] {
  return Array.from({ length: count }, () => {
    const at = span.atMs + dice.between(0, span.forMs);
    return span.reads ? deck.read(at) : deck.draw(at);
  });
}

/** Trouble for whoever leads, of a kind that is on; none if none is. */
function troubleFor(context: FeatureContext, server: Target, spell: Spell): Fault[] {
  const { dice, on } = context;
  const kind = dice.weightedOf([
    [on.has('crash') ? 45 : 0, 'crash'],
    [on.has('partition') ? 35 : 0, 'partition'],
    [on.has('pause') ? 20 : 0, 'pause'],
    [on.has('crash') || on.has('partition') || on.has('pause') ? 0 : 1, 'none'],
  ] as const);
  switch (kind) {
    case 'crash':
      return [crashed(context, server, spell)];
    case 'partition':
      return [isolate(server, spell)];
    case 'pause':
      return [{ kind: 'pause', server, ...spell }];
    case 'none':
    case undefined:
      return [];
  }
}

/** A server misses so much that only a snapshot helps; while it comes, the leader may fall. */
function laggard(context: FeatureContext, atMs: number): Partial<FeatureMotif> {
  const { dice, electionMs } = context;
  const forMs = dice.between(electionMs.max, electionMs.max * 3);
  const server = dice.chance(70) ? anyone(context) : 'follower';
  const faults = [isolate(server, { atMs, forMs })];
  const healed = atMs + forMs;
  if (dice.chance(65)) {
    const spell = { atMs: healed + dice.between(0, 120), forMs: dice.between(20, electionMs.max) };
    faults.push(...troubleFor(context, 'leader', spell));
  }
  if (context.on.has('drop') && dice.chance(40)) {
    const message = dice.pick<MessageClass>(['InstallSnapshot', 'InstallSnapshotReply']);
    const spell = { atMs: healed, forMs: dice.between(50, 300) };
    faults.push(lost(message, dice.between(20, 80), spell));
  }
  const operations = [
    ...asked(context, dice.between(4, 9), { atMs, forMs, reads: false }),
    ...asked(context, dice.between(0, 3), { atMs: healed, forMs: 100, reads: false }),
  ];
  return { faults, operations };
}

/** Somebody reads at a leader that was replaced, or stood still, while others write. */
function readAside(context: FeatureContext, atMs: number): Partial<FeatureMotif> {
  const { dice, electionMs, on } = context;
  const forMs = dice.between(electionMs.min, electionMs.max * 3);
  const paused = on.has('pause') && (!on.has('partition') || dice.chance(40));
  const fault: Fault = paused
    ? { kind: 'pause', atMs, forMs, server: 'leader' }
    : isolate('leader', { atMs, forMs });
  const late = { atMs: Math.max(0, atMs + forMs - 10), forMs: 20 };
  return {
    faults: paused || on.has('partition') ? [fault] : [],
    operations: [
      ...asked(context, dice.between(1, 4), { atMs, forMs, reads: false }),
      ...asked(context, dice.between(2, 5), { atMs, forMs, reads: true }),
      ...asked(context, dice.between(0, 3), { ...late, reads: true }),
    ],
  };
}

/** Old answers reach a leader that others have replaced, after it was asked for a read. */
function lateAnswers(context: FeatureContext, atMs: number): Partial<FeatureMotif> {
  const { dice, electionMs, on, servers } = context;
  const sudden = on.has('clockJump') && dice.chance(60);
  const forMs = sudden ? dice.between(5, 30) : dice.between(20, 120);
  const from = atMs + forMs;
  const electedMs = sudden ? dice.between(10, 60) : electionMs.max;
  const byMs = electedMs + dice.between(electionMs.min >> 1, electionMs.min * 2);
  const held = { kind: 'delay', atMs, forMs, from: 'any', to: 'leader', percent: 100 } as const;
  const faults: Fault[] = [
    { ...held, message: 'AppendEntriesReply', byMs },
    ...unaware({ atMs: from, forMs: byMs + 100 }),
  ];
  if (sudden) {
    const server = `S${String(dice.between(1, servers))}`;
    faults.push({ kind: 'clockJump', atMs: from, server, byMs: electionMs.max * 2 });
  }
  const late = { atMs: from + electedMs, forMs: Math.max(1, byMs - electedMs) };
  return {
    faults,
    operations: [
      ...asked(context, dice.between(1, 3), { atMs, forMs: 10, reads: false }),
      ...asked(context, dice.between(2, 4), { ...late, reads: false }),
      ...asked(context, dice.between(4, 8), { ...late, reads: true }),
    ],
  };
}

/** What keeps a leader from hearing that another one was elected, or from being told. */
function unaware(spell: Spell): Fault[] {
  const all = { kind: 'drop', ...spell, percent: 100 } as const;
  return [
    { ...all, from: 'leader', to: 'any', message: 'AppendEntries' },
    { ...all, from: 'any', to: 'leader', message: 'AppendEntries' },
    { ...all, from: 'any', to: 'leader', message: 'RequestVote' },
  ];
}

/** A leader that handed over hears nothing of its heir, and is asked what it may not know. */
function handOverUnheard(context: FeatureContext, atMs: number): Partial<FeatureMotif> {
  const { dice, electionMs, wishes } = context;
  const span = { atMs: atMs + 10, forMs: electionMs.min };
  return {
    faults: unaware({ atMs, forMs: electionMs.max }),
    operations: [
      ...asked(context, dice.between(3, 6), { ...span, reads: false }),
      ...asked(context, dice.between(5, 10), { ...span, reads: true }),
    ],
    wishes: [wishes.transfer(atMs)],
  };
}

/** Reads reach a new leader before it has committed anything. */
function earlyReads(context: FeatureContext, atMs: number): Partial<FeatureMotif> {
  const { dice, electionMs } = context;
  const forMs = dice.between(10, electionMs.max);
  const span = { atMs: atMs + electionMs.min, forMs: electionMs.max, reads: true };
  const faults = troubleFor(context, 'leader', { atMs, forMs });
  const before = asked(context, dice.between(1, 3), { atMs, forMs: 5, reads: false });
  return { faults, operations: [...before, ...asked(context, dice.between(3, 6), span)] };
}

/** A change of the configuration, and trouble around it. */
function changeInTrouble(context: FeatureContext, atMs: number): Partial<FeatureMotif> {
  const { dice, electionMs, servers, on, wishes } = context;
  const wish = dice.chance(55) ? wishes.joint(atMs) : wishes.simple(atMs);
  const from = Math.max(0, atMs + dice.between(-40, 80));
  const forMs = dice.between(electionMs.min, electionMs.max * 3);
  const faults: Fault[] = [];
  if (on.has('partition') && dice.chance(60)) {
    const side = ['leader', ...(servers > 3 ? [anyone(context)] : [])];
    faults.push({
      kind: 'partition',
      atMs: from,
      forMs,
      shape: 'halves',
      side,
      clients: dice.chance(30),
    });
  } else {
    faults.push(
      ...troubleFor(context, dice.chance(70) ? 'leader' : anyone(context), {
        atMs: from,
        forMs: dice.between(10, electionMs.max),
      }),
    );
  }
  const next = dice.chance(50) ? [wishes.simple(atMs + dice.between(0, forMs))] : [];
  const operations = asked(context, dice.between(1, 4), { atMs, forMs, reads: false });
  return { faults, operations, wishes: [wish, ...next] };
}

/** A server is removed while it can't hear of it, and comes back. */
function removedUnheard(context: FeatureContext, atMs: number): Partial<FeatureMotif> {
  const { dice, electionMs, wishes } = context;
  const wish = wishes.simple(atMs + dice.between(0, 30));
  const server = wish.kind === 'reconfigure' ? (wish.changes[0]?.server ?? 'follower') : 'follower';
  const forMs = dice.between(electionMs.max, electionMs.max * 3);
  return { faults: [isolate(server, { atMs, forMs })], wishes: [wish] };
}

/** A leader hands over, and the word or one of the two servers is lost. */
function handOverInTrouble(context: FeatureContext, atMs: number): Partial<FeatureMotif> {
  const { dice, electionMs, on, wishes } = context;
  const wish = wishes.transfer(atMs);
  const spell = { atMs: Math.max(0, atMs - 10), forMs: dice.between(20, electionMs.max * 2) };
  const target = wish.kind === 'transfer' ? wish.target : 'leader';
  const faults =
    on.has('drop') && dice.chance(40)
      ? [lost(dice.pick<MessageClass>(['TimeoutNow', 'RequestVote', 'AppendEntries']), 100, spell)]
      : dice.chance(70)
        ? troubleFor(context, dice.chance(60) ? target : 'leader', {
            ...spell,
            atMs: Math.max(0, atMs + dice.between(-10, 40)),
          })
        : [];
  const operations = [
    ...asked(context, dice.between(1, 4), { atMs, forMs: 40, reads: false }),
    ...asked(context, dice.between(0, 2), { atMs, forMs: electionMs.max, reads: true }),
  ];
  return { faults, operations, wishes: [wish] };
}

/** A server comes back after elections of its own; a leader hears of nobody for a while. */
function comeback(context: FeatureContext, atMs: number): Partial<FeatureMotif> {
  const { dice, electionMs } = context;
  const forMs = dice.between(electionMs.max * 2, electionMs.max * 4);
  const server = dice.chance(60) ? anyone(context) : 'leader';
  const shape = dice.chance(65) ? 'isolate' : 'oneWay';
  const operations = asked(context, dice.between(1, 3), { atMs, forMs, reads: false });
  const faults: Fault[] = [
    { kind: 'partition', atMs, forMs, shape, side: [server], clients: false },
  ];
  return { faults, operations };
}

/** More is asked for at once than may wait. */
function rush(context: FeatureContext, atMs: number): Partial<FeatureMotif> {
  const { dice } = context;
  const span = { atMs, forMs: 10, reads: false };
  return { operations: asked(context, dice.between(5, 10), span) };
}

const motifs: readonly Weighted<Kind>[] = [
  [20, { of: ['snapshots'], needs: ['partition'], draw: laggard }],
  [18, { of: ['reads', 'lease'], needs: [], draw: readAside }],
  [10, { of: ['reads', 'lease'], needs: [], draw: earlyReads }],
  [8, { of: ['reads'], needs: ['delay', 'drop'], draw: lateAnswers }],
  [24, { of: ['members'], needs: [], draw: changeInTrouble }],
  [8, { of: ['members'], needs: ['partition'], draw: removedUnheard }],
  [16, { of: ['transfers'], needs: [], draw: handOverInTrouble }],
  [20, { of: ['transfers'], besides: 'lease', needs: ['drop'], draw: handOverUnheard }],
  [12, { of: ['preVote', 'checkQuorum'], needs: ['partition'], draw: comeback }],
  [8, { of: ['limits', 'sessions', 'lateDisk'], needs: [], draw: rush }],
];

/** A motif of the features and faults that are on, cut to the run; empty when none fits. */
export function drawFeatureMotif(context: FeatureContext, atMs: number): FeatureMotif {
  const { dice, runMs, features, on } = context;
  const fitting = motifs.filter(
    ([, { of, besides, needs }]) =>
      of.some((name) => features.has(name)) &&
      (besides === undefined || features.has(besides)) &&
      needs.every((kind) => on.has(kind)),
  );
  const drawn = dice.weightedOf(fitting)?.draw(context, atMs) ?? {};
  const { faults = [], operations = [], wishes = [] } = drawn;
  const inTime = ({ atMs: at }: { readonly atMs: number }): boolean => at < runMs;
  const ended = (fault: Fault): Fault =>
    'forMs' in fault ? { ...fault, forMs: Math.min(fault.forMs, runMs - fault.atMs) } : fault;
  return {
    faults: faults.filter(inTime).map(ended),
    operations: operations.filter(inTime),
    wishes: wishes.filter(inTime),
  };
}
