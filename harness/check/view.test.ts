/** The shared view: memory, disks, crashes, and what the cluster has agreed on. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EntryRef } from '../trace/record.ts';
import { entries, entry, TraceBuilder } from './trace-builder.ts';
import type { ClusterView } from './view.ts';
import { absorb, newView } from './view.ts';

function folded(trace: TraceBuilder): ClusterView {
  const view = newView(trace.servers);
  for (const record of trace.records) absorb(view, record);
  return view;
}

const cluster = (): TraceBuilder => new TraceBuilder('S1', 'S2', 'S3').start();
const terms = (log: readonly EntryRef[]): readonly number[] => log.map(({ term }) => term);

describe('a server', () => {
  test('has its change in memory at once and on disk when it is durable', () => {
    const trace = cluster();
    trace.vote('S1', 1, 'S2');
    trace.log('S1', ...entries(1, 1));
    trace.durable('S1', 1);
    const server = folded(trace).server('S1');
    expect([server.term, server.votedFor, terms(server.log)]).toEqual([1, 'S2', [1, 1]]);
    expect(server.disk).toMatchObject({ term: 1, votedFor: 'S2', log: [] });
  });

  test('keeps only what survived a crash', () => {
    const trace = cluster();
    trace.vote('S1', 1, 'S2');
    trace.log('S1', ...entries(1, 1));
    trace.log('S1', entry(3, 1));
    trace.crash('S1', 2);
    const server = folded(trace).server('S1');
    expect([server.up, server.role, server.log.length, server.commitIndex]).toEqual([
      false,
      'offline',
      0,
      0,
    ]);
    expect(server.disk).toMatchObject({ term: 1, votedFor: 'S2', log: entries(1, 1) });
  });

  test('finds the term, the truncation and the first entries of a torn write', () => {
    const trace = cluster();
    trace.stored(['S1'], ...entries(1, 1, 1));
    trace.replace('S1', 2, [entry(2, 2), entry(3, 2)], 2);
    trace.crash('S1', 1, { write: 2, entries: 1 });
    const { disk } = folded(trace).server('S1');
    expect([disk.term, terms(disk.log)]).toEqual([2, [1, 2]]);
  });

  test('loses nothing when it is taken off line in good order', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1, 1));
    trace.add({ kind: 'offline', server: 'S1', fault: 0 });
    expect(terms(folded(trace).server('S1').disk.log)).toEqual([1, 1]);
  });

  test('comes back with what the record says', () => {
    const trace = cluster();
    trace.log('S1', ...entries(1, 1));
    trace.crash('S1', 0);
    trace.online('S1', { term: 4, votedFor: 'S3', log: entries(1) });
    const server = folded(trace).server('S1');
    expect([server.up, server.starts, server.term, server.votedFor]).toEqual([true, 2, 4, 'S3']);
    expect([terms(server.log), terms(server.disk.log)]).toEqual([[1], [1]]);
  });

  test('pauses and resumes', () => {
    const trace = cluster();
    trace.add({ kind: 'pause', server: 'S2', fault: 0 });
    expect(folded(trace).server('S2').paused).toBe(true);
    trace.add({ kind: 'resume', server: 'S2', fault: 0 });
    expect(folded(trace).server('S2').paused).toBe(false);
  });

  test('is found by any name, and a name that is not in the header is an error', () => {
    const view = newView(['node-a', 'S2', 'S1']);
    expect(['node-a', 'S2', 'S1'].map((id) => view.server(id).position)).toEqual([0, 1, 2]);
    expect(() => view.server('S9')).toThrow(
      'a record names server "S9", but the header lists node-a, S2, S1: ' +
        'the trace is damaged or its header belongs to another run',
    );
  });
});

describe('the agreed log', () => {
  test('remembers who committed each index first, in which term', () => {
    const trace = cluster();
    trace.lead('S1', 2);
    trace.log('S1', ...entries(1, 2));
    const first = trace.commit('S1', 2);
    trace.log('S2', ...entries(1, 2));
    trace.commit('S2', 2);
    const view = folded(trace);
    expect(terms(view.committed)).toEqual([1, 2]);
    expect(view.committedBy.map(({ id }) => id)).toEqual(['S1', 'S1']);
    expect([view.committedInTerm, view.committedAt]).toEqual([
      [2, 2],
      [first, first],
    ]);
  });
});

interface Step {
  readonly from: number;
  readonly count: number;
  readonly durable: boolean;
}

test('the disk equals the log as it was at the last durable write, whatever the writes', () => {
  const step = fc.record({ from: fc.nat(5), count: fc.nat(3), durable: fc.boolean() });
  const model = (steps: readonly Step[]): void => {
    const trace = new TraceBuilder('S1').start();
    let memory: readonly EntryRef[] = [];
    let disk: readonly EntryRef[] = [];
    for (const [time, { from, count, durable }] of steps.entries()) {
      const start = Math.min(from, memory.length) + 1;
      const put = Array.from({ length: count }, (_, i) => entry(start + i, time));
      trace.replace('S1', start, put);
      memory = [...memory.slice(0, start - 1), ...put];
      if (!durable) continue;
      trace.durable('S1');
      disk = memory;
    }
    const server = folded(trace).server('S1');
    expect(server.log).toEqual(memory);
    expect(server.disk.log).toEqual(disk);
  };
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), model), { seed: 20_260_101 });
});
