/**
 * How power fails: of the crashes that were drawn some wait for a side of the server's next write,
 * where most is at stake, and some come in pairs, both short, so that a server falls again before it
 * has found its feet, or the next one falls while it is away.
 */
import type { Boundary, Fault, Target } from '../../harness/world/scenario.ts';
import type { Dice } from './dice.ts';
import { serverNames } from './faults.ts';

type Crash = Extract<Fault, { readonly kind: 'crash' }>;

export interface Extent {
  readonly servers: number;
  readonly runMs: number;
}

/** Of 100 crashes so many wait for a write, and so many have a second one. */
const boundaryPercent = 30;
const pairPercent = 12;

function boundaryOf(dice: Dice): { readonly boundary?: Boundary } {
  if (!dice.chance(boundaryPercent)) return {};
  return { boundary: dice.pick<Boundary>(['write', 'durable']) };
}

/** The same server again as soon as it is back, or another while it is away. */
function second(dice: Dice, first: Crash, { servers, runMs }: Extent): readonly Crash[] {
  const again = dice.chance(50);
  const afterMs = again ? first.forMs + dice.between(0, 20) : dice.between(0, first.forMs);
  const atMs = first.atMs + afterMs;
  if (atMs >= runMs) return [];
  const server: Target = again ? first.server : dice.pick(['leader', ...serverNames(servers)]);
  const forMs = Math.min(dice.between(5, 40), runMs - atMs);
  return [{ ...first, atMs, forMs, server, disk: dice.pick(['lose', 'some', 'torn']) }];
}

/** The faults with crashes as power fails, in the order of their times. */
export function withPowerFailures(
  dice: Dice,
  faults: readonly Fault[],
  extent: Extent,
): readonly Fault[] {
  const struck = faults.flatMap((fault): readonly Fault[] => {
    if (fault.kind !== 'crash') return [fault];
    const first = { ...fault, ...boundaryOf(dice) };
    return dice.chance(pairPercent) ? [first, ...second(dice, first, extent)] : [first];
  });
  return struck.sort((a, b) => a.atMs - b.atMs);
}
