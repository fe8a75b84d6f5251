/**
 * What the clients ask: few keys, so that operations meet; mostly values written once, so that the
 * history can be judged fast; sometimes few values, which hide a lost write less well.
 */
import type { Json } from '../../harness/raft/entry.ts';
import type { Model } from '../../harness/trace/record.ts';
import type { Operation, Workload } from '../../harness/world/scenario.ts';
import type { Dice, Weighted } from './dice.ts';
import type { ScenarioOptions } from './options.ts';

type Kind = Operation['f'];

const mixes: Readonly<Record<Model, readonly [Weighted<Kind>, ...Weighted<Kind>[]]>> = {
  register: [
    [45, 'read'],
    [55, 'write'],
  ],
  'cas-register': [
    [35, 'read'],
    [40, 'write'],
    [25, 'cas'],
  ],
  kv: [
    [35, 'read'],
    [45, 'write'],
    [10, 'cas'],
    [10, 'delete'],
  ],
  append: [
    [35, 'read'],
    [65, 'append'],
  ],
};

/** Everything about the workload but its operations. */
export function drawWorkload(dice: Dice, options: ScenarioOptions): Workload {
  const model = dice.weighted<Model>([
    [40, 'cas-register'],
    [25, 'kv'],
    [15, 'register'],
    [20, 'append'],
  ]);
  const clients = dice.weighted([
    [15, 1],
    [25, 2],
    [30, 3],
    [15, 4],
    [15, 5],
  ]);
  return {
    model: options.model ?? model,
    clients: options.clients ?? clients,
    sessions: dice.chance(75) ? 'given' : 'registered',
    retryMs: dice.pick([200, 200, 100, 60, 400]),
    timeoutMs: dice.pick([2_000, 2_000, 1_000, 500]),
    reads: 'log',
    readsAt: 'leader',
    operations: [],
    operator: [],
  };
}

/** Draws operations one by one; the values it has written are remembered for comparisons. */
export class OperationDeck {
  private readonly dice: Dice;
  private readonly workload: Workload;
  private readonly keys: readonly [string, ...string[]];
  private readonly repeated: boolean;
  private readonly written = new Map<string, Json[]>();
  private lastValue = 0;

  /** Long histories (`many` actions) are spread over more keys, which keeps judging them quick. */
  constructor(dice: Dice, workload: Workload, many: boolean) {
    this.dice = dice;
    this.workload = workload;
    this.keys = dice.weighted<readonly [string, ...string[]]>([
      [many ? 0 : 55, ['x']],
      [many ? 0 : 30, ['x', 'y']],
      [many ? 60 : 15, ['x', 'y', 'z']],
      [many ? 40 : 0, ['v', 'w', 'x', 'y', 'z']],
    ]);
    this.repeated = workload.model !== 'append' && dice.chance(12);
  }

  draw(atMs: number): Operation {
    const f = this.dice.weighted(mixes[this.workload.model]);
    const key = this.dice.pick(this.keys);
    const client = `c${String(this.dice.between(1, this.workload.clients))}`;
    return { atMs, client, f, key, value: this.valueOf(f, key) };
  }

  /** Every model has reads. */
  read(atMs: number): Operation {
    const key = this.dice.pick(this.keys);
    const client = `c${String(this.dice.between(1, this.workload.clients))}`;
    return { atMs, client, f: 'read', key, value: null };
  }

  private valueOf(f: Kind, key: string): Json {
    switch (f) {
      case 'read':
      case 'delete':
        return null;
      case 'write':
      case 'append':
        return this.fresh(key);
      case 'cas':
        return [this.expected(key), this.fresh(key)];
      default:
        return unreachable(f);
    }
  }

  private fresh(key: string): number {
    this.lastValue = this.repeated ? this.dice.between(1, 3) : this.lastValue + 1;
    const values = this.written.get(key) ?? [];
    values.push(this.lastValue);
    this.written.set(key, values);
    return this.lastValue;
  }

  /** Mostly one of the last three values asked for, so that comparisons succeed now and then. */
  private expected(key: string): Json {
    const values = this.written.get(key) ?? [];
    if (values.length === 0 || this.dice.chance(8)) return null;
    return values[Math.max(0, values.length - this.dice.between(1, 3))] ?? null;
  }
}

function unreachable(value: never): never {
  throw new Error(`no such operation: ${String(value)}`);
}
