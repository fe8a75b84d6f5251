/**
 * Histories for tests and benches: clients of a real store take turns, so the history is
 * linearizable; then some of them lie. The same options always give the same history.
 */
import type { HistoryRecord, Json } from '../../trace/record.ts';

type F = HistoryRecord['f'];

export interface RandomHistoryOptions {
  readonly seed: number;
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  /** Values are drawn from so many; 0 makes every value unique. */
  readonly values: number;
  /** Drawn with equal chances: repeat one to have more of it. */
  readonly mix: readonly F[];
  /** Chance that an answer is replaced by a random one. */
  readonly lies: number;
  /** Chance that an outcome is unknown. */
  readonly unknowns: number;
  /** Chance that time stands still between two events. */
  readonly ties: number;
}

interface Client {
  readonly name: string;
  process: number;
  open: { readonly f: F; readonly key: string; readonly value: Json } | null;
  answer: Json | undefined;
  refused: boolean;
}

/** Draws from 0 up to 1; mulberry32. */
export function drawsOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The records of a random history, `seq` from 0, times in microseconds. */
export function randomHistory(options: RandomHistoryOptions): readonly HistoryRecord[] {
  return new Play(options).run();
}

class Play {
  private readonly options: RandomHistoryOptions;
  private readonly draw: () => number;
  private readonly records: HistoryRecord[] = [];
  private readonly store = new Map<string, Json>();
  private readonly clients: readonly Client[];
  private processes: number;
  private fresh = 0;
  private at = 0;

  constructor(options: RandomHistoryOptions) {
    this.options = options;
    this.draw = drawsOf(options.seed);
    this.processes = options.clients;
    this.clients = Array.from({ length: options.clients }, (_, index) => ({
      name: `c${index + 1}`,
      process: index,
      open: null,
      answer: undefined,
      refused: false,
    }));
  }

  run(): readonly HistoryRecord[] {
    let left = this.options.operations;
    while (left > 0 || this.clients.some(({ open }) => open !== null)) {
      const busy = this.clients.filter(({ open }) => left > 0 || open !== null);
      const client = busy[this.below(busy.length)];
      if (client === undefined) break;
      if (client.open === null) {
        this.call(client);
        left -= 1;
      } else if (this.draw() < this.options.unknowns) this.giveUp(client);
      else if (client.answer === undefined) this.happen(client);
      else this.end(client);
    }
    return this.records;
  }

  private below(limit: number): number {
    return Math.floor(this.draw() * limit);
  }

  private value(): Json {
    if (this.options.values > 0) return this.below(this.options.values);
    this.fresh += 1;
    return this.fresh;
  }

  private call(client: Client): void {
    const f = this.options.mix[this.below(this.options.mix.length)] ?? 'read';
    const key = `k${this.below(this.options.keys)}`;
    client.open = { f, key, value: this.argument(f, key) };
    client.answer = undefined;
    client.refused = false;
    this.record(client, 'invoke', client.open.value);
  }

  private argument(f: F, key: string): Json {
    switch (f) {
      case 'read':
      case 'delete':
        return null;
      case 'cas': {
        const current = this.store.get(key) ?? null;
        return [this.draw() < 0.6 ? current : this.value(), this.value()];
      }
      case 'write':
      case 'append':
        return this.value();
    }
  }

  private happen(client: Client): void {
    const { open } = client;
    if (open === null) return;
    const old = this.store.get(open.key) ?? null;
    client.answer = open.value;
    switch (open.f) {
      case 'read':
        client.answer = old;
        break;
      case 'write':
        this.store.set(open.key, open.value);
        break;
      case 'delete':
        this.store.delete(open.key);
        break;
      case 'cas': {
        const [from, to] = Array.isArray(open.value) ? open.value : [];
        client.refused = JSON.stringify(old) !== JSON.stringify(from);
        if (!client.refused) this.store.set(open.key, to);
        break;
      }
      case 'append':
        client.refused = old !== null && !Array.isArray(old);
        if (!client.refused)
          this.store.set(open.key, [...(Array.isArray(old) ? old : []), open.value]);
        break;
    }
  }

  private end(client: Client): void {
    const { open } = client;
    if (open === null) return;
    const lie = this.draw() < this.options.lies;
    let { answer = null, refused } = client;
    if (lie && open.f === 'read') answer = this.lie(answer);
    if (lie && open.f === 'cas') refused = !refused;
    const error = open.f === 'cas' ? 'compare-failed' : 'refused: append wants a list';
    this.record(client, refused ? 'fail' : 'ok', answer, refused ? error : null);
    client.open = null;
  }

  private lie(answer: Json): Json {
    if (Array.isArray(answer)) return this.lieOfList(answer);
    return this.options.values > 0 ? this.value() : this.below(this.fresh + 2);
  }

  /** A beginning of the list, or one with its last two items changed about. */
  private lieOfList(list: readonly Json[]): Json {
    const part = list.slice(0, this.below(list.length + 1));
    return this.draw() < 0.5 ? part : [...part.slice(0, -2), ...part.slice(-2).toReversed()];
  }

  /** It may have happened by now, or not, or happens never. */
  private giveUp(client: Client): void {
    if (client.answer === undefined && this.draw() < 0.5) this.happen(client);
    if (client.open !== null) this.record(client, 'info', client.open.value, 'timeout');
    client.open = null;
    client.process = this.processes;
    this.processes += 1;
  }

  private record(
    client: Client,
    kind: HistoryRecord['kind'],
    value: Json,
    error: string | null = null,
  ): void {
    if (client.open === null) return;
    if (this.draw() >= this.options.ties) this.at += 1;
    this.records.push({
      kind,
      seq: this.records.length,
      at: this.at,
      cause: -1,
      process: client.process,
      client: client.name,
      f: client.open.f,
      key: client.open.key,
      value,
      error,
    });
  }
}
