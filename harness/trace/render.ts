/** One record as one line for people: time, where, what. Foreign text is made harmless. */
import { printable } from './printable.ts';
import type {
  HistoryRecord,
  PauseRecord,
  ProposeRecord,
  RecordKind,
  TraceRecord,
} from './record.ts';
import {
  compact,
  configurationText,
  entriesText,
  messageText,
  snapshotText,
  wishText,
} from './render-message.ts';

interface Renderer<R> {
  /** The server or client it happened at; empty for the world. */
  where(record: R): string;
  what(record: R): string;
}
type Of<K extends RecordKind, R = TraceRecord> = R extends { readonly kind: infer Q }
  ? K extends Q
    ? R
    : never
  : never;

const nowhere = (): string => '';
const atServer = ({ server }: { readonly server: string }): string => server;
const toReceiver = ({ to }: { readonly to: string }): string => to;
const by = (fault: number): string => (fault < 0 ? '' : ` by fault ${fault}`);

const pausing: Renderer<PauseRecord> = {
  where: atServer,
  what: (record) => `${record.kind}s${by(record.fault)}`,
};
const history: Renderer<HistoryRecord> = {
  where: (record) => record.client,
  what: ({ kind, f, key, value, error }) =>
    `${kind} ${f} ${key} ${compact(value)}${error === null ? '' : ` (${error})`}`,
};

function tearText(torn: { readonly snapshot: boolean; readonly entries: number }): string {
  const entries = torn.entries < 0 ? [] : [`after ${torn.entries} entries`];
  return [...(torn.snapshot ? ['after its snapshot'] : []), ...entries].join(', ') || 'at once';
}

function payloadText({ session, serial, command, configuration }: ProposeRecord): string {
  if (command !== null) return `${session ?? '-'} #${serial} ${compact(command)}`;
  if (configuration !== null) return `configuration ${configurationText(configuration)}`;
  return session === null ? 'no-op' : `session ${session}`;
}

