/**
 * Enforces a trace's schedule, record by record: the real bus carries the messages, the trace says
 * when each is handed over. The live clock is the trace's; it falls behind only where the bus took
 * longer than the trace allows, and catches up where the trace has time to spare.
 */
import type { DeliverRecord, DropRecord, SendRecord, TraceRecord } from '../trace/record.ts';
import { receive } from '../world/clients.ts';
import { deliver, MachineBroke } from '../world/turn.ts';
import type { Comparison, Standing } from './compare.ts';
import { compared } from './compare.ts';
import { Courier, NeverCame } from './courier.ts';
import type { Judges } from './judges.ts';
import type { Played, Stage } from './players.ts';
import * as play from './players.ts';
import type { Enforced, Finding } from './result.ts';

export interface Performance {
  readonly standings: readonly Standing[];
  readonly findings: readonly Finding[];
  readonly end: Enforced['end'];
  readonly broke: MachineBroke | null;
}

export class Conductor {
  private readonly stage: Stage;
  private readonly judges: Judges;
  private readonly courier: Courier;
  readonly standings: Standing[] = [];
  private readonly findings: Finding[] = [];
  /** How the delivery being played stands to what the mock could have done. */
  private remark: Pick<Finding, 'standing' | 'text'> | null = null;
  private broke: MachineBroke | null = null;

  constructor(stage: Stage, judges: Judges, courier: Courier) {
    this.stage = stage;
    this.judges = judges;
    this.courier = courier;
  }

  /** Plays until the trace ends, or until the trace and the run part. */
  async perform(onRecord: (position: number) => void): Promise<Performance> {
    let end: Enforced['end'] | null = null;
    this.compare(0);
    while (end === null) {
      const position = this.judges.records.length;
      const expected = this.stage.plan.records[position];
      if (expected === undefined || expected.kind === 'end' || expected.kind === 'verdict') break;
      onRecord(position);
      end = await this.turn(expected, position);
      if (this.broke !== null) break;
    }
    const { standings, findings, broke } = this;
    return { standings, findings, end: end ?? 'played', broke };
  }

  private async turn(
    expected: TraceRecord,
    position: number,
  ): Promise<'diverged' | 'timedOut' | null> {
    const { world, gate } = this.stage;
    world.now = Math.max(world.now, expected.at);
    this.courier.at(position, world.now);
    gate.release(expected.at);
    this.remark = null;
    let why: Played;
    try {
      why = await this.play(expected);
    } catch (error) {
      if (error instanceof NeverCame) return this.note(expected, 'unmodelled', error.message);
      if (!(error instanceof MachineBroke)) throw error;
      this.broke = error;
      why = error.message;
    }
    const { records } = this.judges;
    for (let at = position; at < records.length; at += 1) {
      if (!this.compare(at)) return 'diverged';
    }
    if (records.length > position || this.broke !== null) return null;
    return this.note(expected, 'divergence', why ?? 'nothing happened');
  }

  private play(record: TraceRecord): Played | Promise<Played> {
    const { stage } = this;
    switch (record.kind) {
      case 'deliver':
        return this.deliver(record);
      case 'drop':
        return this.drop(record);
      case 'bus':
        return this.courier.obey(record).then(() => play.retell(stage, record));
      case 'info':
        return record.error === 'timeout' ? play.playTimeout(stage, record) : this.follow(record);
      case 'send':
        return this.send(record);
      default: {
        const played = play.playRoot(stage, record);
        return played === undefined ? this.follow(record) : played;
      }
    }
  }

  /** What only follows from something else: nothing to play, unless a server was not told yet. */
  private follow(record: TraceRecord): Played {
    if ('server' in record && play.playUntold(this.stage, record.server)) return null;
    return 'nothing led to it';
  }

  private send(record: SendRecord): Played {
    if (play.clientOf(this.stage, record.from) !== undefined) {
      return play.playRetry(this.stage, record);
    }
    return play.playUntold(this.stage, record.from) ? null : `${record.from} sent nothing`;
  }

  private async deliver(record: DeliverRecord): Promise<Played> {
    const { stage, courier } = this;
    const { world } = stage;
    const client = play.clientOf(stage, record.to);
    const host = client === undefined ? play.acting(stage, record.to) : null;
    if (typeof host === 'string') return host;
    const fetched = await courier.fetch(record);
    if (fetched.arrival === null) return fetched.why;
    const { envelope, deliveryCount, lock } = fetched.arrival;
    this.remark = fetched.remark;
    world.now = Math.max(world.now, fetched.arrivedAt);
    courier.at(this.judges.records.length, world.now);
    if (client !== undefined) receive(world, client, envelope, deliveryCount);
    else if (host !== null) deliver(world, host, envelope, { lock, deliveryCount });
    return null;
  }

  private async drop(record: DropRecord): Promise<Played> {
    if (record.reason === 'fault') return play.playCut(this.stage, record);
    if (record.to !== '') await this.courier.discard(record);
    return play.retell(this.stage, record);
  }

  /** Compares the live record at that position; false: here the run and the trace part. */
  compare(at: number): boolean {
    const expected = this.stage.plan.records[at];
    const happened = this.judges.records[at];
    // A trace that was cut off has nothing to compare with.
    if (expected === undefined || happened === undefined) return true;
    const { standing, fields } = this.judged(compared(expected, happened));
    this.standings.push(standing);
    if (standing !== 'same' && standing !== 'timing') {
      const { seq } = expected;
      const text = this.remark?.text ?? '';
      this.findings.push({ seq, standing, expected, happened, fields, text });
    }
    if (happened.kind === 'deliver') this.remark = null;
    return standing !== 'divergence';
  }

  private judged(comparison: Comparison): { standing: Standing; fields: readonly string[] } {
    if (comparison.standing === 'divergence' || this.remark === null) return comparison;
    return { ...comparison, standing: this.remark.standing };
  }

  private note(
    expected: TraceRecord,
    standing: 'unmodelled' | 'divergence',
    text: string,
  ): 'timedOut' | 'diverged' {
    const { seq } = expected;
    this.standings.push(standing);
    this.findings.push({ seq, standing, expected, happened: null, fields: [], text });
    return standing === 'divergence' ? 'diverged' : 'timedOut';
  }
}
