/**
 * Quorums as tables and as properties against a naive reading of section 6 (case 44; raft.md 4.2).
 * A row: the voters (after `&` the outgoing ones), what each server in order of its first mention
 * voted or holds (`_`: nothing is known of it), and what comes of it.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Configuration } from './entry.ts';
import { createNode } from './life.ts';
import { configurationFrom } from './membership.test.kit.ts';
import { counter, optionsFor } from './network.test.kit.ts';
import type { Node } from './node.ts';
import { trackPeers } from './peers.ts';
import { hasQuorum, progressHaveQuorum, replicatedIndex, voteResult } from './quorum.ts';
import { raftRules } from './rules.ts';

const majorityVotes = `
  -         | -         | won
  1         | y         | won
  1         | n         | lost
  1         | _         | pending
  1 2       | y y       | won
  1 2       | y n       | lost
  1 2       | y _       | pending
  1 2       | n n       | lost
  1 2       | n _       | lost
  1 2       | _ _       | pending
  1 2 3     | y y y     | won
  1 2 3     | y y n     | won
  1 2 3     | y y _     | won
  1 2 3     | y n n     | lost
  1 2 3     | y n _     | pending
  1 2 3     | y _ _     | pending
  1 2 3     | n n n     | lost
  1 2 3     | n n _     | lost
  1 2 3     | n _ _     | pending
  1 2 3     | _ _ _     | pending
  1 2 3 4 5 | y y y n n | won
  1 2 3 4 5 | y y n n _ | pending
`;

const jointVotes = `
  1 & 1 | y | won
  1 & 1 | n | lost
  1 & 1 | _ | pending
  1 & 2 | y y | won
  1 & 2 | y n | lost
  1 & 2 | y _ | pending
  1 & 2 | n y | lost
  1 & 2 | n n | lost
  1 & 2 | n _ | lost
  1 & 2 | _ y | pending
  1 & 2 | _ n | lost
  1 & 2 | _ _ | pending
  1 2 & 2 3 | y y y | won
  1 2 & 2 3 | y y n | lost
  1 2 & 2 3 | y y _ | pending
  1 2 & 2 3 | y n y | lost
  1 2 & 2 3 | y n n | lost
  1 2 & 2 3 | y n _ | lost
  1 2 & 2 3 | y _ y | pending
  1 2 & 2 3 | y _ n | lost
  1 2 & 2 3 | y _ _ | pending
  1 2 & 2 3 | n y y | lost
  1 2 & 2 3 | n y n | lost
  1 2 & 2 3 | n y _ | lost
  1 2 & 2 3 | n n y | lost
  1 2 & 2 3 | n n n | lost
  1 2 & 2 3 | n n _ | lost
  1 2 & 2 3 | n _ y | lost
  1 2 & 2 3 | n _ n | lost
  1 2 & 2 3 | n _ _ | lost
  1 2 & 2 3 | _ y y | pending
  1 2 & 2 3 | _ y n | lost
  1 2 & 2 3 | _ y _ | pending
  1 2 & 2 3 | _ n y | lost
  1 2 & 2 3 | _ n n | lost
  1 2 & 2 3 | _ n _ | lost
  1 2 & 2 3 | _ _ y | pending
  1 2 & 2 3 | _ _ n | lost
  1 2 & 2 3 | _ _ _ | pending
`;

const majorityCommits = `
  -           | -                    | ∞
  1           | _                    | 0
  1           | 12                   | 12
  1 2         | _ _                  | 0
  1 2         | 12 _                 | 0
  1 2         | 12 5                 | 5
  1 2         | 12 12                | 12
  1 2 3       | _ _ 12               | 0
  1 2 3       | _ 5 12               | 5
  1 2 3       | 5 5 12               | 5
  1 2 3       | 5 12 12              | 12
  1 2 3       | 100 101 103          | 101
  1 2 3 4     | 101 104 103 103      | 103
  1 2 3 4     | 101 102 _ _          | 0
  1 2 3 4 5   | _ 101 103 _ 104      | 101
  1 2 3 4 5   | 101 102 103 104 105  | 103
`;

const jointCommits = `
  1 & 1 | _ | 0
  1 & 1 | 13 | 13
  1 & 2 | _ _ | 0
  1 & 2 | _ 7 | 0
  1 & 2 | 7 _ | 0
  1 & 2 | 7 7 | 7
  1 2 3 & 1 2 3 | 4 6 9 | 6
  1 2 & 2 3 | _ _ _ | 0
  1 2 & 2 3 | _ _ 5 | 0
  1 2 & 2 3 | _ _ 9 | 0
  1 2 & 2 3 | _ 5 _ | 0
  1 2 & 2 3 | _ 5 5 | 0
  1 2 & 2 3 | _ 5 9 | 0
  1 2 & 2 3 | _ 9 _ | 0
  1 2 & 2 3 | _ 9 5 | 0
  1 2 & 2 3 | _ 9 9 | 0
  1 2 & 2 3 | 5 _ _ | 0
  1 2 & 2 3 | 5 _ 5 | 0
  1 2 & 2 3 | 5 _ 9 | 0
  1 2 & 2 3 | 5 5 _ | 0
  1 2 & 2 3 | 5 5 5 | 5
  1 2 & 2 3 | 5 5 9 | 5
  1 2 & 2 3 | 5 9 _ | 0
  1 2 & 2 3 | 5 9 5 | 5
  1 2 & 2 3 | 5 9 9 | 5
  1 2 & 2 3 | 9 _ _ | 0
  1 2 & 2 3 | 9 _ 5 | 0
  1 2 & 2 3 | 9 _ 9 | 0
  1 2 & 2 3 | 9 5 _ | 0
  1 2 & 2 3 | 9 5 5 | 5
  1 2 & 2 3 | 9 5 9 | 5
  1 2 & 2 3 | 9 9 _ | 0
  1 2 & 2 3 | 9 9 5 | 5
  1 2 & 2 3 | 9 9 9 | 9
  1 2 & 3 4 | 2 2 2 2 | 2
  1 2 & 3 4 | 2 2 2 7 | 2
  1 2 & 3 4 | 2 2 7 2 | 2
  1 2 & 3 4 | 2 2 7 7 | 2
  1 2 & 3 4 | 2 7 2 2 | 2
  1 2 & 3 4 | 2 7 2 7 | 2
  1 2 & 3 4 | 2 7 7 2 | 2
  1 2 & 3 4 | 2 7 7 7 | 2
  1 2 & 3 4 | 7 2 2 2 | 2
  1 2 & 3 4 | 7 2 2 7 | 2
  1 2 & 3 4 | 7 2 7 2 | 2
  1 2 & 3 4 | 7 2 7 7 | 2
  1 2 & 3 4 | 7 7 2 2 | 2
  1 2 & 3 4 | 7 7 2 7 | 2
  1 2 & 3 4 | 7 7 7 2 | 2
  1 2 & 3 4 | 7 7 7 7 | 7
`;

interface Row {
  readonly configuration: Configuration;
  readonly known: ReadonlyMap<string, string>;
  readonly result: string;
}

function rowOf(line: string): Row {
  const [who = '', what = '', result = ''] = line.split('|').map((part) => part.trim());
  const configuration = configurationFrom(who === '-' ? '' : who.replace(' & ', '&'));
  const servers = [...new Set([...configuration.voters, ...configuration.outgoing])];
  const known = new Map(servers.map((server, at) => [server, what.split(' ')[at] ?? '_']));
  return { configuration, known, result };
}

function rowsOf(table: string): string[] {
  return table
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** A server with this configuration; `id` may be one of its members, or not. */
function nodeWith(configuration: Configuration, id: string): Node {
  const node = createNode({ ...optionsFor(1, 'n1'), id }, counter);
  node.configurations.push({ index: 0, configuration });
  return node;
}

