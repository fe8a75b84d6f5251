/* What each strategy promises, on toys whose probabilities are known. Seeds are the runs' numbers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { childSeed } from '../size.ts';
import { Causality } from './causality.ts';
import { Chains } from './chains.ts';
import { delayBounding } from './delay-bounding.ts';
import { exhaustive } from './exhaustive.ts';
import { fairAfter } from './fair.ts';
import { pct } from './pct.ts';
import { pctcp } from './pctcp.ts';
import { pos } from './pos.ts';
import { qLearning } from './q-learning.ts';
import { random } from './random.ts';
import { census, fits, idleWorld, threads, toyEvent } from './toy.test.kit.ts';
import { walk } from './walk.ts';

const seedOf = (run: number): number => childSeed(20_261_122, run) >>> 0;
const pool = (size: number): ReturnType<typeof toyEvent>[] =>
  Array.from({ length: size }, (_, id) => toyEvent({ id, actor: id }));

describe('random choice', () => {
  test('takes each of the pending with the same probability', () => {
    const scheduler = random(7);
    const counts = [0, 0, 0, 0, 0];
    for (let step = 0; step < 5_000; step += 1) {
      const index = scheduler.pick(pool(5), idleWorld);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts.filter((count) => !fits(count, 5_000, 1 / 5))).toEqual([]);
  });
});

describe('a fair suffix', () => {
  test('leaves the first choices to the strategy, and starves nobody afterwards', () => {
    const starving = { pick: () => 0 };
    const scheduler = fairAfter(starving, { seed: 3, fairAfter: 10 });
    const picks = Array.from({ length: 2_010 }, () => scheduler.pick(pool(4), idleWorld));
    expect(picks.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
    for (const index of [0, 1, 2, 3]) {
      const count = picks.slice(10).filter((pick) => pick === index).length;
      expect(fits(count, 2_000, 1 / 4)).toBe(true);
    }
  });
});

describe('the walk', () => {
  test('stays for turns of geometric length', () => {
    const scheduler = walk(11, 2);
    const lengths: number[] = [];
    let last = -1;
    for (let step = 0; step < 40_000; step += 1) {
      const index = scheduler.pick(pool(2), idleWorld);
      if (index === last) lengths.push((lengths.pop() ?? 0) + 1);
      else lengths.push(1);
      last = index;
    }
    // It leaves when two coins agree, and then half of the time for itself.
    const leaves = 1 / 4 / 2;
    const turns = lengths.length;
    for (const length of [1, 2, 3, 8]) {
      const count = lengths.filter((one) => one === length).length;
      expect(fits(count, turns, leaves * (1 - leaves) ** (length - 1))).toBe(true);
    }
  });

  test('draws among all when its participant has nothing pending', () => {
    const counts = census(3_000, (run) => threads(walk(seedOf(run), 10), [1, 1, 1]));
    for (const count of counts.values()) expect(fits(count, 3_000, 1 / 6)).toBe(true);
    expect(counts.size).toBe(6);
  });
});

describe('PCT', () => {
  const runs = 20_000;
  test('finds each bug of depth 1 with probability 1/n: a thread that is wholly first', () => {
    const orders = census(3_000, (run) =>
      threads(pct({ seed: seedOf(run), depth: 1, choices: 6 }), [2, 2, 2]),
    );
    expect([...orders.keys()].sort()).toEqual(
      ['001122', '002211', '110022', '112200', '220011', '221100'].sort(),
    );
    for (const count of orders.values()) expect(fits(count, 3_000, 1 / 6)).toBe(true);
  });

  test('finds each bug of depth 2 with probability 1/(nk) or more', () => {
    // The other thread wholly between two of the first one's steps.
    const orders = census(runs, (run) =>
      threads(pct({ seed: seedOf(run), depth: 2, choices: 8 }), [6, 2]),
    );
    for (const bug of ['01100000', '00110000', '00011000', '00001100', '00000110']) {
      const least = runs / (2 * 8);
      expect(orders.get(bug) ?? 0).toBeGreaterThan(least - 5 * Math.sqrt(least));
    }
  });

  test('finds each bug of depth 3 with probability 1/(nk^2) or more', () => {
    // The second begins between steps of the first, and is left in its middle.
    const orders = census(runs, (run) =>
      threads(pct({ seed: seedOf(run), depth: 3, choices: 6 }), [3, 3]),
    );
    for (const bug of ['010011', '011001', '001011', '101100', '110100']) {
      const least = runs / (2 * 36);
      expect(orders.get(bug) ?? 0).toBeGreaterThan(least - 5 * Math.sqrt(least));
    }
  });
});

/** The largest number of elements without order among them, by Dilworth: all less a matching. */
function widthOf(size: number, isBefore: (a: number, b: number) => boolean): number {
  const matched: number[] = Array.from({ length: size }, () => -1);
  const extend = (a: number, tried: Set<number>): boolean => {
    for (let b = 0; b < size; b += 1) {
      if (!isBefore(a, b) || tried.has(b)) continue;
      tried.add(b);
      const other = matched[b] ?? -1;
      if (other !== -1 && !extend(other, tried)) continue;
      matched[b] = a;
      return true;
    }
    return false;
  };
  let width = size;
  for (let a = 0; a < size; a += 1) if (extend(a, new Set())) width -= 1;
  return width;
}

