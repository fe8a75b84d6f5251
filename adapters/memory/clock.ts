/**
 * What time brings, in order. At one moment locks end first, then scheduled messages appear, then
 * copies arrive, then idle entities go; within each kind the earlier made is first.
 */
import type { Micros } from '../../harness/bus/bus.ts';
import { serveAll } from './deliver.ts';
import { forwardAll } from './forward.ts';
import { lookAtIdle } from './idle.ts';
import { arrive } from './enqueue.ts';
import { earliest } from './leases.ts';
import { activate } from './publish.ts';
import { giveUpWaiting } from './receivers.ts';
import { loseLock, loseSession } from './release.ts';
import type { Core } from './state.ts';

/** What follows at once from what has just happened. */
export function finishTurn<Body>(core: Core<Body>): void {
  while (core.workCount > 0 || core.forwards.length > 0) {
    if (core.forwards.length > 0) forwardAll(core);
    if (core.workCount > 0) serveAll(core);
  }
}

/** When something will happen by itself, or Infinity. */
export function nextAt<Body>(core: Core<Body>): Micros {
  let at = core.transit.topKey();
  const leases = leasesEndAt(core);
  if (leases < at) at = leases;
  const scheduled = core.scheduled.topKey();
  if (scheduled < at) at = scheduled;
  const idle = core.idle.topKey();
  return idle < at ? idle : at;
}

/** Lets time pass; it never runs backwards. */
export function advance<Body>(core: Core<Body>, now: Micros): void {
  for (;;) {
    const leases = leasesEndAt(core);
    const scheduled = core.scheduled.topKey();
    const due = core.transit.topKey();
    const idle = core.idle.topKey();
    let at = leases < scheduled ? leases : scheduled;
    if (due < at) at = due;
    if (idle < at) at = idle;
    if (at > now) break;
    if (at > core.clock) core.clock = at;
    if (leases <= at) endLease(core);
    else if (scheduled <= at) activateNext(core);
    else if (due <= at) arriveNext(core);
    else lookAtIdle(core);
    finishTurn(core);
  }
  if (now > core.clock) core.clock = now;
}

function activateNext<Body>(core: Core<Body>): void {
  const scheduled = core.scheduled.pop();
  if (scheduled !== undefined) activate(core, scheduled);
}

function arriveNext<Body>(core: Core<Body>): void {
  const copy = core.transit.pop();
  if (copy !== undefined) arrive(core, copy);
}

function leasesEndAt<Body>(core: Core<Body>): Micros {
  const locks = core.locks.live === 0 ? Infinity : earliest(core.lockLeases);
  const sessions = earliest(core.sessionLeases);
  const waits = core.waits.topAt();
  const least = locks < sessions ? locks : sessions;
  return waits < least ? waits : least;
}

function endLease<Body>(core: Core<Body>): void {
  const now = core.clock;
  for (const { head } of core.lockLeases) {
    if (head !== undefined && head.lockedUntil <= now) return loseLock(core, head);
  }
  for (const { head } of core.sessionLeases) {
    if (head !== undefined && head.lockedUntil <= now) return loseSession(core, head);
  }
  if (core.waits.head !== undefined) giveUpWaiting(core, core.waits.head);
}
