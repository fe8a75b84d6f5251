/**
 * What a recorded run did, as cells of the declared table: which input met which role, how often,
 * and which role it left behind. Read from records alone.
 */
import type { Role } from '../raft/node.ts';
import type { InputName } from '../raft/table.ts';
import type { TraceRecord } from '../trace/record.ts';
import { cellName } from './cells.ts';

export interface Activity {
  /** Times that an input met a role, by `role/input`. */
  readonly cells: Map<string, number>;
  /** Changes of role, by `role/input/role`. */
  readonly changes: Map<string, number>;
}

export function newActivity(): Activity {
  return { cells: new Map(), changes: new Map() };
}

interface Met {
  readonly server: string;
  readonly role: Role;
  readonly input: InputName;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Reads one trace, record by record, into an activity. */
export class ActivityReader {
  private readonly activity: Activity;
  private readonly roles = new Map<string, Role>();
  private readonly kinds = new Map<number, InputName>();
  private readonly met = new Map<number, Met>();

  constructor(activity: Activity) {
    this.activity = activity;
  }

  read(record: TraceRecord): void {
    switch (record.kind) {
      case 'header':
        for (const server of record.servers) this.roles.set(server, 'offline');
        break;
      case 'send':
        if (record.message.kind === 'ClientRequest') this.kinds.set(record.id, 'propose');
        else if (record.message.kind !== 'ClientReply')
          this.kinds.set(record.id, record.message.kind);
        break;
      case 'deliver':
        this.meet(record.seq, record.to, this.kinds.get(record.id));
        break;
      case 'timer':
        this.meet(record.seq, record.server, `${record.timer}Timeout`);
        break;
      case 'durable':
        this.meet(record.seq, record.server, 'persisted');
        break;
      case 'online':
        this.meet(record.seq, record.server, 'online');
        break;
      case 'offline':
        this.meet(record.seq, record.server, 'offline');
        this.change(record.seq, record.server, 'offline');
        break;
      case 'crash':
        this.roles.set(record.server, 'offline');
        break;
      case 'state':
        this.change(record.cause, record.server, record.role);
        break;
      default:
        break;
    }
  }

  private meet(seq: number, server: string, input: InputName | undefined): void {
    const role = this.roles.get(server);
    if (role === undefined || input === undefined) return;
    this.met.set(seq, { server, role, input });
    count(this.activity.cells, cellName(role, input));
  }

  private change(cause: number, server: string, role: Role): void {
    const met = this.met.get(cause);
    if (met !== undefined && met.server === server && met.role !== role) {
      count(this.activity.changes, `${met.role}/${met.input}/${role}`);
    }
    this.roles.set(server, role);
  }
}
