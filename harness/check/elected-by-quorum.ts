/**
 * Whoever leads was elected: before a server takes office, a quorum of the voters that it knows gave
 * it their votes of that term, each its own. This is what Election Safety rests on, and it breaks
 * long before a second leader shows up.
 */
import type { SendRecord, StateRecord, TraceRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { hasQuorum, quorumText } from './members.ts';
import type { ClusterView, ServerView } from './view.ts';

/** Votes given to a candidate in the newest term in which it got any. */
interface Votes {
  readonly term: number;
  /** By voter: `seq` of the record that sent its vote first. */
  readonly from: Map<string, number>;
}

interface State {
  examined: number;
  /** By the candidate's position. */
  readonly votes: (Votes | undefined)[];
}

function given(state: State, { seq, message }: SendRecord, view: ClusterView): void {
  if (message.kind !== 'RequestVoteReply' || !message.granted) return;
  const { position } = view.server(message.to);
  const { term, from } = message;
  const known = state.votes[position];
  if (known !== undefined && known.term > term) return;
  if (known?.term !== term) state.votes[position] = { term, from: new Map([[from, seq]]) };
  else if (!known.from.has(from)) known.from.set(from, seq);
}

function elected(state: State, record: StateRecord, server: ServerView): Failure | undefined {
  if (record.role !== 'leader' || server.role === 'leader') return undefined;
  state.examined += 1;
  const configuration = server.configurations.at(-1)?.configuration;
  if (configuration === undefined) return undefined;
  const known = state.votes[server.position];
  const votes = known?.term === record.term ? known.from : new Map<string, number>();
  if (hasQuorum(configuration, (id) => id === server.id || votes.has(id))) return undefined;
  const others = [...votes.keys()].filter((id) => id !== server.id);
  const behind =
    others.length === 0 ? 'no vote but its own' : `its own vote and that of ${others.join(', ')}`;
  const sentence =
    `${server.id} leads term ${String(record.term)} with ${behind}, ` +
    `which is no quorum (${quorumText(configuration)})`;
  return { sentence, evidence: [...votes.values(), record.seq] };
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (record.kind === 'send') given(state, record, view);
  return record.kind === 'state' ? elected(state, record, view.server(record.server)) : undefined;
}

/** Raft §5.2; dissertation 4.3 for two configurations at once. */
export const electedByQuorum: Check<State> = {
  name: 'ElectedByQuorum',
  promise: 'A leader has the votes of a quorum of voters, each counted once (Raft §5.2).',
  class: 'safety',
  kinds: ['send', 'state'],
  messages: ['RequestVoteReply'],
  start: (): State => ({ examined: 0, votes: [] }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (): string => 'nobody was elected',
};