describe('chains of the causal order', () => {
  interface Growth {
    /** By event: its chain, and the events before it. */
    readonly chains: readonly number[];
    readonly before: readonly ReadonlySet<number>[];
  }

  /** Participants that take steps, each of which may make others pending, in a drawn order. */
  function grown(seed: number, actors: number): Growth {
    const causality = new Causality();
    const chains = new Chains();
    const numbers: number[] = [];
    const before: ReadonlySet<number>[] = [];
    const lastOf: (ReadonlySet<number> | undefined)[] = [];
    let draws = 0;
    const draw = (count: number): number => (childSeed(seed, draws++) >>> 0) % count;
    const pasts = new Map<number, ReadonlySet<number>>();
    const add = (parent: number): ReturnType<typeof toyEvent> => {
      const id = numbers.length;
      before.push(pasts.get(parent) ?? new Set());
      numbers.push(chains.add(id, (other) => causality.precedes(other, parent)));
      return toyEvent({ id, actor: draw(actors), parent });
    };
    let pending = Array.from({ length: actors }, () => add(-1));
    while (pending.length > 0) {
      const event = pending[draw(pending.length)];
      if (event === undefined) throw new Error('there was one');
      const { id, actor } = event;
      causality.step(event);
      const past = new Set([...(before[id] ?? []), ...(lastOf[actor] ?? []), id]);
      lastOf[actor] = past;
      pasts.set(id, past);
      pending = pending.filter((other) => other !== event);
      for (let more = draw(3); more > 0 && numbers.length < 60; more -= 1) pending.push(add(id));
    }
    return { chains: numbers, before };
  }

  test('are few for the worst orders too: so many hidden chains that look at one another', () => {
    const looks = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 80 });
    const property = fc.property(fc.integer({ min: 2, max: 4 }), looks, (width, steps) => {
      const chains = new Chains();
      const numbers = new Set<number>();
      const lastOf: (ReadonlySet<number> | undefined)[] = [];
      for (const [id, [which, at, how]] of steps.entries()) {
        // After the last of its own hidden chain, and often after the last of another.
        const own = lastOf[which % width] ?? [];
        const others = how % 3 === 0 ? [] : (lastOf[at % width] ?? []);
        const before = new Set([...own, ...others]);
        numbers.add(chains.add(id, (other) => before.has(other)));
        lastOf[which % width] = new Set([...before, id]);
      }
      expect(numbers.size).toBeLessThanOrEqual((width * (width + 1)) / 2);
    });
    fc.assert(property, { seed: 20_261_122, numRuns: 2_000 });
  });

  test('follow it, and are no more than w(w + 1)/2 for a width of w', () => {
    const property = fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, actors) => {
      const { chains, before } = grown(seed, actors);
      for (const [id, chain] of chains.entries()) {
        const last = chains.lastIndexOf(chain, id - 1);
        if (id > 0 && last !== -1) expect(before[id]?.has(last)).toBe(true);
      }
      const width = widthOf(chains.length, (a, b) => before[b]?.has(a) === true);
      expect(new Set(chains).size).toBeLessThanOrEqual((width * (width + 1)) / 2);
    });
    fc.assert(property, { seed: 20_261_122, numRuns: 400 });
  });
});

describe('PCTCP', () => {
  test('finds each bug of depth 2 with probability 1/(w^2 n) or more', () => {
    const runs = 20_000;
    const orders = census(runs, (run) =>
      threads(pctcp({ seed: seedOf(run), depth: 2, choices: 8 }), [6, 2]),
    );
    for (const bug of ['01100000', '00110000', '00011000', '00001100', '00000110']) {
      const least = runs / (4 * 8);
      expect(orders.get(bug) ?? 0).toBeGreaterThan(least - 5 * Math.sqrt(least));
    }
  });

  test('keeps to a chain across participants', () => {
    const scheduler = pctcp({ seed: 5, depth: 1, choices: 10 });
    const first = [toyEvent({ id: 0, actor: 0 }), toyEvent({ id: 1, actor: 1 })];
    const one = scheduler.pick(first, idleWorld);
    const other = first[1 - one];
    if (other === undefined) throw new Error('there were two');
    const reply = toyEvent({ id: 2, actor: 7, parent: one });
    expect(scheduler.pick([other, reply], idleWorld)).toBe(1);
  });
});

