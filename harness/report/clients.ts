/** Sentences about what clients ask and are told. */
import type {
  DeliverRecord,
  HistoryRecord,
  MessageRecord,
  ProposeRecord,
} from '../trace/record.ts';
import type { Draft } from './draft.ts';
import { plain } from './draft.ts';
import { commitPhrase, effectsOf } from './effects.ts';
import type { Scene } from './election.ts';
import { operatorName, wishPhrase } from './membership.ts';
import { clean, shown } from './words.ts';

type Command = NonNullable<ProposeRecord['command']>;

/** `write(x, 1)`, `cas(x, 1 → 2)`, `read(x)` */
export function callText(call: Pick<HistoryRecord, 'f' | 'key' | 'value'>): string {
  const key = clean(call.key, 20);
  const { f, value } = call;
  if (f === 'read' || f === 'delete') return `${f}(${key})`;
  if (f === 'cas' && Array.isArray(value)) {
    return `cas(${key}, ${shown(value[0] ?? null, 16)} → ${shown(value[1] ?? null, 16)})`;
  }
  return `${f}(${key}, ${shown(value, 20)})`;
}

/** How an operation ended, as seen by its client. */
export function endingText(end: HistoryRecord, call: HistoryRecord | undefined): string {
  const what = callText(call ?? end);
  switch (end.kind) {
    case 'ok':
      return end.f === 'read' ? `${what} returns ${shown(end.value)}` : `${what} is acknowledged`;
    case 'fail':
      return `${what} fails${end.error === null ? '' : ` (${clean(end.error, 40)})`}`;
    case 'info':
      return `${what} ends without an answer: it may have happened, or may yet`;
    case 'invoke':
      return what;
  }
}

/** A client begins or gives up an operation. */
export function tellHistory(scene: Scene, record: HistoryRecord): Draft {
  const client = clean(record.client, 20);
  const line = { at: record.at, seq: record.seq, actors: [record.client] };
  if (record.kind === 'invoke') {
    return plain({ ...line, text: `${client} asks: ${callText(record)}` });
  }
  const call = scene.picture.calls.get(record.process);
  return plain({ ...line, text: `${client}'s ${endingText(record, call)}` });
}

/** A command as the operation it is, where it has that shape; otherwise as short JSON. */
export function commandText(command: Command): string {
  const { f, key, value } = { f: command['f'], key: command['key'], value: command['value'] };
  if (typeof key !== 'string' || value === undefined) return shown(command, 36);
  switch (f) {
    case 'read':
    case 'delete':
    case 'write':
    case 'cas':
    case 'append':
      return callText({ f, key, value });
    default:
      return shown(command, 36);
  }
}

function requestText(message: Extract<MessageRecord, { kind: 'ClientRequest' }>): string {
  const from = clean(message.from, 20);
  if (message.payload.kind === 'register') return `${from}'s registration`;
  const { payload } = message;
  if (payload.kind === 'transfer' || payload.kind === 'reconfigure') {
    return `${operatorName(from)}'s wish (${wishPhrase(payload)})`;
  }
  const how = payload.kind === 'read' ? ` by ${payload.via}` : '';
  return `${from}'s ${commandText(payload.command)}${how}`;
}

/** A client's request reached a server. */
export function tellRequest(
  scene: Scene,
  found: {
    readonly record: DeliverRecord;
    readonly message: Extract<MessageRecord, { kind: 'ClientRequest' }>;
  },
): Draft | null {
  const { record, message } = found;
  const server = scene.picture.servers.get(record.to);
  if (server === undefined) return null;
  const line = { at: record.at, seq: record.seq, actors: [record.to] };
  const proposal = scene.step.effects.find((effect) => effect.kind === 'propose');
  if (proposal?.kind === 'propose') {
    const { commit } = effectsOf(scene.step);
    const also = commit === null ? '' : ` and ${commitPhrase(server, commit)}`;
    const place = `entry ${proposal.index} (T${proposal.term})`;
    return plain({
      ...line,
      text: `${record.to} takes ${requestText(message)} as ${place}${also}`,
    });
  }
  const reply = scene.step.effects.find(
    (effect) => effect.kind === 'send' && effect.message.kind === 'ClientReply',
  );
  if (reply?.kind !== 'send' || reply.message.kind !== 'ClientReply') return null;
  if (reply.message.answer.kind === 'notLeader') return null;
  if (scene.step.effects.some(({ kind }) => kind === 'serve')) return null;
  const text = `${record.to} answers ${requestText(message)} without a new entry`;
  return plain({ ...line, text });
}

/** A reply reached its client. */
export function tellReply(
  scene: Scene,
  found: {
    readonly record: DeliverRecord;
    readonly message: Extract<MessageRecord, { kind: 'ClientReply' }>;
  },
): Draft | null {
  const { record, message } = found;
  const end = scene.step.effects.find(
    (effect) => effect.kind === 'ok' || effect.kind === 'fail' || effect.kind === 'info',
  );
  if (end?.kind !== 'ok' && end?.kind !== 'fail' && end?.kind !== 'info') return null;
  const call = scene.picture.calls.get(end.process);
  const text = `${clean(record.to, 20)}'s ${endingText(end, call)}, says ${message.from}`;
  return plain({ at: record.at, seq: record.seq, actors: [record.to], text });
}
