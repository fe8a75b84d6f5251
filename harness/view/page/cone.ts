/**
 * Happened before, as a set of records: by causes and by the order of each lane (Lamport 1978).
 * The lanes of the bus and of the faults order nothing: their records have no common memory.
 */
import { numberAt } from './lists.ts';
import type { Model } from './model.ts';

const stateless: ReadonlySet<string> = new Set(['arm', 'match', 'durable']);

/** No cause names them, yet they explain: what faults did stays to be seen. */
const always: ReadonlySet<string> = new Set(['fault', 'crash', 'header']);

/** 1 for every record that may have led to the one at `index`, itself included. */
export function pastOf(model: Model, index: number): Uint8Array {
  const { records, lanes, turns } = model;
  const inside = new Uint8Array(records.length);
  const reached = new Uint8Array(lanes.all.length);
  inside[index] = 1;
  for (let i = index; i >= 0; i -= 1) {
    const record = records[i];
    if (record === undefined) continue;
    const lane = numberAt(turns.lane, i);
    const ordered = lane >= 0 && lane !== lanes.faults && lane !== lanes.bus;
    const isBefore = ordered && reached[lane] === 1 && record.kind !== 'send';
    const leads = inside[i] === 1 || (isBefore && !stateless.has(record.kind));
    if (leads || always.has(record.kind)) inside[i] = 1;
    if (!leads) continue;
    if (ordered) reached[lane] = 1;
    const cause = model.indexOf(record.cause);
    if (records[cause]?.seq === record.cause) inside[cause] = 1;
  }
  return inside;
}

/** 1 for every record that the one at `index` may have led to, itself included. */
export function futureOf(model: Model, index: number): Uint8Array {
  const { records, lanes, turns } = model;
  const inside = new Uint8Array(records.length);
  const reached = new Uint8Array(lanes.all.length);
  inside[index] = 1;
  for (let i = index; i < records.length; i += 1) {
    const record = records[i];
    if (record === undefined) continue;
    const lane = numberAt(turns.lane, i);
    const ordered = lane >= 0 && lane !== lanes.faults && lane !== lanes.bus;
    const caused = record.cause >= 0 && inside[model.indexOf(record.cause)] === 1;
    if (inside[i] !== 1 && !caused && !(ordered && reached[lane] === 1)) continue;
    inside[i] = 1;
    if (ordered) reached[lane] = 1;
  }
  return inside;
}
