import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InstallSnapshot, RaftMessage } from './message.ts';
import {
  ack,
  beat,
  crash,
  deliver,
  elect,
  expire,
  led,
  link,
  machineOf,
  nodeOf,
  propose,
  run,
  sent,
  sync,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';
import type { NodeOptions } from './node.ts';
import { textBytes } from './size.ts';
import type { Effect } from './step.ts';

const options: Partial<NodeOptions> = { snapshotEvery: 4, snapshotChunkBytes: 64 };

/** n1 leads and has compacted its log through entry 8; n3 heard nothing since the no-op. */
function behind(given: Partial<NodeOptions> = {}): Network {
  const network = led({ servers: 3, options: { ...options, ...given } });
  link(network, 'cut', 'n3', 'n1', 'n2');
  for (let serial = 1; serial <= 8; serial += 1) {
    propose(network, 'n1', { serial, add: serial });
    run(network);
  }
  beat(network, 'n1');
  link(network, 'heal', 'n3', 'n1', 'n2');
  return network;
}

function pieces(effects: readonly Effect[]): InstallSnapshot[] {
  return sent(effects).flatMap((message) => (message.kind === 'InstallSnapshot' ? [message] : []));
}

/** The messages under way of a kind. */
function waiting(network: Network, kind: RaftMessage['kind']): RaftMessage[] {
  return network.queue.filter((message) => message.kind === kind);
}

describe('Section 7: a leader sends its snapshot where its log does not reach back (2.4)', () => {
  test('A follower far behind is brought up to date, sessions included', () => {
    const network = behind();
    expect(nodeOf(network, 'n1').baseIndex).toBe(8);
    beat(network, 'n1');
    beat(network, 'n1');
    const { node, disk } = machineOf(network, 'n3');
    expect(node).toMatchObject({ baseIndex: 8, commitIndex: 9, state: 36, receiving: null });
    expect(node.stateDigest).toBe(nodeOf(network, 'n1').stateDigest);
    expect(disk.snapshot).toEqual(nodeOf(network, 'n1').snapshot);
    expect(disk.entries).toEqual(node.log);
    elect(network, 'n3');
    expect(node.role).toBe('leader');
    propose(network, 'n3', { serial: 7, add: 7 });
    expect(network.replies.at(-1)).toMatchObject({ from: 'n3', answer: { result: 28 } });
  });

  test.each([
    { keep: 8, kind: 'AppendEntries', why: 'the log reaches back to the no-op' },
    { keep: 7, kind: 'AppendEntries', why: 'the entry before the next one is its base' },
    { keep: 6, kind: 'InstallSnapshot', why: 'the entry before the next one is gone' },
  ])('Keeping $keep entries, $kind goes: $why (2.4-R3)', ({ keep, kind }) => {
    const network = behind({ snapshotKeep: keep });
    expire(network, 'n1', 'heartbeat');
    const probe = network.queue.find(({ to }) => to === 'n3');
    if (probe === undefined) throw new Error('a heartbeat goes to everyone');
    const [refusal] = sent(deliver(network, probe));
    if (refusal === undefined) throw new Error('a heartbeat is answered');
    expect(sent(deliver(network, refusal))).toMatchObject([{ kind, to: 'n3' }]);
    run(network);
    beat(network, 'n1');
    expect(nodeOf(network, 'n3').state).toBe(36);
  });

  test('Pieces fit the limit, and together they are the snapshot', () => {
    const network = behind();
    const seen: InstallSnapshot[] = [];
    expire(network, 'n1', 'heartbeat');
    for (let next = network.queue.shift(); next !== undefined; next = network.queue.shift()) {
      if (next.kind === 'InstallSnapshot') seen.push(next);
      deliver(network, next);
    }
    expect(seen.length).toBeGreaterThan(5);
    for (const piece of seen) expect(textBytes(piece.data)).toBeLessThanOrEqual(64);
    expect(seen.map(({ done }) => done)).toEqual(seen.map((_, at) => at === seen.length - 1));
    const { snapshot } = nodeOf(network, 'n1');
    expect(JSON.parse(seen.map(({ data }) => data).join(''))).toEqual(snapshot);
    expect(nodeOf(network, 'n1').progress[1]).toMatchObject({ installing: null, probing: false });
  });

  test('Heartbeats go on while a snapshot is under way, and repeat its piece (2.4-R7, M48)', () => {
    const network = behind();
    network.muted = 'InstallSnapshotReply';
    beat(network, 'n1');
    const again = sent(expire(network, 'n1', 'heartbeat')).filter(({ to }) => to === 'n3');
    expect(again).toMatchObject([
      { kind: 'AppendEntries', entries: [], prevIndex: 8, prevTerm: 1 },
      { kind: 'InstallSnapshot', offset: 0 },
    ]);
    // One piece at a time: new entries do not add to it.
    expect(pieces(propose(network, 'n1', { serial: 9, add: 1 }))).toEqual([]);
  });

  test.each(['loses', 'doubles', 'reorders'] as const)(
    'A network that %s everything once in a while only delays it (2.4-R4)',
    (does) => {
      const property = fc.property(
        fc.array(fc.nat(99), { minLength: 200, maxLength: 200 }),
        (luck) => {
          const network = behind();
          expire(network, 'n1', 'heartbeat');
          for (const draw of luck) {
            if (network.queue.length === 0) expire(network, 'n1', 'heartbeat');
            const bad = draw < 30;
            const at = bad && does === 'reorders' ? draw % network.queue.length : 0;
            const [message] = network.queue.splice(at, 1);
            if (message === undefined) break;
            if (!bad || does !== 'loses') deliver(network, message);
            if (bad && does === 'doubles') network.queue.push(message);
          }
          run(network);
          beat(network, 'n1');
          beat(network, 'n1');
          expect(nodeOf(network, 'n3')).toMatchObject({ state: 36, receiving: null });
        },
      );
      fc.assert(property, { seed: 20_260_201, numRuns: 60 });
    },
  );

  test('A follower that lost its pieces in a crash gets them all again', () => {
    const network = behind();
    expire(network, 'n1', 'heartbeat');
    while ((nodeOf(network, 'n3').receiving?.text.length ?? 0) < 65) step(network);
    crash(network, 'n3');
    run(network);
    beat(network, 'n1');
    expect(nodeOf(network, 'n3').state).toBe(36);
  });

  test('A new leader starts over: no piece of the old one counts (2.4-R4)', () => {
    const network = behind();
    expire(network, 'n1', 'heartbeat');
    while (nodeOf(network, 'n3').receiving === null) step(network);
    const partial = nodeOf(network, 'n3').receiving;
    elect(network, 'n2');
    expect(nodeOf(network, 'n2').role).toBe('leader');
    beat(network, 'n2');
    beat(network, 'n2');
    expect(partial?.leader).toBe('n1');
    expect(nodeOf(network, 'n3')).toMatchObject({ state: 36, receiving: null });
  });
});

/** Delivers the next message. */
function step(network: Network): void {
  const message = network.queue.shift();
  if (message === undefined) throw new Error('nothing is under way');
  deliver(network, message);
}

describe('A leader goes on with its log as soon as an ack allows it (case 38)', () => {
  test.each([
    { match: 8, resumes: true, why: 'exactly the snapshot (snapshot_succeed_via_app_resp)' },
    { match: 7, resumes: true, why: 'below it, but in the log (…_behind)' },
    { match: 6, resumes: true, why: 'the base of the log (…_behind)' },
    { match: 5, resumes: false, why: 'below the base: the snapshot is needed' },
  ])('Keeping 2, an ack of $match: $why', ({ match, resumes }) => {
    const network = behind({ snapshotKeep: 2 });
    network.muted = 'InstallSnapshotReply';
    beat(network, 'n1');
    const progress = nodeOf(network, 'n1').progress[1];
    expect(progress?.installing).not.toBeNull();
    const effects = deliver(network, ack('n3', { prevIndex: match, matchIndex: match }));
    expect(progress?.installing === null).toBe(resumes);
    const first = sent(effects).filter(({ kind }) => kind === 'AppendEntries');
    expect(first).toMatchObject(resumes ? [{ to: 'n3', prevIndex: match }] : []);
  });

  test('The final answer lost, a heartbeat finds out', () => {
    const network = behind();
    expire(network, 'n1', 'heartbeat');
    while (nodeOf(network, 'n3').baseIndex === 0) step(network);
    network.queue.length = 0;
    expect(nodeOf(network, 'n1').progress[1]?.installing).not.toBeNull();
    beat(network, 'n1');
    expect(nodeOf(network, 'n1').progress[1]).toMatchObject({ installing: null, matchIndex: 9 });
  });

  test('Refusals, answers about other snapshots and from other terms change nothing', () => {
    const network = behind();
    network.muted = 'InstallSnapshotReply';
    beat(network, 'n1');
    const installing = nodeOf(network, 'n1').progress[1]?.installing;
    const base = { kind: 'InstallSnapshotReply', from: 'n3', to: 'n1', round: 0 } as const;
    const about = { ...base, lastIndex: 8, lastTerm: 1, matchIndex: 0 };
    const refusal = ack('n3', { success: false, prevIndex: 8, hintIndex: 1, hintTerm: 1 });
    const idle: RaftMessage[] = [
      refusal,
      { ...about, term: 1, offset: 64, lastIndex: 4 },
      { ...about, term: 1, offset: 64, lastTerm: 7 },
      { ...about, term: 0, offset: 64 },
      { ...about, term: 1, offset: 1e9 },
      { ...about, term: 1, offset: 0 },
    ];
    for (const message of idle) expect(deliver(network, message)).toEqual([]);
    expect(installing?.offset).toBe(0);
    expect(pieces(deliver(network, { ...about, term: 1, offset: 50 }))).toMatchObject([
      { offset: 50 },
    ]);
    // An old answer, overtaken: the piece it asks for was received long ago.
    expect(deliver(network, { ...about, term: 1, offset: 30 })).toEqual([]);
  });
});

describe('A leader believes the newest answer about its pieces (2.4-R4)', () => {
  const base = { kind: 'InstallSnapshotReply', from: 'n3', to: 'n1', term: 1 } as const;
  const about = { ...base, lastIndex: 8, lastTerm: 1, matchIndex: 0 };

  test('One that was overtaken leads it astray for a heartbeat at most', () => {
    const network = behind();
    expire(network, 'n1', 'heartbeat');
    while ((nodeOf(network, 'n3').receiving?.text.length ?? 0) < 100) step(network);
    // The follower's buffer goes (to a late piece of an older snapshot), and begins again.
    const { receiving } = nodeOf(network, 'n3');
    const whole = receiving?.text ?? '';
    if (receiving !== null) receiving.text = whole.slice(0, 30);
    const round = nodeOf(network, 'n1').round;
    deliver(network, { ...about, offset: 0, round });
    deliver(network, { ...about, offset: whole.length, round });
    network.queue.length = 0;
    expect(nodeOf(network, 'n1').progress[1]?.installing?.offset).toBe(whole.length);
    beat(network, 'n1');
    beat(network, 'n1');
    expect(nodeOf(network, 'n3')).toMatchObject({ state: 36, receiving: null });
  });

  test.each([
    { later: 0, offset: 30, goes: [], why: 'an old answer' },
    { later: 1, offset: 30, goes: [{ offset: 30 }], why: 'where the follower is now' },
    { later: 0, offset: 90, goes: [{ offset: 90 }], why: 'a step ahead is never wrong for long' },
    { later: 1, offset: 1e9, goes: [], why: 'beyond the end of the text' },
  ])('Sending from 60, a wish for $offset: $why', ({ later, offset, goes }) => {
    const network = behind();
    network.muted = 'InstallSnapshotReply';
    beat(network, 'n1');
    const { round } = nodeOf(network, 'n1');
    deliver(network, { ...about, offset: 60, round });
    expect(pieces(deliver(network, { ...about, offset, round: round + later }))).toMatchObject(
      goes,
    );
  });
});

describe('Section 7 and storage', () => {
  test('After a slow disk and a crash the leader learns the truth, and sends it again', () => {
    const network = { ...behind(), slowDisks: true };
    beat(network, 'n1');
    for (let rounds = 0; rounds < 20; rounds += 1) {
      run(network);
      for (const id of ['n1', 'n2']) sync(network, id);
    }
    expect(nodeOf(network, 'n3').baseIndex).toBe(8);
    expect(nodeOf(network, 'n1').progress[1]?.matchIndex).toBe(1);
    crash(network, 'n3');
    expect(nodeOf(network, 'n3')).toMatchObject({ baseIndex: 0, commitIndex: 0 });
    const calm = { ...network, slowDisks: false };
    beat(calm, 'n1');
    beat(calm, 'n1');
    expect(waiting(calm, 'InstallSnapshot')).toEqual([]);
    expect(nodeOf(calm, 'n3').state).toBe(36);
  });
});
