/**
 * A read without an entry is served from a state that holds everything committed before it was
 * asked for, and by a lease only while no later leader has been elected.
 */
import type { SendRecord, ServeRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof } from './evidence.ts';
import type { ClusterView, ServerView } from './view.ts';

/** What was committed when the read was asked for the first time. */
interface Asked {
  readonly committed: number;
  readonly seq: number;
}

interface State {
  examined: number;
  /** By session and serial. */
  readonly asked: Map<string, Asked>;
}

const readName = (session: string, serial: number): string => `${session} #${String(serial)}`;

function ask(state: State, { message, seq }: SendRecord, view: ClusterView): void {
  if (message.kind !== 'ClientRequest' || message.payload.kind !== 'read') return;
  const name = readName(message.payload.session, message.payload.serial);
  if (!state.asked.has(name)) state.asked.set(name, { committed: view.committed.length, seq });
}

function laterLeader(server: ServerView, view: ClusterView): ServerView | undefined {
  return view.servers.find((other) => other.role === 'leader' && other.roleTerm > server.term);
}

function stale(
  record: ServeRecord,
  asked: Asked | undefined,
  view: ClusterView,
): string | undefined {
  const server = view.server(record.server);
  const { readIndex, appliedIndex } = record;
  const read = `${server.id} served the read ${readName(record.session, record.serial)}`;
  if (appliedIndex < readIndex) {
    const [has, needs] = [String(appliedIndex), String(readIndex)];
    return `${read}, which needs index ${needs}, having applied only ${has}`;
  }
  if (asked !== undefined && readIndex < asked.committed) {
    const [as, was] = [String(readIndex), String(asked.committed)];
    return `${read} as of index ${as}, although index ${was} was committed before it was asked for`;
  }
  if (record.via !== 'lease') return undefined;
  if (server.role !== 'leader') return `${read} by a lease while it was ${server.role}`;
  const later = laterLeader(server, view);
  if (later === undefined) return undefined;
  const [own, newer] = [String(server.term), String(later.roleTerm)];
  return `${read} by a lease of term ${own}, although ${later.id} already led term ${newer}`;
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'send') {
    ask(state, record, view);
    return undefined;
  }
  if (record.kind !== 'serve') return undefined;
  state.examined += 1;
  const asked = state.asked.get(readName(record.session, record.serial));
  const sentence = stale(record, asked, view);
  return sentence === undefined ? undefined : { sentence, evidence: proof(record.seq, asked?.seq) };
}

/** Dissertation 6.4 and 6.4.1. */
export const readFreshness: Check<State> = {
  name: 'ReadFreshness',
  promise: 'A read sees everything committed before it was asked for (dissertation 6.4).',
  class: 'safety',
  kinds: ['send', 'serve'],
  messages: ['ClientRequest'],
  start: (): State => ({ examined: 0, asked: new Map() }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (): string => 'no read was served without an entry',
};
