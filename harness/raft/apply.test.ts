import { describe, expect, test } from 'vitest';
import type { Answer } from './message.ts';
import {
  beat,
  crash,
  elect,
  give,
  led,
  link,
  machineOf,
  nodeOf,
  propose,
  register,
  request,
  run,
} from './network.test.kit.ts';
import type { Network, Request } from './network.test.kit.ts';

/** Proposes at n1, lets it commit, and returns the newest answer. */
function ask(network: Network, given: Request): Answer | undefined {
  propose(network, 'n1', given);
  run(network);
  return network.replies.at(-1)?.answer;
}

describe('Section 8: clients', () => {
  test('A server that is not leader names the leader it knows', () => {
    const network = led({ servers: 3 });
    propose(network, 'n2', { serial: 4, add: 1 });
    expect(network.replies).toEqual([
      {
        kind: 'ClientReply',
        from: 'n2',
        to: 'c1',
        serial: 4,
        answer: { kind: 'notLeader', leader: 'n1' },
      },
    ]);
    elect(network, 'n3');
    propose(network, 'n1', { serial: 4, add: 1 });
    expect(network.replies.at(-1)?.answer).toEqual({ kind: 'notLeader', leader: 'n3' });
  });

  test('Results, refusals and throwing applications are answered alike everywhere', () => {
    const network = led({ servers: 3 });
    expect(ask(network, { serial: 1, add: 2 })).toEqual({ kind: 'done', result: 2 });
    const no = { kind: 'refused', reason: 'only upwards' };
    expect(ask(network, { serial: 2, add: -1 })).toEqual(no);
    expect(ask(network, { serial: 3, add: 'boom' })).toEqual({ kind: 'refused', reason: 'boom' });
    expect(ask(network, { serial: 4, add: 3 })).toEqual({ kind: 'done', result: 5 });
    beat(network, 'n1');
    const [first, ...others] = network.machines.map((machine) => ({
      state: machine.node.state,
      digest: machine.node.stateDigest,
      applied: machine.applied,
    }));
    expect(first?.state).toBe(5);
    for (const other of others) expect(other).toEqual(first);
  });

  test('Only the leader that was asked answers, once', () => {
    const network = led({ servers: 3 });
    propose(network, 'n1', { serial: 1, add: 1 });
    run(network);
    beat(network, 'n1');
    elect(network, 'n2');
    expect(network.replies).toHaveLength(1);
    expect(network.replies[0]).toMatchObject({ from: 'n1', to: 'c1', serial: 1 });
  });

  test('A leader that stepped down does not answer for an entry committed later', () => {
    const network = led({ servers: 3 });
    link(network, 'cut', 'n1', 'n3');
    network.muted = 'AppendEntriesReply';
    propose(network, 'n1', { serial: 1, add: 1 });
    run(network);
    network.muted = null;
    elect(network, 'n2');
    beat(network, 'n2');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', state: 1 });
    expect(network.replies).toEqual([]);
  });
});

