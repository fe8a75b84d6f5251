/**
 * What the ports of one server are owed: every step is held against their automata
 * (`automata.ts`), and against what needs more than a port's state to be seen.
 */
import type { ServerId } from '../raft/entry.ts';
import type { RaftMessage } from '../raft/message.ts';
import type { Effect, Input } from '../raft/step.ts';
import type { Breach, PortName } from './breach.ts';
import { trespass } from './breach.ts';
import type { Local } from './local.ts';
import { productBreaches } from './product.ts';
import type { Watched } from './watch.ts';

/** What each port promises and asks, for people. */
export const portRules: Readonly<Record<PortName, string>> = {
  control: 'OnLine while off line, OffLine while on line; off line nothing is said',
  electionTimer: 'runs whenever the server follows or stands; restarted only by a vote or a leader',
  heartbeatTimer: 'is not started while it runs; a late time-out changes nothing',
  storage: 'writes are numbered without a gap, and none is empty',
  configuration: 'only the other servers are spoken to',
  outgoing: 'candidates ask for votes, leaders replicate; a round reaches everyone once',
  incoming: 'each request is answered exactly once, in a term no older than its own',
  rules: 'leadership is won in the term that a majority voted in',
};

/** Effects of one step: more is chatter. A round to everyone, a full window each, and the rest. */
export function effectsMax(servers: number): number {
  return 8 + 6 * servers;
}

const sends = (effects: readonly Effect[], kind: RaftMessage['kind']): readonly RaftMessage[] =>
  effects.flatMap((effect) =>
    effect.kind === 'send' && effect.message.kind === kind ? [effect.message] : [],
  );

function others(local: Local): readonly ServerId[] {
  const { id, servers } = local.node.options;
  return servers.filter((server) => server !== id);
}

function missedBy(round: readonly RaftMessage[], local: Local): readonly ServerId[] {
  return others(local).filter((peer) => !round.some(({ to }) => to === peer));
}

/* ---- timers ---- */

function timerBreaches({ before, after, input, effects }: Watched): Breach[] {
  const found: Breach[] = [];
  const { id } = after.node.options;
  const { role } = after.node;
  if (role !== 'offline' && !after.electionArmed && !after.heartbeatArmed) {
    const sentence = `${id} is ${role} and no timer runs: nothing will ever wake it`;
    found.push(trespass('deadlock', 'electionTimer', sentence));
  }
  if (role === 'offline' && (after.electionArmed || after.heartbeatArmed)) {
    const sentence = `${id} is off line and a timer still runs`;
    found.push(trespass('compliance', 'control', sentence));
  }
  const restarted = effects.some((each) => each.kind === 'arm' && each.timer === 'election');
  if (restarted && !mayRestart({ before, after, input, effects })) {
    const sentence = `${id} restarts its election timer for ${inputText(input)}`;
    found.push(trespass('compliance', 'electionTimer', sentence));
  }
  return found;
}

function inputText(input: Input): string {
  if (input.kind === 'expire') return `a time-out of the ${input.timer} timer`;
  if (input.kind !== 'receive') return `the input ${input.kind}`;
  const { kind, from, term } = input.message;
  return `${kind} of term ${term} from ${from}, which earns it nothing`;
}

/** A granted vote, a current leader, an election of one's own, a start, or the loss of an office. */
function mayRestart({ before, input, effects }: Watched): boolean {
  if (input.kind !== 'receive') return input.kind === 'online' || input.kind === 'expire';
  if (before.node.role === 'leader') return true;
  const { message } = input;
  if (message.kind === 'AppendEntries') return message.term >= before.node.term;
  return sends(effects, 'RequestVoteReply').some(
    (reply) => reply.kind === 'RequestVoteReply' && reply.granted,
  );
}