function votesIn({ configuration, known }: Omit<Row, 'result'>): string {
  const node = nodeWith(configuration, 'n0');
  for (const [server, vote] of known) {
    if (vote === 'y') node.granted.add(server);
    if (vote === 'n') node.refused.add(server);
  }
  return voteResult(node, raftRules);
}

/** What a leader of this name finds replicated. */
function replicatedIn({ configuration, known }: Omit<Row, 'result'>, leader: string): number {
  const node = nodeWith(configuration, leader);
  trackPeers(node, raftRules, 1);
  node.durableIndex = Number(known.get(leader)?.replace('_', '0') ?? 1_000);
  for (const progress of node.progress) {
    progress.matchIndex = Number(known.get(progress.peer)?.replace('_', '0'));
  }
  return replicatedIndex(node, raftRules);
}

describe('Case 44: the votes of a configuration', () => {
  test.each(rowsOf(majorityVotes))('Majority: %s', (line) => {
    const row = rowOf(line);
    expect(votesIn(row)).toBe(row.result);
  });

  test.each(rowsOf(jointVotes))('Joint: %s', (line) => {
    const row = rowOf(line);
    expect(votesIn(row)).toBe(row.result);
    const { voters, outgoing } = row.configuration;
    const turned = { ...row.configuration, voters: outgoing, outgoing: voters };
    expect(votesIn({ ...row, configuration: turned })).toBe(row.result);
  });
});

describe('Case 44: what a configuration holds', () => {
  const expected = ({ result }: Row): number => (result === '∞' ? Infinity : Number(result));

  test.each(rowsOf(majorityCommits))('Majority: %s', (line) => {
    const row = rowOf(line);
    expect(replicatedIn(row, 'n0')).toBe(expected(row));
    expect(replicatedIn(row, 'n1')).toBe(expected(row));
  });

  test.each(rowsOf(jointCommits))('Joint: %s', (line) => {
    const row = rowOf(line);
    // Whoever counts: somebody outside, or any of the members.
    for (const leader of ['n0', ...row.known.keys()]) {
      expect(replicatedIn(row, leader)).toBe(expected(row));
    }
  });

  test('The tables have as many rows as those of etcd', () => {
    const tables = [majorityVotes, jointVotes, majorityCommits, jointCommits];
    expect(tables.map((table) => rowsOf(table).length)).toEqual([22, 39, 16, 50]);
  });
});

