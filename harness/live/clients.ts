/** The clients of a cluster, all in one process: each asks one thing after another. */
import { due } from '../world/clients.ts';
import type { Operation } from '../world/scenario.ts';
import { openReceiver } from '../world/server.ts';
import type { Client } from '../world/world.ts';
import type { Part } from './reactor.ts';
import { Reactor } from './reactor.ts';

export class LiveClients {
  readonly reactor: Reactor;
  private readonly clients: readonly Client[];

  /** `names` are those of the scenario's clients that live in this process. */
  constructor(part: Part, names: readonly string[]) {
    this.reactor = new Reactor(part);
    this.clients = this.reactor.world.clients.filter(({ id }) => names.includes(id));
  }

  connect(): void {
    this.reactor.now((world) => {
      for (const client of this.clients) openReceiver(world, client, 'receiveAndDelete');
    });
  }

  get isConnected(): boolean {
    return this.clients.every(({ id }) => this.reactor.port.open.has(id));
  }

  /** The operation begins now, or when its client's earlier ones have ended. */
  ask(operation: Operation): void {
    this.reactor.now((world) => {
      const client = this.clients.find(({ id }) => id === operation.client);
      if (client === undefined) throw new Error(`no client ${operation.client} lives here`);
      due(world, client, operation);
    });
  }

  get isIdle(): boolean {
    return this.clients.every(({ current, due: waiting }) => {
      return current === null && waiting.length === 0;
    });
  }

  /**
   * A client that comes to a cluster that knows its name from earlier: it registers a session of
   * its own and counts from where no earlier answer can be meant.
   */
  register(firstSerial: number): void {
    for (const client of this.clients) {
      client.session = null;
      client.serial = firstSerial;
    }
  }
}