/** A time-out that was replaced or stopped must change nothing. */
function lateBreaches({ before, after, input, effects }: Watched): Breach[] {
  if (input.kind !== 'expire') return [];
  const { electionGeneration, heartbeatGeneration } = before.node;
  const current = input.timer === 'election' ? electionGeneration : heartbeatGeneration;
  if (input.generation === current) return [];
  if (effects.length === 0 && before.node.role === after.node.role) return [];
  const { id } = after.node.options;
  const port: PortName = input.timer === 'election' ? 'electionTimer' : 'heartbeatTimer';
  const sentence = `${id} obeys a time-out of the ${input.timer} timer that it had replaced`;
  return [trespass('compliance', port, sentence)];
}

/* ---- outgoing requests ---- */

function roundBreaches(watched: Watched): Breach[] {
  const { after, effects } = watched;
  const owed = roundOwed(watched);
  if (owed === null) return [];
  const missed = missedBy(sends(effects, owed), after);
  if (missed.length === 0) return [];
  const { id } = after.node.options;
  const sentence = `${id} owes everyone ${owed} and leaves out ${missed.join(' and ')}`;
  return [trespass('compliance', 'outgoing', sentence)];
}

/** Does the step begin a round that everyone must hear of? */
function roundOwed({ before, after, input }: Watched): 'RequestVote' | 'AppendEntries' | null {
  const { node } = after;
  const rose = node.term > before.node.term;
  if (input.kind === 'expire' && rose && node.options.servers.length > 1) return 'RequestVote';
  if (node.role !== 'leader') return null;
  if (before.node.role !== 'leader') return 'AppendEntries';
  const heartbeat = input.kind === 'expire' && input.timer === 'heartbeat';
  if (heartbeat && input.generation === before.node.heartbeatGeneration) return 'AppendEntries';
  const open = before.node.progress.every(
    ({ probing, inflight, nextIndex }) =>
      nextIndex > before.node.log.length &&
      inflight.length < (probing ? 1 : node.options.inflightMax),
  );
  const grew = node.log.length > before.node.log.length;
  return input.kind === 'propose' && grew && open ? 'AppendEntries' : null;
}

/* ---- incoming requests, and the rules behind them ---- */

/** Is it a request that a server on line must answer? */
function isOwed({ before, input }: Watched): boolean {
  if (input.kind !== 'receive' || before.node.role === 'offline') return false;
  return input.message.kind === 'RequestVote' || input.message.kind === 'AppendEntries';
}

function answerBreaches(watched: Watched): Breach[] {
  const { after, input, effects } = watched;
  if (!isOwed(watched) || input.kind !== 'receive') return [];
  const replies = [...sends(effects, 'RequestVoteReply'), ...sends(effects, 'AppendEntriesReply')];
  return replyBreaches(input.message, replies, after.node.options.id);
}

function replyBreaches(
  { kind, from, term }: RaftMessage,
  replies: readonly RaftMessage[],
  id: string,
): Breach[] {
  const [reply] = replies;
  // Whether it is owed, and then not given, the automaton knows.
  if (reply === undefined) return [];
  const fits = replies.length === 1 && reply.to === from && reply.kind === `${kind}Reply`;
  if (!fits) {
    const sentence = `${id} answers ${kind} from ${from} ${replies.length} times`;
    return [trespass('compliance', 'incoming', sentence)];
  }
  if (reply.term >= term) return [];
  const sentence = `${id} answers ${kind} of term ${term} in an older term`;
  return [trespass('compliance', 'incoming', sentence)];
}

function chatterBreaches({ after, effects }: Watched): Breach[] {
  const { id, servers } = after.node.options;
  if (effects.length <= effectsMax(servers.length)) return [];
  const sentence = `${id} answers one input with ${effects.length} effects`;
  return [trespass('livelock', 'outgoing', sentence)];
}

/** What a step says that a port does not allow, or leaves unsaid that it owes. */
export function watchPorts(watched: Watched): readonly Breach[] {
  return [
    ...chatterBreaches(watched),
    ...timerBreaches(watched),
    ...lateBreaches(watched),
    ...productBreaches(watched),
    ...roundBreaches(watched),
    ...answerBreaches(watched),
  ];
}