const someServers: fc.Arbitrary<string[]> = fc.uniqueArray(
  fc.constantFrom('n1', 'n2', 'n3', 'n4', 'n5', 'n6'),
);
const somePart = someServers.filter((servers) => servers.length > 0);

const someConfiguration: fc.Arbitrary<Configuration> = fc
  .tuple(somePart, someServers, someServers)
  .map(([voters, outgoing, learners]) => ({
    voters,
    outgoing,
    learners: learners.filter((one) => !voters.includes(one) && !outgoing.includes(one)),
    learnersNext: [],
  }));

/** Naive: every set of servers that is a majority of each half, tried one after the other. */
function naiveQuorum({ voters, outgoing }: Configuration, who: ReadonlySet<string>): boolean {
  return [voters, outgoing].every((half) => {
    const with_ = half.filter((server) => who.has(server)).length;
    return half.length === 0 || with_ > half.length - with_;
  });
}

const all = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];

describe('Section 6: quorums agree with a naive reading', () => {
  test('A vote is won when the grants are a quorum, lost when they cannot become one', () => {
    const votes = fc.dictionary(fc.constantFrom(...all), fc.constantFrom('y', 'n'));
    const property = fc.property(someConfiguration, votes, (configuration, given) => {
      const known = new Map(Object.entries(given));
      const granted = new Set(all.filter((server) => known.get(server) === 'y'));
      const possible = new Set(all.filter((server) => known.get(server) !== 'n'));
      const pending = naiveQuorum(configuration, possible) ? 'pending' : 'lost';
      const naive = naiveQuorum(configuration, granted) ? 'won' : pending;
      expect(votesIn({ configuration, known })).toBe(naive);
      expect(hasQuorum(configuration, (server) => granted.has(server))).toBe(naive === 'won');
    });
    fc.assert(property, { seed: 20_260_211, numRuns: 2_000 });
  });

  test('The index replicated is the largest that the holders of are a quorum', () => {
    const matches = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 6, maxLength: 6 });
    const leader = fc.constantFrom('n0', 'n1', 'n2');
    const property = fc.property(someConfiguration, matches, leader, (configuration, held, id) => {
      const known = new Map(all.map((server, at) => [server, String(held[at])]));
      let naive = 0;
      for (let index = 1; index <= 5; index += 1) {
        const holders = new Set(all.filter((_, at) => (held[at] ?? 0) >= index));
        if (naiveQuorum(configuration, holders)) naive = index;
      }
      expect(replicatedIn({ configuration, known }, id)).toBe(naive);
    });
    fc.assert(property, { seed: 20_260_212, numRuns: 2_000 });
  });

  test('Joint is the worse of the two halves', () => {
    const matches = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 6, maxLength: 6 });
    const property = fc.property(somePart, somePart, matches, (voters, outgoing, held) => {
      const known = new Map(all.map((server, at) => [server, String(held[at])]));
      const of = (one: string[], other: string[]): number => {
        const configuration = { voters: one, outgoing: other, learners: [], learnersNext: [] };
        return replicatedIn({ configuration, known }, 'n0');
      };
      expect(of(voters, outgoing)).toBe(Math.min(of(voters, []), of(outgoing, [])));
    });
    fc.assert(property, { seed: 20_260_213, numRuns: 1_000 });
  });

  test('A leader asks whether a quorum has something as if it asked each server', () => {
    const property = fc.property(someConfiguration, someServers, (configuration, having) => {
      const node = nodeWith(configuration, 'n1');
      trackPeers(node, raftRules, 1);
      const naive = naiveQuorum(configuration, new Set(['n1', ...having]));
      expect(progressHaveQuorum(node, raftRules, ({ peer }) => having.includes(peer))).toBe(naive);
    });
    fc.assert(property, { seed: 20_260_214, numRuns: 1_000 });
  });

  test('Any quorum of a configuration meets any of the next one', () => {
    const three = fc.tuple(somePart, someServers, someServers);
    const property = fc.property(
      three,
      fc.integer({ min: 0, max: 5 }),
      ([voters, one, two], at) => {
        const other = all[at] ?? 'n1';
        const next = voters.includes(other)
          ? voters.filter((server) => server !== other)
          : [...voters, other];
        if (next.length === 0) return;
        const single = { outgoing: [], learners: [], learnersNext: [] };
        const have = (servers: string[], who: string[]): boolean =>
          hasQuorum({ ...single, voters: servers }, (server) => who.includes(server));
        const both = have(voters, one) && have(next, two);
        if (both) expect(one.some((server) => two.includes(server))).toBe(true);
      },
    );
    fc.assert(property, { seed: 20_260_215, numRuns: 3_000 });
  });
});
