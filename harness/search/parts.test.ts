import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import { UserError } from '../trace/user-error.ts';
import type { CampaignOptions } from './campaign.ts';
import { campaign, finished } from './campaign.ts';
import type { Shard } from './ledger.ts';
import type { Part, PartOf, PartsDocument, PartsFile } from './parts.ts';
import { gathered, partOf, partsSchema, summed } from './parts.ts';
import { readParts } from './parts-read.ts';
import type { ResultDocument } from './result.ts';
import { resultDocument } from './result.ts';
import type { Execute } from './shrink.ts';
import { crashes, toyLab, toyOutcome, writes } from './toy.test.kit.ts';

const execute: Execute = (scenario, { subject }) => {
  const many = crashes(scenario) >= (subject.name === 'canary' ? 5 : 4);
  if (many) return toyOutcome(scenario, { invariant: 'LogMatching' });
  return toyOutcome(scenario, writes(scenario) >= 12 ? { invariant: 'Linearizability' } : {});
};

const options: CampaignOptions = {
  lab: toyLab('right'),
  arbitrary: scenarioArbitrary(),
  seed: 42,
  runs: 32 * 9 + 5,
  execute,
  shrinkTries: 40,
  strategy: 'portfolio',
  canaries: [
    { name: 'canary', lab: toyLab('canary'), runs: 400 },
    { name: 'other', lab: toyLab('canary'), runs: 400 },
  ],
};

const of: PartOf = {
  subject: 'raft',
  invariants: null,
  options: { profile: 'swarm' },
  seed: 42,
  strategy: 'portfolio',
  runs: options.runs,
};

const shardOf = (index: number, count: number, change: Partial<CampaignOptions> = {}): Part => {
  const shard: Shard = { index, of: count };
  const { seed } = { ...options, ...change };
  return partOf(campaign({ ...options, ...change, shard, shrinkTries: 1 }), { ...of, seed }, 10);
};

const file = (name: string, ...parts: readonly Part[]): PartsFile => {
  const document: PartsDocument = { schema: partsSchema, whitewater: '1', commit: 'abc', parts };
  return { file: name, document: readParts(JSON.stringify(document), name) };
};

function documentOf(parts: readonly Part[]): ResultDocument {
  const { stopped, ...books } = summed(parts, 'x');
  return described(finished(options, books, { stopped }));
}

function described(done: ReturnType<typeof campaign>): ResultDocument {
  const describe = (): { story: []; trace: null; replay: [] } => ({
    story: [],
    trace: null,
    replay: [],
  });
  return resultDocument(done, { wallMs: 0, mustSee: [], describe });
}

describe('shards put together', () => {
  const whole = described(campaign(options));
  const shards = [0, 1, 2].map((index) => file(`shard-${String(index)}`, shardOf(index, 3)));

  test('are the campaign that was never cut, to the byte', () => {
    expect(whole.bugs).toHaveLength(2);
    expect(whole.canaries.map(({ killedAtRun }) => killedAtRun === null)).toEqual([false, false]);
    const merged = documentOf(gathered(shards));
    expect(JSON.stringify(merged)).toBe(JSON.stringify(whole));
  });

  test('are so in any order and grouping, and each counts once however often it is named', () => {
    const [a, b, c] = shards.map(({ document }) => document.parts);
    const two = file('two', ...(c ?? []), ...(a ?? []));
    const other = file('other', ...(b ?? []), ...(c ?? []));
    const merged = documentOf(gathered([two, other, two]));
    expect(JSON.stringify(merged)).toBe(JSON.stringify(whole));
  });

  test('of different cuts are refused where they share a chunk', () => {
    const half = file('half', shardOf(0, 2));
    expect(() => gathered([...shards, half])).toThrow(
      /half: chunk \d+ of seed 42 is also in shard-/u,
    );
  });

  test('of other seeds add up', () => {
    const other = file('other', shardOf(0, 1, { seed: 43 }));
    const { tally } = summed(gathered([...shards, other]), 'x');
    expect(tally.runs).toBe(2 * options.runs);
  });
});

describe('what does not add up', () => {
  const part = shardOf(0, 1, { runs: 20, canaries: [] });
  const one = file('one', part);

  test.each([
    ['another commit', { ...one.document, commit: 'abd' }, 'commit abd'],
    ['another version', { ...one.document, whitewater: '2' }, 'whitewater 2'],
  ])('of %s is refused, and both files are named', (_, document, words) => {
    const attempt = (): unknown => gathered([one, { file: 'two', document }]);
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(
      `two: it is of ${words.startsWith('commit') ? 'whitewater 1, ' : ''}${words}`,
    );
    expect(attempt).toThrow('and one of whitewater 1, commit abc');
  });

  test('of another machine, or other judges, is refused', () => {
    const mutant = { ...part, of: { ...of, subject: 'mutant' } };
    expect(() => gathered([one, file('two', mutant)])).toThrow('do not add up');
    const judge = { ...part, of: { ...of, invariants: ['LogMatching'] } };
    expect(() => gathered([one, file('two', judge)])).toThrow('judged by LogMatching');
  });
});

describe('a file', () => {
  const text = JSON.stringify(file('one', shardOf(0, 1, { runs: 40, canaries: [] })).document);

  test.each([
    ['torn', text.slice(0, -20), 'it is no JSON, or it is torn'],
    [
      'of another kind',
      '{"schema":"whitewater.result/1"}',
      'expected schema "whitewater.chunks/2"',
    ],
    ['that is a list', '[]', 'expected schema'],
    ['with a part that is none', '{"schema":"whitewater.chunks/2","parts":[{}]}', 'its parts'],
    [
      'with a count that is none',
      text.replace('"runs":40,"runsHash"', '"runs":"x","runsHash"'),
      'its parts',
    ],
    ['with a hash that is none', text.replace('"runsHash":"', '"runsHash":"x'), 'its parts'],
    ['with a find that is none', text.replace('"invariant":"', '"invariant":7,"x":"'), 'its parts'],
  ])('%s gets one clear error that names it', (_, given, words) => {
    expect(given).not.toBe(text);
    const attempt = (): unknown => readParts(given, 'a/chunks.json');
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(`a/chunks.json: ${words}`);
  });

  test('with a broken scenario is refused when it is added up', () => {
    const broken = readParts(text.replaceAll('"electionMs"', '"electionUs"'), 'x');
    expect(() => summed(broken.parts, 'x')).toThrow('electionMs');
  });
});
