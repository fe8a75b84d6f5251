import { describe, expect, test } from 'vitest';
import { isSound } from './first-disks.ts';
import type { InitialServer, Scenario } from './scenario.ts';
import { calm } from './scenario.ts';

function disk(
  server: string,
  term: number,
  log: readonly number[],
  votedFor: string | null = null,
): InitialServer {
  return { server, term, votedFor, log };
}

function onDisks(servers: number, initial: readonly InitialServer[], spares = 0): Scenario {
  return { ...calm, cluster: { ...calm.cluster, servers, spares }, initial };
}

describe('what disks hold at first is sound', () => {
  test('when there is nothing on them', () => {
    expect(isSound(onDisks(3, []))).toBe(true);
  });

  test('when logs match, as in Figure 8, and all know the newest term', () => {
    const disks = [disk('S1', 3, [1, 2]), disk('S2', 3, [1]), disk('S3', 3, [1, 3])];
    expect(isSound(onDisks(3, disks))).toBe(true);
  });

  test('when a quorum has voted in the newest term, and the others never heard of it', () => {
    const voted = [disk('S1', 5, [5], 'S1'), disk('S2', 5, [], 'S1')];
    expect(isSound(onDisks(3, voted))).toBe(true);
    expect(isSound(onDisks(4, voted))).toBe(false);
    expect(isSound(onDisks(4, voted, 1))).toBe(true);
  });
});

describe('what disks hold at first is not sound', () => {
  test('when equal index and term follow upon different entries', () => {
    const disks = [disk('S1', 3, [1, 3]), disk('S2', 3, [2, 3]), disk('S3', 3, [])];
    expect(isSound(onDisks(3, disks))).toBe(false);
  });

  test('when somebody may still become leader of a term that has entries', () => {
    expect(isSound(onDisks(3, [disk('S1', 5, [5])]))).toBe(false);
    const free = [disk('S1', 5, [5]), disk('S2', 5, []), disk('S3', 4, [])];
    expect(isSound(onDisks(3, free))).toBe(false);
    const later = [disk('S1', 6, [5]), disk('S2', 6, []), disk('S3', 4, [])];
    expect(isSound(onDisks(3, later))).toBe(true);
  });
});
