/** Traces of etcd's raft: our own runs written that way, and lines with one thing wrong. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recorded } from '../../cli/failure.ts';
import { labFor } from '../../cli/lab.ts';
import { folder, ran } from '../../cli/main.test.kit.ts';
import { etcdLines } from '../../report/export/etcd-raft.ts';
import { expandScenario } from '../../../scenarios/generate/expand.ts';
import { mutants } from '../../../scenarios/mutants/mutants.ts';
import type { Scenario } from '../../world/scenario.ts';

function linesOf(scenario: Scenario, mutant?: string): string[] {
  const lines: string[] = [];
  const { records } = recorded(scenario, labFor({ mutant }));
  etcdLines(records, (line) => lines.push(line));
  return lines;
}

async function checked(
  lines: readonly string[],
): Promise<{ code: number; out: string; err: string }> {
  const path = join(folder(), 'etcd.ndjson');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return ran(['check', path]);
}

/**
 * Runs that begin with empty disks, for the format cannot tell the terms of older entries, and
 * without what it has no lines for: snapshots in pieces, pre-votes, reads.
 */
const plain = (seed: number): Scenario => expandScenario(seed, { features: 'none' });
const seeds = Array.from({ length: 30 }, (_, at) => at + 1).filter(
  (seed) => plain(seed).initial.length === 0,
);

describe("traces in the form of etcd's raft", () => {
  test.each(seeds)(
    'seed %i, written that way and read back, is by the specification',
    async (seed) => {
      const { code, out } = await checked(linesOf(plain(seed)));
      expect(out).toContain('✓ every promise held');
      expect(code).toBe(0);
    },
  );

  test.each([
    'vote-without-checking-votedFor',
    'votes-counted-as-integer',
    'one-global-success-counter',
    'no-truncation',
  ])('the mutant %s is rejected, with the line', async (name) => {
    const mutant = mutants.find((one) => one.name === name);
    if (mutant === undefined) throw new Error(`${name} is gone`);
    const { code, out } = await checked(linesOf(mutant.witness, name));
    expect(out).toMatch(/took a step that Raft does not have \(\w+\)/u);
    expect(out).toMatch(/evidence: records \d+/u);
    expect(code).toBe(1);
  });

  test("a logger's other lines are passed over", async () => {
    const lines = linesOf(plain(seeds[0] ?? 1));
    const noise = JSON.stringify({ level: 'info', msg: 'hello' });
    const { code } = await checked([lines[0] ?? '', noise, ...lines.slice(1)]);
    expect(code).toBe(0);
  });

  test('a line without the fields of the format is refused with its number', async () => {
    const [first = ''] = linesOf(plain(seeds[0] ?? 1));
    const { code, err } = await checked([first, first.replace('"term"', '"trem"')]);
    expect(err).toMatch(/`event\.state\.term` is not as etcd's raft writes it/u);
    expect(err).toContain('etcd.ndjson:2');
    expect(code).toBe(64);
  });
});

interface Forgery {
  readonly name: string;
  readonly forge: (line: string) => string;
  readonly says: string;
}

const forgeries: readonly Forgery[] = [
  {
    name: 'a commit index of its own making',
    forge: (line) =>
      line.includes('"name":"Commit"') ? line.replace(/"commit":\d+/u, '"commit":99') : line,
    says: 'it committed index 99, which no quorum is known to hold',
  },
  {
    name: 'a term out of nowhere',
    forge: (line) =>
      line.includes('"name":"BecomeLeader"') ? line.replace(/"term":\d+/u, '"term":77') : line,
    says: 'it is in term 77',
  },
];

describe('forged lines', () => {
  test.each(forgeries)('$name is found', async ({ forge, says }) => {
    const { code, out } = await checked(linesOf(plain(seeds[0] ?? 1)).map(forge));
    expect(out).toContain(says);
    expect(code).toBe(1);
  });

  test('a receipt of what nobody sent is found', async () => {
    const lines = linesOf(plain(seeds[0] ?? 1));
    const at = lines.findIndex((line) => line.includes('"name":"ReceiveAppendEntriesRequest"'));
    const forged = lines.map((line, place) =>
      place === at ? line.replace(/"from":"S\d"/u, '"from":"S9"') : line,
    );
    const { code, out } = await checked(forged);
    expect(out).toContain('that nobody sent');
    expect(code).toBe(1);
  });
});
