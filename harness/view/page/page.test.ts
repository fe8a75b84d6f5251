import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tell } from '../../report/story.ts';
import { readTrace } from '../../trace/read.ts';
import type { TraceRecord } from '../../trace/record.ts';
import { arrowsBetween } from './arrows.ts';
import { shortcuts } from './commands.ts';
import { futureOf, pastOf } from './cone.ts';
import { filterOf, wordsOf } from './filter.ts';
import { layoutOf, placeOf, storySpan, wholeSpan } from './layout.ts';
import type { Link } from './link.ts';
import { linkOf, linkText } from './link.ts';
import { firstDifference, logHistoriesOf, logsAt } from './logs.ts';
import type { Model } from './model.ts';
import { modelOf, turnEnd } from './model.ts';
import { diariesOf, nodesAt } from './nodes.ts';
import { escaped } from './svg-pen.ts';
import { sentenceOf } from './words.ts';

async function modelAt(path: string): Promise<Model> {
  const { records } = await readTrace(path);
  return modelOf(records, tell(records));
}

const paths = [
  ...readdirSync('traces/caught').map((name) => join('traces/caught', name, 'trace.ndjson')),
  ...readdirSync('traces/golden').map((name) => join('traces/golden', name)),
].filter((path) => path.endsWith('.ndjson'));
const vote = 'traces/caught/votes-counted-as-integer/trace.ndjson';

describe('what the picture says by itself', () => {
  test('a vote that came twice is marked, and both leaders have too few voters', async () => {
    const { bars, repeatedVotes } = await modelAt(vote);
    expect(
      bars.votes
        .filter(({ again }) => again)
        .map(({ voter }) => voter)
        .sort(),
    ).toEqual(['S2', 'S4']);
    expect(repeatedVotes.size).toBe(2);
    const wins = bars.wins.map(({ server, voters, needed }) => [server, voters, needed]);
    expect(wins).toHaveLength(2);
    expect(wins).toContainEqual(['S3', ['S3', 'S2'], '3']);
    expect(wins).toContainEqual(['S1', ['S1', 'S4'], '3']);
  });

  test('a second vote in one term is marked, also where the server forgot the first', async () => {
    const { bars } = await modelAt('traces/caught/vote-forgotten-on-restart/trace.ndjson');
    const second = bars.ballots.filter(({ before }) => before !== '');
    expect(second).toHaveLength(1);
    expect(second[0]?.candidate).not.toBe(second[0]?.before);
  });

  test('a redelivery is told from a first delivery and from a second copy', async () => {
    const redelivery = await modelAt('traces/golden/redelivery.ndjson');
    const fates = redelivery.arrows.map(({ fate }) => fate);
    expect(fates.filter((fate) => fate === 'redelivered')).toHaveLength(1);
    expect(fates).not.toContain('duplicate');
    const twice = await modelAt(vote);
    expect(twice.arrows.map(({ fate }) => fate)).toContain('duplicate');
  });

  test.each(paths)('%s: every way of every message is one arrow', async (path) => {
    const { arrows, records, sends } = await modelAt(path);
    const ends = records.filter(({ kind }) => kind === 'deliver' || kind === 'drop').length;
    expect(arrows.filter(({ end }) => end >= 0)).toHaveLength(ends);
    const used = new Set(arrows.map(({ send }) => send));
    expect(used.size).toBe(sends.size);
    for (const { send, end } of arrows) if (end >= 0) expect(end).toBeGreaterThan(send);
  });

  test.each(paths)('%s: what is under way is found without looking at all arrows', async (path) => {
    const { arrows, quiver, records } = await modelAt(path);
    for (let from = 0; from < records.length; from += 5) {
      const to = from + 9;
      const found: unknown[] = [];
      arrowsBetween(quiver, { from, to }, (arrow) => found.push(arrow));
      const wanted = arrows.filter(({ send, end }) => send <= to && (end < 0 || end >= from));
      expect(found).toEqual(wanted);
    }
  });

  test.each(paths)('%s: time never runs backwards on either scale', async (path) => {
    const model = await modelAt(path);
    for (const scale of ['logical', 'real'] as const) {
      let last = -1;
      for (let i = 0; i <= model.records.length; i += 1) {
        const place = placeOf(model, scale, i);
        expect(place).toBeGreaterThanOrEqual(last);
        last = place;
      }
      const { low, high } = wholeSpan(model, scale);
      const story = storySpan(model, scale);
      expect(low).toBeLessThanOrEqual(0);
      expect(high).toBeGreaterThanOrEqual(last);
      expect(story.low >= low && story.high <= high && story.low < story.high).toBe(true);
    }
  });

  test.each(paths)('%s: every record has a sentence of its own', async (path) => {
    const { records, sends } = await modelAt(path);
    for (const record of records) {
      const text = sentenceOf(record, (id) => sends.get(id)?.message);
      expect(text).not.toBe(record.kind);
      expect(text).not.toContain('undefined');
    }
  });

  test.each(paths)(
    '%s: on the causal scale every cause stands left of its effect',
    async (path) => {
      const model = await modelAt(path);
      const { lanes, turns, records } = model;
      const { depth, last, firstFrom, lastUpTo } = model.causal();
      const column = (index: number): number => depth[turns.turn[index] ?? 0] ?? -1;
      records.forEach((record, index) => {
        const at = column(index);
        expect(at >= 0 && at <= last).toBe(true);
        expect(index >= (firstFrom[at] ?? 0) && index <= (lastUpTo[at] ?? 0)).toBe(true);
        const cause = model.indexOf(record.cause);
        if (record.cause < 0 || turns.turn[cause] === turns.turn[index]) return;
        const isFault = turns.lane[cause] === lanes.faults || turns.lane[index] === lanes.faults;
        if (isFault) expect(column(cause)).toBeLessThanOrEqual(at);
        else expect(column(cause)).toBeLessThan(at);
      });
      const turnsHeld = new Set(turns.turn).size;
      expect(last).toBeLessThan(turnsHeld);
    },
  );

  test('on the causal scale what is concurrent shares a column', async () => {
    const model = await modelAt(vote);
    const { first, lane } = model.turns;
    const columns = new Map<number, Set<number>>();
    first.forEach((index, turn) => {
      const column = model.causal().depth[turn] ?? 0;
      const lanes = columns.get(column) ?? new Set();
      columns.set(column, lanes.add(lane[index] ?? -1));
    });
    expect(Math.max(...[...columns.values()].map(({ size }) => size))).toBeGreaterThan(1);
    expect(model.causal().last).toBeLessThan(first.length / 2);
  });

  test('lanes do not overlap and fill the height', async () => {
    const model = await modelAt(vote);
    const { rows, height } = layoutOf(model, { width: 1000, height: 600 });
    rows.forEach(({ top, height: tall }, i) => {
      expect(rows[i + 1]?.top ?? height).toBeGreaterThanOrEqual(top + tall);
    });
  });
});

