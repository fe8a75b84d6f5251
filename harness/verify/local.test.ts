import { describe, expect, test } from 'vitest';
import { raft } from '../raft/machine.ts';
import { act } from './act.ts';
import { smallest } from './bounds.ts';
import { copyLocal, copyNode, localKey, newLocal, optionsFor } from './local.ts';
import type { Local } from './local.ts';
import { renameLocal, renamings } from './rename.ts';
import { IntList, PairTable, StateSet } from './tables.ts';

const bounds = { ...smallest, servers: 3 };
const driver = { subject: raft, sync: true, records: false } as const;

function leader(): Local {
  const fresh = newLocal(raft, {
    server: 0,
    bounds,
    stored: { term: 0, votedFor: null, snapshot: null, entries: [] },
  });
  const online = act(driver, fresh, { kind: 'online' }).local;
  const stood = act(driver, online, { kind: 'expire', timer: 'election' }).local;
  const message = {
    kind: 'RequestVoteReply',
    from: 'S3',
    to: 'S1',
    term: 1,
    granted: true,
  } as const;
  const won = act(driver, stood, { kind: 'receive', message }).local;
  return act(driver, won, { kind: 'propose', serial: 1 }).local;
}

describe('copies and keys', () => {
  test('a copy has every field of the record', () => {
    const { node } = leader();
    expect(Object.keys(copyNode(node))).toStrictEqual(Object.keys(node));
    expect(copyNode(node)).toStrictEqual(node);
    expect(copyLocal(leader())).toStrictEqual(leader());
  });

  test('stepping a copy leaves the original alone', () => {
    const local = leader();
    const key = localKey(local);
    act(driver, local, { kind: 'expire', timer: 'heartbeat' });
    act(driver, local, { kind: 'restart' });
    expect(localKey(local)).toBe(key);
  });

  test.each([
    ['role', (local: Local) => (local.node.role = 'follower')],
    ['term', (local: Local) => (local.node.term += 1)],
    ['votedFor', (local: Local) => (local.node.votedFor = 'S2')],
    ['log', (local: Local) => (local.node.log.length = 0)],
    ['lastWrite', (local: Local) => (local.node.lastWrite += 1)],
    ['durableWrite', (local: Local) => (local.node.durableWrite += 1)],
    ['durableIndex', (local: Local) => (local.node.durableIndex += 1)],
    ['hardWrite', (local: Local) => (local.node.hardWrite += 1)],
    ['pendingWrites', (local: Local) => local.node.pendingWrites.push({ id: 1, lastIndex: 1 })],
    ['leader', (local: Local) => (local.node.leader = null)],
    ['commitIndex', (local: Local) => (local.node.commitIndex += 1)],
    ['appliedIndex', (local: Local) => (local.node.appliedIndex += 1)],
    ['state', (local: Local) => (local.node.state = '.7')],
    ['stateDigest', (local: Local) => (local.node.stateDigest += 1)],
    ['sessions', (local: Local) => local.node.sessions.clear()],
    ['electionGeneration', (local: Local) => (local.node.electionGeneration += 1)],
    ['heartbeatGeneration', (local: Local) => (local.node.heartbeatGeneration += 1)],
    ['granted', (local: Local) => local.node.granted.add('S2')],
    ['refused', (local: Local) => local.node.refused.add('S2')],
    ['progress', (local: Local) => (local.node.progress = [])],
    ['requesters', (local: Local) => local.node.requesters.clear()],
    ['newest', (local: Local) => local.node.newest.clear()],
    [
      'stored',
      (local: Local) => (local.stored = { term: 9, votedFor: null, snapshot: null, entries: [] }),
    ],
    ['timers', (local: Local) => (local.electionArmed = !local.electionArmed)],
    ['memory', (local: Local) => (local.grantedTerm += 1)],
  ])('the key tells a difference in %s', (_, change) => {
    const local = copyLocal(leader());
    change(local);
    expect(localKey(local)).not.toBe(localKey(leader()));
  });

  test('every field of the node is in the table above, or fixed for the server', () => {
    const fixed = new Set(['options', 'application']);
    const varying = Object.keys(leader().node).filter((field) => !fixed.has(field));
    const features = new Set([
      'baseIndex',
      'baseTerm',
      'snapshot',
      'configurations',
      'earlyWrites',
      'longestBytes',
      'leaseGeneration',
      'heardLeader',
      'receiving',
      'reads',
      'readCount',
      'round',
      'beats',
      'leaseRound',
      'leaseHeld',
      'transfer',
      'change',
      'catchUp',
    ]);
    expect(varying.filter((field) => !features.has(field))).toHaveLength(22);
    expect(varying).toHaveLength(22 + features.size);
  });
});

describe('renaming', () => {
  const options = [0, 1, 2].map((server) => optionsFor(bounds, server));

  test('there are n! renamings, and the first changes nothing', () => {
    expect(renamings(3)).toHaveLength(6);
    expect(renamings(4)).toHaveLength(24);
    expect(new Set(renamings(4).map(String)).size).toBe(24);
    expect(renamings(3)[0]).toStrictEqual([0, 1, 2]);
  });

  test.each(renamings(3))('renaming to %i %i %i and back is the same server', (...by) => {
    const back = by.map((_, at) => by.indexOf(at));
    const there = renameLocal(leader(), by, options);
    expect(localKey(renameLocal(there, back, options))).toBe(localKey(leader()));
  });

  test.each(renamings(3))('the machine does not see names: %i %i %i', (...by) => {
    const action = { kind: 'expire', timer: 'heartbeat' } as const;
    const first = renameLocal(act(driver, leader(), action).local, by, options);
    const second = act(driver, renameLocal(leader(), by, options), action).local;
    expect(localKey(second)).toBe(localKey(first));
  });
});

describe('flat tables', () => {
  test('a pair table answers like a Map through many growths', () => {
    const pairs = new PairTable(4);
    const model = new Map<string, number>();
    for (let at = 0; at < 20_000; at += 1) {
      const one = (at * 7919) % 4001;
      const other = (at * 104_729) % 613;
      pairs.set(one, other, at);
      model.set(`${one} ${other}`, at);
    }
    expect(pairs.count).toBe(model.size);
    for (const [key, value] of model) {
      const [one = 0, other = 0] = key.split(' ').map(Number);
      expect(pairs.get(one, other)).toBe(value);
    }
    expect(pairs.get(5_000, 1)).toBe(-1);
  });

  test('a set of states knows what it was given, by value and length', () => {
    const seen = new StateSet(4);
    const state = new Int32Array(4);
    for (let round = 0; round < 2; round += 1) {
      for (let at = 0; at < 10_000; at += 1) {
        state.set([at, at >> 3, at & 7, 0]);
        expect(seen.add(state, 3)).toBe(round === 0);
      }
    }
    expect(seen.size).toBe(10_000);
    expect(seen.add(state, 4)).toBe(true);
  });

  test('a list grows', () => {
    const list = new IntList(1);
    for (let at = 0; at < 100; at += 1) list.push(at);
    expect(list.length).toBe(100);
    expect(list.get(99)).toBe(99);
  });
});
