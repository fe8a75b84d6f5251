import { describe, expect, test } from 'vitest';
import type { TraceRecord } from '../trace/record.ts';
import type { WriteName } from './file-disk.ts';
import { journalSchema } from './journal.ts';
import type { ReadJournal } from './journals.ts';
import { mergeJournals } from './merge.ts';

const state = { role: 'follower', term: 1, votedFor: null, leader: null } as const;
const reply = { kind: 'RequestVoteReply', from: 'S1', to: 'S2', term: 1, granted: true } as const;

function journal(
  process: string,
  incarnation: number,
  records: readonly TraceRecord[],
  found: WriteName | null = null,
): ReadJournal {
  return { head: { schema: journalSchema, process, incarnation, found }, records };
}

const at = (seq: number, time: number, cause = -1): { seq: number; at: number; cause: number } => {
  return { seq, at: time, cause };
};
const send = (seq: number, time: number, from: string, to: string): TraceRecord => {
  return { kind: 'send', ...at(seq, time), id: seq, from, to, message: reply };
};
const deliver = (seq: number, time: number, to: string, id: number): TraceRecord => {
  return { kind: 'deliver', ...at(seq, time, id), id, to, deliveryCount: 0 };
};
const online = (seq: number, time: number, server: string, incarnation: number): TraceRecord => {
  const held = { term: 0, votedFor: null, snapshot: null, entries: [] };
  return { kind: 'online', ...at(seq, time), server, incarnation, ...held };
};
const write = (seq: number, time: number, server: string, id: number): TraceRecord => {
  return {
    kind: 'write',
    ...at(seq, time),
    server,
    write: id,
    hard: null,
    log: null,
    snapshot: null,
  };
};
const crash = (seq: number, time: number, server: string): TraceRecord => {
  const found = { fault: 0, survived: 0, torn: null, lost: 0 };
  return { kind: 'crash', ...at(seq, time), server, ...found };
};

/** Kinds with the old number of each record, to tell them apart. */
const order = (records: readonly TraceRecord[]): readonly string[] =>
  records.map(({ kind, at: time }) => `${kind} ${time}`);

describe('merged journals', () => {
  test('stand in the order of the clock where no cause says otherwise', () => {
    const merged = mergeJournals([
      journal('S1', 1, [
        { kind: 'state', ...at(101, 5), server: 'S1', ...state },
        { kind: 'state', ...at(102, 9, 101), server: 'S1', ...state },
      ]),
      journal('S2', 1, [{ kind: 'state', ...at(201, 7), server: 'S2', ...state }]),
    ]);
    expect(order(merged)).toEqual(['state 5', 'state 7', 'state 9']);
    expect(merged.map(({ seq, cause }) => [seq, cause])).toEqual([
      [1, -1],
      [2, -1],
      [3, 1],
    ]);
  });

  test('have a delivery after its send, whatever the clocks say', () => {
    const merged = mergeJournals([
      journal('S2', 1, [deliver(201, 3, 'S2', 101)]),
      journal('S1', 1, [send(101, 8, 'S1', 'S2')]),
    ]);
    expect(order(merged)).toEqual(['send 8', 'deliver 8']);
    expect(merged[0]).toMatchObject({ seq: 1, id: 1 });
    expect(merged[1]).toMatchObject({ seq: 2, cause: 1, id: 1 });
  });

  test('have a crash after all that the process told, and its next start after that', () => {
    const merged = mergeJournals([
      journal('client', 1, [crash(1, 4, 'S1')]),
      journal('S1', 2, [online(301, 2, 'S1', 2)], { incarnation: 1, write: 1 }),
      journal('S1', 1, [online(101, 0, 'S1', 1), write(102, 6, 'S1', 1), write(103, 7, 'S1', 2)]),
    ]);
    expect(merged.map(({ kind }) => kind)).toEqual(['online', 'write', 'write', 'crash', 'online']);
    expect(merged[3]).toMatchObject({ survived: 1, lost: 1 });
  });

  test('tell of a crash without a next start what was reported durable', () => {
    const durable: TraceRecord = { kind: 'durable', ...at(103, 3), server: 'S1', write: 1 };
    const merged = mergeJournals([
      journal('client', 1, [crash(1, 9, 'S1')]),
      journal('S1', 1, [write(101, 1, 'S1', 1), write(102, 2, 'S1', 2), durable]),
    ]);
    expect(merged.at(-1)).toMatchObject({ kind: 'crash', survived: 1, lost: 1 });
  });

  test('count nothing of an earlier life’s writes as this one’s', () => {
    const merged = mergeJournals([
      journal('client', 1, [crash(1, 2, 'S1'), crash(2, 6, 'S1')]),
      journal('S1', 1, [write(101, 1, 'S1', 1)]),
      journal('S1', 2, [online(201, 3, 'S1', 2), write(202, 4, 'S1', 1)], {
        incarnation: 1,
        write: 1,
      }),
      journal('S1', 3, [online(301, 7, 'S1', 3)], { incarnation: 1, write: 1 }),
    ]);
    const crashes = merged.filter(({ kind }) => kind === 'crash');
    expect(crashes).toMatchObject([
      { survived: 1, lost: 0 },
      { survived: 0, lost: 1 },
    ]);
  });

  test('say of messages to the dead that they were lost; others that are under way stay so', () => {
    const merged = mergeJournals([
      journal('S2', 1, [send(201, 1, 'S2', 'S1'), send(202, 2, 'S2', 'S3')]),
      journal('S1', 1, []),
      journal('client', 1, [crash(1, 3, 'S1')]),
    ]);
    expect(merged.map(({ kind }) => kind)).toEqual(['send', 'send', 'crash', 'drop']);
    expect(merged[3]).toMatchObject({ id: 1, cause: 1, to: 'S1', reason: 'offline' });
  });

  test('say of what a dead server sent and nobody took that it ran out', () => {
    const merged = mergeJournals([
      journal('S1', 1, [send(101, 1, 'S1', 'S2')]),
      journal('client', 1, [crash(1, 3, 'S1')]),
    ]);
    expect(merged.at(-1)).toMatchObject({ kind: 'drop', id: 1, reason: 'expired' });
  });

  test('that no order explains are refused with what waits', () => {
    const contradiction = [
      journal('S1', 1, [deliver(101, 1, 'S1', 201), send(102, 2, 'S1', 'S2')]),
      journal('S2', 1, [deliver(202, 1, 'S2', 102), send(201, 2, 'S2', 'S1')]),
    ];
    expect(() => mergeJournals(contradiction)).toThrow(
      'S1 (start 1) waits before its deliver, S2 (start 1) waits before its deliver',
    );
  });
});
