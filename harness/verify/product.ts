/**
 * One step of the machine, told to its ports: which events it means to each of them, and the first
 * event that the port's automaton does not allow.
 */
import type { Effect, Input } from '../raft/step.ts';
import { automata, nextState } from './automata.ts';
import type { Breach, PortName } from './breach.ts';
import { trespass } from './breach.ts';
import type { Local } from './local.ts';
import type { Watched } from './watch.ts';

/** An event at a port; `told` is what is wrong when it is illegal there. */
export interface PortEvent {
  readonly port: PortName;
  readonly way: 'in' | 'out';
  readonly name: string;
  readonly told: string;
}

function majorityOf({ node }: Local): number {
  return Math.floor(node.options.servers.length / 2) + 1;
}

function votesOf({ node, heard }: Local): number {
  let votes = 0;
  for (let at = 0; at < node.options.servers.length; at += 1) votes += (heard >> at) & 1;
  return votes;
}

/** The state of each port, as the server's record shows it between two steps. */
export function portStates(local: Local): Record<PortName, string> {
  const { role } = local.node;
  const standing = role === 'candidate' || role === 'preCandidate';
  return {
    control: role === 'offline' ? 'off' : 'on',
    electionTimer: local.electionArmed ? 'running' : 'stopped',
    heartbeatTimer: local.heartbeatArmed ? 'running' : 'stopped',
    storage: local.pending.length > 0 ? 'writing' : 'idle',
    configuration: 'known',
    outgoing: role === 'leader' ? 'leading' : standing ? 'standing' : 'quiet',
    incoming: 'idle',
    rules: 'minority',
  };
}

/** What comes in. The timer that ran out has stopped before the machine is told. */
function inputEvents({ before, after, input }: Watched): readonly PortEvent[] {
  const way = 'in';
  const told = 'cannot be told so now';
  if (input.kind === 'online' || input.kind === 'offline') {
    return [{ port: 'control', way, name: input.kind, told }];
  }
  if (input.kind === 'propose') return [{ port: 'incoming', way, name: 'ClientRequest', told }];
  if (input.kind !== 'receive' || before.node.role === 'offline') return [];
  const { kind } = input.message;
  if (kind === 'RequestVote' || kind === 'AppendEntries') {
    return [{ port: 'incoming', way, name: kind, told }];
  }
  const enough = votesOf(after) >= majorityOf(after);
  const reply: PortEvent = { port: 'outgoing', way, name: kind, told };
  return enough ? [reply, { port: 'rules', way, name: 'majority', told }] : [reply];
}

/** A new office, or a new term in it. */
function officeEvents({ before, after, input }: Watched): readonly PortEvent[] {
  const { node } = after;
  const way = 'out';
  if (node.role === before.node.role && node.term === before.node.term) return [];
  if (node.role === 'offline') return [];
  const counted = votesOf(after);
  const wanted = majorityOf(after);
  const told = `leads in term ${node.term} with ${counted} votes of ${wanted} needed`;
  if (node.role !== 'leader') {
    const name = node.role === 'candidate' ? 'stand' : 'follow';
    const change = `turns from ${before.node.role} to ${node.role}`;
    return [{ port: 'outgoing', way, name, told: change }];
  }
  const alone: readonly PortEvent[] =
    input.kind !== 'receive' && counted >= wanted
      ? [{ port: 'rules', way: 'in', name: 'majority', told }]
      : [];
  return [
    ...alone,
    { port: 'rules', way, name: 'lead', told },
    { port: 'outgoing', way, name: 'lead', told },
  ];
}

function sendEvents(message: { kind: string; to: string }, local: Local): readonly PortEvent[] {
  const { id, servers } = local.node.options;
  const { kind, to } = message;
  const way = 'out';
  const known = to !== id && servers.includes(to);
  const peer: PortEvent = {
    port: 'configuration',
    way,
    name: known ? 'speakTo' : 'speakToStranger',
    told: `sends ${kind} to ${to}, no other server of the cluster`,
  };
  const reply = kind.endsWith('Reply');
  const what = kind === 'RequestVote' ? 'asks for votes' : 'replicates';
  const told = reply ? 'answers what nobody asked' : `${what} as ${local.node.role}`;
  return [peer, { port: reply ? 'incoming' : 'outgoing', way, name: kind, told }];
}

/** What one effect says; `lastWrite` is the number of the write before it. */
function effectEvents(effect: Effect, local: Local, lastWrite: number): readonly PortEvent[] {
  const way = 'out';
  switch (effect.kind) {
    case 'persist': {
      const { write } = effect;
      const empty = write.hard === null && write.log === null && write.snapshot === null;
      const inOrder = write.id === lastWrite + 1;
      const told = inOrder ? 'writes nothing' : `numbers a write ${write.id} after ${lastWrite}`;
      const name = !inOrder ? 'persistOutOfOrder' : empty ? 'persistNothing' : 'persist';
      return [{ port: 'storage', way, name, told }];
    }
    case 'send':
      return sendEvents(effect.message, local);
    case 'answer':
      return [{ port: 'incoming', way, name: 'answer', told: 'answers a client' }];
    case 'arm':
    case 'disarm': {
      if (effect.timer === 'lease') return [];
      const port = effect.timer === 'election' ? 'electionTimer' : 'heartbeatTimer';
      const told = `starts the ${effect.timer} timer, which is running`;
      return [{ port, way, name: effect.kind, told }];
    }
    default:
      return [];
  }
}

const spoken: PortEvent = {
  port: 'control',
  way: 'out',
  name: 'speak',
  told: 'is off line and speaks',
};

/** Everything that the step means to the ports, in order. */
export function portEvents(watched: Watched): readonly PortEvent[] {
  const { before, after, input, effects } = watched;
  let lastWrite = input.kind === 'online' ? 0 : before.node.lastWrite;
  const events = [...inputEvents(watched), ...officeEvents(watched)];
  for (const effect of effects) {
    events.push(spoken, ...effectEvents(effect, after, lastWrite));
    if (effect.kind === 'persist') lastWrite = effect.write.id;
  }
  return events;
}

/** Is it the environment that must keep to the port here? */
function isOwn({ way }: PortEvent): boolean {
  return way === 'out';
}

function nameOf(input: Input): string {
  return input.kind === 'receive' ? `${input.message.kind} from ${input.message.from}` : input.kind;
}

/** What the machine said that a port does not allow, or left unsaid that it owes. */
export function productBreaches(watched: Watched): readonly Breach[] {
  const { before, after, input } = watched;
  const states = portStates(before);
  const { id } = after.node.options;
  const found: Breach[] = [];
  for (const event of portEvents(watched)) {
    const next = nextState(automata[event.port], states[event.port], event);
    if (next !== null) states[event.port] = next;
    else if (isOwn(event)) found.push(trespass('illegal', event.port, `${id} ${event.told}`));
  }
  if (states.incoming !== 'idle') {
    const sentence = `${id} does not answer ${nameOf(input)}`;
    found.push(trespass('compliance', 'incoming', sentence));
  }
  return found;
}
