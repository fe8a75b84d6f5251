/** Mutants of clients' sessions and reads (raft.md 2.12; dissertation 6.3, 6.4). */
import type { CommandPayload, SessionId } from '../../harness/raft/entry.ts';
import { machine } from '../../harness/raft/machine.ts';
import type { Answer } from '../../harness/raft/message.ts';
import type { Node } from '../../harness/raft/node.ts';
import { brokenRules, raftRules } from '../../harness/raft/rules.ts';
import { answerTo } from '../../harness/raft/session.ts';
import type { Effect, Input } from '../../harness/raft/step.ts';
import { plainFeatures } from '../../harness/world/scenario.ts';
import { campaign, crash, cut, double, lose, read, stage, write } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';
import { withEffects } from './mutant.ts';

const expired: Answer = { kind: 'sessionExpired' };

/** Runs whatever comes in a session that exists. */
function runAnyway(node: Node, payload: CommandPayload): Answer | null {
  return node.sessions.has(payload.session) ? null : expired;
}

const noDedup: Mutant = {
  name: 'no-dedup',
  summary: 'A command that arrives twice runs twice.',
  source: 'Raft §8; Q26; seed deviation 19',
  subject: machine(
    'no-dedup',
    brokenRules({
      answerAtPropose: () => null,
      answerAtApply: runAnyway,
      waitingIndex: () => 0,
    }),
  ),
  expected: ['ExactlyOnce', 'Linearizability'],
  hard: false,
  serversMin: 1,
  witness: stage({
    name: 'a request comes twice',
    servers: 3,
    operations: [write('c1', 150, 1)],
    faults: [
      campaign('S1', 100),
      double({ message: 'ClientRequest', to: 'S1', atMs: 140, forMs: 60 }, 10),
    ],
  }),
};

/** By node, by session and serial: what this server has answered as leader. Gone with a crash. */
const ownAnswers = new WeakMap<Node, Map<string, Answer>>();

const keyOf = (session: string, serial: number): string => `${session} ${String(serial)}`;

function rememberAnswers(effects: readonly Effect[], node: Node, _input: Input): readonly Effect[] {
  for (const effect of effects) {
    if (effect.kind !== 'apply' || node.role !== 'leader' || effect.answer === null) continue;
    const { payload } = effect.entry;
    if (payload.kind !== 'command') continue;
    const known = ownAnswers.get(node) ?? new Map<string, Answer>();
    known.set(keyOf(payload.session, payload.serial), effect.answer);
    ownAnswers.set(node, known);
  }
  return effects;
}

const dedupOnLeader: Mutant = {
  name: 'dedup-only-on-one-leader',
  summary: 'Only the leader that ran a command knows so: its successor runs the retry again.',
  source: 'M44; Q27; seed deviation 19',
  subject: withEffects(
    machine(
      'dedup-only-on-one-leader',
      brokenRules({
        answerAtPropose: (node, { session, serial }) =>
          ownAnswers.get(node)?.get(keyOf(session, serial)) ?? null,
        answerAtApply: runAnyway,
      }),
    ),
    rememberAnswers,
  ),
  expected: ['ExactlyOnce', 'Linearizability', 'AnswerAfterCommit'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'the answer is lost with its leader, and the client asks the next one',
    servers: 3,
    operations: [write('c1', 150, 1)],
    workload: { retryMs: 100 },
    faults: [
      campaign('S1', 100),
      lose({ message: 'ClientReply', from: 'S1', atMs: 150, forMs: 200 }),
      crash('S1', { atMs: 330, forMs: 250 }),
      campaign('S2', 335),
    ],
  }),
};

/** The answer to this serial in any session at all. */
function anybodysAnswer(node: Node, payload: CommandPayload): Answer | null {
  const own = raftRules.answerAtApply(node, payload);
  if (own !== null) return own;
  for (const session of node.sessions.values()) {
    const answer = answerTo(session, payload.serial);
    if (answer !== null) return answer;
  }
  return null;
}

const dedupAcrossClients: Mutant = {
  name: 'dedup-across-clients',
  summary: "One client's serial number passes for another's: its command never runs.",
  source: 'Q29; seed deviation 19 (two clients with equal text collide)',
  subject: machine('dedup-across-clients', brokenRules({ answerAtApply: anybodysAnswer })),
  expected: ['ExactlyOnce', 'Linearizability', 'AnswerAfterCommit'],
  hard: false,
  serversMin: 1,
  witness: stage({
    name: 'two clients send their first commands',
    servers: 3,
    operations: [write('c1', 150, 1), write('c2', 200, 2)],
    faults: [campaign('S1', 100)],
  }),
};

