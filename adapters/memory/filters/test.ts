/** A filter made ready to run. */
import type { BusMessage } from '../../../harness/bus/bus.ts';

export interface Test<Body> {
  matches(message: BusMessage<Body>): boolean;
}
