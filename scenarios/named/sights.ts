/** What a named scenario must show, so that it really plays what its name promises. */
import type {
  ApplyRecord,
  HistoryRecord,
  Json,
  MessageRecord,
  StateRecord,
  TraceRecord,
} from '../../harness/trace/record.ts';

/** The name of a must-see event (`leader changed`), or a sight of its own. */
export type Sight =
  string | { readonly what: string; seen(records: readonly TraceRecord[]): boolean };

function some(what: string, holds: (record: TraceRecord) => boolean): Sight {
  return { what, seen: (records) => records.some(holds) };
}

/** The server led this term. */
export function led(server: string, term: number): Sight {
  return some(
    `${server} leads term ${String(term)}`,
    (record) =>
      record.kind === 'state' &&
      record.role === 'leader' &&
      record.server === server &&
      record.term === term,
  );
}

/** The server held (in memory, at least) a vote for the candidate in this term. */
export function voted(vote: {
  readonly server: string;
  readonly candidate: string;
  readonly term: number;
}): Sight {
  const { server, candidate, term } = vote;
  const holds = (record: StateRecord): boolean =>
    record.server === server && record.votedFor === candidate && record.term === term;
  return some(
    `${server} votes for ${candidate} in term ${String(term)}`,
    (record) => record.kind === 'state' && holds(record),
  );
}

/** Nobody led this term. */
export function nobodyLed(term: number): Sight {
  return {
    what: `nobody leads term ${String(term)}`,
    seen: (records) =>
      records.every(
        (record) => record.kind !== 'state' || record.role !== 'leader' || record.term !== term,
      ),
  };
}

/** The client's operation ended well; for reads with this value. */
export function answered(client: string, f: HistoryRecord['f'], value: Json): Sight {
  return some(
    `${client}'s ${f} ends with ${JSON.stringify(value)}`,
    (record) =>
      record.kind === 'ok' && record.client === client && record.f === f && record.value === value,
  );
}

/** The server committed at least up to this index. */
export function committed(server: string, index: number): Sight {
  return some(
    `${server} commits index ${String(index)}`,
    (record) => record.kind === 'commit' && record.server === server && record.commitIndex >= index,
  );
}

/** The server's log held an entry of this term at this index at some time. */
export function held(server: string, index: number, term: number): Sight {
  return some(
    `${server} holds (index ${String(index)}, term ${String(term)})`,
    (record) =>
      ((record.kind === 'write' && record.log !== null) || record.kind === 'online') &&
      record.server === server &&
      (record.kind === 'online' ? record.entries : (record.log?.entries ?? [])).some(
        (entry) => entry.index === index && entry.term === term,
      ),
  );
}

/** Messages of this sort were sent at least `times` times. */
export function sent(
  what: string,
  times: number,
  fits: (message: MessageRecord) => boolean,
): Sight {
  return {
    what: `${what}, ${String(times)} times or more`,
    seen: (records) =>
      records.filter((record) => record.kind === 'send' && fits(record.message)).length >= times,
  };
}

/** Some applied entry came to this. */
export function applied(what: string, fits: (record: ApplyRecord) => boolean): Sight {
  return some(what, (record) => record.kind === 'apply' && fits(record));
}

/** The server was leader of one term while another server was leader of a later one. */
export function twoLeadersAtOnce(): Sight {
  return {
    what: 'two servers lead at the same time, in different terms',
    seen(records) {
      const leading = new Set<string>();
      for (const record of records) {
        if (record.kind === 'crash' || record.kind === 'offline') leading.delete(record.server);
        if (record.kind !== 'state') continue;
        if (record.role === 'leader') leading.add(record.server);
        else leading.delete(record.server);
        if (leading.size > 1) return true;
      }
      return false;
    },
  };
}

/** The same message reached the same receiver more than once. */
export function deliveredTwice(what: string, fits: (message: MessageRecord) => boolean): Sight {
  return {
    what: `${what} is delivered twice`,
    seen(records) {
      const ids = new Map<number, number>();
      for (const record of records) {
        if (record.kind === 'send' && fits(record.message)) ids.set(record.id, 0);
        if (record.kind !== 'deliver') continue;
        const before = ids.get(record.id);
        if (before === 1) return true;
        if (before === 0) ids.set(record.id, 1);
      }
      return false;
    },
  };
}

/** The server went by a configuration with exactly these voters, and no others besides. */
export function goneBy(server: string, ...voters: readonly string[]): Sight {
  return some(
    `${server} goes by the voters ${voters.join(', ')}`,
    (record) =>
      record.kind === 'configure' &&
      record.server === server &&
      record.configuration.outgoing.length === 0 &&
      [...record.configuration.voters].sort().join() === [...voters].sort().join(),
  );
}

/** The server's state became that of a snapshot through this index or a later one. */
export function restored(server: string, index: number): Sight {
  return some(
    `${server} begins from a snapshot through ${String(index)} or later`,
    (record) => record.kind === 'restore' && record.server === server && record.index >= index,
  );
}

/** The server served a read that costs no entry. */
export function served(server: string, via: 'index' | 'lease'): Sight {
  return some(
    `${server} serves a read by ${via}`,
    (record) => record.kind === 'serve' && record.server === server && record.via === via,
  );
}