/** Looks only for the cached answer, not whether it was thrown away as acknowledged. */
function cachedAnswer(node: Node, payload: CommandPayload): Answer | null {
  const session = node.sessions.get(payload.session);
  return session === undefined ? expired : answerTo(session, payload.serial);
}

const forgottenSerial: Mutant = {
  name: 'forgotten-serial-runs-again',
  summary: 'A late copy of a command runs again once its cached answer has been thrown away.',
  source: 'dissertation 6.3 (acknowledged serials)',
  subject: machine(
    'forgotten-serial-runs-again',
    brokenRules({ answerAtPropose: () => null, answerAtApply: cachedAnswer }),
  ),
  expected: ['ExactlyOnce', 'Linearizability'],
  hard: false,
  serversMin: 1,
  witness: stage({
    name: "a copy of a client's first request comes after its second one",
    servers: 3,
    operations: [write('c1', 150, 1), write('c1', 200, 2)],
    faults: [
      campaign('S1', 100),
      double({ message: 'ClientRequest', to: 'S1', atMs: 140, forMs: 50 }, 200),
    ],
  }),
};

function localRead(node: Node, payload: CommandPayload): Answer | null {
  if (payload.command['f'] !== 'read') return raftRules.answerAtPropose(node, payload);
  const outcome = node.application.apply(node.state, payload.command);
  return outcome.kind === 'done' ? { kind: 'done', result: outcome.result } : null;
}

const staleRead: Mutant = {
  name: 'stale-read',
  summary: 'A leader answers reads from its own state without asking whether it still leads.',
  source: 'Raft §8; M34 (Xraft-KV #1); Q30',
  subject: machine('stale-read', brokenRules({ answerAtPropose: localRead })),
  expected: ['AnswerAfterCommit', 'Linearizability'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'a read at the old leader after a write at the new one',
    servers: 3,
    operations: [write('c1', 120, 1), write('c2', 180, 2), read('c1', 400)],
    faults: [campaign('S1', 100), cut(['S1'], { atMs: 150, forMs: 400 }), campaign('S2', 160)],
  }),
};

/** Counts of re-armed timers stand for the time that each server's own clock shows. */
function expiredByOwnClock(node: Node): SessionId | undefined {
  const known = [...node.sessions.keys()];
  return known[node.electionGeneration % known.length];
}

const localExpiry: Mutant = {
  name: 'session-expiry-by-own-clock',
  summary: 'Which session expires is up to what the clock of each server says.',
  source: 'dissertation 6.3 (expiry must be agreed on); raft.md 2.12; M45',
  subject: machine(
    'session-expiry-by-own-clock',
    brokenRules({ sessionToExpire: expiredByOwnClock }),
  ),
  expected: ['StateMachineSafety', 'ExactlyOnce', 'AnswerAfterCommit', 'Linearizability'],
  hard: false,
  serversMin: 2,
  witness: stage({
    name: 'three clients register where there is room for two',
    servers: 3,
    cluster: { features: { ...plainFeatures, sessionsMax: 2 } },
    operations: [write('c1', 150, 1), write('c2', 200, 2), write('c3', 250, 3)],
    workload: { clients: 3, sessions: 'registered' },
    faults: [campaign('S1', 100)],
  }),
};

const sessionsLeftOut: Mutant = {
  name: 'sessions-left-out-of-snapshot',
  summary: 'A server that begins from a snapshot knows no sessions.',
  source: 'dissertation 6.3; raft.md 2.4-R1, 2.12',
  subject: machine('sessions-left-out-of-snapshot', brokenRules({ restoredSessions: () => [] })),
  expected: ['StateMachineSafety', 'ExactlyOnce', 'AnswerAfterCommit', 'Linearizability'],
  hard: false,
  serversMin: 1,
  witness: stage({
    name: 'a command after a restart from a snapshot',
    servers: 3,
    cluster: { features: { ...plainFeatures, snapshotEvery: 2 } },
    operations: [write('c1', 120, 1), write('c1', 250, 2)],
    faults: [campaign('S1', 100), crash('S2', { atMs: 180, forMs: 10 })],
  }),
};

export const sessions: readonly Mutant[] = [
  noDedup,
  dedupOnLeader,
  dedupAcrossClients,
  forgottenSerial,
  localExpiry,
  sessionsLeftOut,
  staleRead,
];
