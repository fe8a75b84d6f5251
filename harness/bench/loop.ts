/** The yardstick: an event loop that only pops and pushes, to tell a slow machine from slow code. */
import { draw, purpose } from '../world/keyed.ts';
import { EventQueue } from '../world/queue.ts';

/** Events handled by a bare loop with 64 events pending. */
export function bareLoop(events: number): number {
  const queue = new EventQueue<number>();
  for (let i = 0; i < 64; i++) queue.push(i, i, i);
  let sum = 0;
  for (let i = 0; i < events; i++) {
    queue.pop();
    sum = (sum + queue.code) | 0;
    queue.push(queue.time + 1 + (draw(1, purpose.latency, queue.code, i) % 1_000), queue.code, i);
  }
  return sum;
}
