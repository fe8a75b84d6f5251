import { describe, expect, test } from 'vitest';
import { automata, automatonFaults, nextState, portNames } from './automata.ts';
import { openTo } from './open.ts';
import { planted } from './planted.ts';

describe('the automata of the ports', () => {
  test.each(portNames)('%s: every state is reached, and none is a dead end', (name) => {
    expect(automatonFaults(automata[name])).toStrictEqual([]);
  });

  test('a dead end, a lost state and a missing one are named', () => {
    const state = { in: {}, out: {} };
    const broken = {
      start: 'here',
      states: { here: { in: { go: 'end', fly: 'nowhere' }, out: {} }, end: state, lost: state },
    };
    expect(automatonFaults(broken)).toStrictEqual([
      'nothing can happen in the state end',
      'there is no state nowhere',
      'nothing leads to the state lost',
    ]);
  });

  test('what is not listed is illegal', () => {
    const { heartbeatTimer } = automata;
    const arm = { way: 'out', name: 'arm' } as const;
    expect(nextState(heartbeatTimer, 'stopped', arm)).toBe('running');
    expect(nextState(heartbeatTimer, 'running', arm)).toBeNull();
  });
});

/** Not seen here: what takes two other servers, a whole cluster, or the table. */
const elsewhere = ['H1', 'T1', 'R1', 'L1'];
const alone = planted.filter(({ name }) => !elsewhere.includes(name));

describe('one server under every event that its ports allow, in every state', () => {
  test.each(alone)('$name: $summary', ({ subject }) => {
    const { breach, trace, complete, unanswered } = openTo(subject);
    expect(breach?.watch).toBe('ports');
    expect(trace.length).toBeGreaterThan(0);
    expect(complete).toBe(false);
    expect(unanswered).toStrictEqual([]);
    expect({
      check: breach?.check,
      after: trace.length,
      sentence: breach?.sentence,
    }).toMatchSnapshot();
  });
});
