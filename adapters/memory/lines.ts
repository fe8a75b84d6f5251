/** Lines: where copies wait for their receivers. A marked line is served before the turn ends. */
import { LeaseList } from './leases.ts';
import { Heap } from './heap.ts';
import type { Copy, Core, Line, Queue } from './state.ts';

export function newLine<Body>(
  queue: Queue<Body>,
  sessionId: string | null,
  held: LeaseList<Copy<Body>>,
): Line<Body> {
  return {
    queue,
    sessionId,
    ready: new Heap(),
    receivers: [],
    turn: 0,
    marked: false,
    held,
    state: null,
    lockedUntil: 0,
    previous: undefined,
    next: undefined,
  };
}

/** The line of a session, made if need be; a queue without sessions has only one. */
export function lineFor<Body>(queue: Queue<Body>, sessionId: string | undefined): Line<Body> {
  if (!queue.limits.requiresSession || sessionId === undefined) return queue.line;
  const known = queue.sessions.get(sessionId);
  if (known !== undefined) return known;
  const made = newLine(queue, sessionId, new LeaseList<Copy<Body>>(0));
  queue.sessions.set(sessionId, made);
  return made;
}

/** Forgets a session of which nothing is left. */
export function dropIfIdle<Body>(line: Line<Body>): void {
  if (line.sessionId === null || line.state !== null) return;
  if (line.receivers.length > 0 || line.ready.size > 0 || line.held.head !== undefined) return;
  if (line.queue.sessions.get(line.sessionId) === line) {
    line.queue.sessions.delete(line.sessionId);
  }
}

export function mark<Body>(core: Core<Body>, line: Line<Body>): void {
  if (line.marked) return;
  line.marked = true;
  core.work[core.workCount++] = line;
}

/** Puts a copy at its place in its line, or on the way to where its queue forwards. */
export function makeReady<Body>(core: Core<Body>, copy: Copy<Body>): void {
  if (copy.queue.forwardTo !== undefined) {
    core.forwards.push(copy);
    return;
  }
  copy.line.ready.push(copy.order, 0, copy);
  mark(core, copy.line);
}
