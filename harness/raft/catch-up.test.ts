import { describe, expect, test } from 'vitest';
import { cluster, reconfigure, settle, shown, told } from './membership.test.kit.ts';
import { ack, beat, deliver, elect, link, nodeOf, propose, run, sent } from './network.test.kit.ts';

const done = { kind: 'done', result: null };

describe('Dissertation 4.2.1: new voters catch up first (2.5)', () => {
  test('A new server receives the log before it counts', () => {
    const network = cluster(4, 3);
    for (let serial = 1; serial <= 5; serial += 1) propose(network, 'n1', { serial, add: 1 });
    run(network);
    const effects = reconfigure(network, 'n1', { changes: 'v4' });
    expect(sent(effects).map(({ to, kind }) => `${kind} ${to}`)).toEqual(['AppendEntries n4']);
    expect(shown(network, 'n1')).toBe('1 2 3');
    expect(nodeOf(network, 'n1').catchUp).toMatchObject({ servers: ['n4'], round: 1, target: 6 });
    settle(network, 'n1');
    expect(told(network)).toEqual([done]);
    expect(shown(network, 'n4')).toBe('1 2 3 4');
    expect(nodeOf(network, 'n4').appliedIndex).toBe(7);
  });

  test('A server that does not answer is refused in the end; nothing waited for it', () => {
    const network = cluster(4, 3);
    link(network, 'cut', 'n1', 'n4');
    reconfigure(network, 'n1', { changes: 'v4' });
    propose(network, 'n1', { serial: 1, add: 1 });
    run(network);
    expect(network.replies.at(-1)?.answer).toEqual({ kind: 'done', result: 1 });
    for (let beats = 0; beats < 29; beats += 1) beat(network, 'n1');
    expect(told(network)).toEqual([]);
    beat(network, 'n1');
    expect(told(network)).toEqual([{ kind: 'refused', reason: 'n4 did not catch up' }]);
    expect(nodeOf(network, 'n1').progress.map(({ peer }) => peer)).toEqual(['n2', 'n3']);
    expect(nodeOf(network, 'n1').change).toBeNull();
  });

  test('A slow server gets ten rounds', () => {
    const network = cluster(4, 3);
    reconfigure(network, 'n1', { changes: 'v4' });
    link(network, 'cut', 'n1', 'n4');
    network.queue.length = 0;
    for (let round = 1; round <= 10; round += 1) {
      const target = nodeOf(network, 'n1').log.length;
      expect(nodeOf(network, 'n1').catchUp).toMatchObject({ round, target, beats: 0 });
      // Three heartbeats are an election time-out; by then the log is longer than at first.
      propose(network, 'n1', { serial: round, add: 1 });
      for (let beats = 0; beats < 3; beats += 1) beat(network, 'n1');
      deliver(network, ack('n4', { prevIndex: target - 1, matchIndex: target }));
    }
    expect(told(network)).toEqual([{ kind: 'refused', reason: 'n4 did not catch up' }]);
    expect(shown(network, 'n1')).toBe('1 2 3');
  });

  test('A second round may be quick enough', () => {
    const network = cluster(4, 3);
    link(network, 'cut', 'n1', 'n4');
    reconfigure(network, 'n1', { changes: 'v4' });
    for (let beats = 0; beats < 5; beats += 1) beat(network, 'n1');
    link(network, 'heal', 'n1', 'n4');
    beat(network, 'n1');
    beat(network, 'n1');
    expect(told(network)).toEqual([done]);
  });

  test('A learner is promoted only once it has the log', () => {
    const network = cluster(4, 3, { learners: ['n4'] });
    link(network, 'cut', 'n1', 'n4');
    propose(network, 'n1', { serial: 1, add: 1 });
    run(network);
    reconfigure(network, 'n1', { changes: 'v4' });
    beat(network, 'n1');
    expect(shown(network, 'n1')).toBe('1 2 3, learners 4');
    link(network, 'heal', 'n1', 'n4');
    settle(network, 'n1');
    expect(shown(network, 'n1')).toBe('1 2 3 4');
    expect(told(network)).toEqual([done]);
  });

  test('Whoever loses office while a server catches up says so', () => {
    const network = cluster(4, 3);
    link(network, 'cut', 'n1', 'n4');
    reconfigure(network, 'n1', { changes: 'v4' });
    elect(network, 'n2');
    expect(told(network)).toEqual([{ kind: 'notLeader', leader: null }]);
    expect(nodeOf(network, 'n1').catchUp).toBeNull();
    expect(nodeOf(network, 'n1').change).toBeNull();
  });
});
