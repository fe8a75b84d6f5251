/**
 * Planted faults, one for each hole that the model verified before us left open (H1 to H10), and
 * one for each check that they leave out. The verifier must find every one of them.
 */
import type { RaftMessage } from '../raft/message.ts';
import type { Node } from '../raft/node.ts';
import { machine } from '../raft/machine.ts';
import { brokenRules, raftRules } from '../raft/rules.ts';
import type { Rules } from '../raft/rules.ts';
import type { Effect, Input, Subject } from '../raft/step.ts';
import { table } from '../raft/table.ts';
import type { TransitionTable } from '../raft/table.ts';
import type { PortCheck, PortName } from './breach.ts';

export interface Planted {
  readonly name: string;
  /** What is wrong, in one sentence. */
  readonly summary: string;
  readonly subject: Subject;
  /** The declared table that goes with it. */
  readonly table: TransitionTable;
  /** What must find it. */
  readonly check: PortCheck | 'totality' | 'reachability' | 'recovery';
  readonly port: PortName | null;
  /** Worlds (of `verified`) that are left out at the beginning. */
  readonly skips: number;
}

interface Stepped {
  readonly effects: readonly Effect[];
  readonly input: Input;
  readonly node: Node;
  /** The role before the step. */
  readonly was: Node['role'];
}

/** Raft whose effects pass through `change`. */
function changing(name: string, change: (step: Stepped) => readonly Effect[]): Subject {
  const inner = machine(name, brokenRules({}));
  return {
    name,
    create: (options, application) => inner.create(options, application),
    step(node, input) {
      const was = node.role;
      return change({ effects: inner.step(node, input), input, node, was });
    },
  };
}

function ruled(name: string, rules: Partial<Rules>): Subject {
  return machine(name, brokenRules(rules));
}

const isAppend = (effect: Effect): boolean =>
  effect.kind === 'send' && effect.message.kind === 'AppendEntries';

/** H1: the round of appends runs over into a round of vote requests after its first message. */
function wrongTail({ effects, node }: Stepped): readonly Effect[] {
  let appends = 0;
  return effects.map((effect) => {
    if (effect.kind !== 'send' || effect.message.kind !== 'AppendEntries') return effect;
    appends += 1;
    if (appends === 1) return effect;
    const { from, to, term } = effect.message;
    const last = node.log.at(-1);
    const message: RaftMessage = {
      kind: 'RequestVote',
      from,
      to,
      term,
      lastIndex: last?.index ?? 0,
      lastTerm: last?.term ?? 0,
      transfer: false,
    };
    return { ...effect, message };
  });
}

/** H3: the list of peers never ends; cut off here, since a test must end. */
function endlessRound({ effects }: Stepped): readonly Effect[] {
  return effects.flatMap((effect) =>
    isAppend(effect) ? Array.from({ length: 32 }, () => effect) : [effect],
  );
}

const marker = 'peers forgotten';

/** H6: after OffLine and OnLine the list of peers is empty, and a server is a majority. */
function forgetful(name: string): Subject {
  const quorum = (node: Node, voters: number): number =>
    node.sessions.has(marker) ? 1 : raftRules.quorum(node, voters);
  const inner = machine(name, brokenRules({ quorum }));
  return {
    name,
    create: (options, application) => inner.create(options, application),
    step(node, input) {
      const again = input.kind === 'online' && node.term > 0;
      const effects = inner.step(node, input);
      if (again) node.sessions.set(marker, { used: 0, acknowledged: 0, serials: [], answers: [] });
      if (!node.sessions.has(marker)) return effects;
      return effects.filter(
        ({ kind, ...rest }) => kind !== 'send' || !('message' in rest) || isReply(rest.message),
      );
    },
  };
}

function isReply({ kind }: { readonly kind: string }): boolean {
  return kind.endsWith('Reply');
}

