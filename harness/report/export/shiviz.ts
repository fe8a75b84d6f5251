/**
 * A log for ShiViz: the first line is the regular expression that reads the others, the second (no
 * delimiter of executions) is empty. Every event of a server or a client advances its own clock; a
 * delivery takes over the clock of its send. The bus and the faults have lanes of their own, so that
 * a lost message is an arrow into the bus.
 */
import type { TraceRecord } from '../../trace/record.ts';
import { whatOf } from '../../trace/render.ts';
import { lanesOf } from './lanes.ts';
import { Words } from './plain.ts';
import type { Take } from './take.ts';

/** As ShiViz wants it: host, clock and event are its own names, the others become fields. */
export const shivizExpression =
  '(?<host>\\S+) (?<clock>\\{[^}]*\\}) (?<ms>\\S+) (?<kind>\\S+) (?<event>.*)';

type Clock = ReadonlyMap<string, number>;

class Clocks {
  private readonly clocks = new Map<string, Map<string, number>>();

  /** The clock of `host` after an event that knows what `heard` knows. */
  advanced(host: string, heard: Clock | undefined): Clock {
    const clock = this.clocks.get(host) ?? new Map<string, number>([[host, 0]]);
    for (const [other, count] of heard ?? []) {
      if (count > (clock.get(other) ?? 0)) clock.set(other, count);
    }
    clock.set(host, (clock.get(host) ?? 0) + 1);
    this.clocks.set(host, clock);
    return new Map(clock);
  }
}

/** Shows the log to `take`, one event a line after the two of the head. */
export function shivizLines(records: readonly TraceRecord[], take: Take): void {
  const lanes = lanesOf(records);
  const words = new Words();
  const clocks = new Clocks();
  /** What a message carries, by the seq of its send. */
  const carried = new Map<number, Clock>();
  take(shivizExpression);
  take('');
  for (const record of records) {
    const lane = lanes.of(record);
    if (lane === null) continue;
    const host = words.of(lane);
    const heard = record.kind === 'send' ? undefined : carried.get(record.cause);
    const clock = clocks.advanced(host, heard);
    if (record.kind === 'send') carried.set(record.seq, clock);
    const ms = (record.at / 1_000).toFixed(3);
    take(`${host} ${clockText(clock)} ${ms} ${record.kind} ${whatOf(record)}`);
  }
}

/** In the order of names, for the same clock is the same text. */
function clockText(clock: Clock): string {
  const parts = [...clock].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${parts.map(([host, count]) => `"${host}":${count}`).join(', ')}}`;
}
