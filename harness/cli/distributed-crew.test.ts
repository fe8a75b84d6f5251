/** The crew at the far end of two queues of an embedded broker, whose workers fail it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../adapters/broker/broker.ts';
import { startBroker } from '../../adapters/broker/broker.ts';
import type { CampaignOptions } from '../search/campaign.ts';
import { campaign, shrinkFound } from '../search/campaign.ts';
import type { ChunkResult } from '../search/chunk.ts';
import { Bench } from '../search/chunk.ts';
import type { Crew } from '../search/conduct.ts';
import { conduct } from '../search/conduct.ts';
import { childSeed } from '../search/size.ts';
import { toyLab, toyOutcome } from '../search/toy.test.kit.ts';
import { scenarioArbitrary } from '../../scenarios/generate/scenario.ts';
import type { Queues } from './distributed-crew.ts';
import { QueueCrew } from './distributed-crew.ts';
import { resultBody, taskIn } from './distributed-messages.ts';
import type { Received } from './distributed-post.ts';
import { Post } from './distributed-post.ts';
import { jobFor } from './campaign-job.ts';

const options: CampaignOptions = {
  lab: toyLab('right'),
  arbitrary: scenarioArbitrary(),
  seed: 42,
  runs: 32 * 5,
  keepWhenBroken: true,
  execute: (scenario) => toyOutcome(scenario, {}),
};
const bench = new Bench({ ...options, canaries: [], failFast: false });
const job = jobFor({ runs: options.runs, seed: 42 });

const byHand: Crew = {
  size: 1,
  work: (task) => Promise.resolve(bench.work(task, () => false)),
  shrink: (found, _, tell) => Promise.resolve(shrinkFound(found, options, tell)),
  searched: () => undefined,
};

const broken: Crew = {
  ...byHand,
  work: (task) =>
    task.chunk === 1
      ? Promise.reject(new Error('a thread of the campaign ended with code 7'))
      : byHand.work(task),
};

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.close());

interface Played {
  readonly local: Crew;
  readonly patienceMs?: number;
  /** A worker that does not do the chunk; unless it answers itself, it is left lying. */
  readonly fails: (chunk: number, received: Received) => boolean;
  /** What the worker says instead of what the chunk came to. */
  readonly answer?: (result: ChunkResult) => ChunkResult;
}

/** The result with more in it than a message can hold. */
function bulky(result: ChunkResult): ChunkResult {
  const noise = Array.from({ length: 100_000 }, (_, i) => childSeed(i, 7).toString(36));
  return { ...result, tally: { ...result.tally, unknownReason: noise.join('') } };
}

/** Conducts the campaign over queues of this name, with one worker, who fails some chunks. */
async function played(
  name: string,
  wish: Pick<Played, 'fails'> & Partial<Played>,
): Promise<{ readonly result: ReturnType<typeof campaign>; readonly rescued: readonly string[] }> {
  const { connectionString, adminPort } = broker;
  const post = new Post({ connectionString, administrationEndpoint: `localhost:${adminPort}` });
  const queues: Queues = { tasks: name, results: `${name}-results` };
  const rescued: string[] = [];
  try {
    for (const path of [queues.tasks, queues.results]) await post.makeQueue(path, 5_000);
    let lost: (error: unknown) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => {
      lost = reject;
    });
    const crew = new QueueCrew({
      post,
      queues,
      job,
      commit: null,
      size: 3,
      local: () => wish.local ?? byHand,
      onLost: lost,
      onRescue: (text) => void rescued.push(text),
      ...(wish.patienceMs === undefined ? {} : { patienceMs: wish.patienceMs }),
    });
    await crew.open();
    const hear = async (received: Received): Promise<void> => {
      const { task } = taskIn(received.body, null);
      if (wish.fails(task.chunk, received)) return;
      const done = bench.work(task, () => false);
      const result = wish.answer?.(done) ?? done;
      await post.send(queues.results, `chunk-${task.chunk}`, resultBody(result));
      await received.complete();
    };
    await post.listen(queues.tasks, 2, {
      hear: (received) => void hear(received).catch(lost),
      lost: () => undefined,
    });
    return { result: await Promise.race([conduct(options, crew), failed]), rescued };
  } finally {
    await post.close();
  }
}

describe('a chunk that no worker does', () => {
  const alone = campaign(options);

  test('is done here once its queue has given it up', { timeout: 30_000 }, async () => {
    let deliveries = 0;
    const { result, rescued } = await played('given-up', {
      fails: (chunk, received) => {
        if (chunk !== 2) return false;
        deliveries += 1;
        void received.abandon();
        return true;
      },
    });
    expect(deliveries).toBe(50);
    expect(rescued).toEqual([
      'chunk 2 is done here: it was delivered again and again and never done',
    ]);
    expect(result).toEqual(alone);
  });

  test('is done here when nobody answers for it', { timeout: 30_000 }, async () => {
    const { result, rescued } = await played('silent', {
      fails: (chunk) => chunk === 1,
      patienceMs: 200,
    });
    expect(rescued).toContain('chunk 1 is done here: nobody answered for it');
    expect(result).toEqual(alone);
  });

  test('is done here when what it came to is too large to travel', async () => {
    const { result, rescued } = await played('large', {
      fails: () => false,
      answer: (result) => (result.chunk === 3 ? bulky(result) : result),
    });
    expect(rescued).toEqual(['chunk 3 is done here: its result was too large to travel']);
    expect(result).toEqual(alone);
  });

  test('and that cannot be done here either ends it with its number', async () => {
    const fails = (chunk: number): boolean => chunk === 1;
    const { result } = await played('hopeless', { fails, patienceMs: 200, local: broken });
    expect(result.verdict).toBe('error');
    expect(result.gates.map(({ why }) => why)).toEqual([
      'chunk 1 cannot be done: a thread of the campaign ended with code 7',
    ]);
  });
});