describe('partial order sampling', () => {
  test('brings independent events in every order alike', () => {
    const orders = census(6_000, (run) => threads(pos(seedOf(run)), [1, 1, 1]));
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(fits(count, 6_000, 1 / 6)).toBe(true);
  });

  test('gives what raced a fresh priority: of the last two each comes first alike', () => {
    // Three events of one participant: the first priorities do not tell the second choice.
    const racing = [0, 1, 2].map((id) => toyEvent({ id, actor: 4, key: id }));
    let sameOrder = 0;
    for (let run = 0; run < 4_000; run += 1) {
      const scheduler = pos(seedOf(run));
      const first = scheduler.pick(racing, idleWorld);
      const left = racing.filter((_, index) => index !== first);
      const stale = pos(seedOf(run)).pick(left, idleWorld);
      if (scheduler.pick(left, idleWorld) === stale) sameOrder += 1;
    }
    expect(fits(sameOrder, 4_000, 1 / 2)).toBe(true);
  });

  test('draws by identity: an event more elsewhere leaves the order of the others', () => {
    const few = [1, 2, 3].map((id) => toyEvent({ id, actor: id, key: id * 77 }));
    const more = [toyEvent({ id: 0, actor: 9, key: 5 }), ...few];
    const orderOf = (events: readonly ReturnType<typeof toyEvent>[]): readonly number[] => {
      const scheduler = pos(99);
      const order: number[] = [];
      let left = [...events];
      while (left.length > 0) {
        const chosen = left[scheduler.pick(left, idleWorld)];
        order.push(chosen?.id ?? -1);
        left = left.filter((other) => other !== chosen);
      }
      return order.filter((id) => id !== 0);
    };
    expect(orderOf(more)).toEqual(orderOf(few));
  });
});

describe('delay bounding', () => {
  const order = (seed: number, delays: number): readonly number[] =>
    threads(delayBounding({ seed, delays, choices: 9 }), [3, 3, 3]);
  test('is round robin without delays, whatever the seed', () => {
    const orders = census(50, (run) => order(seedOf(run), 0));
    expect([...orders.keys()]).toEqual(['012012012']);
  });

  test('has no more schedules with one delay than there are choices, and finds each alike', () => {
    const orders = census(4_000, (run) => order(seedOf(run), 1));
    expect(orders.size).toBeLessThanOrEqual(9);
    expect(orders.size).toBeGreaterThan(4);
    for (const count of orders.values()) expect(count).toBeGreaterThan(4_000 / 9 - 5 * 20);
  });
});

describe('Q-learning', () => {
  /** Of two steps one leads on and the other back to the start; how far 60 of them get. */
  const furthest = (pick: () => number, moved: (at: number) => void): number => {
    let at = 0;
    let most = 0;
    for (let step = 0; step < 60; step += 1) {
      at = pick() === 1 ? at + 1 : 0;
      moved(at);
      most = Math.max(most, at);
    }
    return most;
  };

  test('reaches a rare state sooner than uniform chance', () => {
    const depth = 12;
    let at = 0;
    const learner = qLearning(() => at);
    const learned: number[] = [];
    const drawn: number[] = [];
    for (let run = 0; run < 40; run += 1) {
      const chance = random(seedOf(run));
      drawn.push(
        furthest(
          () => chance.pick(pool(2), idleWorld),
          () => undefined,
        ),
      );
      at = 0;
      const scheduler = learner.scheduler(seedOf(run));
      learned.push(
        furthest(
          () => scheduler.pick(pool(2), idleWorld),
          (now) => (at = now),
        ),
      );
      learner.learn();
    }
    expect(Math.max(...drawn)).toBeLessThan(depth);
    const first = learned.findIndex((most) => most >= depth);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(20);
  });
});

describe('bounded exhaustive search', () => {
  const all = (steps: readonly number[], choices: number, from = 0): readonly string[] => {
    const explorer = exhaustive({ from, choices }, () => null);
    const orders: string[] = [];
    do orders.push(threads(explorer.scheduler(), steps).join(''));
    while (explorer.advance());
    return orders;
  };

  test('visits each interleaving of a small program once', () => {
    expect(all([2, 2], 10)).toHaveLength(6);
    expect(new Set(all([2, 2], 10)).size).toBe(6);
    expect(new Set(all([2, 2, 2], 10)).size).toBe(90);
    expect(all([2, 2, 2], 10)).toHaveLength(90);
  });

  test('branches only in its window', () => {
    expect(all([3, 3], 1).length).toBe(2);
    expect(all([3, 3], 2).length).toBe(4);
    const late = all([3, 3], 2, 1);
    expect(new Set(late.map((order) => order[0])).size).toBe(1);
    expect(late.length).toBe(4);
  });

  test('does not branch again where it was before', () => {
    let done = [0, 0];
    const explorer = exhaustive(
      { from: 0, choices: 10 },
      () => (done[0] ?? 0) * 10 + (done[1] ?? 0),
    );
    const states = new Set<string>();
    let runs = 0;
    do {
      done = [0, 0];
      const scheduler = explorer.scheduler();
      threads(
        {
          pick: (events, world) => {
            const index = scheduler.pick(events, world);
            const actor = events[index]?.actor ?? 0;
            done[actor] = (done[actor] ?? 0) + 1;
            states.add(done.join());
            return index;
          },
        },
        [4, 4],
      );
      runs += 1;
    } while (explorer.advance());
    expect(states.size).toBe(24);
    expect(runs).toBeLessThan(30);
  });
});
