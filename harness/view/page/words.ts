/** A record in one short sentence, and times as people read them. */
import { membersText } from './members.ts';
import type {
  BusRecord,
  FeatureMessage,
  MessageRecord,
  OperateRecord,
  RequestPayload,
  ServeRecord,
  TraceRecord,
} from '../../trace/record.ts';

/** Microseconds as milliseconds with as many decimals as matter. */
export function timeText(micros: number): string {
  return `${(micros / 1000).toFixed(1)} ms`;
}

type ClientReply = Extract<MessageRecord, { readonly kind: 'ClientReply' }>;
type OperatorPayload = OperateRecord['wish'];
type Change = Extract<OperatorPayload, { readonly kind: 'reconfigure' }>['changes'][number];

const changeWords = { addVoter: 'add voter', addLearner: 'add learner', remove: 'remove' };

const changeText = ({ kind, server }: Change): string => `${changeWords[kind]} ${server}`;

/** An operator's wish: hand over, or change who takes part. */
export function wishText(wish: OperatorPayload): string {
  return wish.kind === 'transfer'
    ? `hand over to ${wish.target}`
    : `${wish.transition} change: ${wish.changes.map(changeText).join(', ')}`;
}

function answerText({ answer }: ClientReply): string {
  switch (answer.kind) {
    case 'done':
      return 'answer: done';
    case 'registered':
      return `registered ${answer.session}`;
    case 'refused':
      return 'answer: refused';
    case 'sessionExpired':
      return 'answer: session expired';
    case 'busy':
      return `answer: busy (${answer.reason})`;
    case 'notLeader':
      return answer.leader === null
        ? 'answer: not leader'
        : `answer: not leader, ask ${answer.leader}`;
  }
}

function requestText(payload: RequestPayload): string {
  switch (payload.kind) {
    case 'register':
      return 'register';
    case 'command':
      return `request ${payload.serial}`;
    case 'read':
      return `read ${payload.serial} by ${payload.via}`;
    case 'transfer':
    case 'reconfigure':
      return wishText(payload);
  }
}

/** What only goes between servers with features beyond plain Raft. */
function featureText(message: FeatureMessage): string {
  switch (message.kind) {
    case 'PreVote':
      return `PreVote T${message.term}?`;
    case 'PreVoteReply':
      return `would ${message.granted ? '' : 'not '}vote T${message.term}`;
    case 'InstallSnapshot':
      return `snapshot ≤ ${message.lastIndex}, ${message.done ? 'last ' : ''}piece at ${message.offset}`;
    case 'InstallSnapshotReply':
      return message.matchIndex > 0
        ? `has snapshot ≤ ${message.matchIndex}`
        : `wants from ${message.offset}`;
    case 'TimeoutNow':
      return `take over! (TimeoutNow T${message.term})`;
    case 'ReadIndex':
      return `read index?`;
    case 'ReadIndexReply':
      return message.index < 0 ? 'not leader' : `read index ${message.index}`;
  }
}

export function messageText(message: MessageRecord): string {
  switch (message.kind) {
    case 'RequestVote':
      return `RequestVote T${message.term}`;
    case 'RequestVoteReply':
      return `vote ${message.granted ? 'granted' : 'refused'} T${message.term}`;
    case 'AppendEntries': {
      const { entries, prevIndex, term } = message;
      if (entries.length === 0) return `heartbeat T${term}`;
      const last = prevIndex + entries.length;
      return `append ${prevIndex + 1}${last > prevIndex + 1 ? `–${last}` : ''} T${term}`;
    }
    case 'AppendEntriesReply':
      return message.success ? `has ≤ ${message.matchIndex}` : `no match T${message.term}`;
    case 'ClientRequest':
      return requestText(message.payload);
    case 'ClientReply':
      return answerText(message);
    default:
      return featureText(message);
  }
}

type Sent = (id: number) => MessageRecord | undefined;

function aboutMessage(record: TraceRecord, sent: Sent): string {
  if (!('id' in record)) return '';
  const message = sent(record.id);
  return message === undefined
    ? `message ${record.id}`
    : `${message.from}'s ${messageText(message)}`;
}

function aboutBroker({ what, id, to, text }: BusRecord, message: string): string {
  const about = id < 0 ? 'a message' : message;
  switch (what) {
    case 'settled':
      return `${to} settles ${about}`;
    case 'lockLost':
      return `the peek-lock of ${to} on ${about} runs out`;
    case 'deadLettered':
      return `${about} to ${to} ends as a dead letter${text === '' ? '' : `: ${text}`}`;
    case 'throttled':
      return `the broker is busy and refuses ${about}`;
    case 'disconnected':
      return `${to === '' ? 'everybody' : to} is disconnected from the broker`;
  }
}

