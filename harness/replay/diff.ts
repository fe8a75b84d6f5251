/**
 * Two traces side by side, record by record. Each server and client must have lived through the same
 * things; what happened in between elsewhere may stand in another order.
 */
import type { HeaderRecord, TraceRecord } from '../trace/record.ts';
import type { Counts, Standing } from './compare.ts';
import { compared, countsOf } from './compare.ts';
import { ascending, identities } from './identity.ts';
import { actorOf } from './plan.ts';
import type { Finding } from './result.ts';

export interface Diff {
  readonly counts: Counts;
  /** Everything but the same and the merely late, in the first trace's order. */
  readonly findings: readonly Finding[];
  /** Where the two part. */
  readonly first: Finding | null;
}

interface Pair {
  readonly left: TraceRecord;
  readonly right: TraceRecord;
  /** Places in the two traces. */
  readonly at: number;
  readonly rightAt: number;
}

/** In the first trace's order; `rank` of what stands only in the second one is in between. */
interface Ranked {
  readonly rank: number;
  readonly finding: Finding;
}

/** What the mock promised of the order of messages, as the header's scenario says. */
function orderingOf({ scenario }: HeaderRecord): string {
  const text = /"ordering":"(\w+)"/u.exec(JSON.stringify(scenario));
  return text?.[1] ?? 'none';
}

function headerOf(records: readonly TraceRecord[]): HeaderRecord | null {
  const [first] = records;
  return first?.kind === 'header' ? first : null;
}

/** The second trace's record in the first one's numbers; a number unknown there matches none. */
function translated(pair: Pair, numbers: ReadonlyMap<number, number>): TraceRecord {
  const { left, right } = pair;
  const known = (seq: number): number => (seq < 0 ? seq : (numbers.get(seq) ?? -1_000_000 - seq));
  const own = { seq: left.seq, cause: known(right.cause) };
  switch (right.kind) {
    case 'send':
    case 'deliver':
    case 'drop':
    case 'delay':
    case 'duplicate':
    case 'bus':
      return { ...right, ...own, id: known(right.id) };
    case 'verdict': {
      const records = left.kind === 'verdict' ? left.records : right.records;
      return { ...right, ...own, records, evidence: right.evidence.map(known) };
    }
    default:
      return { ...right, ...own };
  }
}

class Differ {
  private readonly left: readonly TraceRecord[];
  private readonly right: readonly TraceRecord[];
  private readonly pairs: Pair[] = [];
  private readonly numbers = new Map<number, number>();
  private readonly standings: Standing[] = [];
  private readonly ranked: Ranked[] = [];

  constructor(left: readonly TraceRecord[], right: readonly TraceRecord[]) {
    this.left = left;
    this.right = right;
  }

  differ(): Diff {
    this.match();
    const moved = this.moved(this.pairs);
    const movedAtHome = new Set<Pair>();
    for (const own of this.byActor()) for (const pair of this.moved(own)) movedAtHome.add(pair);
    for (const pair of this.pairs) this.judge(pair, { moved, movedAtHome });
    const findings = this.ranked
      .toSorted((one, other) => one.rank - other.rank)
      .map(({ finding }) => finding);
    const first = findings.find(({ standing }) => standing === 'divergence') ?? null;
    return { counts: countsOf(this.standings), findings, first };
  }

  /** Pairs of records that are the same one; the others are told at once. */
  private match(): void {
    const places = new Map(identities(this.right).map((key, at) => [key, at]));
    const lone = new Set(places.values());
    identities(this.left).forEach((key, at) => {
      const rightAt = places.get(key) ?? -1;
      const left = this.left[at];
      const right = this.right[rightAt];
      if (left === undefined) return;
      if (right === undefined) {
        this.tell(at, 'divergence', { expected: left, text: 'only in the first trace' });
        return;
      }
      lone.delete(rightAt);
      this.pairs.push({ left, right, at, rightAt });
      this.numbers.set(right.seq, left.seq);
    });
    this.tellLone(lone);
  }

  private tellLone(lone: ReadonlySet<number>): void {
    const places = new Map(this.pairs.map(({ at, rightAt }) => [rightAt, at]));
    const again = this.isMockedLeft();
    const reached = new Set(this.right.filter((_, at) => places.has(at)).map(wayOf));
    let rank = 0;
    this.right.forEach((happened, at) => {
      rank = places.get(at) ?? rank;
      if (!lone.has(at)) return;
      const isAgain = again && happened.kind === 'deliver' && reached.has(wayOf(happened));
      const standing = isAgain ? 'unmodelled' : 'divergence';
      const text = isAgain ? 'delivered once more' : 'only in the second trace';
      this.tell(rank + 0.5, standing, { happened, text });
    });
  }

  /** Is it a simulation that is compared with something live? */
  private isMockedLeft(): boolean {
    return headerOf(this.left)?.adapter === 'memory' && headerOf(this.right)?.adapter !== 'memory';
  }

  private byActor(): Iterable<readonly Pair[]> {
    const found = new Map<string, Pair[]>();
    for (const pair of this.pairs) {
      const actor = actorOf(pair.left);
      if (actor === '') continue;
      const own = found.get(actor) ?? [];
      own.push(pair);
      found.set(actor, own);
    }
    return found.values();
  }

  private moved(pairs: readonly Pair[]): ReadonlySet<Pair> {
    const kept = ascending(pairs.map(({ rightAt }) => rightAt));
    return new Set(pairs.filter((_, place) => !kept.has(place)));
  }

  private judge(
    pair: Pair,
    { moved, movedAtHome }: { moved: ReadonlySet<Pair>; movedAtHome: ReadonlySet<Pair> },
  ): void {
    const { left, right, at } = pair;
    const { standing, fields } = compared(left, translated(pair, this.numbers));
    const atHome = movedAtHome.has(pair);
    if (standing === 'divergence' || !(atHome || moved.has(pair))) {
      this.tell(at, standing, { expected: left, happened: right, fields });
      return;
    }
    const text = atHome ? `in another order at ${actorOf(left)}` : 'in another order';
    this.tell(at, this.orderStanding(atHome), { expected: left, happened: right, text });
  }

  private orderStanding(atHome: boolean): Standing {
    const header = headerOf(this.left);
    if (!atHome || header === null || orderingOf(header) !== 'total') return 'reordered';
    return this.isMockedLeft() ? 'unmodelled' : 'divergence';
  }

  private tell(
    rank: number,
    standing: Standing,
    told: {
      readonly expected?: TraceRecord;
      readonly happened?: TraceRecord;
      readonly fields?: readonly string[];
      readonly text?: string;
    },
  ): void {
    this.standings.push(standing);
    if (standing === 'same' || standing === 'timing') return;
    const { expected = null, happened = null, fields = [], text = '' } = told;
    const seq = expected?.seq ?? happened?.seq ?? 0;
    this.ranked.push({ rank, finding: { seq, standing, expected, happened, fields, text } });
  }
}

/** A message on its way to somebody, by the numbers of its own trace. */
function wayOf(record: TraceRecord): string {
  return record.kind === 'deliver' ? `${record.id} ${record.to}` : '';
}

/** Compares two traces, a simulated with a live one or any two; the first is what was expected. */
export function diffTraces(left: readonly TraceRecord[], right: readonly TraceRecord[]): Diff {
  return new Differ(left, right).differ();
}
