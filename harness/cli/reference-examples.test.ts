/**
 * The examples of the reference are true: each is run in a folder of its own, or named here with
 * what it would need. A new one has to be put in one of the two places.
 */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from './commands.ts';
import { exits } from './exit.ts';
import { folder, ran } from './main.test.kit.ts';

const lines: readonly string[] = commands.flatMap(({ examples }) => examples.map(([line]) => line));

const minutes = 'minutes of work';
const seconds = 'seconds of work, and with every seed another number of them';
const queue = 'a Service Bus queue';
const bus = 'a broker over the SDK';
const azure = 'Azure';
const processes = 'server processes, and a broker between them';
const forever = 'runs until it is stopped';
const typed = 'somebody who types';

/** Only parsed (help.test.ts): what they need that is not here. */
const elsewhere: { readonly [line: string]: string } = {
  'whitewater campaign -n 3 --profile partition --runs 5000 --fail-fast': minutes,
  'whitewater campaign --strategy pct --runs 2000 --require-coverage 80': minutes,
  'whitewater campaign --distributed @cs.txt --queue q --budget 1h': queue,
  'whitewater replay trace.ndjson --target broker': bus,
  'whitewater replay trace.ndjson --target azure --record live.ndjson': azure,
  'whitewater broker': forever,
  'whitewater broker --port 0 --admin-port 0 --json': forever,
  'whitewater broker --config Config.json': forever,
  'whitewater cluster': processes,
  'whitewater cluster --kill-every 3s --duration 1m --num-requests 200': processes,
  'whitewater cluster -n 3 --rough 5 --partition 4s --duration 30s': processes,
  'whitewater cluster --num-requests 0 --duration 10m': processes,
  'whitewater cluster --namespace NAME --layout queues': azure,
  'whitewater client put x 1': processes,
  'whitewater client get x': processes,
  'whitewater client cas x 1 2': processes,
  'whitewater azure doctor': azure,
  'whitewater azure setup --expires 8h --limit-usd 0.50': azure,
  'whitewater azure teardown --expired --yes': azure,
  'whitewater mutants --runs 2000': minutes,
  'whitewater mutants votes-counted-as-integer --runs 2000 --json': seconds,
  'whitewater mutants --table table.md --runs 2000 --seeds 10': minutes,
  'whitewater verify': minutes,
  'whitewater verify --mutant all': minutes,
  'whitewater verify --table harness/verify/DEPTHS.md': minutes,
  'whitewater simulate': typed,
};

const found = [exits.violation];
/** So few runs may or may not see all that must be seen. */
const few = [exits.ok, exits.vacuous];

/** How those end that do not end with 0. */
const ends: { readonly [line: string]: readonly number[] } = {
  'whitewater campaign --budget 10m': few,
  'whitewater campaign --seed -1819918769 --runs 1': few,
  'whitewater merge shard-1 shard-2 --out whole': few,
  'whitewater merge monday tuesday --require-coverage 95': few,
  'whitewater merge shards/* --json': few,
  'whitewater replay test-results/raft/latest': found,
  'whitewater replay trace.ndjson --expect ok': found,
  'whitewater diff traces/caught/stale-read live.ndjson': found,
  'whitewater check trace.ndjson': found,
  'whitewater check trace.ndjson --specification': found,
  'whitewater shrink test-results/raft/latest': found,
  'whitewater shrink trace.ndjson --budget 5m': found,
  'whitewater shrink scenario.json --mutant votes-counted-as-integer': found,
  'whitewater verify --mutant H1': found,
  'whitewater verify --mutant quorum-half --trace out.ndjson': found,
};

/** Milliseconds between two looks at the clock, where a budget should be over soon. */
const hurried: { readonly [line: string]: number } = {
  'whitewater campaign --budget 10m': 10_000,
  'whitewater shrink test-results/raft/latest': 1_000,
  'whitewater shrink trace.ndjson --budget 5m': 10_000,
  'whitewater shrink scenario.json --mutant votes-counted-as-integer': 1_000,
};

const home = process.cwd();
const here = folder();

/** Files and results by the names that the examples use. */
async function furnish(): Promise<void> {
  for (const name of ['traces', 'harness']) symlinkSync(resolve(name), join(here, name));
  const caught = resolve('traces/caught');
  const played = resolve('harness/verify/scripts/depose.txt');
  process.chdir(here);
  cpSync(join(caught, 'votes-counted-as-integer'), 'test-results/raft/latest', { recursive: true });
  cpSync(join(caught, 'votes-counted-as-integer/scenario.json'), 'scenario.json');
  cpSync(join(caught, 'bus-loses-accepted/trace.ndjson'), 'trace.ndjson');
  for (const name of ['live', 'simulated']) cpSync('trace.ndjson', `${name}.ndjson`);
  cpSync(played, 'script.txt');
  const row = { process: 0, f: 'write', key: 'x', value: 1 };
  const history = [
    { ...row, type: 'invoke' },
    { ...row, type: 'ok' },
  ];
  writeFileSync('history.ndjson', history.map((one) => `${JSON.stringify(one)}\n`).join(''));
  for (const [name, how] of [
    ['shard-1', '--runs 34 --seed 1 --shard 1/2'],
    ['shard-2', '--runs 34 --seed 1 --shard 2/2'],
    ['monday', '--runs 2 --seed 2'],
    ['tuesday', '--runs 2 --seed 3'],
  ] as const) {
    await ran(`campaign -q --out ${name} ${how}`.split(' '));
  }
  cpSync('monday/campaign.json', 'test-results/raft/campaign.json');
  mkdirSync('shards');
  for (const name of ['shard-1', 'shard-2']) symlinkSync(resolve(name), join('shards', name));
}

beforeAll(furnish, 120_000);
afterAll(() => {
  process.chdir(home);
});

describe('an example', () => {
  const runnable = lines.filter((line) => !(line in elsewhere));
  test.each(runnable)('%s', async (line) => {
    const [command = ''] = line.replace('shards/*', 'shards/shard-1 shards/shard-2').split(' > ');
    const words = command.split(' ').slice(1);
    const stepMs = hurried[line];
    const { code, err } = await ran(words, stepMs === undefined ? {} : { stepMs });
    expect(ends[line] ?? [exits.ok], err).toContain(code);
  });
});

test('most are run, and every line that is not is an example', () => {
  expect(Object.keys(elsewhere).filter((line) => !lines.includes(line))).toEqual([]);
  expect(lines.length - Object.keys(elsewhere).length).toBeGreaterThan(30);
});
