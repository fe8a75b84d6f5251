/**
 * I14: what a server goes by follows from its log and snapshot, one change is under way at a time,
 * a leader changes nothing before it has committed in its own term, and a joint configuration is
 * left for its successor only, once it is committed.
 */
import type {
  Configuration,
  ConfigureRecord,
  ProposeRecord,
  TraceRecord,
} from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { proof } from './evidence.ts';
import type { ConfigurationView } from './members.ts';
import { sameConfiguration } from './members.ts';
import type { ClusterView, ServerView } from './view.ts';

/** A change whose leader must have committed before it; records of one step tell commits last. */
interface Open {
  readonly record: ProposeRecord;
  readonly before: ConfigurationView;
  /** How far the leader had committed, and the term of that entry. */
  commitIndex: number;
  commitTerm: number;
}

interface State {
  examined: number;
  open: Open | null;
}

const names = (ids: readonly string[]): string => ids.join(', ') || 'nobody';

/** Voters that only one of the two has. */
function difference(one: readonly string[], other: readonly string[]): number {
  const gone = one.filter((id) => !other.includes(id)).length;
  return gone + other.filter((id) => !one.includes(id)).length;
}

/** What is wrong with going from one configuration to the other, or undefined. */
function misstep(from: Configuration, to: Configuration): string | undefined {
  if (to.voters.length === 0) return 'leaves nobody to vote';
  const sameVoters = difference(from.voters, to.voters) === 0;
  if (from.outgoing.length > 0) {
    if (to.outgoing.length === 0 && sameVoters) return undefined;
    return `follows the joint configuration of ${names(from.voters)} and ${names(from.outgoing)}`;
  }
  if (to.outgoing.length > 0) {
    if (difference(to.outgoing, from.voters) === 0) return undefined;
    return `takes leave of ${names(to.outgoing)}, but ${names(from.voters)} voted`;
  }
  if (difference(from.voters, to.voters) <= 1) return undefined;
  return `changes several voters at once: from ${names(from.voters)} to ${names(to.voters)}`;
}

function changeName({ server, index }: ProposeRecord): string {
  return `the change that ${server} made at index ${String(index)}`;
}

function proposed(state: State, record: ProposeRecord, server: ServerView): Failure | undefined {
  const { configuration: to } = record;
  const before = server.configurations.at(-1);
  if (to === null || before === undefined) return undefined;
  state.examined += 1;
  const { commitIndex } = server;
  state.open = { record, before, commitIndex, commitTerm: server.log[commitIndex - 1]?.term ?? 0 };
  const wrong = misstep(before.configuration, to);
  if (wrong === undefined) return undefined;
  return { sentence: `${changeName(record)} ${wrong}`, evidence: [record.seq] };
}

/** What the leader had not yet committed when it made the change, or undefined. */
function early({ record, before, commitIndex, commitTerm }: Open): string | undefined {
  const change = changeName(record);
  if (before.index > commitIndex) {
    const pending = String(before.index);
    return `${change} came before the one at index ${pending} was committed`;
  }
  if (commitTerm === record.term) return undefined;
  return `${change} came before it had committed an entry of its term ${String(record.term)}`;
}

/** Settles the open change, by what its leader had committed when its step was over. */
function settle(state: State, seq: number): Failure | undefined {
  const { open } = state;
  if (open === null) return undefined;
  state.open = null;
  const sentence = early(open);
  if (sentence === undefined) return undefined;
  return { sentence, evidence: proof(seq, open.record.seq) };
}

function configured(record: ConfigureRecord, server: ServerView): Failure | undefined {
  const known = server.configurations.at(-1);
  if (known !== undefined && sameConfiguration(known.configuration, record.configuration)) {
    return undefined;
  }
  const says = known === undefined ? 'nothing' : names(known.configuration.voters);
  return {
    sentence:
      `${server.id} goes by the voters ${names(record.configuration.voters)}, ` +
      `but its log says ${says} (index ${String(known?.index ?? 0)})`,
    evidence: [record.seq],
  };
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  const { open } = state;
  if (open !== null) {
    const sameStep = record.cause === open.record.cause;
    if (sameStep && record.kind === 'commit' && record.server === open.record.server) {
      open.commitIndex = record.commitIndex;
      open.commitTerm = view.server(record.server).log[record.commitIndex - 1]?.term ?? 0;
      return settle(state, record.seq);
    }
    if (!sameStep || record.kind === 'end') {
      const failure = settle(state, record.seq);
      if (failure !== undefined) return failure;
    }
  }
  if (record.kind === 'propose' && record.configuration !== null) {
    return proposed(state, record, view.server(record.server));
  }
  if (record.kind !== 'configure') return undefined;
  state.examined += 1;
  return configured(record, view.server(record.server));
}

/** Raft §6; dissertation 4.1 (with the correction of 2015) and 4.3. */
export const configurationRules: Check<State> = {
  name: 'ConfigurationRules',
  promise: 'One change of the configuration at a time, and each server goes by its log (Raft §6).',
  class: 'safety',
  kinds: ['propose', 'configure', 'commit', 'end'],
  start: (): State => ({ examined: 0, open: null }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (): string => 'nobody changed the configuration',
};
