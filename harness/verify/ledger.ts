/**
 * What has ever been committed, as numbers: a ledger is a list of entries with the terms in which
 * they were committed, and the cluster remembers the longest one. Logs are numbers, too. Questions
 * about them are answered once and remembered.
 */
import type { Entry } from '../raft/entry.ts';
import { PairTable } from './tables.ts';

const termsMax = 16;

export class Ledgers {
  private readonly entryIds = new Map<string, number>();
  private readonly logIds = new Map<string, number>();
  private readonly logs: (readonly number[])[] = [];
  private readonly ledgerIds = new Map<string, number>();
  private readonly ledgers: { readonly entries: readonly number[]; readonly terms: number[] }[] =
    [];
  private readonly prefixes = new PairTable();
  private readonly complete = new PairTable();
  private readonly extended = new Map<string, number>();
  private readonly terms: number[] = [];

  constructor() {
    this.logId([]);
    this.ledgerId([], []);
  }

  /** The number of a log; equal logs have equal numbers, the empty one 0. */
  logId(log: readonly Entry[]): number {
    const ids = log.map((entry) => this.entryId(entry));
    const key = ids.join(' ');
    const known = this.logIds.get(key);
    if (known !== undefined) return known;
    this.logs.push(ids);
    this.logIds.set(key, this.logs.length - 1);
    return this.logs.length - 1;
  }

  get logCount(): number {
    return this.logs.length;
  }

  /** How many entries the two logs have in common before they part. */
  common(one: number, other: number): number {
    if (one === other) return this.logs[one]?.length ?? 0;
    const known = this.prefixes.get(one, other);
    if (known !== -1) return known;
    const left = this.logs[one] ?? [];
    const right = this.logs[other] ?? [];
    let length = 0;
    while (length < left.length && length < right.length && left[length] === right[length]) {
      length += 1;
    }
    this.prefixes.set(one, other, length);
    this.prefixes.set(other, one, length);
    return length;
  }

  /** Do two logs with an entry of one index and term agree up to it? (Raft §5.3) */
  matches(one: number, other: number): boolean {
    const length = this.common(one, other);
    const left = this.logs[one] ?? [];
    const right = this.logs[other] ?? [];
    for (let at = length; at < left.length && at < right.length; at += 1) {
      if (this.terms[left[at] ?? 0] === this.terms[right[at] ?? 0]) return false;
    }
    return true;
  }

  /** How many entries the ledger holds. */
  size(ledger: number): number {
    return this.ledgers[ledger]?.entries.length ?? 0;
  }

  /** Is everything in the ledger in the log? With `term`: everything committed in older terms. */
  holds(log: number, ledger: number, term: number = termsMax - 1): boolean {
    const known = this.complete.get(log, ledger * termsMax + term);
    if (known !== -1) return known === 1;
    const held = this.logs[log] ?? [];
    const { entries, terms } = this.ledgers[ledger] ?? { entries: [], terms: [] };
    const all = entries.every((id, at) => held[at] === id || (terms[at] ?? 0) >= term);
    this.complete.set(log, ledger * termsMax + term, all ? 1 : 0);
    return all;
  }

  /**
   * The ledger once the first `index` entries of `log` are known to be committed, in `term` if
   * they were not before; -1: another entry is committed at one of these places.
   */
  extend(ledger: number, commit: { log: number; index: number; term: number }): number {
    const { log, index, term } = commit;
    const key = `${ledger} ${log} ${index} ${term}`;
    const known = this.extended.get(key);
    if (known !== undefined) return known;
    const { entries, terms } = this.ledgers[ledger] ?? { entries: [], terms: [] };
    const committed = (this.logs[log] ?? []).slice(0, index);
    const fits = committed.every((id, at) => at >= entries.length || entries[at] === id);
    let next = -1;
    if (fits && committed.length <= entries.length) next = ledger;
    else if (fits) next = this.ledgerId(committed, [...terms, ...committed.map(() => term)]);
    this.extended.set(key, next);
    return next;
  }

  private ledgerId(entries: readonly number[], given: readonly number[]): number {
    const terms = given.slice(0, entries.length);
    const key = `${entries.join(' ')}/${terms.join(' ')}`;
    const known = this.ledgerIds.get(key);
    if (known !== undefined) return known;
    this.ledgers.push({ entries, terms });
    this.ledgerIds.set(key, this.ledgers.length - 1);
    return this.ledgers.length - 1;
  }

  private entryId({ index, term, digest }: Entry): number {
    const key = `${index}/${term}/${digest}`;
    const known = this.entryIds.get(key);
    if (known !== undefined) return known;
    const id = this.entryIds.size;
    this.entryIds.set(key, id);
    this.terms.push(term);
    return id;
  }
}
