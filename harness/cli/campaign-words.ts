/** Words for a campaign's numbers that its screen, its summary and its page share. */
import { grouped } from '../report/words.ts';

const roundTo = 1_000;

/** `22,719`; `about 412,000` where only a sample was counted. */
export function statesText(count: number, estimated: boolean): string {
  return estimated ? `about ${grouped(Math.round(count / roundTo) * roundTo)}` : grouped(count);
}
