/** In whose lane a record stands: a server's, a client's, the bus's, or that of the faults. */
import type { TraceRecord } from '../../trace/record.ts';
import { actorOf } from '../plot.ts';

export interface Lanes {
  /** Names that no server and no client has. */
  readonly bus: string;
  readonly faults: string;
  /** The lane by the name of its owner, or null for records about the run as a whole. */
  of(record: TraceRecord): string | null;
}

/** The lanes of a trace. */
export function lanesOf(records: readonly TraceRecord[]): Lanes {
  const [header] = records;
  const members = header?.kind === 'header' ? [...header.servers, ...header.clients] : [];
  const bus = apart('bus', members);
  const faults = apart('faults', members);
  return {
    bus,
    faults,
    of(record) {
      switch (record.kind) {
        case 'drop':
        case 'delay':
        case 'duplicate':
        case 'bus':
          return bus;
        case 'fault':
        case 'quiet':
          return faults;
        default:
          return actorOf(record);
      }
    },
  };
}

function apart(name: string, others: readonly string[]): string {
  return others.includes(name) ? apart(`${name}'`, others) : name;
}