const perKind: { readonly [K in RecordKind]: Renderer<Of<K>> } = {
  header: {
    where: nowhere,
    what: (record) =>
      `${record.subject} on the ${record.adapter} bus: ${record.servers.join(', ')}; ` +
      `clients ${record.clients.join(', ')}; ${record.model}; Whitewater ${record.whitewater}`,
  },
  send: {
    where: (record) => record.from,
    what: (record) => `sends m${record.id} to ${record.to}: ${messageText(record.message)}`,
  },
  deliver: {
    where: toReceiver,
    what: ({ id, deliveryCount }) =>
      `gets m${id}${deliveryCount > 0 ? ` again (redelivery ${deliveryCount})` : ''}`,
  },
  drop: {
    where: toReceiver,
    what: ({ id, reason, fault }) => `never gets m${id}: ${reason}${by(fault)}`,
  },
  delay: {
    where: nowhere,
    what: ({ id, byMicros, fault }) => `m${id} held back ${byMicros / 1000} ms${by(fault)}`,
  },
  duplicate: { where: nowhere, what: ({ id, fault }) => `m${id} published again${by(fault)}` },
  bus: {
    where: toReceiver,
    what: ({ what, id, text }) =>
      `${what}${id < 0 ? '' : ` m${id}`}${text === '' ? '' : `: ${text}`}`,
  },
  state: {
    where: atServer,
    what: ({ role, term, votedFor, leader }) =>
      `is ${role} in term ${term}, voted for ${votedFor ?? 'nobody'}, leader ${leader ?? 'unknown'}`,
  },
  timer: { where: atServer, what: ({ timer }) => `${timer} timer ran out` },
  arm: {
    where: atServer,
    what: ({ timer, dueAt }) =>
      dueAt < 0 ? `disarms the ${timer} timer` : `arms the ${timer} timer for ${millis(dueAt)} ms`,
  },
  propose: {
    where: atServer,
    what: (record) => `proposes ${record.index}@${record.term}: ${payloadText(record)}`,
  },
  write: {
    where: atServer,
    what: ({ write, hard, log, snapshot }) => {
      const state =
        hard === null ? [] : [`term ${hard.term}, vote ${hard.votedFor ?? 'for nobody'}`];
      const change = log === null ? [] : [`log from ${log.from}: ${entriesText(log.entries)}`];
      const kept =
        snapshot === null
          ? []
          : [`${snapshotText(snapshot)}, discard to ${snapshot.discardThrough}`];
      return `writes w${write}: ${[...state, ...change, ...kept].join('; ')}`;
    },
  },
  durable: { where: atServer, what: ({ write }) => `w${write} is durable` },
  told: { where: atServer, what: ({ write }) => `hears that w${write} is durable` },
  match: {
    where: atServer,
    what: ({ peer, matchIndex, nextIndex, term }) =>
      `believes ${peer} matches to ${matchIndex}, next ${nextIndex} (term ${term})`,
  },
  commit: {
    where: atServer,
    what: ({ commitIndex, term }) => `commits up to ${commitIndex} (term ${term})`,
  },
  apply: {
    where: atServer,
    what: ({ index, term, repeated, answer }) =>
      `applies ${index}@${term}${repeated ? ' (a repetition)' : ''}` +
      (answer === null ? '' : `: ${compact(answer)}`),
  },
  configure: {
    where: atServer,
    what: ({ index, configuration }) =>
      `goes by the configuration of ${index}: ${configurationText(configuration)}`,
  },
  restore: {
    where: atServer,
    what: ({ index, term }) => `restores the state of snapshot ${index}@${term}`,
  },
  serve: {
    where: atServer,
    what: ({ session, serial, via, readIndex, appliedIndex }) =>
      `serves ${session} #${serial} by ${via}: needs ${readIndex}, applied ${appliedIndex}`,
  },
  crash: {
    where: atServer,
    what: ({ fault, survived, torn, lost }) =>
      `crashes${by(fault)}; disk holds up to w${survived}, ${lost} lost` +
      (torn === null ? '' : `, w${torn.write} torn ${tearText(torn)}`),
  },
  online: {
    where: atServer,
    what: ({ incarnation, term, votedFor, snapshot, entries }) =>
      `comes up (incarnation ${incarnation}): term ${term}, vote ${votedFor ?? 'for nobody'}, ` +
      (snapshot === null ? '' : `${snapshotText(snapshot)}, `) +
      entriesText(entries),
  },
  offline: { where: atServer, what: ({ fault }) => `goes off line${by(fault)}` },
  pause: pausing,
  resume: pausing,
  fault: {
    where: nowhere,
    what: ({ fault, name, phase, detail }) => `fault ${fault} ${name} ${phase}s ${compact(detail)}`,
  },
  quiet: { where: nowhere, what: () => 'quiet: no more faults' },
  end: {
    where: nowhere,
    what: ({ reason, online }) => `end: ${reason}; up: ${online.join(', ') || 'none'}`,
  },
  invoke: history,
  ok: history,
  fail: history,
  info: history,
  operate: {
    where: (record) => record.client,
    what: ({ phase, wish, error }) =>
      `${phase} ${wishText(wish)}${error === null ? '' : ` (${error})`}`,
  },
  verdict: {
    where: nowhere,
    what: ({ verdict, invariant, sentence }) =>
      `verdict: ${verdict}${invariant === null ? '' : ` ${invariant}`}: ${sentence}`,
  },
};
// Sound because a renderer is only ever looked up by its own record's kind. Methods (unlike function
// properties) may be widened this way without a cast.
const renderers: { readonly [K in RecordKind]: Renderer<TraceRecord> } = perKind;

/** `     412.345 ms  S1    what happened`: milliseconds, server or client, the rest. */
export function renderRecord(record: TraceRecord): string {
  const renderer = renderers[record.kind];
  const where = printable(renderer.where(record), 20).padEnd(4);
  return `${millis(record.at).padStart(12)} ms  ${where}  ${printable(renderer.what(record), 240)}`;
}

/** What happened, without when and where; foreign text is made harmless. */
export function whatOf(record: TraceRecord): string {
  return printable(renderers[record.kind].what(record), 240);
}

function millis(micros: number): string {
  return (micros / 1000).toFixed(3);
}
