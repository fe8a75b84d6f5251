/** What each server was, and when: its role and term, or that it was down. */
import type { TraceRecord } from '../../trace/record.ts';

export interface RoleSlice {
  readonly server: string;
  /** `leader T2`, `down` */
  readonly name: string;
  readonly from: number;
  /** Microseconds, as all times of a trace; may be equal to `from`. */
  readonly to: number;
  readonly args: object;
}

interface Standing {
  readonly name: string;
  readonly from: number;
  readonly args: object;
}

/** One slice after the other for each server, in the order in which they ended. */
export function roleSlices(
  records: readonly TraceRecord[],
  endMicros: number,
): readonly RoleSlice[] {
  const standings = new Map<string, Standing>();
  const slices: RoleSlice[] = [];
  function close(server: string, at: number): void {
    const standing = standings.get(server);
    if (standing !== undefined) slices.push({ server, ...standing, to: at });
    standings.delete(server);
  }
  for (const record of records) {
    const next = standingAfter(record);
    if (next === null || !('server' in record)) continue;
    const before = standings.get(record.server);
    if (before?.name === next.name) continue;
    close(record.server, record.at);
    standings.set(record.server, next);
  }
  for (const server of standings.keys()) close(server, endMicros);
  return slices;
}

function standingAfter(record: TraceRecord): Standing | null {
  switch (record.kind) {
    case 'online': {
      const { at: from, term, votedFor, incarnation } = record;
      return { name: `follower T${term}`, from, args: { term, votedFor, incarnation } };
    }
    case 'state': {
      const { at: from, role, term, votedFor, leader } = record;
      return { name: `${role} T${term}`, from, args: { role, term, votedFor, leader } };
    }
    case 'crash':
      return { name: 'down', from: record.at, args: { why: 'crash', lost: record.lost } };
    case 'offline':
      return { name: 'down', from: record.at, args: { why: 'offline' } };
    default:
      return null;
  }
}
