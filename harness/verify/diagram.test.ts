import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { named } from '../../scenarios/named/named.ts';
import { memoryLab } from '../cli/lab.ts';
import { raft } from '../raft/machine.ts';
import { record } from '../search/execute.ts';
import type { TraceRecord } from '../trace/record.ts';
import { ActivityReader, newActivity } from './activity.ts';
import { allInputs, allRoles } from './cells.ts';
import { sequenceMermaid, sequenceOf, sequenceSvg } from './sequence.ts';
import { changesOfRole, statechartMermaid, statechartSvg } from './statechart.ts';
import { portViews, systemMermaid, systemSvg } from './system.ts';
import { portRules } from './ports.ts';

/** The first of the named scenarios, recorded. */
function figure(): readonly TraceRecord[] {
  const [first] = named;
  if (first === undefined) throw new Error('there are no named scenarios');
  const records: TraceRecord[] = [];
  record(first.scenario, memoryLab(raft), (each) => void records.push(each));
  return records;
}

const pictures = join(import.meta.dirname, 'pictures');

describe('the pictures in the repository are those of today (npx vitest run -u makes them)', () => {
  test.each([
    ['system.svg', systemSvg],
    ['system.mmd', systemMermaid],
    ['statechart.svg', () => statechartSvg()],
    ['statechart.mmd', () => statechartMermaid()],
  ] as const)('%s', async (name, draw) => {
    await expect(draw()).toMatchFileSnapshot(join(pictures, name));
  });

  test('so are those in the README, wherever it holds one', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const blocks = [...readme.matchAll(/```mermaid\n([\s\S]*?)```/gu)].map((match) => match[1]);
    const today = [statechartMermaid(), systemMermaid()];
    for (const block of blocks) {
      const drawn = /^(?:stateDiagram-v2|flowchart LR\n {2}machine)/u.test(block ?? '');
      if (drawn) expect(today).toContain(block);
    }
  });
});

describe('the state chart', () => {
  test('knows the ways between the roles', () => {
    const ways = changesOfRole().map(({ from, to }) => `${from} ${to}`);
    expect(ways).toStrictEqual([
      'offline follower',
      'follower offline',
      'follower preCandidate',
      'follower candidate',
      'preCandidate offline',
      'preCandidate follower',
      'preCandidate candidate',
      'candidate offline',
      'candidate follower',
      'candidate preCandidate',
      'candidate leader',
      'leader offline',
      'leader follower',
    ]);
  });

  test('shows what a run did', () => {
    const activity = newActivity();
    const reader = new ActivityReader(activity);
    for (const record of figure()) reader.read(record);
    expect(activity.cells.get('follower/electionTimeout')).toBeGreaterThan(0);
    expect(activity.changes.get('candidate/RequestVoteReply/leader')).toBeGreaterThan(0);
    const cells = allRoles.flatMap((role) => allInputs.map((input) => `${role}/${input}`));
    for (const name of activity.cells.keys()) expect(cells).toContain(name);
    const ways = changesOfRole().flatMap(({ from, to, inputs }) =>
      inputs.map((input) => `${from}/${input}/${to}`),
    );
    for (const way of activity.changes.keys()) expect(ways).toContain(way);
    expect(statechartSvg(activity)).toContain('#0b7a4b">electionTimeout / campaign');
  });
});

test('the system view shows every port once', () => {
  const names = portViews.map(({ name }) => name).sort();
  expect(names).toStrictEqual(Object.keys(portRules).sort());
});

test('the system view shows every input of the table, and no word leaves its box', () => {
  const heard = portViews.flatMap(({ hears }) => hears);
  for (const input of allInputs) expect(heard).toContain(input);
  const [, boxes = ''] = systemSvg().split('the machine tells it</text>');
  const texts = [...boxes.matchAll(/<text x="(\d+)"[^>]*>([^<]*)</gu)];
  expect(texts.length).toBeGreaterThan(30);
  // A letter of 12 pixels is 6 wide at most, on average over a line of words.
  for (const [, x = '', text = ''] of texts) {
    const room = Number(x) < 400 ? 350 - Number(x) : 960 - Number(x);
    expect(text.length * 6, text).toBeLessThanOrEqual(Number(x) === 490 ? 160 : room);
  }
});

describe('a sequence', () => {
  test('has an arrow for every delivery and every loss, in order', () => {
    const records = figure();
    const { rows, lines, more } = sequenceOf(records, Infinity);
    const arrows = rows.filter(({ kind }) => kind === 'message').length;
    const moved = records.filter(({ kind }) => kind === 'deliver' || kind === 'drop').length;
    expect(arrows).toBe(moved);
    expect(more).toBe(0);
    expect(lines).toContain('S1');
    expect(sequenceMermaid({ rows, lines, more })).toMatch(/^sequenceDiagram\n {2}participant S1/u);
    expect(sequenceSvg({ rows, lines, more })).toMatch(/^<svg[\s\S]*<\/svg>\n$/u);
  });

  test('says how much it leaves out', () => {
    const drawn = sequenceOf(figure(), 10);
    expect(drawn.rows).toHaveLength(10);
    expect(sequenceMermaid(drawn)).toContain(`%% ${drawn.more} more`);
  });
});
