/** Small histories that make plain searches explode: much at a time, and an answer that settles it. */
import { HistoryBuilder } from '../check/history-builder.ts';
import { History } from '../check/history.ts';
import type { HistoryRecord, Json } from '../trace/record.ts';

export type Shape = (typeof shapes)[number];

export const shapes = [
  'concurrent writes, read in turn',
  'unknown writes, read in turn',
  'concurrent writes, read backwards',
  'concurrent writes, one read impossible',
  'compare-and-sets in a chain',
  'unknown compare-and-sets',
  'concurrent appends',
] as const;

/** A history of so many operations at a time. */
export function hurting(shape: Shape, count: number): History {
  const tale = new Tale();
  switch (shape) {
    case 'concurrent writes, read in turn':
      tale.writes(count, (index) => index % 2);
      tale.reads(count, (index) => index % 2);
      tale.end();
      break;
    case 'unknown writes, read in turn':
      tale.writes(count, (index) => index % 2);
      tale.reads(count, (index) => index % 2);
      break;
    case 'concurrent writes, read backwards':
      tale.writes(count, (index) => index % (count / 2));
      tale.reads(count / 2, (index) => count / 2 - 1 - index);
      tale.end();
      break;
    case 'concurrent writes, one read impossible':
      tale.writes(count, (index) => index % 4);
      tale.end();
      tale.reads(1, () => 0);
      tale.reads(1, () => 1);
      break;
    case 'compare-and-sets in a chain':
      tale.swaps(count, (index) => [index === 0 ? null : index % 3, (index + 1) % 3]);
      tale.end();
      break;
    case 'unknown compare-and-sets':
      tale.swaps(count, (index) => [index === 0 ? null : index % 3, (index + 1) % 3]);
      tale.reads(4, (index) => (index + 1) % 3);
      break;
    case 'concurrent appends':
      tale.appends(count, (index) => index % 4);
      tale.end();
      tale.reads(1, () => Array.from({ length: count }, (_, index) => (count - 1 - index) % 4));
      break;
  }
  return tale.history();
}

class Tale {
  private readonly builder = new HistoryBuilder();
  private readonly open: { readonly process: number; readonly f: F; readonly value: Json }[] = [];
  private seq = 0;
  private processes = 0;

  writes(count: number, value: (index: number) => Json): void {
    this.begin(count, 'write', value);
  }

  swaps(count: number, value: (index: number) => Json): void {
    this.begin(count, 'cas', value);
  }

  appends(count: number, value: (index: number) => Json): void {
    this.begin(count, 'append', value);
  }

  /** One after the other. */
  reads(count: number, value: (index: number) => Json): void {
    for (let index = 0; index < count; index += 1) {
      const process = this.processes++;
      this.tell({ process, kind: 'invoke', f: 'read', value: null });
      this.tell({ process, kind: 'ok', f: 'read', value: value(index) });
    }
  }

  /** Everything that is open is answered; otherwise it stays unknown. */
  end(): void {
    for (const { process, f, value } of this.open.splice(0)) {
      this.tell({ process, kind: 'ok', f, value });
    }
  }

  history(): History {
    return new History(this.builder.finish());
  }

  private begin(count: number, f: F, value: (index: number) => Json): void {
    for (let index = 0; index < count; index += 1) {
      const process = this.processes++;
      this.open.push({ process, f, value: value(index) });
      this.tell({ process, kind: 'invoke', f, value: value(index) });
    }
  }

  private tell(record: Pick<HistoryRecord, 'process' | 'kind' | 'f' | 'value'>): void {
    this.seq += 1;
    const { seq } = this;
    const client = `c${record.process}`;
    this.builder.take({ ...record, seq, at: seq, cause: -1, client, key: 'x', error: null });
  }
}

type F = HistoryRecord['f'];
