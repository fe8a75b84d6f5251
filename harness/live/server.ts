/** One server as a process of its own: the machine, a file for a disk, the bus, the wall clock. */
import { newDisk } from '../world/disk.ts';
import type { Fault } from '../world/scenario.ts';
import { connect, start } from '../world/server.ts';
import type { Host } from '../world/world.ts';
import type { FileDisk } from './file-disk.ts';
import type { Part } from './reactor.ts';
import { Reactor } from './reactor.ts';

/** How a server stands: what the others must agree with before a run may end. */
export interface ServerStatus {
  readonly server: string;
  readonly role: string;
  readonly term: number;
  readonly leader: string | null;
  readonly lastIndex: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  /** Of everything applied. */
  readonly stateDigest: number;
  /** Nothing waits for the disk. */
  readonly idle: boolean;
}

export class LiveServer {
  readonly reactor: Reactor;
  private readonly host: Host;

  /** Throws when the scenario has no such server. */
  constructor(part: Part, disk: FileDisk) {
    this.reactor = new Reactor(part);
    const host = this.reactor.world.hosts.find(({ id }) => id === part.process);
    if (host === undefined) throw new Error(`the scenario has no server ${part.process}`);
    host.disk = newDisk(disk.recovered.stored);
    host.incarnation = part.incarnation - 1;
    this.host = host;
    this.reactor.attach(host, disk);
  }

  /**
   * Opens its receiver; `isConnected` tells when the bus has done so. Before the server is up, nobody
   * tries again but who asks again; while it is open or being opened, asking changes nothing.
   */
  connect(): void {
    this.reactor.now((world) => connect(world, this.host));
  }

  get isConnected(): boolean {
    return this.reactor.port.open.has(this.host.id);
  }

  /** Comes on line with what its disk holds. */
  start(): void {
    this.reactor.now((world) => start(world, this.host));
  }

  get isUp(): boolean {
    return this.host.up;
  }

  impose(index: number, fault: Fault): void {
    this.reactor.impose(index, fault);
  }

  relieve(index: number): void {
    this.reactor.relieve(index);
  }

  status(): ServerStatus {
    const { node, disk, outbox, id } = this.host;
    const { role, term, leader, commitIndex, appliedIndex, stateDigest } = node;
    return {
      server: id,
      role,
      term,
      leader,
      lastIndex: Math.max(commitIndex, node.log.at(-1)?.index ?? 0),
      commitIndex,
      appliedIndex,
      stateDigest,
      idle: disk.pending.length === 0 && outbox.length === 0,
    };
  }
}

/** One leader that all follow, everything committed and applied, alike everywhere. */
export function agree(all: readonly ServerStatus[]): boolean {
  const [first] = all;
  if (first === undefined || first.leader === null) return false;
  return all.every(
    (one) =>
      (one.role === 'leader' || one.role === 'follower') &&
      one.idle &&
      one.term === first.term &&
      one.leader === first.leader &&
      one.commitIndex === one.lastIndex &&
      one.appliedIndex === one.commitIndex &&
      one.commitIndex === first.commitIndex &&
      one.stateDigest === first.stateDigest,
  );
}