/** The state of one server, folded the slow way. */
function folded(records: readonly TraceRecord[], server: string, upTo: number) {
  let role = '–';
  let term = '–';
  let commit = '0';
  let log: { index: number; digest: number }[] = [];
  for (const record of records.slice(0, upTo + 1)) {
    if (!('server' in record) || record.server !== server) continue;
    if (record.kind === 'online') {
      [role, term, commit] = ['–', '–', '0'];
      log = [...record.entries];
    }
    if (record.kind === 'crash') [role, term, commit] = ['crashed', '–', '0'];
    if (record.kind === 'state') [role, term] = [record.role, `T${record.term}`];
    if (record.kind === 'commit') commit = String(record.commitIndex);
    if (record.kind === 'write' && record.log !== null) {
      const { from, entries } = record.log;
      log = [...log.filter(({ index }) => index < from), ...entries];
    }
  }
  return { role, term, commit, log };
}

describe('the panels', () => {
  test.each(paths)('%s: servers and logs at any cursor are those of a plain fold', async (path) => {
    const model = await modelAt(path);
    const diaries = diariesOf(model);
    const histories = logHistoriesOf(model);
    for (let index = 1; index < model.records.length; index += 7) {
      const logs = logsAt(model, histories, { index, commits: new Map() });
      nodesAt(model, diaries, index).forEach((node, i) => {
        const wanted = folded(model.records, node.server, index);
        expect(node.role.replace(' (paused)', '')).toBe(wanted.role);
        expect([node.term, node.commit]).toEqual([wanted.term, wanted.commit]);
        expect(logs[i]?.entries.map(({ digest }) => digest)).toEqual(
          wanted.log.map(({ digest }) => digest),
        );
      });
    }
  });

  test('the first index at which logs differ is found', () => {
    const entry = (index: number, term: number) => ({ index, term, digest: index * 10 + term });
    const log = (...terms: number[]) => ({
      server: 'S',
      entries: terms.map((term, i) => entry(i + 1, term)),
      commitIndex: 0,
    });
    expect(firstDifference([log(1, 1, 2), log(1, 1), log(1, 1, 2)])).toBe(0);
    expect(firstDifference([log(1, 1, 2), log(1, 3)])).toBe(2);
  });

  test('a turn ends where the next one begins', async () => {
    const model = await modelAt(vote);
    const leader = model.violations.at(-1) ?? 0;
    const cause = model.indexOf(model.records[leader]?.cause ?? 0);
    expect(cause).toBeLessThan(leader);
    expect(turnEnd(model, cause)).toBeGreaterThanOrEqual(leader);
  });
});

