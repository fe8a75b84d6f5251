/**
 * The product graph of one server and its ports with the data left out: role, timers, and whether
 * anything is being written or waits for the disk.
 */
import type { Action } from './act.ts';
import type { Local } from './local.ts';
import type { Space } from './space.ts';

export interface ControlGraph {
  readonly states: number;
  /** Distinct (state, input, state). */
  readonly edges: number;
}

/** The control state: role, timers that run, what the disk has to do. */
export function controlOf({ node, electionArmed, heartbeatArmed, pending, outbox }: Local): string {
  const timers = `${electionArmed ? 'e' : ''}${heartbeatArmed ? 'h' : ''}`;
  return `${node.role} ${timers} ${pending.length > 0 ? 'w' : ''}${outbox.length > 0 ? 'o' : ''}`;
}

/** The event at a port that an action is, whatever it carries. */
export function eventOf(action: Action): string {
  const message = action.kind === 'receive' ? action.message.kind : action.kind;
  return `${message}${'timer' in action ? ` ${action.timer}` : ''}`;
}

/** What an exploration saw of it. */
export function controlGraph(space: Space): ControlGraph {
  const states = new Set(space.locals.map(({ local }) => controlOf(local)));
  const edges = new Set<string>();
  for (const { id, input } of space.steps()) {
    const before = controlOf(space.known(id).local);
    const after = controlOf(space.known(space.step(id, input).local).local);
    edges.add(`${before}/${eventOf(space.actionOf(input))}/${after}`);
  }
  return { states: states.size, edges: edges.size };
}
