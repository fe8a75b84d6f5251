/** Stories of what is beyond plain Raft, told from recorded runs. */
import { describe, expect, test } from 'vitest';
import { memoryLab } from '../cli/lab.ts';
import { raft } from '../raft/machine.ts';
import { record } from '../search/execute.ts';
import type { TraceRecord } from '../trace/record.ts';
import type { Operation, Scenario } from '../world/scenario.ts';
import { calm, plainFeatures } from '../world/scenario.ts';
import { tell } from './story.ts';
import { TraceScript } from './trace.test.kit.ts';

const operations: readonly Operation[] = Array.from({ length: 9 }, (_, at) => ({
  atMs: 400 + at * 40,
  client: 'c1',
  f: at % 3 === 2 ? 'read' : 'write',
  key: 'x',
  value: at % 3 === 2 ? null : at,
}));

const scenario: Scenario = {
  ...calm,
  cluster: {
    ...calm.cluster,
    servers: 4,
    spares: 1,
    features: {
      ...plainFeatures,
      preVote: true,
      checkQuorum: true,
      leaseDriftBound: 1.5,
      snapshotEvery: 3,
    },
  },
  workload: {
    ...calm.workload,
    reads: 'lease',
    operations,
    operator: [
      {
        kind: 'reconfigure',
        atMs: 900,
        changes: [{ kind: 'addVoter', server: 'S4' }],
        transition: 'simple',
      },
      { kind: 'transfer', atMs: 1_200, target: 'S4' },
    ],
  },
};

function storyOf(given: Scenario): string {
  const records: TraceRecord[] = [];
  record(given, memoryLab(raft), (each) => void records.push(each));
  const lines = tell(records).lines.map(({ text }) => text);
  return lines.join('\n');
}

describe('a story', () => {
  const text = storyOf(scenario);
  test.each([
    ['pre-votes', / asks whether it might lead term 1/u],
    ['who would vote', / would vote for S\d in term 1/u],
    ['snapshots taken', /keeps a snapshot to 3/u],
    ['snapshots on their way', /gets the last piece of S\d's snapshot to \d+/u],
    ['snapshots restored', /keeps the snapshot to \d+ and its state/u],
    ['wishes', /the operator asks to add S4 as a voter/u],
    ['configurations', /goes by the voters S1–S4/u],
    ['the handing over', /S4 is told by S\d to take over/u],
  ])('tells of %s', (_what, words) => {
    expect(text).toMatch(words);
  });

  test('tells of a read that should not have been served, and of a wish refused', () => {
    const script = new TraceScript(['S1', 'S2']);
    const wish = { kind: 'transfer', serial: 1, target: 'S2' } as const;
    const client = 'operator';
    const invoke = script.add({ kind: 'operate', client, phase: 'invoke', wish, error: null });
    const asked = script.send(
      {
        kind: 'ClientRequest',
        from: 'c1',
        to: 'S1',
        payload: { kind: 'read', session: 'c1', serial: 2, via: 'lease', command: {} },
      },
      invoke,
    );
    script.add({ kind: 'operate', client, phase: 'fail', wish, error: 'no such server' }, invoke);
    const got = script.deliver(asked);
    const served = { session: 'c1', serial: 2, via: 'lease', readIndex: 1 } as const;
    const seq = script.add({ kind: 'serve', server: 'S1', ...served, appliedIndex: 1 }, got);
    const records = script.violated('ReadFreshness', 'S1 served a stale read', [seq]);
    const told = tell(records).lines.map(({ text: line }) => line);
    expect(told.join('\n')).toMatch(/S1 serves c1's read as of entry 1, by lease/u);
    expect(told.join('\n')).toContain('the operator asks to hand the leadership to S2');
    expect(told.join('\n')).toContain('is told no: no such server (hand the leadership to S2)');
  });
});
