/** Sentences about timers and votes. */
import type { DeliverRecord, MessageRecord, StateRecord, TimerRecord } from '../trace/record.ts';
import type { Draft } from './draft.ts';
import { foldable, plain } from './draft.ts';
import { commitPhrase, effectsOf, rolePhrase } from './effects.ts';
import type { Picture, ServerPicture } from './picture.ts';
import type { Step } from './plot.ts';
import { votesText, winningVotesText } from './votes.ts';

export interface Scene {
  readonly step: Step;
  /** The cluster before the step. */
  readonly picture: Picture;
}

/** A timer ran out. Heartbeats that changed nothing are told by whoever received them. */
export function tellTimer(scene: Scene, record: TimerRecord): Draft | null {
  const { step, picture } = scene;
  const server = picture.servers.get(record.server);
  if (server === undefined) return null;
  const { state, commit } = effectsOf(step);
  const line = { at: record.at, seq: record.seq, actors: [record.server] };
  if (record.timer === 'heartbeat' && state === null && commit === null) return null;
  const fires = `${record.server}'s ${record.timer} timer fires`;
  if (state === null) {
    return plain({ ...line, text: `${fires}, nothing changes` });
  }
  const own = votesText(server.configuration, new Set([record.server]));
  const voted = state.votedFor === record.server ? `, votes for itself (${own})` : '';
  if (state.role === 'candidate') {
    const { term } = state;
    const text = `${fires} → candidate, term ${term}${voted}`;
    const candidacy = { server: record.server, from: term, to: term, count: 1, text };
    return foldable({ ...line, fold: { kind: 'candidacy', ...candidacy } });
  }
  const commits = commit === null ? '' : `, ${commitPhrase(server, commit)}`;
  const star = state.role === 'leader' ? `★ ${record.server} ` : '';
  const role = rolePhrase(server, state) || 'hears of no leader, and does not stand';
  return plain({ ...line, text: `${fires} → ${star}${role}${commits}` });
}

/** A request for a vote arrived: granted or refused. */
export function tellVoteRequest(
  scene: Scene,
  found: {
    readonly record: DeliverRecord;
    readonly message: Extract<MessageRecord, { kind: 'RequestVote' }>;
  },
): Draft | null {
  const { record, message } = found;
  const server = scene.picture.servers.get(record.to);
  if (server === undefined) return null;
  const { state } = effectsOf(scene.step);
  const reply = scene.step.effects.find(
    (effect) => effect.kind === 'send' && effect.message.kind === 'RequestVoteReply',
  );
  const granted =
    reply?.kind === 'send' && reply.message.kind === 'RequestVoteReply'
      ? reply.message.granted
      : effectsOf(scene.step).vote === message.from;
  const line = { at: record.at, seq: record.seq, actors: [record.to] };
  const role = server.role === 'follower' ? '' : rolePhrase(server, state);
  const { from: candidate, term } = message;
  if (granted) {
    const again = server.term === term && server.votedFor === candidate ? 'again ' : '';
    const grants = `grants its vote ${again}to ${candidate}`;
    if (role !== '') return plain({ ...line, text: `${record.to} ${role} and ${grants}` });
    const text = `${record.to} ${grants} in term ${term}`;
    const fold = { kind: 'grant', voter: record.to, input: record.seq, text } as const;
    return foldable({ ...line, fold });
  }
  const asked = `${candidate}'s RequestVote T${term}`;
  const also = role === '' ? '' : `, ${role}`;
  if (reply === undefined) return plain({ ...line, text: `${record.to} hears ${asked}${also}` });
  const rest = `${asked}${refusal(server, message) || keptVote(message, state)}`;
  if (role !== '') return plain({ ...line, text: `${record.to} refuses ${rest}${also}` });
  return foldable({ ...line, fold: { kind: 'refuse', servers: [record.to], rest } });
}

/** Why, in words that fit one server and several. */
function refusal(
  server: ServerPicture,
  message: Extract<MessageRecord, { kind: 'RequestVote' }>,
): string {
  if (message.term < server.term) return ` (already in term ${server.term})`;
  const free = message.term > server.term || server.votedFor === null;
  if (!free && server.votedFor !== message.from) return ` (already voted for ${server.votedFor})`;
  const last = server.log.at(-1);
  if (last !== undefined && last.term > message.lastTerm) {
    return ` (last entry of T${last.term}, the candidate's of T${message.lastTerm})`;
  }
  if (server.log.length > message.lastIndex) return " (log longer than the candidate's)";
  return '';
}

/** A vote that somebody else has and that a new term did not free. */
function keptVote(
  message: Extract<MessageRecord, { kind: 'RequestVote' }>,
  state: StateRecord | null,
): string {
  if (state === null || state.term !== message.term || state.votedFor === null) return '';
  return state.votedFor === message.from ? '' : ` (keeps its vote for ${state.votedFor})`;
}

/** `★ S1 becomes leader of term 2`, or nothing. */
function crowned(server: ServerPicture, state: StateRecord | null): string {
  if (state?.role !== 'leader' || server.role === 'leader') return '';
  return `  ★ ${server.id} becomes leader of term ${state.term}`;
}

/** A vote arrived: counted, counted twice, or too late. */
export function tellVoteReply(
  scene: Scene,
  found: {
    readonly record: DeliverRecord;
    readonly message: Extract<MessageRecord, { kind: 'RequestVoteReply' }>;
    /** The `seq` of the input by which the voter gave it. */
    readonly input: number;
  },
): Draft | null {
  const { record, message } = found;
  const server = scene.picture.servers.get(record.to);
  if (server === undefined) return null;
  const { state } = effectsOf(scene.step);
  const line = { at: record.at, seq: record.seq, actors: [record.to] };
  const { from, term } = message;
  const role = rolePhrase(server, state);
  const crown = crowned(server, state);
  if (!message.granted) {
    if (role === '') return null;
    return plain({ ...line, text: `${record.to} hears of term ${term} from ${from} and ${role}` });
  }
  if (server.role !== 'candidate' || server.term !== term) {
    if (crown === '' && role === '') return null;
    const late = `${record.to} counts ${from}'s vote of term ${term}`;
    const but = `although it is a ${server.role} in term ${server.term}`;
    return plain({ ...line, text: `${late} ${but}${crown}` });
  }
  const granted = new Set([...server.granted, from]);
  const votes = { granted, arrived: server.grants + 1 };
  const { configuration } = server;
  const won = crown !== '';
  const count = won ? winningVotesText(configuration, votes) : votesText(configuration, granted);
  const has = ` → ${record.to} has ${count}${crown}`;
  const { input } = found;
  if (server.granted.has(from)) {
    const again = won ? `counts ${from}'s vote again` : `receives ${from}'s vote again`;
    const merged = `${record.to} ${again}${has}`;
    return foldable({ ...line, fold: { kind: 'count', voter: from, input, merged } });
  }
  const merged = `${from} grants its vote to ${record.to}${has}`;
  const fold = { kind: 'count', voter: from, input, merged } as const;
  return { ...foldable({ ...line, fold }), text: `${from}'s vote reaches ${record.to}${has}` };
}
