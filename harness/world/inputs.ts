/**
 * Inputs that have one shape: the machine tells inputs apart by their `kind`, and reading a property
 * is quick only as long as the objects it is read from have few shapes.
 */
import type { Input, Stored, Timer } from '../raft/step.ts';

export function expiryInput(timer: Timer, generation: number): Input {
  const input = { kind: 'expire' as const, timer, generation, stored: null, incarnation: 0 };
  return input;
}

export function onlineInput(stored: Stored, incarnation: number): Input {
  const input = { kind: 'online' as const, timer: null, generation: 0, stored, incarnation };
  return input;
}

const offline = {
  kind: 'offline' as const,
  timer: null,
  generation: 0,
  stored: null,
  incarnation: 0,
};
export const offlineInput: Input = offline;
