import { describe, expect, test } from 'vitest';
import { done, plainOptions, raft, refused } from './index.ts';
import type { Effect, Node, StateMachine } from './index.ts';

/** An application as a user would write it: one seat, given to whoever comes first. */
const seat: StateMachine<string | null> = {
  start: () => null,
  apply(state, { take }) {
    if (typeof take !== 'string') return refused('say who takes the seat');
    return state === null ? done(take, 'yours') : refused(`taken by ${state}`);
  },
};

function alone(): Node {
  const options = {
    ...plainOptions,
    id: 'S1',
    servers: ['S1'],
    sessions: ['c1', 'c2'],
  };
  const node = raft.create(options, seat);
  raft.step(node, {
    kind: 'online',
    stored: { term: 0, votedFor: null, snapshot: null, entries: [] },
  });
  raft.step(node, { kind: 'expire', timer: 'election', generation: node.electionGeneration });
  settle(node);
  return node;
}

/** Makes everything durable, as a caller with a perfect disk would. */
function settle(node: Node): readonly Effect[] {
  const effects: Effect[] = [];
  while (node.durableWrite < node.lastWrite) {
    effects.push(...raft.step(node, { kind: 'persisted', write: node.lastWrite }));
  }
  return effects;
}

describe('The public entry', () => {
  test('It is enough to run an application of one’s own', () => {
    const node = alone();
    const answers = ['c1', 'c2'].map((client) => {
      const command = { take: client };
      const payload = { kind: 'command', session: client, serial: 1, acknowledged: 0 } as const;
      const request = { kind: 'ClientRequest', from: client, to: 'S1' } as const;
      raft.step(node, {
        kind: 'propose',
        request: { ...request, payload: { ...payload, command } },
      });
      return settle(node).find((effect) => effect.kind === 'answer')?.message.answer;
    });
    expect(answers).toEqual([
      { kind: 'done', result: 'yours' },
      { kind: 'refused', reason: 'taken by c1' },
    ]);
    expect(node.state).toBe('c1');
  });
});
