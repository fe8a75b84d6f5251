/**
 * A snapshot stands for a committed prefix: for its last entry, and for the configuration in force
 * there. A server never goes back to one that is older than what it has applied. What state it
 * holds is StateMachineSafety's affair.
 */
import type { RestoreRecord, SnapshotRef, TraceRecord, WriteRecord } from '../trace/record.ts';
import type { Check, Failure, Verdict } from './check.ts';
import { entryName, proof } from './evidence.ts';
import { inForceAt, sameConfiguration } from './members.ts';
import type { ClusterView } from './view.ts';

/** A snapshot that was kept before its last entry was known to be committed. */
interface Claim {
  readonly snapshot: SnapshotRef;
  readonly server: string;
  readonly seq: number;
  readonly cause: number;
}

interface State {
  examined: number;
  readonly claims: Claim[];
}

function snapshotName(server: string, { index }: { readonly index: number }): string {
  return `${server}'s snapshot to index ${String(index)}`;
}

/** What the cluster agreed on does not fit the snapshot; undefined: it does. */
function misfit({ snapshot, server }: Claim, view: ClusterView): string | undefined {
  const { index, term, configuration } = snapshot;
  const agreed = view.committed[index - 1];
  if (agreed !== undefined && agreed.term !== term) {
    const name = entryName({ index, term });
    return `${snapshotName(server, snapshot)} ends with ${name}, but ${entryName(agreed)} is committed`;
  }
  const known = inForceAt(view.agreed, index);
  if (known === undefined || sameConfiguration(known.configuration, configuration))
    return undefined;
  const held = configuration.voters.join(', ');
  return (
    `${snapshotName(server, snapshot)} says that ${held} vote, ` +
    `but ${known.configuration.voters.join(', ')} do since index ${String(known.index)}`
  );
}

function judge(state: State, claim: Claim, view: ClusterView): Failure | undefined {
  if (claim.snapshot.index > view.committed.length) {
    state.claims.push(claim);
    return undefined;
  }
  const sentence = misfit(claim, view);
  return sentence === undefined ? undefined : { sentence, evidence: [claim.seq] };
}

/** Claims are settled once the commits that their step told of are in the view. */
function settle(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  for (let claim = state.claims[0]; claim !== undefined; claim = state.claims[0]) {
    const { snapshot, server, seq, cause } = claim;
    if (snapshot.index > view.committed.length) {
      // The step that keeps a snapshot may tell of its commits last.
      if (record.kind !== 'end' && record.cause === cause) return undefined;
      state.claims.shift();
      const last = String(view.committed.length);
      const sentence = `${snapshotName(server, snapshot)} covers entries that nobody committed`;
      return { sentence: `${sentence}: they end at ${last}`, evidence: proof(record.seq, seq) };
    }
    state.claims.shift();
    const sentence = misfit(claim, view);
    if (sentence !== undefined) return { sentence, evidence: proof(record.seq, seq) };
  }
  return undefined;
}

function kept(state: State, record: WriteRecord, view: ClusterView): Failure | undefined {
  const { snapshot, server, seq, cause } = record;
  if (snapshot === null) return undefined;
  state.examined += 1;
  if (snapshot.discardThrough > snapshot.index) {
    const [through, index] = [String(snapshot.discardThrough), String(snapshot.index)];
    const sentence =
      `${server} would discard entries up to index ${through}, ` +
      `which its snapshot to index ${index} does not cover`;
    return { sentence, evidence: [seq] };
  }
  return judge(state, { snapshot, server, seq, cause }, view);
}

function restored(state: State, record: RestoreRecord, view: ClusterView): Failure | undefined {
  state.examined += 1;
  const { appliedIndex } = view.server(record.server);
  if (record.index >= appliedIndex) return undefined;
  return {
    sentence:
      `${record.server} went back to a snapshot to index ${String(record.index)}, ` +
      `although it had applied up to index ${String(appliedIndex)}`,
    evidence: [record.seq],
  };
}

function observe(state: State, record: TraceRecord, view: ClusterView): Failure | undefined {
  if (state.claims.length > 0) {
    const failure = settle(state, record, view);
    if (failure !== undefined) return failure;
  }
  if (record.kind === 'write') return kept(state, record, view);
  return record.kind === 'restore' ? restored(state, record, view) : undefined;
}

/** Raft §7; dissertation 5.1. */
export const snapshotSoundness: Check<State> = {
  name: 'SnapshotSoundness',
  promise: 'A snapshot stands for a committed prefix and its configuration (Raft §7).',
  class: 'safety',
  kinds: ['write', 'restore', 'end'],
  start: (): State => ({ examined: 0, claims: [] }),
  observe,
  verdict: (state: State): Verdict => ({ kind: 'pass', examined: state.examined }),
  exempt: (): string => 'nobody took a snapshot',
};
