/**
 * Histories to measure the judge with: clients of one key, each with one operation after the other,
 * that call, take effect and return in a random order. Made step by step without keeping anything,
 * so that a million operations cost no memory here.
 */
import { drawsOf } from '../check/linearizability/random-history.ts';
import type { HistoryRecord, Json } from '../trace/record.ts';

type F = HistoryRecord['f'];

export interface Family {
  readonly name: string;
  readonly operations: number;
  readonly clients: number;
  /** Values are drawn from so many; 0: each is written once. */
  readonly values: number;
  /** Drawn with equal chances. */
  readonly mix: readonly F[];
  /** Of 1,000 operations so many have unknown outcomes. */
  readonly unknownPerMille: number;
  /** What goes wrong in the middle, once. */
  readonly fault: 'none' | 'staleRead' | 'lostWrite';
}

interface Client {
  process: number;
  name: string;
  /** 0: idle, 1: called, 2: took effect. */
  phase: number;
  f: F;
  value: Json;
  answer: Json;
  refused: boolean;
  unknown: boolean;
}

/** Shows the records of the history to `take`; always the same ones for the same seed. */
export function playHistory(
  family: Family,
  seed: number,
  take: (record: HistoryRecord) => void,
): void {
  new Play(family, seed, take).run();
}

class Play {
  private readonly family: Family;
  private readonly draw: () => number;
  private readonly take: (record: HistoryRecord) => void;
  private readonly clients: Client[];
  private processes: number;
  private seq = 0;
  private called = 0;
  private open = 0;
  private state: Json = null;
  /** The latest states, as a ring: what a stale read returns has long been overwritten. */
  private readonly past: Json[] = [];
  private changes = 0;
  private lost = 0;
  private fresh = 0;
  private faulty: boolean;

  constructor(family: Family, seed: number, take: (record: HistoryRecord) => void) {
    this.family = family;
    this.draw = drawsOf(seed);
    this.take = take;
    this.processes = family.clients;
    this.faulty = family.fault !== 'none';
    this.clients = Array.from({ length: family.clients }, (_, process) => ({
      process,
      name: `c${process + 1}`,
      phase: 0,
      f: 'read',
      value: null,
      answer: null,
      refused: false,
      unknown: false,
    }));
  }

  run(): void {
    const { family, clients } = this;
    while (this.called < family.operations || this.open > 0) {
      const client = clients[this.below(clients.length)];
      if (client === undefined) return;
      if (client.phase === 0) {
        if (this.called < family.operations) this.call(client);
      } else if (client.phase === 1) this.happen(client);
      else this.end(client);
    }
  }

  private below(limit: number): number {
    return Math.floor(this.draw() * limit);
  }

  private call(client: Client): void {
    const { mix, unknownPerMille } = this.family;
    client.f = mix[this.below(mix.length)] ?? 'read';
    client.value = this.argument(client.f);
    client.unknown = this.below(1000) < unknownPerMille;
    client.refused = false;
    client.phase = 1;
    this.called += 1;
    this.open += 1;
    this.write(client, 'invoke', client.value);
  }

  private argument(f: F): Json {
    if (f === 'read' || f === 'delete') return null;
    const value = this.family.values > 0 ? this.below(this.family.values) : ++this.fresh;
    if (f !== 'cas') return value;
    return [this.draw() < 0.7 ? this.state : Math.max(1, value - 2), value];
  }

  private happen(client: Client): void {
    client.phase = 2;
    if (client.unknown && this.draw() < 0.5) return;
    const due = this.faulty && this.called * 2 > this.family.operations;
    const { f, value } = client;
    if (f === 'read') {
      client.answer = this.state;
      const stale = this.past[this.changes % this.past.length] ?? null;
      if (!due || this.family.fault !== 'staleRead' || stale === this.state) return;
      client.answer = stale;
      this.faulty = false;
      return;
    }
    if (due && this.family.fault === 'lostWrite' && f !== 'cas') {
      // Enough of them in a row for somebody to read what should be gone.
      this.lost += 1;
      this.faulty = this.lost < 8 * this.clients.length;
      return;
    }
    this.change(client, f, value);
  }

  private change(client: Client, f: F, value: Json): void {
    if (f === 'cas') {
      const [from, to]: readonly Json[] = Array.isArray(value) ? value : [];
      client.refused = from !== this.state;
      if (!client.refused) this.become(to ?? null);
    } else if (f === 'append') {
      const list = this.state ?? [];
      client.refused = !Array.isArray(list);
      if (Array.isArray(list)) this.become([...list, value]);
    } else this.become(f === 'delete' ? null : value);
  }

  private become(state: Json): void {
    this.past[this.changes % (8 * this.clients.length)] = this.state;
    this.changes += 1;
    this.state = state;
  }

  private end(client: Client): void {
    client.phase = 0;
    this.open -= 1;
    if (client.unknown) {
      this.write(client, 'info', client.value, 'timeout');
      client.process = this.processes++;
      return;
    }
    const { f, refused } = client;
    const value = f === 'read' ? client.answer : client.value;
    const error = f === 'cas' ? 'compare-failed' : 'no list';
    this.write(client, refused ? 'fail' : 'ok', value, refused ? error : null);
  }

  private write(
    client: Client,
    kind: HistoryRecord['kind'],
    value: Json,
    error: string | null = null,
  ): void {
    this.seq += 1;
    this.take({
      kind,
      seq: this.seq,
      at: this.seq,
      cause: -1,
      process: client.process,
      client: client.name,
      f: client.f,
      key: 'x',
      value,
      error,
    });
  }
}