/** D1: the answer hangs on how often the machine was asked, which no record holds. */
function fickle(): Subject {
  let asked = 0;
  return changing('D1', ({ effects }) => {
    asked += 1;
    return asked % 5 !== 0 ? effects : effects.filter(({ kind }) => kind !== 'send');
  });
}

/** S2: an empty write of the number after. */
function emptied(effect: Effect, node: Node): readonly Effect[] {
  if (effect.kind !== 'persist' || node.role === 'offline') return [effect];
  const id = effect.write.id + 1;
  return [effect, { kind: 'persist', write: { id, hard: null, log: null, snapshot: null } }];
}

/** O1: an answer where nobody is at home. */
function spokenOffLine({ effects, input, was, node }: Stepped): readonly Effect[] {
  if (was !== 'offline' || input.kind !== 'propose') return effects;
  const { id, servers } = node.options;
  const to = servers.find((server) => server !== id) ?? id;
  const message: RaftMessage = {
    kind: 'RequestVoteReply',
    from: id,
    to,
    term: node.term,
    granted: false,
  };
  return [...effects, { kind: 'send', message, after: 0 }];
}

/** F1: the wrong address. */
function astray(effect: Effect): Effect {
  if (effect.kind !== 'send' || effect.message.kind !== 'RequestVote') return effect;
  return { ...effect, message: { ...effect.message, to: 'S9' } };
}

const disarms = (effect: Effect): boolean =>
  effect.kind === 'disarm' && effect.timer === 'heartbeat';

const rearms = ({ was, node }: Stepped): boolean => was === 'leader' && node.role === 'follower';

const deafTable: TransitionTable = {
  ...table,
  candidate: { ...table.candidate, AppendEntries: 'ignore' },
};

interface Draft extends Omit<Planted, 'table' | 'port' | 'skips'> {
  readonly table?: TransitionTable;
  readonly port?: PortName;
  readonly skips?: number;
}