function aboutBus(record: TraceRecord, sent: Sent): string {
  const what = aboutMessage(record, sent);
  switch (record.kind) {
    case 'send':
      return `${record.from} sends ${messageText(record.message)} to ${record.to}`;
    case 'deliver': {
      const again = record.deliveryCount > 0 ? ` again (delivery ${record.deliveryCount + 1})` : '';
      return `${record.to} receives ${what}${again}`;
    }
    case 'drop':
      return `${what} to ${record.to} is lost: ${record.reason}`;
    case 'delay':
      return `${what} is held back by ${timeText(record.byMicros)}`;
    case 'duplicate':
      return `${what} is published twice`;
    case 'bus':
      return aboutBroker(record, what);
    default:
      return record.kind;
  }
}

function aboutRead({ server, serial, session, via, readIndex }: ServeRecord): string {
  const vouched = via === 'lease' ? 'under its lease' : `heard by a majority at ${readIndex}`;
  return `${server} serves read ${serial} of ${session}, ${vouched}`;
}

function aboutFeature(record: TraceRecord): string {
  switch (record.kind) {
    case 'told':
      return `${record.server} hears that write ${record.write} is durable`;
    case 'configure':
      return `${record.server} goes by ${membersText(record.configuration)} (entry ${record.index})`;
    case 'restore':
      return `${record.server} restores a snapshot to ${record.index}`;
    case 'serve':
      return aboutRead(record);
    default:
      return aboutLife(record);
  }
}

function aboutServer(record: TraceRecord): string {
  switch (record.kind) {
    case 'state':
      return `${record.server} is ${record.role} of term ${record.term}`;
    case 'timer':
      return `${record.server}'s ${record.timer} timer fires`;
    case 'arm':
      return `${record.server} ${record.dueAt < 0 ? 'stops' : 'arms'} its ${record.timer} timer`;
    case 'propose':
      return `${record.server} makes entry ${record.index} of term ${record.term}`;
    case 'write':
      return record.snapshot === null
        ? `${record.server} asks its disk for write ${record.write}`
        : `${record.server} asks its disk for a snapshot to ${record.snapshot.index}`;
    case 'durable':
      return `${record.server}'s write ${record.write} is durable`;
    case 'match':
      return `${record.server} believes that ${record.peer} holds up to ${record.matchIndex}`;
    case 'commit':
      return `${record.server} commits up to ${record.commitIndex}`;
    case 'apply':
      return `${record.server} applies ${record.index}${record.repeated ? ' (repeated)' : ''}`;
    default:
      return record.kind;
  }
}

function aboutLife(record: TraceRecord): string {
  switch (record.kind) {
    case 'crash':
      return `${record.server} crashes; ${record.lost} writes lost`;
    case 'online':
      return `${record.server} starts with ${record.entries.length} entries, term ${record.term}`;
    case 'offline':
      return `${record.server} is taken off line`;
    case 'pause':
    case 'resume':
      return `${record.server} ${record.kind === 'pause' ? 'stands still' : 'goes on'}`;
    case 'fault':
      return `fault ${record.name} ${record.phase === 'start' ? 'begins' : 'ends'}`;
    case 'header':
      return `${record.subject} on ${record.adapter}`;
    case 'quiet':
      return 'all faults are over';
    case 'end':
      return `the world stops: ${record.reason}`;
    case 'verdict':
      return `${record.verdict}: ${record.sentence}`;
    default:
      return record.kind;
  }
}

const ofServers: ReadonlySet<string> = new Set([
  'state',
  'timer',
  'arm',
  'propose',
  'write',
  'durable',
  'match',
  'commit',
  'apply',
]);

export function sentenceOf(record: TraceRecord, sent: Sent): string {
  if ('id' in record) return aboutBus(record, sent);
  if (ofServers.has(record.kind)) return aboutServer(record);
  switch (record.kind) {
    case 'invoke':
    case 'ok':
    case 'fail':
    case 'info': {
      const value = record.value === null ? '' : ` ${JSON.stringify(record.value)}`;
      return `${record.client} ${record.kind} ${record.f} ${record.key}${value}`;
    }
    case 'operate': {
      const { wish } = record;
      return `${record.client} ${record.phase} ${wishText(wish)}`;
    }
    default:
      return aboutFeature(record);
  }
}