describe('the causal cone', () => {
  test('of the second leader holds the doubled vote and not what came later', async () => {
    const model = await modelAt(vote);
    const leader = model.violations.at(-1) ?? 0;
    const past = pastOf(model, leader);
    const winner = model.bars.wins.at(-1)?.server;
    for (const vote of model.bars.votes) {
      const isOfWinner = model.lanes.all[vote.lane]?.name === winner;
      if (isOfWinner && vote.index < leader) expect(past[vote.index]).toBe(1);
    }
    expect(past.slice(leader + 1)).not.toContain(1);
    const outside = past.slice(0, leader).filter((one) => one === 0);
    expect(outside.length).toBeGreaterThan(10);
  });

  test.each(paths)('%s: past and future agree along causes', async (path) => {
    const model = await modelAt(path);
    const index = Math.floor(model.records.length / 2);
    const future = futureOf(model, index);
    const later = model.records.findIndex((record) => record.cause === model.records[index]?.seq);
    if (later >= 0) expect([future[later], pastOf(model, later)[index]]).toEqual([1, 1]);
    expect(future.slice(0, index)).not.toContain(1);
  });
});

describe('the filter', () => {
  test.each([
    ['kind:timer', (record: TraceRecord) => record.kind === 'timer'],
    ['kind:t*', (record: TraceRecord) => record.kind === 'timer'],
    ['before:41ms', ({ at }: TraceRecord) => at <= 41_000],
    ['after:0.045s', ({ at }: TraceRecord) => at >= 45_000],
    ['-kind:arm', ({ kind }: TraceRecord) => kind !== 'arm'],
    ['kind:state node:S3', (one: TraceRecord) => one.kind === 'state' && one.server === 'S3'],
    ['text:"two leaders"', ({ kind }: TraceRecord) => kind === 'verdict'],
    ['fault:duplicate kind:fault', (one: TraceRecord) => one.kind === 'fault' && one.fault === 0],
    ['index:1 kind:propose', ({ kind }: TraceRecord) => kind === 'propose'],
  ])('%s keeps what it says', async (text, wanted) => {
    const model = await modelAt(vote);
    const found = filterOf(model, text);
    expect(found?.problem).toBe('');
    const places = model.records.flatMap((record, i) => (wanted(record) ? [i] : []));
    expect(found?.places).toEqual(places);
    expect(places.length).toBeGreaterThan(0);
  });

  test('types, terms and causes', async () => {
    const model = await modelAt(vote);
    const kinds = (text: string): ReadonlySet<string> =>
      new Set(filterOf(model, text)?.places.map((i) => model.records[i]?.kind ?? ''));
    expect(kinds('type:vote*')).toEqual(new Set(['send', 'deliver', 'duplicate']));
    const appends = model.records.filter(
      (record) => record.kind === 'send' && record.message.kind === 'AppendEntries',
    );
    expect(appends.length).toBeGreaterThan(1);
    expect(filterOf(model, 'type:AppendEntries term:1')?.places).toHaveLength(appends.length);
    expect(filterOf(model, 'term:2..')?.places).toHaveLength(0);
    expect(filterOf(model, 'cause:e17')?.places.at(-1)).toBe(17);
    expect(filterOf(model, 'effect:e40')?.places[0]).toBe(40);
  });

  test.each(['term:x', 'before:soon', 'colour:red', 'cause:S1'])(
    'says that %s is odd',
    async (text) => {
      const found = filterOf(await modelAt(vote), `kind:send ${text}`);
      expect(found?.problem).toBe(`not understood: ${text}`);
      expect(found?.places.length).toBeGreaterThan(5);
    },
  );

  test('an empty one is none, and quotation marks hold words together', async () => {
    expect(filterOf(await modelAt(vote), '  ')).toBeNull();
    expect(wordsOf('a text:"set x" -b "half')).toEqual(['a', 'text:"set x"', '-b', '"half']);
  });
});

describe('deep links', () => {
  const links: fc.Arbitrary<Link> = fc.record({
    seq: fc.integer({ min: -1, max: 1e9 }),
    view: fc.constant(null),
    scale: fc.constantFrom('logical' as const, 'real' as const, 'causal' as const, null),
    node: fc.string(),
    filter: fc.string(),
    cone: fc.boolean(),
  });

  test('say the same when read back', () => {
    fc.assert(
      fc.property(links, fc.integer(), fc.integer({ min: 1 }), (link, low, width) => {
        const view = { low, high: low + width };
        expect(linkOf(linkText({ ...link, view }))).toEqual({ ...link, view });
        expect(linkOf(linkText(link))).toEqual(link);
      }),
      { seed: 88, numRuns: 200 },
    );
  });

  test('that were cut or invented say nothing rather than something wrong', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { seq, view } = linkOf(text);
        expect(seq >= -1 && (view === null || view.high > view.low)).toBe(true);
      }),
      { seed: 89 },
    );
  });
});

describe('the keys', () => {
  test('each does one thing', () => {
    const keys = shortcuts.flatMap(({ keys: some }) => some);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test.each([
    'ArrowLeft',
    '!',
    'f',
    't',
    'w',
    's',
    'a',
    'd',
    '0',
    '/',
    'Escape',
    'c',
    'T',
    'y',
    '?',
  ])('%s is one of them', (key) => {
    expect(shortcuts.some(({ keys }) => keys.includes(key))).toBe(true);
  });
});

test('text in an SVG is text', () => {
  expect(escaped('<a href="x">&\u0007')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;\ufffd');
});
