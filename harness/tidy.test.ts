/** The house rules as a test: who may import whom, how long a file may be, what never appears. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Room -> the rooms it may import besides itself. The table of the README, held by this test. */
const rooms: { readonly [room: string]: readonly string[] } = {
  'harness/raft': [],
  'harness/bus': [],
  'harness/trace': ['harness/raft', 'harness/bus'],
  'harness/world': ['harness/raft', 'harness/bus', 'harness/trace'],
  'harness/check': ['harness/trace'],
  'harness/search': [
    'harness/world',
    'harness/check',
    'harness/trace',
    'harness/raft',
    'harness/bus',
  ],
  'harness/live': [
    'harness/world',
    'harness/raft',
    'harness/bus',
    'harness/trace',
    'harness/check',
  ],
  'harness/replay': [
    'harness/world',
    'harness/raft',
    'harness/bus',
    'harness/trace',
    'harness/check',
  ],
  'harness/verify': ['harness/raft', 'harness/trace'],
  'harness/report': ['harness/trace', 'harness/check'],
  'harness/cli': ['harness', 'adapters', 'scenarios'],
  'harness/vitest': ['harness', 'scenarios'],
  'harness/bench': ['harness', 'adapters', 'scenarios'],
  'harness/view': ['harness/trace'],
  'adapters/memory': ['harness/bus'],
  'adapters/azure': ['harness/bus'],
  'adapters/broker': ['harness/bus', 'adapters/memory'],
  'scenarios/generate': ['harness/world', 'harness/trace', 'harness/raft', 'harness/bus'],
  'scenarios/named': ['harness/world', 'harness/trace', 'harness/raft', 'harness/bus'],
  'scenarios/corpus': ['harness', 'adapters', 'scenarios'],
  'scenarios/mutants': ['harness/raft', 'harness/bus', 'harness/world', 'scenarios/named'],
};

/** Files of no room: the front door and its neighbours see everything. */
const doors = ['harness/main.ts', 'harness/bench.ts'];

const linesMax = 400;
const columnsMax = 110;

interface Source {
  readonly path: string;
  readonly text: string;
}

function sources(folder: string): readonly Source[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name): readonly Source[] => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return sources(path);
      return name.endsWith('.ts') ? [{ path, text: readFileSync(path, 'utf8') }] : [];
    });
}

const roomOf = (path: string): string | undefined =>
  Object.keys(rooms).find((room) => path.startsWith(`${room}/`));

function importsOf({ path, text }: Source): readonly string[] {
  const found = text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g);
  return [...found].map((match) => normalize(join(dirname(path), match[1] ?? '')));
}

/** What is wrong with a file's imports, as sentences. */
function trespasses(source: Source): readonly string[] {
  if (source.path.endsWith('.test.ts') || doors.includes(source.path)) return [];
  const room = roomOf(source.path);
  if (room === undefined) return [`${source.path} stands in no room`];
  const allowed = [room, ...(rooms[room] ?? [])];
  return importsOf(source)
    .filter((target) => !allowed.some((prefix) => target.startsWith(`${prefix}/`)))
    .map((target) => `${source.path} imports ${target}, which ${room} may not`);
}

/** What is wrong with a file's shape. */
function untidiness({ path, text }: Source): readonly string[] {
  const lines = text.split('\n');
  const wide = lines.findIndex((line) => line.length > columnsMax);
  const banned =
    /@ts-(?:ignore|nocheck|expect-error)|\bTODO\b|\bFIXME\b|\b(?:test|it|describe)\.(?:skip|only)\(/u;
  return [
    ...(lines.length > linesMax + 1 ? [`${path} has ${lines.length - 1} lines`] : []),
    ...(wide >= 0 ? [`${path}:${wide + 1} is wider than ${columnsMax} columns`] : []),
    ...(banned.test(text) ? [`${path} holds ${banned.exec(text)?.[0] ?? ''}`] : []),
    ...(text.startsWith('/**') || text.startsWith('#!') || path.endsWith('.test.ts')
      ? []
      : [`${path} does not begin by saying what it is`]),
  ];
}

const all = ['harness', 'adapters', 'scenarios'].flatMap(sources);

describe('the house', () => {
  test('has files to look at', () => {
    expect(all.length).toBeGreaterThan(50);
  });

  test('every file imports only what its room may', () => {
    expect(all.flatMap(trespasses)).toEqual([]);
  });

  test('every file is of middling size and says at its top what it is', () => {
    const own = all.filter(({ path }) => path !== 'harness/tidy.test.ts');
    expect(own.flatMap(untidiness)).toEqual([]);
  });
});

describe('the rules themselves can fail', () => {
  const source = (path: string, text: string): Source => ({ path, text });

  test.each([
    ['harness/raft/a.ts', "import { x } from '../bus/bus.ts';"],
    ['harness/world/a.ts', "import type { X } from '../../adapters/memory/memory.ts';"],
    ['harness/check/a.ts', "const x = await import('../world/run.ts');"],
    ['harness/attic/a.ts', ''],
  ])('%s with %j trespasses', (path, text) => {
    expect(trespasses(source(path, text))).toHaveLength(1);
  });

  test.each([
    ['/** A. */\n' + 'x\n'.repeat(linesMax)],
    ['/** A. */\n' + 'x'.repeat(columnsMax + 1)],
    ['/** A. */ // TO' + 'DO'],
    ['const undocumented = 1;'],
  ])('an untidy file is noticed', (text) => {
    expect(untidiness(source('harness/raft/a.ts', text))).toHaveLength(1);
  });
});
