/** The tracks of a Perfetto trace: who has which, and which part of a microsecond is still free. */
import type { TraceRecord } from '../../trace/record.ts';
import { clean } from '../words.ts';
import type { Lanes } from './lanes.ts';

const groups = { servers: 1, clients: 2, world: 3 } as const;
type Group = keyof typeof groups;

const slotsPerMicro = 1_000;

/** A part of a microsecond. */
export interface Slot {
  readonly ts: number;
  readonly dur: number;
}

/** A thousandth of a microsecond for each thing that happens, in order over all tracks. */
class Slots {
  private at = -1;
  private used = 0;

  next(at: number): Slot {
    if (at !== this.at) {
      this.at = at;
      this.used = 0;
    }
    // The last one is shared: slices of one length nest.
    const part = Math.min(this.used, slotsPerMicro - 1) / slotsPerMicro;
    this.used += 1;
    return { ts: Math.round((at + part) * slotsPerMicro) / slotsPerMicro, dur: 1 / slotsPerMicro };
  }
}

export interface Track {
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
}

export class Tracks {
  private readonly lanes: Lanes;
  private readonly slots = new Slots();
  private readonly tracks: Track[] = [];
  private readonly byName = new Map<string, Track>();
  private readonly byProcess = new Map<number, Track>();

  constructor(servers: readonly string[], lanes: Lanes) {
    this.lanes = lanes;
    for (const server of servers) this.byName.set(server, this.added('servers', server));
    for (const lane of [lanes.bus, lanes.faults]) this.byName.set(lane, this.added('world', lane));
  }

  /** Moments must not go back. */
  slot(at: number): Slot {
    return this.slots.next(at);
  }

  /** A server's, the bus's, or that of a client's newest process. */
  of(name: string): Track {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const made = this.added('clients', name);
    this.byName.set(name, made);
    return made;
  }

  ofRecord(record: TraceRecord): Track {
    if ('process' in record) return this.process(record.client, record.process);
    return this.of(this.lanes.of(record) ?? this.lanes.faults);
  }

  /** A client goes on as another process after an operation whose outcome nobody knows. */
  process(client: string, process: number): Track {
    const track = this.byProcess.get(process) ?? this.newProcess(client, process);
    this.byName.set(client, track);
    return track;
  }

  private newProcess(client: string, process: number): Track {
    const track = this.isClaimed(client)
      ? this.added('clients', `${client} (process ${process})`)
      : this.of(client);
    this.byProcess.set(process, track);
    return track;
  }

  /** Does the client have a process already? */
  private isClaimed(client: string): boolean {
    const track = this.byName.get(client);
    return track !== undefined && [...this.byProcess.values()].includes(track);
  }

  private added(group: Group, name: string): Track {
    const track = { pid: groups[group], tid: this.tracks.length + 1, name };
    this.tracks.push(track);
    return track;
  }

  /** The events that name the groups and the tracks. */
  names(): readonly {
    readonly ph: 'M';
    readonly name: string;
    readonly ts: number;
    readonly pid: number;
    readonly tid: number;
    readonly args: object;
  }[] {
    const common = { ph: 'M', ts: 0 } as const;
    const processes = Object.entries(groups).map(([name, pid]) => ({
      ...common,
      name: 'process_name',
      pid,
      tid: 0,
      args: { name },
    }));
    const threads = this.tracks.flatMap(({ pid, tid, name }) => [
      { ...common, name: 'thread_name', pid, tid, args: { name: clean(name, 60) } },
      { ...common, name: 'thread_sort_index', pid, tid, args: { sort_index: tid } },
    ]);
    return [...processes, ...threads];
  }
}
