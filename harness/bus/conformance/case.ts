/** What a case of the suite is: one sentence, and how to see that it is true. */
import type { Driver } from './driver.ts';

export interface Case {
  readonly name: string;
  run(driver: Driver): Promise<void>;
}

export interface Group {
  readonly name: string;
  readonly cases: readonly Case[];
}
