/**
 * Liveness, as far as a search can see it: whatever state the cluster is in, kindness must bring
 * it to rest. From each state that is met the real machine is led on without any fault: all
 * messages arrive, all writes end, the servers campaign in turn until one leads, and its heart
 * beats. Then every log must be the leader's, and all of it committed.
 *
 * A cluster that stays restless is stuck for good, or at least for this kind way of going on,
 * which Raft promises to use (§5.6). What depends on how long time-outs last is not seen here.
 */
import type { Breach } from './breach.ts';
import { serverName } from './local.ts';
import { inputs } from './space.ts';
import type { Known, Space } from './space.ts';
import { headExtra, inputOfMessage } from './state.ts';

/** Campaigns in turn: every server may have to learn a term first, and then to raise it. */
const roundsMax = 3;
/** Heartbeats until all logs are alike: one finds where they part, one fills, one commits. */
const beatsMax = 16;
/** Deliveries until nothing is on its way. */
const deliveriesMax = 2_000;

/** The cluster does not come to rest. */
function restless(sentence: string): Breach {
  return { watch: 'recovery', check: 'Recovery', sentence };
}

export class Recovery {
  private readonly space: Space;
  private readonly locals: number[] = [];
  private mail: number[] = [];
  private readonly recovering = new Set<string>();

  constructor(space: Space) {
    this.space = space;
  }

  /** Why the state, a list of `length` numbers (`state.ts`), does not recover; null: it does. */
  breachOf(state: Int32Array, length: number): Breach | null {
    const { servers } = this.space.bounds;
    this.locals.length = 0;
    for (let at = 0; at < servers; at += 1) this.locals.push(state[at] ?? 0);
    this.mail = [...state.subarray(servers + headExtra, length)];
    const passed: string[] = [];
    const breach = this.lead(passed);
    if (breach === null) for (const each of passed) this.recovering.add(each);
    return breach;
  }

  private lead(passed: string[]): Breach | null {
    const { servers } = this.space.bounds;
    this.wake();
    for (let turn = 0; turn <= roundsMax * servers; turn += 1) {
      if (!this.settle()) return restless('the servers never stop sending messages to each other');
      const situation = `${turn % servers} ${this.locals.join(' ')}`;
      if (this.recovering.has(situation)) return null;
      passed.push(situation);
      const leader = this.leader();
      if (leader !== null) {
        if (this.beats(leader)) return null;
        const { role, term } = this.at(leader.server);
        if (role === 'leader') {
          const name = serverName(leader.server);
          return restless(`${name} leads term ${term}, and the logs never become alike`);
        }
      }
      const next = turn % servers;
      if (this.at(next).electionArmed) this.take(next, inputs.election);
    }
    return restless(`${roundsMax * servers} campaigns in turn, all heard, and nobody leads`);
  }

  /** Whoever is off line comes back. */
  private wake(): void {
    this.locals.forEach((id, server) => {
      if (this.space.known(id).role === 'offline') this.take(server, inputs.online);
    });
  }

  private at(server: number): Known {
    return this.space.known(this.locals[server] ?? 0);
  }

  private take(server: number, input: number): void {
    const outcome = this.space.step(this.locals[server] ?? 0, input);
    this.locals[server] = outcome.local;
    this.mail.push(...outcome.messages);
  }

  /** Delivers and writes until there is nothing to do; false: there always is. */
  private settle(): boolean {
    for (let count = 0; count < deliveriesMax; count += 1) {
      const writing = this.locals.findIndex((id) => this.space.known(id).writing);
      if (writing !== -1) {
        this.take(writing, inputs.fsync);
        continue;
      }
      const message = this.mail.shift();
      if (message === undefined) return true;
      this.take(this.space.message(message).to, inputOfMessage(message));
    }
    return false;
  }

  /** The leader of the newest term. */
  private leader(): Known | null {
    let newest: Known | null = null;
    for (let server = 0; server < this.locals.length; server += 1) {
      const known = this.at(server);
      if (known.role === 'leader' && known.term > (newest?.term ?? 0)) newest = known;
    }
    return newest;
  }

  /** Its heart beats until all is at rest; false: it is no leader any more, or gets nowhere. */
  private beats({ server }: Known): boolean {
    for (let beat = 0; beat <= beatsMax; beat += 1) {
      const { role, heartbeatArmed } = this.at(server);
      if (role !== 'leader') return false;
      if (this.atRest(server)) return true;
      if (!heartbeatArmed) return false;
      this.take(server, inputs.heartbeat);
      if (!this.settle()) return false;
    }
    return false;
  }

  private atRest(leader: number): boolean {
    const { logId, logLength, term } = this.at(leader);
    return this.locals.every((id) => {
      const known = this.space.known(id);
      return known.logId === logId && known.commitIndex === logLength && known.term === term;
    });
  }
}
