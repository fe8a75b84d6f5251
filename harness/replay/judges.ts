/** The live records' way: kept, judged as they come, and concluded at the end. */
import type { Check } from '../check/check.ts';
import type { Conclusion } from '../check/conclusion.ts';
import { conclusionOf } from '../check/conclusion.ts';
import { linearizabilityCheck } from '../check/linearizability/check.ts';
import type { Panel } from '../check/panel.ts';
import { panel } from '../check/panel.ts';
import type { HeaderRecord, TraceRecord } from '../trace/record.ts';
import type { Observer } from '../world/emitter.ts';
import type { MachineBroke } from '../world/turn.ts';

export class Judges implements Observer {
  readonly full: boolean = true;
  readonly records: TraceRecord[] = [];
  isViolated = false;
  private readonly seats: Panel;

  /** Linearizability is added to fit the model. */
  constructor(header: HeaderRecord, checks: readonly Check[]) {
    this.seats = panel([...checks, linearizabilityCheck(header.model)], header.servers);
    this.add(header);
  }

  listen(): (record: TraceRecord) => void {
    return (record) => this.add(record);
  }

  private add(record: TraceRecord): void {
    this.records.push(record);
    if (this.seats.observe(record)?.check.class === 'safety') this.isViolated = true;
  }

  conclude(broke: MachineBroke | null): Conclusion {
    return conclusionOf(this.seats.finish(), broke);
  }
}
