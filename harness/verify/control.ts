/**
 * The product graph of one server and its ports with the data left out: role, timers, and whether
 * anything is being written or waits for the disk.
 */
import type { Local } from './local.ts';
import type { Space } from './space.ts';

export interface ControlGraph {
  readonly states: number;
  /** Distinct (state, input, state). */
  readonly edges: number;
}

function controlOf({ node, electionArmed, heartbeatArmed, pending, outbox }: Local): string {
  const timers = `${electionArmed ? 'e' : ''}${heartbeatArmed ? 'h' : ''}`;
  return `${node.role} ${timers} ${pending.length > 0 ? 'w' : ''}${outbox.length > 0 ? 'o' : ''}`;
}

/** What an exploration saw of it. */
export function controlGraph(space: Space): ControlGraph {
  const states = new Set(space.locals.map(({ local }) => controlOf(local)));
  const edges = new Set<string>();
  for (const { id, input } of space.steps()) {
    const before = controlOf(space.known(id).local);
    const after = controlOf(space.known(space.step(id, input).local).local);
    const action = space.actionOf(input);
    const message = action.kind === 'receive' ? action.message.kind : action.kind;
    const timer = 'timer' in action ? action.timer : '';
    edges.add(`${before}/${message}${timer}/${after}`);
  }
  return { states: states.size, edges: edges.size };
}
