/** The judge that holds every step of every server against an executable specification of Raft. */
import type { TraceRecord } from '../../trace/record.ts';
import type { Check, Failure, Verdict } from '../check.ts';
import type { ClusterView } from '../view.ts';
import { absorb, newView } from '../view.ts';
import type { Action } from './state.ts';
import type { Specified } from './turns.ts';
import { closeAll, newSpecified, noteRecord } from './turns.ts';

/**
 * Trace validation: each record must follow from an allowed action of the specification, taken in
 * the abstract state before (the published TLA+ specification of Raft; raft.md 5). It needs `timer`
 * records, which only full traces hold.
 */
export const specification: Check<Specified> = {
  name: 'Specification',
  promise: 'Every step of a server is an action of the Raft specification (Figure 2).',
  class: 'safety',
  kinds: [
    'header',
    'send',
    'deliver',
    'timer',
    'state',
    'write',
    'commit',
    'restore',
    'told',
    'online',
    'crash',
    'offline',
    'end',
  ],
  start: newSpecified,
  observe: (state: Specified, record: TraceRecord, view: ClusterView): Failure | undefined =>
    noteRecord(state, record, view),
  verdict: (state: Specified): Verdict => {
    const failure = closeAll(state);
    if (failure !== undefined) return { kind: 'fail', ...failure };
    return { kind: 'pass', examined: state.steps };
  },
};

/** How often each action was taken in a trace, up to a first wrong step; never taken ones say 0. */
export function actionsOf(
  records: Iterable<TraceRecord>,
  servers: readonly string[],
): ReadonlyMap<Action, number> {
  const view = newView(servers);
  const state = newSpecified();
  for (const record of records) {
    if (noteRecord(state, record, view) !== undefined) break;
    absorb(view, record);
  }
  return state.coverage;
}