describe('Dissertation 6.3: sessions run a command once', () => {
  test('A repeated serial is answered from the session table, at once', () => {
    const network = led({ servers: 3 });
    ask(network, { serial: 1, add: 2 });
    const length = nodeOf(network, 'n1').log.length;
    expect(ask(network, { serial: 1, add: 2 })).toEqual({ kind: 'done', result: 2 });
    expect(nodeOf(network, 'n1')).toMatchObject({ state: 2 });
    expect(nodeOf(network, 'n1').log.length).toBe(length);
  });

  test('A retry at the next leader runs nothing twice', () => {
    const network = led({ servers: 3 });
    ask(network, { serial: 1, add: 2 });
    elect(network, 'n2');
    propose(network, 'n2', { serial: 1, add: 2 });
    run(network);
    expect(network.replies.map((reply) => reply.from)).toEqual(['n1', 'n2']);
    expect(nodeOf(network, 'n2').state).toBe(2);
  });

  test('A retry while the first waits in the log is answered by the first', () => {
    const network = led({ servers: 3 });
    propose(network, 'n1', { serial: 1, add: 2 });
    const length = nodeOf(network, 'n1').log.length;
    propose(network, 'n1', { serial: 1, add: 2 });
    expect(nodeOf(network, 'n1').log.length).toBe(length);
    run(network);
    expect(network.replies).toHaveLength(1);
  });

  test('A new leader knows what waits in the log it inherits', () => {
    const network = led({ servers: 3 });
    link(network, 'cut', 'n1', 'n3');
    network.muted = 'AppendEntriesReply';
    propose(network, 'n1', { serial: 1, add: 2 });
    run(network);
    network.muted = 'AppendEntries';
    elect(network, 'n2');
    network.muted = null;
    const { length } = nodeOf(network, 'n2').log;
    propose(network, 'n2', { serial: 1, add: 2 });
    expect(nodeOf(network, 'n2').log.length).toBe(length);
    beat(network, 'n2');
    expect(network.replies).toMatchObject([{ from: 'n2', answer: { kind: 'done', result: 2 } }]);
  });

  test('Doubles in the log run once; the second is marked as repeated', () => {
    const network = led({ servers: 3 });
    // The newer serial hides the older one from the search at propose: both get into the log.
    for (const serial of [1, 2, 1]) propose(network, 'n1', { serial, add: serial });
    run(network);
    const { applied } = machineOf(network, 'n1');
    expect(applied.slice(-3).map((effect) => effect.repeated)).toEqual([false, false, true]);
    expect(applied.slice(-3).map((effect) => effect.answer)).toEqual([
      { kind: 'done', result: 1 },
      { kind: 'done', result: 3 },
      { kind: 'done', result: 1 },
    ]);
    expect(nodeOf(network, 'n1').state).toBe(3);
  });

  test('An acknowledged serial is forgotten and never runs again', () => {
    const network = led({ servers: 3 });
    ask(network, { serial: 1, add: 1 });
    ask(network, { serial: 2, add: 1 });
    ask(network, { serial: 3, acknowledged: 2, add: 1 });
    const session = nodeOf(network, 'n1').sessions.get('c1');
    expect(session?.acknowledged).toBe(2);
    expect(session?.serials).toEqual([3]);
    expect(ask(network, { serial: 2, add: 1 })).toEqual({ kind: 'sessionExpired' });
    expect(ask(network, { serial: 9, acknowledged: 1e9, add: 1 })).toMatchObject({ result: 4 });
    expect(session?.answers).toEqual([]);
  });

  test('A command of an unknown session expires without running', () => {
    const network = led({ servers: 3 });
    const answer = ask(network, { session: 'ghost', serial: 1, add: 1 });
    expect(answer).toEqual({ kind: 'sessionExpired' });
    expect(nodeOf(network, 'n1').state).toBe(0);
  });

  test('Registering makes a session named after its entry', () => {
    const network = led({ servers: 3 });
    give(network, 'n1', { kind: 'propose', request: register('n1', 'c9') });
    run(network);
    expect(network.replies).toEqual([
      {
        kind: 'ClientReply',
        from: 'n1',
        to: 'c9',
        serial: 0,
        answer: { kind: 'registered', session: '#2' },
      },
    ]);
    expect(ask(network, { session: '#2', serial: 1, add: 7 })).toMatchObject({ result: 7 });
  });

  test('Serials of different sessions have nothing to do with each other', () => {
    const network = led({ servers: 3 });
    ask(network, { session: 'c1', serial: 1, add: 1 });
    const answer = ask(network, { session: 'c2', serial: 1, add: 1 });
    expect(answer).toEqual({ kind: 'done', result: 2 });
  });
});

describe('Section 5: what a restart keeps', () => {
  test('Sessions and state are rebuilt from the log, without answers to clients', () => {
    const network = led({ servers: 3 });
    ask(network, { serial: 1, add: 2 });
    beat(network, 'n1');
    const before = machineOf(network, 'n2').applied;
    crash(network, 'n2');
    expect(nodeOf(network, 'n2')).toMatchObject({ commitIndex: 0, state: 0, term: 1 });
    beat(network, 'n1');
    expect(machineOf(network, 'n2').applied).toEqual(before);
    expect(network.replies).toHaveLength(1);
  });

  test('A request for all servers is answered under the name of the server', () => {
    const network = led({ servers: 3 });
    give(network, 'n1', { kind: 'propose', request: request('*', { serial: 1, add: 1 }) });
    run(network);
    expect(network.replies).toMatchObject([{ from: 'n1', to: 'c1' }]);
  });
});
