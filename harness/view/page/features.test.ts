import { describe, expect, test } from 'vitest';
import type { Configuration, HeaderRecord, TraceRecord } from '../../trace/record.ts';
import { barsOf } from './bars.ts';
import { unsyncedOf } from './disks.ts';
import { operationsOf } from './marks.ts';
import { isQuorum, membersText, quorumText } from './members.ts';
import { signOf } from './signs.ts';
import { lanesOf } from './turns.ts';

const header: HeaderRecord = {
  kind: 'header',
  seq: 0,
  at: 0,
  cause: -1,
  schema: 'whitewater.trace/1',
  whitewater: '0',
  subject: 'raft',
  adapter: 'memory',
  servers: ['S1', 'S2', 'S3', 'S4'],
  voters: ['S1', 'S2', 'S3'],
  learners: [],
  clients: ['c1', 'operator'],
  model: 'register',
  scenario: {},
};

type Told = { readonly kind: string; readonly [field: string]: unknown };

/** Records with numbers of their own; only what a test needs is said. */
function told(...records: readonly Told[]): TraceRecord[] {
  const made = records.map((record, i) => ({ seq: i + 1, at: 1000 * i, cause: -1, ...record }));
  return [header, ...JSON.parse(JSON.stringify(made))];
}

const state = (server: string, role: string, term = 1): Told => ({
  kind: 'state',
  server,
  role,
  term,
  votedFor: null,
  leader: null,
});

const joint: Configuration = {
  voters: ['S1', 'S3', 'S4'],
  outgoing: ['S1', 'S2', 'S3'],
  learners: [],
  learnersNext: [],
};

const grant = (kind: string, from: string, id: number): readonly Told[] => [
  { kind: 'send', id, from, to: 'S1', message: { kind, from, to: 'S1', term: 1, granted: true } },
  { kind: 'deliver', id, to: 'S1', deliveryCount: 0 },
];

function barsFor(...records: readonly Told[]): ReturnType<typeof barsOf> {
  const all = told(...records);
  const sends = new Map(all.flatMap((one) => (one.kind === 'send' ? [[one.id, one]] : [])));
  return barsOf({ records: all, header }, lanesOf(header), sends);
}

describe('who votes', () => {
  test('while the configuration is joint, both halves must agree', () => {
    expect(isQuorum(joint, ['S1', 'S4'])).toBe(false);
    expect(isQuorum(joint, ['S1', 'S3'])).toBe(true);
    expect(quorumText(joint)).toBe('2 of S1, S3, S4 and 2 of S1, S2, S3');
    expect(membersText(joint)).toBe('S1, S3, S4; joint, leaving: S2');
  });

  test('servers outside the configuration do not count for a majority', () => {
    const { wins, bars } = barsFor(
      state('S4', 'follower'),
      state('S1', 'candidate'),
      ...grant('RequestVoteReply', 'S2', 1),
      state('S1', 'leader'),
    );
    expect(wins).toMatchObject([{ server: 'S1', needed: '2', isQuorum: true }]);
    expect(bars.map(({ kind }) => kind)).toContain('outside');
  });

  test('a majority of the new half alone does not win a joint election', () => {
    const { wins } = barsFor(
      { kind: 'configure', server: 'S1', index: 3, configuration: joint },
      state('S1', 'candidate'),
      ...grant('RequestVoteReply', 'S4', 1),
      state('S1', 'leader'),
    );
    expect(wins).toMatchObject([{ voters: ['S1', 'S4'], isQuorum: false }]);
  });

  test('a learner becomes a follower where its configuration says so', () => {
    const learning = { ...joint, voters: ['S1'], outgoing: [], learners: ['S4'] };
    const { bars } = barsFor(
      { kind: 'configure', server: 'S4', index: 2, configuration: learning },
      state('S4', 'follower'),
      { kind: 'configure', server: 'S4', index: 3, configuration: joint },
    );
    expect(bars.map(({ kind }) => kind)).toEqual(['learner', 'follower']);
  });

  test('promises before the vote are told from votes', () => {
    const { votes } = barsFor(
      state('S1', 'preCandidate'),
      ...grant('PreVoteReply', 'S2', 1),
      state('S1', 'candidate'),
      ...grant('RequestVoteReply', 'S3', 2),
      ...grant('PreVoteReply', 'S3', 3),
    );
    expect(votes.map(({ kind, voter, distinct }) => [kind, voter, distinct])).toEqual([
      ['preVote', 'S2', 2],
      ['vote', 'S3', 2],
    ]);
  });
});

describe('disks', () => {
  const write = (number: number): Told => ({
    kind: 'write',
    server: 'S1',
    write: number,
    hard: null,
    log: null,
    snapshot: null,
  });

  test('a write is only in memory until its sync, and lost when a crash comes first', () => {
    const records = told(
      write(1),
      write(2),
      { kind: 'durable', server: 'S1', write: 1 },
      { kind: 'crash', server: 'S1', fault: 0, survived: 1, torn: null, lost: 1 },
    );
    expect(unsyncedOf(records, lanesOf(header))).toMatchObject([
      { write: 1, from: 1, to: 3, isLost: false },
      { write: 2, from: 2, to: 4, isLost: true },
    ]);
  });

  test.each<readonly [Told, string | null]>([
    [{ ...write(1), snapshot: { index: 3 } }, 'keeps snapshot ≤ 3'],
    [write(1), null],
    [{ kind: 'restore', server: 'S1', index: 3 }, 'restores snapshot ≤ 3'],
    [{ kind: 'serve', server: 'S1', via: 'lease', readIndex: 3 }, 'serves a read (lease)'],
    [{ kind: 'serve', server: 'S1', via: 'index', readIndex: 3 }, 'serves a read (index 3)'],
    [
      { kind: 'crash', server: 'S1', lost: 1, torn: {} },
      'crash, 1 unsynced write LOST, one write torn',
    ],
    [
      { kind: 'configure', server: 'S1', index: 3, configuration: joint },
      'S1, S3, S4; joint, leaving: S2',
    ],
    [{ kind: 'bus', what: 'throttled', id: -1, to: 'S2', text: '' }, 'throttled: S2'],
    [{ kind: 'bus', what: 'settled', id: 1, to: 'S2', text: '' }, null],
  ])('the sign of %j', (record, text) => {
    const [, found] = told(record);
    expect(found === undefined ? '' : (signOf(found)?.text ?? null)).toBe(text);
  });
});

test("an operator's wish is an operation from its asking to its answer", () => {
  const wish = { kind: 'transfer', serial: 1, target: 'S2' };
  const records = told(
    { kind: 'operate', client: 'operator', phase: 'invoke', wish, error: null },
    { kind: 'operate', client: 'operator', phase: 'ok', wish, error: null },
    { kind: 'operate', client: 'operator', phase: 'invoke', wish, error: null },
  );
  expect(operationsOf(records, lanesOf(header))).toMatchObject([
    { from: 1, to: 2, end: 'ok', text: 'hand over to S2', next: 3 },
    { from: 3, to: -1, end: 'open', next: -1 },
  ]);
});