const drafts: readonly Draft[] = [
  {
    name: 'H1',
    summary: 'a leader asks everyone but the first for votes instead of replicating',
    subject: changing('H1', wrongTail),
    check: 'illegal',
    port: 'outgoing',
    skips: 3,
  },
  {
    name: 'H2',
    summary: 'the heartbeat timer is not stopped when leadership is lost',
    subject: changing('H2', ({ effects }) => effects.filter((effect) => !disarms(effect))),
    check: 'illegal',
    port: 'heartbeatTimer',
    skips: 1,
  },
  {
    name: 'H3',
    summary: 'a round of messages never ends',
    subject: changing('H3', endlessRound),
    check: 'livelock',
    port: 'outgoing',
  },
  {
    name: 'H4',
    summary: 'refused candidates and stale leaders restart the election timer',
    subject: ruled('H4', { restartsElection: () => true }),
    check: 'compliance',
    port: 'electionTimer',
  },
  {
    name: 'H5',
    summary: 'leadership won in an earlier term is taken up in the current one',
    subject: ruled('H5', {
      isCurrent: (node, reply) => reply.kind === 'RequestVoteReply' || reply.term === node.term,
    }),
    check: 'illegal',
    port: 'rules',
    skips: 3,
  },
  {
    name: 'H6',
    summary: 'a server that was off line has forgotten its peers',
    subject: forgetful('H6'),
    check: 'compliance',
    port: 'outgoing',
  },
  {
    name: 'H7',
    summary: 'a time-out that was queued before its timer was restarted is obeyed',
    subject: ruled('H7', { expiryIsCurrent: () => true }),
    check: 'compliance',
    port: 'electionTimer',
  },
  {
    name: 'H8',
    summary: 'a leader that steps down does not start its election timer',
    subject: changing('H8', (step) =>
      rearms(step) ? step.effects.filter(({ kind }) => kind !== 'arm') : step.effects,
    ),
    check: 'deadlock',
    port: 'electionTimer',
  },
  {
    name: 'H9',
    summary: "a client's command waits for the next heartbeat",
    subject: changing('H9', ({ effects, input }) =>
      input.kind === 'propose' ? effects.filter((effect) => !isAppend(effect)) : effects,
    ),
    check: 'compliance',
    port: 'outgoing',
  },
  {
    name: 'H10',
    summary: 'half of an even number of servers passes for a majority',
    subject: ruled('H10', { quorum: (_node, voters) => Math.ceil(voters / 2) }),
    check: 'illegal',
    port: 'rules',
  },
  {
    name: 'D1',
    summary: 'what a server does depends on something outside its record',
    subject: fickle(),
    check: 'deterministic',
    port: 'rules',
  },
  {
    name: 'C1',
    summary: 'a refused candidate gets no answer',
    subject: changing('C1', ({ effects }) =>
      effects.filter(
        (effect) =>
          effect.kind !== 'send' ||
          effect.message.kind !== 'RequestVoteReply' ||
          effect.message.granted,
      ),
    ),
    check: 'compliance',
    port: 'incoming',
  },
  {
    name: 'S1',
    summary: 'two writes carry one number',
    subject: changing('S1', ({ effects }) =>
      effects.map((effect) =>
        effect.kind === 'persist' ? { ...effect, write: { ...effect.write, id: 1 } } : effect,
      ),
    ),
    check: 'illegal',
    port: 'storage',
  },
  {
    name: 'S2',
    summary: 'a write that holds nothing follows each that holds something',
    subject: changing('S2', ({ effects, node }) =>
      effects.flatMap((effect) => emptied(effect, node)),
    ),
    check: 'illegal',
    port: 'storage',
    skips: 1,
  },
  {
    name: 'O1',
    summary: 'a server off line tells a candidate that it has not voted',
    subject: changing('O1', spokenOffLine),
    check: 'illegal',
    port: 'control',
  },
  {
    name: 'O2',
    summary: 'a server that goes off line leaves its timers running',
    subject: changing('O2', ({ effects, input }) =>
      input.kind === 'offline' ? effects.filter(({ kind }) => kind !== 'disarm') : effects,
    ),
    check: 'compliance',
    port: 'control',
  },
  {
    name: 'F1',
    summary: 'a server that the configuration does not know is asked for its vote, too',
    subject: changing('F1', ({ effects }) => effects.map(astray)),
    check: 'illegal',
    port: 'configuration',
  },
  {
    name: 'A1',
    summary: 'a follower answers every request twice',
    subject: changing('A1', ({ effects }) =>
      effects.flatMap((effect) =>
        effect.kind === 'send' && isReply(effect.message) ? [effect, effect] : [effect],
      ),
    ),
    check: 'illegal',
    port: 'incoming',
  },
  {
    name: 'B1',
    summary: 'a late time-out of the heartbeat timer makes a leader beat once more',
    subject: ruled('B1', {
      expiryIsCurrent: (node, expiry) =>
        expiry.timer === 'heartbeat' || raftRules.expiryIsCurrent(node, expiry),
    }),
    check: 'compliance',
    port: 'heartbeatTimer',
  },
  {
    name: 'T1',
    summary: 'the table lets a candidate ignore AppendEntries, and nobody says why',
    subject: ruled('T1', {}),
    table: deafTable,
    check: 'totality',
  },
  {
    name: 'R1',
    summary: 'a server that refuses every vote makes half of the table unreachable',
    subject: ruled('R1', { voteIsFree: () => false }),
    check: 'reachability',
  },
  {
    name: 'L1',
    summary: 'a vote outlives its term: whoever has voted votes for nobody else, ever after',
    subject: ruled('L1', { voteInTerm: (node) => node.votedFor }),
    check: 'recovery',
  },
];

/** All of them, in the order of their names' letters. */
export const planted: readonly Planted[] = drafts.map((draft) => ({
  name: draft.name,
  summary: draft.summary,
  subject: draft.subject,
  table: draft.table ?? table,
  check: draft.check,
  port: draft.port ?? null,
  skips: draft.skips ?? 0,
}));
